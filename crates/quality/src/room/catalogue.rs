//! The scenarios, each with its band.

use std::time::Duration;

use miso_netsim::{Buffer, GilbertElliott, LinkConfig};
use miso_ortc::ScalabilityLayers;
use miso_testkit::VideoSettings;
use miso_wire::Bitrate;

use super::{RoomScenario, Show};
use crate::figures::{Band, Measure};

/// Bitrates of a simulcast, as browsers send them.
const SIZES: [u64; 3] = [150, 500, 1_500];
/// Bitrate of a stream with three spatial layers, kbit/s.
const SVC_BITRATE: u64 = 1_500;

/// All scenarios. `course` prints how each run goes to standard error.
pub fn scenarios(course: bool) -> Vec<RoomScenario> {
    let mut all = Vec::new();
    for show in [simulcast(), svc()] {
        all.extend(steady(&show));
        all.extend(steps(&show));
        all.extend(losses(&show));
        all.extend(paths(&show));
        all.extend(many(&show));
    }
    for scenario in &mut all {
        scenario.course = course;
    }
    all
}

/// How senders show themselves, in a scenario's name, and what each layer costs.
struct Kind {
    name: &'static str,
    show: Show,
    layers: Vec<Bitrate>,
    /// A link, in kbit/s, that carries the second layer with some room.
    second_rate: u64,
}

fn simulcast() -> Kind {
    let size = |kbps: u64| VideoSettings {
        bitrate: Bitrate::kbps(kbps),
        ..VideoSettings::default()
    };
    Kind {
        name: "simulcast",
        show: Show::Simulcast(SIZES.map(size).to_vec()),
        layers: SIZES.map(Bitrate::kbps).to_vec(),
        second_rate: 800,
    }
}

fn svc() -> Kind {
    Kind {
        name: "svc",
        show: Show::Svc(VideoSettings {
            bitrate: Bitrate::kbps(SVC_BITRATE),
            layers: ScalabilityLayers {
                spatial: 3,
                temporal: 3,
                ksvc: false,
            },
            ..VideoSettings::default()
        }),
        layers: svc_layers(),
        second_rate: 1_000,
    }
}

/// What a viewer of the first one, two, three spatial layers gets.
fn svc_layers() -> Vec<Bitrate> {
    // The source gives each layer twice as much as the one below.
    let whole = Bitrate::kbps(SVC_BITRATE).0;
    [1, 3, 7].map(|parts| Bitrate(whole * parts / 7)).to_vec()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A link as homes have it: 25 ms each way, room for 300 ms.
fn home(kbps: u64) -> LinkConfig {
    LinkConfig::default()
        .rate(Bitrate::kbps(kbps))
        .delay(millis(25))
        .buffer(Buffer::Time(millis(300)))
}

/// One sender is watched over a link for 40 seconds, of which all but the first ten are measured.
fn on(kind: &Kind, name: &str, down: LinkConfig, band: Band) -> RoomScenario {
    RoomScenario {
        name: format!("room-{}-{name}", kind.name),
        band,
        short: false,
        show: kind.show.clone(),
        layers: kind.layers.clone(),
        watched: vec![Duration::ZERO],
        up: LinkConfig::default().delay(down.delay),
        down,
        changes: Vec::new(),
        measured: (seconds(10), seconds(40)),
        course: false,
    }
}

/// The aim in steady state.
fn good() -> Band {
    Band::default()
        .at_least(Measure::Affordable, 85.0)
        .at_most(Measure::QueueDelayP95, 60.0)
        .at_most(Measure::FirstFrame, 500.0)
        .at_most(Measure::LongestFreeze, 500.0)
        .at_most(Measure::Switches, 2.0)
}

fn steady(kind: &Kind) -> Vec<RoomScenario> {
    let rates = [300, kind.second_rate, 2_000, 5_000];
    let scenario = |kbps| on(kind, &format!("steady-{kbps}"), home(kbps), good());
    rates
        .map(|kbps| RoomScenario {
            short: kbps == 2_000,
            ..scenario(kbps)
        })
        .to_vec()
}

fn steps(kind: &Kind) -> Vec<RoomScenario> {
    let change = |name: &str, from: u64, to: u64, recovery: f64| RoomScenario {
        changes: vec![(seconds(15), home(to))],
        ..on(
            kind,
            name,
            home(from),
            Band::default()
                .at_least(Measure::Affordable, 80.0)
                .at_most(Measure::Recovery, recovery)
                .at_most(Measure::LongestFreeze, 500.0),
        )
    };
    vec![
        change("halved", 2_400, 1_200, 2_000.0),
        change("doubled", 1_000, 2_400, 8_000.0),
    ]
}

fn losses(kind: &Kind) -> Vec<RoomScenario> {
    let lossy = |name: &str, link: LinkConfig, affordable: f64, freeze: f64| {
        let band = Band::default()
            .at_least(Measure::Affordable, affordable)
            .at_most(Measure::LongestFreeze, freeze);
        on(kind, name, link, band)
    };
    vec![
        lossy("loss-1", home(2_400).random_loss(0.01), 85.0, 500.0),
        lossy("loss-5", home(2_400).random_loss(0.05), 80.0, 500.0),
        lossy("loss-10", home(2_400).random_loss(0.1), 25.0, 700.0),
        lossy(
            "bursts",
            home(2_400).burst_loss(GilbertElliott::with_mean(0.01, 5.0)),
            80.0,
            1_000.0,
        ),
    ]
}

fn paths(kind: &Kind) -> Vec<RoomScenario> {
    let band = |queue: f64| {
        Band::default()
            .at_least(Measure::Affordable, 65.0)
            .at_most(Measure::QueueDelayP95, queue)
            .at_most(Measure::LongestFreeze, 700.0)
    };
    let far = LinkConfig {
        delay: millis(150),
        ..home(2_400)
    };
    let bloated = home(2_400).buffer(Buffer::Time(seconds(2)));
    let feedback_lost = RoomScenario {
        up: LinkConfig::default().delay(millis(25)).random_loss(0.3),
        ..on(
            kind,
            "feedback-lost",
            home(2_400),
            Band::default()
                .at_least(Measure::Affordable, 40.0)
                .at_most(Measure::LongestFreeze, 1_000.0),
        )
    };
    vec![
        on(kind, "rtt-300", far, band(150.0)),
        on(kind, "bufferbloat", bloated, band(100.0)),
        on(kind, "jitter", home(2_400).jitter(millis(30)), band(100.0)),
        feedback_lost,
    ]
}

fn many(kind: &Kind) -> Vec<RoomScenario> {
    let late = RoomScenario {
        watched: vec![Duration::ZERO, seconds(15)],
        ..on(
            kind,
            "late-joiner",
            home(2_400),
            Band::default()
                .at_most(Measure::FirstFrame, 500.0)
                .at_most(Measure::LongestFreeze, 500.0),
        )
    };
    let twenty = RoomScenario {
        watched: vec![Duration::ZERO; 20],
        ..on(
            kind,
            "twenty",
            home(12_000),
            Band::default()
                .at_least(Measure::Affordable, 55.0)
                .at_least(Measure::Fairness, 60.0)
                .at_most(Measure::Switches, 15.0),
        )
    };
    vec![late, twenty]
}
