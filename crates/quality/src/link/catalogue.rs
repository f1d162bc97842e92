//! The scenarios, each with its band.

use std::time::Duration;

use miso_netsim::{Buffer, GilbertElliott, LinkConfig};
use miso_testkit::Behaviour;
use miso_wire::Bitrate;

use super::trial::{Change, LinkScenario};
use crate::figures::{Band, Measure};

/// All scenarios. `course` prints the course of each run.
pub fn scenarios(course: bool) -> Vec<LinkScenario> {
    let mut all = steady();
    all.extend(steps());
    all.extend(layers());
    all.extend(neighbours());
    all.extend(losses());
    all.extend(paths());
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
fn home(rate: Bitrate) -> LinkConfig {
    LinkConfig::default()
        .rate(rate)
        .delay(millis(25))
        .buffer(Buffer::Time(millis(300)))
}

/// One flow with more to send than the link takes, for a minute of which all but the first ten seconds are measured.
fn on(name: &str, link: LinkConfig, band: Band) -> LinkScenario {
    LinkScenario {
        name: name.to_owned(),
        band,
        short: false,
        link,
        changes: Vec::new(),
        back: LinkConfig::default().delay(link.delay),
        flows: vec![Duration::ZERO],
        supply: Bitrate::kbps(12_000),
        levels: &[],
        spread: 0.4,
        feedback: millis(75),
        drift_ppm: 0,
        strangers: Vec::new(),
        measured: (seconds(10), seconds(60)),
        entitled: 1.0,
        course: false,
    }
}

/// The aim in steady state.
fn good() -> Band {
    Band::default()
        .at_least(Measure::Utilisation, 85.0)
        .at_most(Measure::QueueDelayP95, 60.0)
}

fn used(percent: f64, queue_ms: f64) -> Band {
    Band::default()
        .at_least(Measure::Utilisation, percent)
        .at_most(Measure::QueueDelayP95, queue_ms)
}

fn steady() -> Vec<LinkScenario> {
    // A single packet takes 33 ms at 300 kbit/s.
    let band = |kbps| match kbps {
        300 => used(85.0, 75.0),
        _ => good(),
    };
    let rates = [300, 600, 1_000, 2_000, 5_000, 10_000];
    let mut all: Vec<LinkScenario> = rates
        .into_iter()
        .map(|kbps| {
            let name = format!("steady-{kbps}");
            LinkScenario {
                short: kbps == 2_000,
                ..on(&name, home(Bitrate::kbps(kbps)), band(kbps))
            }
        })
        .collect();
    all.push(LinkScenario {
        spread: 0.0,
        ..on(
            "steady-2000-unpaced",
            home(Bitrate::kbps(2_000)),
            // Each frame comes at once and waits for itself: 33 ms of these.
            used(85.0, 120.0),
        )
    });
    all.push(LinkScenario {
        supply: Bitrate::kbps(1_500),
        ..on(
            "application-limited",
            home(Bitrate::kbps(5_000)),
            used(97.0, 20.0).at_least(Measure::Estimate, 2_000.0),
        )
    });
    all
}

/// What a consumer of a simulcast takes: steps, with much between them.
fn layers() -> Vec<LinkScenario> {
    const LEVELS: [Bitrate; 3] = [Bitrate::kbps(150), Bitrate::kbps(500), Bitrate::kbps(1_500)];
    // Probes of 45 ms wait where there is no room for them.
    let few_switches = |percent| used(percent, 40.0).at_most(Measure::Switches, 2.0);
    let layered = |name: &str, kbps: u64, band: Band| LinkScenario {
        supply: Bitrate::kbps(1_500),
        levels: &LEVELS,
        ..on(name, home(Bitrate::kbps(kbps)), band)
    };
    let rises = LinkScenario {
        changes: vec![Change {
            at: seconds(20),
            link: home(Bitrate::kbps(3_000)),
        }],
        measured: (seconds(20), seconds(50)),
        ..layered(
            "layers-700-to-3000",
            700,
            Band::default().at_most(Measure::Recovery, 10_000.0),
        )
    };
    vec![
        layered("layers-2500", 2_500, few_switches(95.0)),
        layered("layers-1800", 1_800, few_switches(85.0)),
        layered("layers-1000", 1_000, few_switches(45.0)),
        layered("layers-700", 700, few_switches(60.0)),
        rises,
    ]
}

/// From one rate to another, measured from a moment before the change.
fn step(name: &str, before: u64, after: u64, band: Band) -> LinkScenario {
    let before = home(Bitrate::kbps(before));
    LinkScenario {
        changes: vec![Change {
            at: seconds(20),
            link: home(Bitrate::kbps(after)),
        }],
        measured: (seconds(20), seconds(50)),
        ..on(name, before, band)
    }
}

fn steps() -> Vec<LinkScenario> {
    let recovers = |ms: f64| Band::default().at_most(Measure::Recovery, ms);
    vec![
        LinkScenario {
            short: true,
            ..step("halved-2000", 2_000, 1_000, recovers(2_000.0))
        },
        step("halved-1000", 1_000, 500, recovers(2_000.0)),
        step("halved-6000", 6_000, 3_000, recovers(2_000.0)),
        step("fifth-5000", 5_000, 1_000, recovers(4_000.0)),
        step("doubled-1000", 1_000, 2_000, recovers(6_000.0)),
        step("fivefold-1000", 1_000, 5_000, recovers(12_000.0)),
        LinkScenario {
            changes: vec![
                Change {
                    at: seconds(20),
                    link: home(Bitrate::kbps(500)),
                },
                Change {
                    at: seconds(24),
                    link: home(Bitrate::kbps(3_000)),
                },
            ],
            ..step("dip-3000", 3_000, 3_000, recovers(12_000.0))
        },
    ]
}

fn neighbours() -> Vec<LinkScenario> {
    let link = home(Bitrate::kbps(4_000));
    vec![
        LinkScenario {
            strangers: vec![(
                Behaviour::Constant(Bitrate::kbps(2_000)),
                seconds(15),
                seconds(60),
            )],
            measured: (seconds(20), seconds(60)),
            entitled: 0.5,
            ..on("constant-neighbour", link, used(80.0, 130.0))
        },
        LinkScenario {
            strangers: vec![(Behaviour::Greedy, seconds(10), seconds(70))],
            measured: (seconds(20), seconds(70)),
            ..on(
                "greedy-neighbour",
                link,
                Band::default().at_least(Measure::Share, 10.0),
            )
        },
        LinkScenario {
            flows: vec![Duration::ZERO, seconds(10)],
            measured: (seconds(40), seconds(120)),
            ..on(
                "two-flows",
                link,
                used(85.0, 80.0).at_least(Measure::Fairness, 85.0),
            )
        },
    ]
}

fn losses() -> Vec<LinkScenario> {
    let link = home(Bitrate::kbps(2_000));
    vec![
        on("loss-1", link.random_loss(0.01), used(84.0, 60.0)),
        LinkScenario {
            short: true,
            ..on("loss-5", link.random_loss(0.05), used(75.0, 60.0))
        },
        on("loss-10", link.random_loss(0.10), used(55.0, 60.0)),
        on(
            "loss-bursts",
            link.burst_loss(GilbertElliott::with_mean(0.03, 8.0)),
            used(65.0, 60.0),
        ),
        LinkScenario {
            back: LinkConfig::default().delay(millis(25)).random_loss(0.3),
            ..on("feedback-lost", link, used(80.0, 110.0))
        },
    ]
}

fn paths() -> Vec<LinkScenario> {
    let link = home(Bitrate::kbps(2_000));
    let policed = LinkConfig::default()
        .rate(Bitrate::kbps(20_000))
        .delay(millis(25))
        .buffer(Buffer::Time(millis(300)))
        .policer(Bitrate::kbps(2_000), 20_000);
    vec![
        on("round-trip-300", link.delay(millis(150)), used(80.0, 60.0)),
        on("bufferbloat", link.buffer(Buffer::Time(seconds(3))), good()),
        on(
            "short-buffer",
            link.buffer(Buffer::Time(millis(40))),
            used(75.0, 40.0).at_most(Measure::Loss, 5.0),
        ),
        on(
            "policer",
            policed,
            used(65.0, 30.0).at_most(Measure::Loss, 10.0),
        ),
        LinkScenario {
            drift_ppm: 500,
            ..on("clock-drift", link, good())
        },
        LinkScenario {
            drift_ppm: -500,
            ..on("clock-drift-back", link, good())
        },
        on("jitter-20", link.jitter(millis(20)), used(80.0, 110.0)),
        on("jitter-50", link.jitter(millis(50)), used(75.0, 130.0)),
        on("reordering", link.reorder(0.02, millis(15)), good()),
    ]
}
