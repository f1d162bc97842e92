//! What DataChannels promise.

use std::time::Duration;

use super::world::{A, B, World, options, pattern};
use crate::sctp::{
    OutgoingMessage, Ppid, Reliability, ResetError, SctpEvent, SctpOptions, SendError, StreamId,
    ZeroChecksum,
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn ordered_messages_arrive_complete_and_in_order_despite_loss_and_reordering() {
    for seed in 0..4 {
        let mut world = World::connected(seed);
        (world.loss, world.reorder) = (0.05, true);
        let sent: Vec<_> = (0..300)
            .map(|i| pattern(i, 1 + (i as usize * 37) % 3000))
            .collect();
        for payload in &sent {
            world.send(A, 3, payload, Reliability::ORDERED).unwrap();
            world.run_for(Duration::from_millis(5));
        }
        world.run_for(60 * SECOND);
        assert!(world.received(B, 3) == sent, "seed {seed}");
    }
}

#[test]
fn unordered_messages_all_arrive_and_overtake_lost_ones() {
    let mut world = World::connected(7);
    (world.loss, world.reorder) = (0.1, true);
    let mut sent: Vec<_> = (0..300).map(|i| pattern(i, 200)).collect();
    for payload in &sent {
        world.send(A, 3, payload, Reliability::UNORDERED).unwrap();
        world.run_for(Duration::from_millis(5));
    }
    world.run_for(60 * SECOND);
    let mut received = world.received(B, 3);
    assert_ne!(
        received, sent,
        "at 10 % loss and with reordering something must have overtaken"
    );
    received.sort();
    sent.sort();
    assert_eq!(received, sent);
}

/// Sends one message into a broken pipe, a reliable one after it, repairs the pipe and returns what came.
fn send_through_outage(reliability: Reliability, outage: Duration) -> Vec<Vec<u8>> {
    let mut world = World::connected(1);
    world.loss = 1.0;
    world.send(A, 1, b"doomed", reliability).unwrap();
    world.run_for(outage);
    world.loss = 0.0;
    world.send(A, 1, b"later", Reliability::UNORDERED).unwrap();
    world.run_for(30 * SECOND);
    world.received(B, 1)
}

#[test]
fn message_older_than_its_life_time_is_given_up() {
    let limited = |ms| Reliability {
        max_packet_life_time: Some(Duration::from_millis(ms)),
        ..Reliability::UNORDERED
    };
    assert_eq!(send_through_outage(limited(300), 2 * SECOND), [b"later"]);
    let mut kept = send_through_outage(limited(60_000), 2 * SECOND);
    kept.sort();
    assert_eq!(kept, [b"doomed".to_vec(), b"later".to_vec()]);
}

#[test]
fn message_is_given_up_after_its_retransmissions() {
    let limited = |n| Reliability {
        max_retransmits: Some(n),
        ..Reliability::UNORDERED
    };
    assert_eq!(send_through_outage(limited(0), 2 * SECOND), [b"later"]);
    let mut kept = send_through_outage(limited(20), 2 * SECOND);
    kept.sort();
    assert_eq!(kept, [b"doomed".to_vec(), b"later".to_vec()]);
}

#[test]
fn ordered_message_ignores_its_limits() {
    let limits = Reliability {
        ordered: true,
        max_packet_life_time: Some(Duration::from_millis(1)),
        max_retransmits: Some(0),
    };
    let mut kept = send_through_outage(limits, 2 * SECOND);
    kept.sort();
    assert_eq!(kept, [b"doomed".to_vec(), b"later".to_vec()]);
}

#[test]
fn text_and_binary_keep_their_bytes_and_their_ppid() {
    let mut world = World::connected(1);
    let every_byte: Vec<u8> = (0..=255).collect();
    let sent = [
        (Ppid::STRING, "grüß dich ☺️".as_bytes()),
        (Ppid::BINARY, &every_byte[..]),
        (Ppid::STRING_EMPTY, &[0][..]),
        (Ppid::BINARY_EMPTY, &[0][..]),
        (Ppid::DCEP, &[2][..]),
        (Ppid(0xdead_beef), b"x"),
    ];
    for (ppid, payload) in sent {
        let message = OutgoingMessage {
            stream_id: StreamId(65_534),
            ppid,
            payload,
        };
        world.ends[A]
            .send(message, Reliability::ORDERED, world.now)
            .unwrap();
    }
    world.run_for(SECOND);
    let messages: Vec<_> = world.events[B]
        .iter()
        .filter(|event| matches!(event, SctpEvent::Message { .. }))
        .cloned()
        .collect();
    let expected: Vec<_> = sent
        .iter()
        .map(|(ppid, payload)| SctpEvent::Message {
            stream_id: StreamId(65_534),
            ppid: *ppid,
            payload: payload.to_vec(),
        })
        .collect();
    assert_eq!(messages, expected);
}

#[test]
fn messages_of_the_maximum_size_pass_both_ways_under_loss() {
    let mut world = World::connected(5);
    world.loss = 0.02;
    let sent: Vec<_> = (0..3).map(|i| pattern(i, 262_144)).collect();
    for payload in &sent {
        world.send(A, 1, payload, Reliability::ORDERED).unwrap();
        world.send(B, 2, payload, Reliability::UNORDERED).unwrap();
    }
    world.run_for(120 * SECOND);
    assert!(world.received(B, 1) == sent);
    let mut received = world.received(A, 2);
    received.sort();
    let mut expected = sent;
    expected.sort();
    assert!(received == expected);
}

#[test]
fn small_message_is_not_held_up_by_a_large_one_on_another_stream() {
    let mut world = World::connected(5);
    world
        .send(A, 1, &pattern(1, 262_144), Reliability::ORDERED)
        .unwrap();
    world.send(A, 2, b"hello", Reliability::ORDERED).unwrap();
    world.run_for(Duration::from_millis(100));
    assert_eq!(
        (world.received(B, 1).len(), world.received(B, 2).len()),
        (0, 1)
    );
    world.run_for(10 * SECOND);
    assert_eq!(world.received(B, 1).len(), 1);
}

#[test]
fn message_over_the_receivers_maximum_is_discarded_and_counted() {
    let small = SctpOptions {
        max_recv_message_size: 1000,
        ..options(2)
    };
    let mut world = World::with(1, options(1), small);
    world.connect();
    world.send(A, 1, &[1; 1001], Reliability::ORDERED).unwrap();
    world.send(A, 1, &[2; 1000], Reliability::ORDERED).unwrap();
    world.run_for(SECOND);
    assert_eq!(world.received(B, 1), [vec![2; 1000]]);
    assert_eq!(world.ends[B].stats().discarded.too_long_messages, 1);
}

#[test]
fn too_long_and_empty_messages_are_refused() {
    let mut world = World::connected(1);
    assert_eq!(
        world.send(A, 1, &vec![0; 262_145], Reliability::ORDERED),
        Err(SendError::TooLong)
    );
    assert_eq!(
        world.send(A, 1, &[], Reliability::ORDERED),
        Err(SendError::Empty)
    );
    assert_eq!(world.ends[A].stats().messages_sent, 0);
}

#[test]
fn full_send_buffer_refuses_until_it_has_drained_below_the_threshold() {
    let mut world = World::connected(1);
    let payload = pattern(1, 100_000);
    let mut accepted = 0;
    while world.send(A, 1, &payload, Reliability::ORDERED).is_ok() {
        accepted += 1;
        assert!(accepted < 100, "the buffer never fills");
    }
    assert_eq!(
        world.send(A, 1, b"x", Reliability::ORDERED),
        Err(SendError::BufferFull)
    );
    assert!(world.ends[A].buffered_amount(StreamId(1)) >= 1_900_000);
    world.run_for(60 * SECOND);
    assert_eq!(world.received(B, 1).len(), accepted);
    assert!(world.events[A].contains(&SctpEvent::BufferedAmountLow {
        stream_id: StreamId(1)
    }));
    assert_eq!(world.ends[A].buffered_amount(StreamId(1)), 0);
    assert_eq!(world.send(A, 1, b"x", Reliability::ORDERED), Ok(()));
}

#[test]
fn one_full_stream_leaves_room_for_others_when_streams_are_limited() {
    let limited = SctpOptions {
        per_stream_send_queue_limit: 50_000,
        ..options(1)
    };
    let mut world = World::with(1, limited, options(2));
    world.connect();
    while world.send(A, 1, &[0; 10_000], Reliability::ORDERED).is_ok() {}
    assert_eq!(
        world.send(A, 1, b"x", Reliability::ORDERED),
        Err(SendError::BufferFull)
    );
    assert_eq!(world.send(A, 2, b"x", Reliability::ORDERED), Ok(()));
}

#[test]
fn buffered_amount_low_fires_once_per_fall_below_the_threshold() {
    let mut world = World::connected(1);
    let stream_id = StreamId(4);
    assert_eq!(world.ends[A].buffered_amount_low_threshold(stream_id), 1024);
    world.ends[A].set_buffered_amount_low_threshold(stream_id, 50_000, world.now);
    let lows = |world: &World| {
        world.events[A]
            .iter()
            .filter(|e| {
                matches!(
                    e,
                    SctpEvent::BufferedAmountLow {
                        stream_id: StreamId(4)
                    }
                )
            })
            .count()
    };
    for round in 1..=3 {
        world
            .send(A, 4, &[0; 200_000], Reliability::ORDERED)
            .unwrap();
        world.run_for(20 * SECOND);
        assert_eq!(lows(&world), round);
    }
}

#[test]
fn stream_reset_reaches_the_peer_after_the_messages_before_it() {
    let mut world = World::connected(1);
    world
        .send(A, 6, b"last words", Reliability::ORDERED)
        .unwrap();
    world.drain();
    world.ends[A].reset_stream(StreamId(6), world.now).unwrap();
    world.run_for(5 * SECOND);
    let interesting: Vec<_> = world.events[B].iter().rev().take(2).collect();
    assert_eq!(
        *interesting[0],
        SctpEvent::StreamResetByPeer {
            ids: vec![StreamId(6)]
        }
    );
    assert!(matches!(
        interesting[1],
        SctpEvent::Message {
            stream_id: StreamId(6),
            ..
        }
    ));
}

#[test]
fn stream_can_be_used_again_after_reset_even_when_packets_are_lost() {
    let mut world = World::connected(11);
    world.loss = 0.2;
    for round in 0..5u8 {
        world.send(A, 6, &[round], Reliability::ORDERED).unwrap();
        world.run_for(20 * SECOND);
        world.ends[A].reset_stream(StreamId(6), world.now).unwrap();
        world.run_for(20 * SECOND);
    }
    assert_eq!(
        world.received(B, 6),
        (0..5).map(|round| vec![round]).collect::<Vec<_>>()
    );
    let resets = world.events[B]
        .iter()
        .filter(|e| matches!(e, SctpEvent::StreamResetByPeer { .. }))
        .count();
    assert_eq!(resets, 5);
}

#[test]
fn stream_reset_needs_a_connected_association() {
    let mut world = World::new(1);
    assert_eq!(
        world.ends[A].reset_stream(StreamId(1), world.now),
        Err(ResetError::NotConnected)
    );
}

#[test]
fn messages_sent_before_the_connection_arrive_after_it() {
    let mut world = World::new(1);
    world.send(A, 1, b"early", Reliability::ORDERED).unwrap();
    world.connect();
    assert_eq!(world.received(B, 1), [b"early"]);
}

#[test]
fn data_packets_go_without_checksum_only_when_both_offer_it() {
    for (offer_a, offer_b, expected) in [
        (ZeroChecksum::SctpOverDtls, ZeroChecksum::SctpOverDtls, true),
        (ZeroChecksum::SctpOverDtls, ZeroChecksum::Off, false),
        (ZeroChecksum::Off, ZeroChecksum::SctpOverDtls, false),
        (
            ZeroChecksum::SctpOverDtls,
            ZeroChecksum::TrustedNetwork,
            false,
        ),
        (
            ZeroChecksum::TrustedNetwork,
            ZeroChecksum::TrustedNetwork,
            true,
        ),
    ] {
        let a = SctpOptions {
            zero_checksum: offer_a,
            ..options(1)
        };
        let b = SctpOptions {
            zero_checksum: offer_b,
            ..options(2)
        };
        let mut world = World::with(1, a, b);
        world.connect();
        world.send(A, 1, b"payload", Reliability::ORDERED).unwrap();
        world.run_for(SECOND);
        assert_eq!(world.received(B, 1), [b"payload"]);
        let zero = |packet: &[u8]| packet[8..12] == [0; 4];
        let (_, last) = world.trace.last().unwrap();
        assert_eq!(zero(last), expected, "{offer_a:?} {offer_b:?}");
        let (_, init) = &world.trace[0];
        assert!(!zero(init), "INIT always has a checksum");
    }
}

#[test]
fn peer_without_interleaving_is_served_with_plain_data() {
    let plain = SctpOptions {
        message_interleaving: false,
        ..options(2)
    };
    let mut world = World::with(1, options(1), plain);
    world.connect();
    world.loss = 0.05;
    let payload = pattern(1, 100_000);
    world.send(A, 1, &payload, Reliability::ORDERED).unwrap();
    world.send(B, 1, &payload, Reliability::UNORDERED).unwrap();
    world.run_for(30 * SECOND);
    assert!(world.received(B, 1) == [payload.clone()]);
    assert!(world.received(A, 1) == [payload]);
}
