//! The scenarios, each with its band.

use std::time::Duration;

use miso_netsim::{Buffer, GilbertElliott, LinkConfig};
use miso_testkit::Behaviour;
use miso_wire::Bitrate;

use super::RoomScenario;
use super::kinds::{self, Kind};
use crate::figures::{Band, Measure};

/// All scenarios. `course` prints how each run goes to standard error.
pub fn scenarios(course: bool) -> Vec<RoomScenario> {
    let mut all = Vec::new();
    for kind in [kinds::simulcast(), kinds::svc()] {
        all.extend(steady(&kind));
        all.push(full(&kind));
        all.extend(steps(&kind));
        all.extend(losses(&kind));
        all.extend(paths(&kind));
        all.extend(clocks(&kind));
        all.extend(neighbours(&kind));
        all.extend([late_joiner(&kind), twenty(&kind)]);
    }
    for kind in [
        kinds::h264(),
        kinds::ksvc(),
        kinds::av1(),
        kinds::temporal(),
        kinds::screen(),
    ] {
        all.extend(other_codec(&kind));
    }
    for scenario in &mut all {
        scenario.course = course;
    }
    all
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
        drift_ppm: 0,
        strangers: Vec::new(),
        entitled: 1.0,
        measured: (seconds(10), seconds(40)),
        course: false,
    }
}

/// What is good enough.
#[derive(Clone, Copy)]
struct Bounds {
    /// Of affordable, percent.
    affordable: f64,
    /// Milliseconds.
    queue: f64,
    first_frame: f64,
    freeze: f64,
    /// A minute.
    switches: f64,
}

/// The aim in steady state.
const AIM: Bounds = Bounds {
    affordable: 85.0,
    queue: 60.0,
    first_frame: 500.0,
    freeze: 500.0,
    switches: 2.0,
};

impl Bounds {
    fn band(self) -> Band {
        Band::default()
            .at_least(Measure::Affordable, self.affordable)
            .at_most(Measure::QueueDelayP95, self.queue)
            .at_most(Measure::FirstFrame, self.first_frame)
            .at_most(Measure::LongestFreeze, self.freeze)
            .at_most(Measure::Switches, self.switches)
    }
}

fn steady(kind: &Kind) -> Vec<RoomScenario> {
    let rates = [300, kind.second_rate, 2_000, 5_000];
    let scenario = |kbps| on(kind, &format!("steady-{kbps}"), home(kbps), AIM.band());
    rates
        .map(|kbps| RoomScenario {
            short: kbps == 2_000,
            ..scenario(kbps)
        })
        .to_vec()
}

/// Two senders with all that a link of 10 Mbit/s carries.
fn full(kind: &Kind) -> RoomScenario {
    RoomScenario {
        watched: vec![Duration::ZERO; 2],
        ..on(
            &kinds::larger(kind, 4_000),
            "steady-10000",
            home(10_000),
            AIM.band(),
        )
    }
}

/// Another link from 15 s on. What a viewer's picture goes through meanwhile counts, how often layers change does not.
fn changed(
    kind: &Kind,
    name: &str,
    (from, to): (u64, u64),
    (bounds, recovery): (Bounds, f64),
) -> RoomScenario {
    let bounds = Bounds {
        switches: f64::MAX,
        ..bounds
    };
    let band = bounds.band().at_most(Measure::Recovery, recovery);
    RoomScenario {
        changes: vec![(seconds(15), home(to))],
        ..on(kind, name, home(from), band)
    }
}

fn halved(kind: &Kind) -> RoomScenario {
    let rates = (kind.whole_rate, kind.whole_rate / 2);
    let bounds = Bounds {
        queue: kind.halved_queue,
        ..AIM
    };
    changed(kind, "halved", rates, (bounds, 2_000.0))
}

fn steps(kind: &Kind) -> Vec<RoomScenario> {
    let doubled = changed(kind, "doubled", (1_000, 2_400), (AIM, 5_000.0));
    let sunk = Bounds {
        affordable: 65.0,
        freeze: 3_000.0,
        ..AIM
    };
    let dip = RoomScenario {
        changes: vec![(seconds(15), home(400)), (seconds(20), home(2_400))],
        ..changed(kind, "dip", (2_400, 400), (sunk, 10_000.0))
    };
    vec![halved(kind), doubled, dip]
}

fn five_percent(kind: &Kind) -> RoomScenario {
    let link = home(kind.whole_rate).random_loss(0.05);
    on(kind, "loss-5", link, AIM.band())
}

