use super::*;
use crate::history::SentPacket;

const PLAN: PlannedProbe = PlannedProbe {
    id: 3,
    rate: Bitrate::kbps(4_000),
    length: 1,
};

/// Packets of 1,000 bytes that left every 2 ms, which is the rate of the plan, and arrive at this distance.
fn packets(count: u64, arriving_micros: u64) -> Vec<ArrivedPacket> {
    let packet = |number| ArrivedPacket {
        sent: SentPacket {
            at: Duration::from_millis(number * 2),
            size: 1_000,
            probe: Some(PLAN.id),
        },
        at: Duration::from_micros(50_000 + number * arriving_micros),
        untold: 0,
    };
    (0..count).map(packet).collect()
}

fn measured(packets: &[ArrivedPacket]) -> Option<ProbeResult> {
    let mut measurements = ProbeMeasurements::default();
    measurements.expect(PLAN);
    measurements.add(packets)
}

#[test]
fn path_that_carries_the_probe_is_not_full() {
    let result = measured(&packets(8, 2_000)).unwrap();
    assert_eq!((result.rate, result.full), (Bitrate::kbps(4_000), false));
}

#[test]
fn path_that_is_full_gives_a_little_less_than_its_rate() {
    let result = measured(&packets(8, 4_000)).unwrap();
    assert_eq!((result.rate, result.full), (Bitrate::kbps(1_800), true));
}

#[test]
fn more_must_be_sent_for_a_lossy_path_to_be_full() {
    let full = measured(&packets(8, 4_000)).unwrap().sent_for(0.1);
    assert_eq!(full.rate, Bitrate::kbps(2_000));
    let carried = measured(&packets(8, 2_000)).unwrap();
    assert_eq!(carried.sent_for(0.1), carried);
}

#[test]
fn packets_that_arrive_all_at_once_are_no_measure() {
    assert_eq!(measured(&packets(8, 500)), None);
    assert_eq!(measured(&packets(8, 0)), None);
}

#[test]
fn probe_of_which_too_little_arrived_is_no_measure() {
    assert_eq!(measured(&packets(5, 2_000)), None);
    assert!(measured(&packets(6, 2_000)).is_some());
}

#[test]
fn result_is_found_though_feedback_comes_in_parts_and_counted_once() {
    let mut measurements = ProbeMeasurements::default();
    measurements.expect(PLAN);
    let all = packets(8, 2_000);
    assert_eq!(measurements.add(&all[..4]), None);
    assert!(measurements.add(&all[4..7]).is_some());
    assert!(measurements.add(&all[7..]).is_some());
    assert_eq!(measurements.measured, 1);
}

#[test]
fn packets_of_probes_that_nobody_awaits_change_nothing() {
    assert_eq!(ProbeMeasurements::default().add(&packets(8, 2_000)), None);
}
