use super::*;
use crate::testing::base;
use miso_wire::{RtpTime, Seq};

fn packet(spatial: u8, temporal: u8) -> RecvPacket {
    RecvPacket {
        seq: Seq(0),
        ts: RtpTime(0),
        size: 1_250,
        payload_len: 1_200,
        key_frame: false,
        spatial,
        temporal,
    }
}

#[test]
fn layer_rates_add_up_from_the_lowest() {
    let (start, mut rates) = (base(), LayerRates::new(2, 2, false));
    for (spatial, temporal) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        rates.add(&packet(spatial, temporal), start);
    }
    let one = 4_000;
    let found: Vec<_> = rates
        .each(start)
        .map(|(s, t, rate)| (s, t, rate.0 / one))
        .collect();
    assert_eq!(found, [(0, 0, 1), (0, 1, 2), (1, 0, 3), (1, 1, 4)]);
}

#[test]
fn stream_of_one_layer_lists_none() {
    let (start, mut rates) = (base(), LayerRates::new(1, 1, false));
    rates.add(&packet(0, 0), start);
    assert_eq!(rates.each(start).count(), 0);
    assert_eq!(rates.cumulative(0, 0, start), Bitrate(10_000));
}

#[test]
fn layer_that_was_not_announced_counts_in_the_total_only() {
    let (start, mut rates) = (base(), LayerRates::new(2, 1, false));
    rates.add(&packet(7, 9), start);
    assert_eq!(rates.total().total_packets(), 1);
    assert!(rates.each(start).all(|(_, _, rate)| rate == Bitrate::ZERO));
}

#[test]
fn padding_is_a_packet_without_bytes() {
    let (start, mut rates) = (base(), LayerRates::new(1, 1, false));
    rates.add(
        &RecvPacket {
            payload_len: 0,
            ..packet(0, 0)
        },
        start,
    );
    assert_eq!(
        (rates.total().total_packets(), rates.total().total_bytes()),
        (1, 0)
    );
}