fn losses(kind: &Kind) -> Vec<RoomScenario> {
    let link = home(kind.whole_rate);
    let ten_percent = Bounds {
        affordable: 25.0,
        switches: 12.0,
        ..AIM
    };
    let bursts = Bounds {
        switches: 4.0,
        ..AIM
    };
    vec![
        on(kind, "loss-1", link.random_loss(0.01), AIM.band()),
        five_percent(kind),
        on(kind, "loss-10", link.random_loss(0.1), ten_percent.band()),
        on(
            kind,
            "bursts",
            link.burst_loss(GilbertElliott::with_mean(0.01, 5.0)),
            bursts.band(),
        ),
    ]
}

fn paths(kind: &Kind) -> Vec<RoomScenario> {
    let far = LinkConfig {
        delay: millis(150),
        ..home(2_400)
    };
    let bloated = home(2_400).buffer(Buffer::Time(seconds(2)));
    // The highest layers would fit but for what else is sent with them.
    let policed = home(20_000).policer(Bitrate::kbps(1_500), 20_000);
    let reordering = home(2_400).reorder(0.02, millis(15));
    let shaken = Bounds {
        affordable: 55.0,
        switches: 12.0,
        ..AIM
    };
    let policer = Bounds {
        freeze: 1_000.0,
        switches: 14.0,
        ..AIM
    };
    let deaf = Bounds {
        affordable: 50.0,
        switches: 4.0,
        ..AIM
    };
    vec![
        on(kind, "rtt-300", far, AIM.band()),
        on(kind, "bufferbloat", bloated, AIM.band()),
        on(
            kind,
            "jitter",
            home(2_400).jitter(millis(30)),
            shaken.band(),
        ),
        on(kind, "policer", policed, policer.band()),
        on(kind, "reordering", reordering, AIM.band()),
        RoomScenario {
            up: LinkConfig::default().delay(millis(25)).random_loss(0.3),
            ..on(kind, "feedback-lost", home(2_400), deaf.band())
        },
    ]
}

/// The viewer's clock goes too fast, or too slow.
fn clocks(kind: &Kind) -> Vec<RoomScenario> {
    [("clock-drift", 500), ("clock-drift-back", -500)]
        .map(|(name, drift_ppm)| RoomScenario {
            drift_ppm,
            ..on(kind, name, home(2_400), AIM.band())
        })
        .to_vec()
}

/// Somebody else's traffic in the same queue.
fn neighbours(kind: &Kind) -> Vec<RoomScenario> {
    let beside = |name: &str, behaviour: Behaviour, band: Band| RoomScenario {
        strangers: vec![(behaviour, seconds(5), seconds(60))],
        entitled: 0.5,
        ..on(kind, name, home(4_000), band)
    };
    let constant = Behaviour::Constant(Bitrate::kbps(2_000));
    let greedy = Band::default()
        .at_least(Measure::Share, 4.0)
        .at_most(Measure::FirstFrame, 500.0)
        .at_most(Measure::LongestFreeze, 1_500.0)
        .at_most(Measure::Switches, 20.0);
    vec![
        beside("constant-neighbour", constant, AIM.band()),
        beside("greedy-neighbour", Behaviour::Greedy, greedy),
    ]
}

fn late_joiner(kind: &Kind) -> RoomScenario {
    let bounds = Bounds {
        switches: kind.late_switches,
        ..AIM
    };
    RoomScenario {
        watched: vec![Duration::ZERO, seconds(15)],
        ..on(kind, "late-joiner", home(kind.whole_rate), bounds.band())
    }
}

fn twenty(kind: &Kind) -> RoomScenario {
    let bounds = Bounds {
        switches: 5.0,
        queue: 75.0,
        ..AIM
    };
    RoomScenario {
        watched: vec![Duration::ZERO; 20],
        ..on(
            kind,
            "twenty",
            home(12_000),
            bounds.band().at_least(Measure::Fairness, 85.0),
        )
    }
}

/// What differs between codecs: how layers are told, and how one comes from one to another.
fn other_codec(kind: &Kind) -> Vec<RoomScenario> {
    let steady = |kbps| on(kind, &format!("steady-{kbps}"), home(kbps), AIM.band());
    vec![
        steady(kind.second_rate),
        steady(2_000),
        halved(kind),
        five_percent(kind),
        late_joiner(kind),
    ]
}
