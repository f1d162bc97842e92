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

/// Feeds pictures of these layers, one every `interval` milliseconds from `from` on; when something changed.
fn feed(
    activity: &mut LayerActivity,
    (from, count, interval): (u32, u32, u32),
    layers: &[u8],
) -> Vec<u32> {
    let mut changes = Vec::new();
    for at in (0..count).map(|picture| from + picture * interval) {
        for spatial in layers {
            let packet = RecvPacket {
                ts: RtpTime(at * 90),
                ..packet(*spatial, 0)
            };
            let now = base() + Duration::from_millis(u64::from(at));
            if activity.packet(&packet, now) {
                changes.push(at);
            }
        }
    }
    changes
}

fn active(activity: &LayerActivity) -> Vec<u8> {
    let layers = 0..3;
    layers.filter(|it| activity.is_active(*it)).collect()
}

#[test]
fn layer_that_pictures_lack_is_noticed_within_half_a_second_and_at_once_when_it_comes_back() {
    let mut activity = LayerActivity::new(3, false, base());
    assert_eq!(feed(&mut activity, (0, 30, 40), &[0, 1, 2]), [0; 0]);
    let changes = feed(&mut activity, (1_200, 30, 40), &[0, 1]);
    assert_eq!(
        changes,
        [1_560],
        "400 ms after the last picture that had it"
    );
    assert_eq!(active(&activity), [0, 1]);
    assert_eq!(feed(&mut activity, (2_400, 30, 40), &[0, 1, 2]), [2_400]);
    assert_eq!(active(&activity), [0, 1, 2]);
}

#[test]
fn pictures_that_are_seldom_and_silence_of_all_are_no_sign_of_a_layer_that_ended() {
    let mut activity = LayerActivity::new(3, false, base());
    assert_eq!(feed(&mut activity, (0, 10, 1_000), &[0, 1, 2]), [0; 0]);
    assert_eq!(feed(&mut activity, (60_000, 10, 40), &[0, 1, 2]), [0; 0]);
    assert_eq!(feed(&mut activity, (70_000, 3, 1_000), &[0]), [0; 0]);
    assert_eq!(active(&activity), [0, 1, 2]);
}

#[test]
fn layer_may_be_silent_longer_with_discontinuous_transmission() {
    let mut activity = LayerActivity::new(2, true, base());
    assert_eq!(feed(&mut activity, (0, 140, 40), &[0]), [0; 0]);
    assert_eq!(feed(&mut activity, (6_000, 10, 40), &[0]), [6_000]);
}
