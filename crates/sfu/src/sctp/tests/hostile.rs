//! Peers and strangers that do not keep to the protocol.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::world::{A, B, World, options, pattern};
use crate::sctp::packet::{self, PacketError};
use crate::sctp::{Reliability, SctpOptions, SctpState, StreamId, ZeroChecksum};

const SECOND: Duration = Duration::from_secs(1);
const COOKIE_ECHO: u8 = 10;

/// INIT, INIT ACK, then COOKIE ECHO is at B's door; returns the world and the COOKIE ECHO, which B has not seen.
fn before_cookie_echo() -> (World, Vec<u8>) {
    let mut world = World::new(1);
    world.tamper = Some(Box::new(|from, packet: &mut Vec<u8>| {
        if from == A && packet[12] == COOKIE_ECHO {
            packet[2] ^= 1; // Another port: B must not see this one.
        }
    }));
    world.ends[A].connect(world.now);
    world.run_for(Duration::from_millis(100));
    let mut echo = world
        .trace
        .iter()
        .find(|(from, p)| *from == A && p[12] == COOKIE_ECHO)
        .unwrap()
        .1
        .clone();
    echo[2] ^= 1;
    assert_eq!(world.ends[B].state(), SctpState::New);
    (world, echo)
}

#[test]
fn cookie_with_any_bit_flipped_makes_no_association() {
    let (mut world, echo) = before_cookie_echo();
    let len = usize::from(u16::from_be_bytes([echo[14], echo[15]]));
    assert_eq!(len, 4 + 48 + 40, "the library's cookie and our seal");
    for at in 16..12 + len {
        for bit in 0..8 {
            let mut forged = echo.clone();
            forged[at] ^= 1 << bit;
            packet::refresh_checksum(&mut forged);
            world.ends[B].handle_packet(&forged, world.now);
            assert_eq!(world.ends[B].state(), SctpState::New, "byte {at} bit {bit}");
        }
    }
    assert_eq!(
        world.ends[B].stats().discarded.bad_cookie,
        (len as u64 - 4) * 8
    );
    assert_eq!(world.ends[B].poll_transmit(&mut [0; 1500]), None);
    world.ends[B].handle_packet(&echo, world.now);
    assert_eq!(
        world.ends[B].state(),
        SctpState::Connected,
        "the true one is still good"
    );
}

#[test]
fn cookie_echo_with_a_wrong_checksum_is_not_made_right() {
    let (mut world, mut echo) = before_cookie_echo();
    echo[8] ^= 1;
    world.ends[B].handle_packet(&echo, world.now);
    assert_eq!(world.ends[B].state(), SctpState::New);
    echo[8..12].fill(0);
    world.ends[B].handle_packet(&echo, world.now);
    assert_eq!(
        world.ends[B].state(),
        SctpState::New,
        "no checksum where none was agreed to be left out"
    );
}

#[test]
fn cookie_older_than_a_minute_makes_no_association() {
    let (mut world, echo) = before_cookie_echo();
    world.ends[B].handle_packet(&echo, world.start + 62 * SECOND);
    assert_eq!(world.ends[B].state(), SctpState::New);
    assert_eq!(world.ends[B].stats().discarded.bad_cookie, 1);
}

#[test]
fn cookie_of_another_association_is_refused() {
    let (_, echo) = before_cookie_echo();
    let mut other = World::with(1, options(8), options(9));
    other.ends[B].handle_packet(&echo, other.now);
    assert_eq!(other.ends[B].state(), SctpState::New);
}

#[test]
fn replayed_cookie_changes_nothing() {
    let mut world = World::connected(1);
    let echo = world
        .trace
        .iter()
        .find(|(from, p)| *from == A && p[12] == COOKIE_ECHO)
        .unwrap()
        .1
        .clone();
    let events = world.events[B].len();
    for _ in 0..10 {
        world.inject(A, echo.clone());
    }
    world.run_for(SECOND);
    assert_eq!(world.events[B].len(), events);
    world
        .send(A, 1, b"still here", Reliability::ORDERED)
        .unwrap();
    world.run_for(SECOND);
    assert_eq!(world.received(B, 1), [b"still here"]);
}

#[test]
fn cookie_echo_behind_another_chunk_is_malformed() {
    let mut bytes = vec![0x13, 0x88, 0x13, 0x88, 0, 0, 0, 1, 0, 0, 0, 0];
    bytes.extend([11, 0, 0, 4, COOKIE_ECHO, 0, 0, 8, 1, 2, 3, 4]);
    assert_eq!(
        packet::inspect(&bytes, 5000),
        Err(PacketError::CookieEchoNotFirst)
    );
}

