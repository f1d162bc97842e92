use std::time::Duration;

use super::{Snapshot, line};
use crate::api::Layers;
use crate::link::LinkStats;
use crate::status::{Summary, Summed};

fn snapshot(seconds: u64, bytes: u64, pictures: u64) -> Snapshot {
    let sent = LinkStats {
        bytes,
        packets: bytes / 1000,
        round_trip: Some(Duration::from_micros(1_240)),
        ..LinkStats::default()
    };
    Snapshot {
        time: Duration::from_secs(seconds),
        summary: Summary {
            sent,
            ..Summary::default()
        },
        pictures,
        peers: 1,
    }
}

#[test]
fn rates_are_those_since_the_last_line() {
    let (before, now) = (
        snapshot(60, 1_000_000, 1_500),
        snapshot(62, 1_500_000, 1_550),
    );
    assert_eq!(
        line(&before, &now),
        "01:02  sent 2.0 Mbit/s, 25 frames/s, 0 % lost, 1.2 ms there and back  |  nobody watches"
    );
}

#[test]
fn what_the_worst_receiver_says_is_told() {
    let before = snapshot(0, 0, 0);
    let mut now = snapshot(3_661, 3_661_000, 0);
    now.summary.sent.lost = 366;
    now.summary.sent.round_trip = None;
    now.summary.reception = Summed {
        viewers: 3,
        worst_score: Some(7),
        most_lost: 13,
        lowest_layers: Some(Layers {
            spatial_layer: 1,
            temporal_layer: None,
        }),
    };
    assert_eq!(
        line(&before, &now),
        "1:01:01  sent 8 kbit/s, 10.0 % lost  |  3 viewers, worst score 7/10, 5.1 % lost, layer 1"
    );
}

#[test]
fn a_server_that_is_away_is_told_instead_of_figures() {
    let mut now = snapshot(5, 1_000, 1);
    now.summary.broken = 1;
    assert_eq!(
        line(&snapshot(4, 0, 0), &now),
        "00:05  waiting for the server"
    );
    now.peers = 2;
    let text = line(&snapshot(4, 0, 0), &now);
    assert!(
        text.starts_with("00:05  1 of 2 wait for the server  sent 8 kbit/s"),
        "{text}"
    );
}
