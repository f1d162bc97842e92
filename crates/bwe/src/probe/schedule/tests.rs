use super::*;
use crate::testing::ms;

fn path(estimate: u64) -> PathState {
    PathState {
        estimate: Bitrate::kbps(estimate),
        max: None,
        application_limited: false,
        calm: true,
        lossy: false,
    }
}

fn rates(plans: &Plans) -> Vec<u64> {
    plans.iter().map(|plan| plan.rate.0 / 1_000).collect()
}

fn wanting(desired: u64) -> ProbeSchedule {
    let mut schedule = ProbeSchedule::default();
    schedule.set_desired(Bitrate::kbps(desired));
    schedule
}

/// A schedule whose first probes are over.
fn settled(desired: u64, estimate: u64) -> ProbeSchedule {
    let mut schedule = wanting(desired);
    schedule.poll(&path(estimate), ms(0));
    schedule.poll(&path(estimate), ms(1_000));
    assert_eq!(schedule.phase, Phase::Settled);
    schedule
}

#[test]
fn first_probes_go_for_three_and_six_times_the_initial_estimate() {
    assert_eq!(
        rates(&wanting(9_000).poll(&path(600), ms(0))),
        [1_800, 3_600]
    );
}

#[test]
fn nothing_is_probed_for_nobody() {
    assert_eq!(rates(&wanting(0).poll(&path(600), ms(0))), []);
}

#[test]
fn probes_stop_at_twice_what_is_desired_and_at_the_limit() {
    assert_eq!(
        rates(&wanting(1_200).poll(&path(600), ms(0))),
        [1_800, 2_400]
    );
    let limited = PathState {
        max: Some(Bitrate::kbps(1_000)),
        ..path(600)
    };
    assert_eq!(rates(&wanting(9_000).poll(&limited, ms(0))), [1_000]);
}

#[test]
fn confirmed_probe_is_followed_by_twice_its_rate() {
    let mut schedule = wanting(9_000);
    schedule.poll(&path(600), ms(0));
    let next = schedule.measured(Bitrate::kbps(3_000), &path(3_000), ms(100));
    assert_eq!(rates(&next), [6_000]);
    let end = schedule.measured(Bitrate::kbps(3_500), &path(3_500), ms(200));
    assert_eq!(rates(&end), []);
}

#[test]
fn limited_sender_is_probed_every_three_seconds() {
    let mut schedule = settled(9_000, 1_000);
    let limited = PathState {
        application_limited: true,
        ..path(1_000)
    };
    let mut times = vec![];
    for millis in (1_100..10_000).step_by(100) {
        if !rates(&schedule.poll(&limited, ms(millis))).is_empty() {
            times.push(millis);
        }
    }
    assert_eq!(times, [3_000, 6_000, 9_000]);
}

#[test]
fn limited_sender_that_wants_more_is_probed_at_once() {
    let mut schedule = settled(1_100, 1_000);
    schedule.set_desired(Bitrate::kbps(1_800));
    let limited = PathState {
        application_limited: true,
        ..path(1_000)
    };
    assert_eq!(rates(&schedule.poll(&limited, ms(1_100))), [1_800, 2_000]);
    schedule.poll(&limited, ms(2_200));
    assert_eq!(rates(&schedule.poll(&limited, ms(2_300))), []);
}

#[test]
fn estimate_that_suffices_is_not_probed() {
    let mut schedule = settled(900, 1_000);
    for second in 2..60 {
        assert_eq!(rates(&schedule.poll(&path(1_000), ms(second * 1_000))), []);
    }
}

#[test]
fn drop_is_probed_for_three_times_at_growing_distances() {
    let mut schedule = settled(1_600, 1_600);
    let mut times = vec![];
    let mut calm = false;
    for millis in (1_100..30_000).step_by(100) {
        let state = PathState { calm, ..path(800) };
        let plans = schedule.poll(&state, ms(millis));
        // Each probe fills the queue for a moment.
        calm = rates(&plans).is_empty();
        if !calm && rates(&plans) == [1_360] {
            times.push(millis);
        }
    }
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(times.len(), 3, "{times:?}");
    assert!(gaps[0] >= 2_000 && gaps[1] >= 4_000, "{gaps:?}");
}

#[test]
fn nothing_is_probed_while_queues_grow() {
    let mut schedule = settled(9_000, 1_000);
    let busy = PathState {
        calm: false,
        ..path(1_000)
    };
    for second in 2..60 {
        assert_eq!(rates(&schedule.poll(&busy, ms(second * 1_000))), []);
    }
}

#[test]
fn losses_that_limit_are_put_to_the_test_now_and_then() {
    let mut schedule = settled(9_000, 1_000);
    let lossy = PathState {
        calm: false,
        lossy: true,
        ..path(1_000)
    };
    assert_eq!(rates(&schedule.poll(&lossy, ms(2_900))), []);
    assert_eq!(rates(&schedule.poll(&lossy, ms(3_000))), [1_500]);
    schedule.poll(&lossy, ms(4_000));
    assert_eq!(rates(&schedule.poll(&lossy, ms(5_900))), []);
    assert_eq!(rates(&schedule.poll(&lossy, ms(6_000))), [1_500]);
    schedule.set_desired(Bitrate::kbps(900));
    schedule.poll(&lossy, ms(7_000));
    assert_eq!(rates(&schedule.poll(&lossy, ms(20_000))), []);
}