#[test]
fn garbage_is_counted_and_harms_nothing() {
    let mut world = World::connected(1);
    let mut rng = SmallRng::seed_from_u64(42);
    for _ in 0..20_000 {
        let mut bytes = vec![0; rng.random_range(0..200)];
        rng.fill(&mut bytes[..]);
        if rng.random_bool(0.7) && bytes.len() > 16 {
            bytes[..4].copy_from_slice(&[0x13, 0x88, 0x13, 0x88]);
            let len = u16::try_from(bytes.len() - 12).unwrap();
            bytes[14..16].copy_from_slice(&len.to_be_bytes());
            packet::refresh_checksum(&mut bytes);
        }
        world.ends[B].handle_packet(&bytes, world.now);
        world.drain();
    }
    let stats = world.ends[B].stats();
    assert!(
        stats.discarded.malformed > 5000 && stats.discarded.refused > 1000,
        "{stats:?}"
    );
    world
        .send(A, 1, b"still here", Reliability::ORDERED)
        .unwrap();
    world.run_for(SECOND);
    assert_eq!(world.received(B, 1), [b"still here"]);
}

#[test]
fn packets_cut_at_any_byte_harm_nothing() {
    let mut world = World::connected(1);
    world
        .send(A, 1, &pattern(1, 5000), Reliability::ORDERED)
        .unwrap();
    world.ends[A].reset_stream(StreamId(2), world.now).unwrap();
    world.run_for(SECOND);
    for (_, whole) in std::mem::take(&mut world.trace) {
        for len in 0..whole.len() {
            let mut cut = whole[..len].to_vec();
            packet::refresh_checksum(&mut cut);
            world.ends[B].handle_packet(&cut, world.now);
            world.drain();
        }
    }
    assert_eq!(world.ends[B].state(), SctpState::Connected);
}

/// A peer inside of DTLS that sends whatever it likes: real packets with random changes, no checksum to stop them.
#[test]
fn changed_packets_of_the_true_peer_never_panic_or_hang() {
    for seed in 0..100 {
        let over_dtls = |secret| SctpOptions {
            zero_checksum: ZeroChecksum::SctpOverDtls,
            ..options(secret)
        };
        let mut world = World::with(seed, over_dtls(1), over_dtls(2));
        world.connect();
        let mut rng = SmallRng::seed_from_u64(seed);
        world.tamper = Some(Box::new(move |from, packet: &mut Vec<u8>| {
            if from == A && rng.random_bool(0.5) {
                for _ in 0..rng.random_range(1..4) {
                    let at = rng.random_range(12..packet.len().min(80));
                    packet[at] = if rng.random_bool(0.5) {
                        rng.random()
                    } else {
                        packet[at] ^ 1
                    };
                }
                packet[8..12].fill(0);
            }
        }));
        for round in 0..20u16 {
            let _ = world.send(A, round, &pattern(1, 3000), Reliability::UNORDERED);
            let limited = Reliability {
                max_retransmits: Some(0),
                ..Reliability::UNORDERED
            };
            let _ = world.send(A, round, &pattern(1, 1500), limited);
            let _ = world.send(B, round, &pattern(1, 3000), Reliability::ORDERED);
            let _ = world.ends[A].reset_stream(StreamId(round / 2), world.now);
            world.run_for(Duration::from_millis(300));
        }
        let packets = world.trace.len();
        assert!(packets < 20_000, "seed {seed}: {packets} packets");
    }
}

#[test]
fn fragments_that_never_become_messages_end_the_association() {
    let over_dtls = |secret| SctpOptions {
        zero_checksum: ZeroChecksum::SctpOverDtls,
        ..options(secret)
    };
    let mut world = World::with(1, over_dtls(1), over_dtls(2));
    world.connect();
    world
        .send(A, 1, b"shows tag and tsn", Reliability::ORDERED)
        .unwrap();
    world.run_for(SECOND);
    let (_, first) = world
        .trace
        .iter()
        .rev()
        .find(|(from, p)| *from == A && p[12] == 64)
        .unwrap();
    let header = first[..12].to_vec();
    let mut tsn = u32::from_be_bytes(first[16..20].try_into().unwrap());
    for _ in 0..1000 {
        let mut packet = header.clone();
        for _ in 0..40 {
            tsn = tsn.wrapping_add(1);
            // Stream 9, message 0, middle fragment, one byte and its padding.
            packet.extend([64, 0, 0, 21]);
            packet.extend(tsn.to_be_bytes());
            packet.extend([0, 9, 0, 0, 0, 0, 0, 0]);
            packet.extend(tsn.to_be_bytes());
            packet.extend([7, 0, 0, 0]);
        }
        world.ends[B].handle_packet(&packet, world.now);
        world.drain();
    }
    assert_eq!(world.ends[B].state(), SctpState::Closed);
    assert_eq!(world.ends[B].stats().discarded.fragment_floods, 1);
}

#[test]
fn long_transfer_of_honest_fragments_is_no_flood() {
    let mut world = World::connected(1);
    (world.delay, world.loss) = (Duration::from_millis(2), 0.01);
    let payload = pattern(1, 250_000);
    for _ in 0..400 {
        while world.send(A, 1, &payload, Reliability::ORDERED).is_err() {
            world.run_for(Duration::from_millis(500));
        }
    }
    world.run_for(60 * SECOND);
    assert_eq!(world.received(B, 1).len(), 400);
    assert_eq!(world.ends[B].state(), SctpState::Connected);
}
