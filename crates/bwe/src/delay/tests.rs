use super::*;
use crate::testing::{arrived, ms};

const START: Bitrate = Bitrate::kbps(1_000);

fn estimator() -> DelayEstimator {
    DelayEstimator::new(START, Bitrate::kbps(30), Bitrate::kbps(100_000))
}

fn context(acknowledged: Option<Bitrate>) -> DelayContext {
    DelayContext {
        acknowledged,
        recent: acknowledged,
        probed: None,
        application_limited: false,
    }
}

/// A packet every 10 ms, each of which takes `growth` ms longer on the way than the one before, acknowledged at a rate.
fn run(estimator: &mut DelayEstimator, packets: u64, growth: u64, context: &DelayContext) {
    for number in 0..packets {
        let sent = ms(number * 10);
        let packet = arrived(sent, sent + ms(20 + number * growth));
        estimator.update(&[packet], context, sent + ms(50));
    }
}

#[test]
fn steady_delay_lets_the_rate_grow_by_eight_percent_a_second() {
    let mut estimator = estimator();
    run(&mut estimator, 101, 0, &context(Some(START)));
    let target = estimator.target().0;
    assert!((1_079_000..1_081_000).contains(&target), "{target}");
}

#[test]
fn growing_delay_falls_below_what_arrives() {
    let mut estimator = estimator();
    let arriving = Bitrate::kbps(800);
    run(&mut estimator, 60, 5, &context(Some(arriving)));
    assert!(
        estimator.target() <= Bitrate::kbps(680),
        "{:?}",
        estimator.target()
    );
}

#[test]
fn nothing_grows_while_the_sender_is_limited() {
    let mut estimator = estimator();
    let limited = DelayContext {
        application_limited: true,
        ..context(Some(START))
    };
    run(&mut estimator, 200, 0, &limited);
    assert_eq!(estimator.target(), START);
}

#[test]
fn growth_stops_at_one_and_a_half_times_what_arrives() {
    let mut estimator = estimator();
    run(&mut estimator, 5_000, 0, &context(Some(START)));
    assert_eq!(estimator.target(), Bitrate::kbps(1_510));
}

#[test]
fn probe_raises_the_estimate_or_lowers_it_no_further_than_to_what_arrives() {
    let measured = |rate, full| {
        let mut estimator = estimator();
        let probe = DelayContext {
            probed: Some(ProbeResult {
                rate: Bitrate::kbps(rate),
                full,
            }),
            ..context(Some(Bitrate::kbps(700)))
        };
        estimator.update(&[arrived(ms(0), ms(20))], &probe, ms(50));
        estimator.target()
    };
    assert_eq!(measured(3_000, false), Bitrate::kbps(3_000));
    assert_eq!(measured(900, true), Bitrate::kbps(900));
    assert_eq!(measured(500, true), Bitrate::kbps(700));
    assert_eq!(measured(500, false), START);
}

#[test]
fn packets_of_a_probe_are_no_overuse() {
    let mut estimator = estimator();
    for number in 0..60 {
        let sent = ms(number * 10);
        let mut packet = arrived(sent, sent + ms(20 + number * 5));
        packet.sent.probe = Some(1);
        estimator.update(&[packet], &context(Some(START)), sent + ms(50));
    }
    assert_eq!(estimator.usage(), LinkUsage::Normal);
}

#[test]
fn round_trip_leaves_out_how_long_the_peer_kept_its_report() {
    let mut estimator = estimator();
    let news = News {
        arrived: vec![arrived(ms(0), ms(500)), arrived(ms(60), ms(560))],
        ..News::default()
    };
    estimator.measure_rtt(&news, ms(140));
    assert_eq!(estimator.rtt(), Some(ms(80)));
}

#[test]
fn silence_and_jumps_of_a_clock_begin_anew() {
    let mut groups = PacketGroups::default();
    let mut add = |sent, at| {
        groups.add(Arrival {
            sent: ms(sent),
            at: ms(at),
        })
    };
    assert_eq!(add(10_000, 1_000), None);
    assert_eq!(add(10_010, 1_010), None);
    assert_eq!(add(10_020, 1_020).map(|change| change.delay_ms), Some(0.0));
    assert_eq!(add(10_030, 9_000), None);
    assert_eq!(add(10_040, 9_010), None);
    assert_eq!(add(10_050, 9_025).map(|change| change.delay_ms), Some(0.0));
    assert_eq!(add(10_060, 9_035).map(|change| change.delay_ms), Some(5.0));
}
