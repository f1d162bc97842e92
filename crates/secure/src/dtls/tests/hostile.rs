//! What strangers and broken peers may send.

use super::record::{clear_record, whole_message};
use super::world::{End, World};
use super::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::time::Duration;

const VERSIONS: [DtlsVersions; 3] = [
    DtlsVersions::Any,
    DtlsVersions::Only12,
    DtlsVersions::Only13,
];

const EXT_USE_SRTP: u16 = 14;

/// Datagrams that a demultiplexer takes for DTLS and that no peer would send.
fn garbage(seed: u64) -> Vec<Vec<u8>> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..200)
        .map(|_| {
            let mut datagram = vec![0; rng.random_range(0..100)];
            rng.fill(&mut datagram[..]);
            if let Some(first) = datagram.first_mut() {
                *first = rng.random_range(20..64);
            }
            datagram
        })
        .collect()
}

/// The body of the ClientHello that A sends first.
fn first_hello(versions: DtlsVersions) -> Vec<u8> {
    let mut world = World::new(versions, versions, 0);
    world.introduce();
    world.start();
    let (_, datagram) = &world.log[0];
    datagram[25..].to_vec()
}

fn hello_datagram(body: &[u8]) -> Vec<u8> {
    clear_record(22, 0, &whole_message(1, 0, body).unwrap()).unwrap()
}

#[test]
fn garbage_before_the_first_hello_changes_nothing() {
    for versions in VERSIONS {
        for seed in 0..5 {
            let mut world = World::new(versions, versions, seed);
            world.introduce();
            world.b.dtls.start(world.now);
            world.drain();
            for datagram in garbage(seed) {
                world.inject(End::B, &datagram);
            }
            assert_eq!(world.b.sent, 0, "garbage is not answered");
            world.start();
            world.run(Duration::from_secs(3));
            assert_eq!(
                world.states(),
                [DtlsState::Connected; 2],
                "{versions:?} seed {seed}"
            );
        }
    }
}

#[test]
fn garbage_amid_the_handshake_changes_nothing() {
    for versions in VERSIONS {
        for seed in 0..5 {
            let mut world = World::new(versions, versions, seed);
            world.introduce();
            world.start();
            for datagram in garbage(seed) {
                world.inject(End::A, &datagram);
                world.inject(End::B, &datagram);
                world.run(Duration::from_micros(200));
            }
            world.settle();
            assert_eq!(
                world.states(),
                [DtlsState::Connected; 2],
                "{versions:?} seed {seed}"
            );
        }
    }
}

#[test]
fn hellos_that_lead_nowhere_before_the_real_one_do_not_end_the_call() {
    for versions in VERSIONS {
        let mut world = World::new(versions, versions, 0);
        world.introduce();
        world.b.dtls.start(world.now);
        world.drain();
        // A hello with nothing but a suite that nobody knows, twice.
        let mut hello = vec![0xfe, 0xfd];
        hello.extend_from_slice(&[9; 32]);
        hello.extend_from_slice(&[0, 0, 0, 2, 0x12, 0x34, 1, 0, 0, 0]);
        world.inject(End::B, &hello_datagram(&hello));
        world.inject(End::B, &hello_datagram(&hello));
        world.start();
        world.run(Duration::from_secs(3));
        assert_eq!(world.states(), [DtlsState::Connected; 2], "{versions:?}");
    }
}

#[test]
fn records_of_every_short_length_do_not_end_a_session() {
    for versions in VERSIONS {
        let mut world = World::connected(versions, versions);
        for content_type in 20..64 {
            for len in 0..64_u8 {
                for epoch in 0..4 {
                    let mut datagram =
                        clear_record(content_type, u32::from(len), &vec![0xa5; usize::from(len)])
                            .unwrap();
                    datagram[4] = epoch;
                    world.inject(End::A, &datagram);
                    world.inject(End::B, &datagram);
                    // The same without a header of DTLS 1.2, for the unified one of DTLS 1.3.
                    world.inject(End::A, &datagram[..usize::from(len)]);
                    datagram[1] = len;
                    world.inject(End::B, &datagram[..usize::from(len)]);
                }
            }
        }
        for seed in 0..10 {
            for datagram in garbage(seed) {
                world.inject(End::A, &datagram);
                world.inject(End::B, &datagram);
            }
        }
        alive(&mut world, versions);
    }
}

#[test]
fn a_cut_or_changed_record_of_the_peer_does_not_end_a_session() {
    for versions in VERSIONS {
        let mut world = World::connected(versions, versions);
        world.send(End::A, b"a record worth changing").unwrap();
        let record = world.log.last().unwrap().1.clone();
        world.run(Duration::from_millis(100));
        world.b.data.clear();
        for cut in 0..record.len() {
            world.inject(End::B, &record[..cut]);
        }
        for bit in 0..record.len() * 8 {
            let mut changed = record.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            world.inject(End::B, &changed);
        }
        world.inject(End::B, &record);
        assert!(
            world.b.data.is_empty(),
            "{versions:?}: a replay or a forgery was taken"
        );
        alive(&mut world, versions);
    }
}

#[test]
fn data_in_the_clear_is_taken_in_no_state() {
    let data = clear_record(23, 7, b"from nobody").unwrap();
    for versions in VERSIONS {
        let mut world = World::new(versions, versions, 0);
        world.introduce();
        for _ in 0..40 {
            world.inject(End::A, &data);
            world.inject(End::B, &data);
        }
        world.start();
        for _ in 0..40 {
            world.inject(End::A, &data);
            world.inject(End::B, &data);
            world.run(Duration::from_millis(1));
        }
        world.run(Duration::from_secs(1));
        // Behind a true record it must not slip in either.
        world.send(End::A, b"true").unwrap();
        let mut both = world.log.last().unwrap().1.clone();
        world.run(Duration::from_secs(1));
        both.extend_from_slice(&data);
        world.inject(End::B, &both);
        world.inject(End::B, &data);
        assert_eq!(world.b.data, [b"true"], "{versions:?}");
        alive(&mut world, versions);
    }
}

#[test]
fn a_clear_alert_does_not_end_a_session() {
    for versions in VERSIONS {
        let mut world = World::connected(versions, versions);
        for code in [0, 10, 20, 40, 80] {
            let alert = clear_record(21, 1_000, &[2, code]).unwrap();
            world.inject(End::A, &alert);
            world.inject(End::B, &alert);
        }
        alive(&mut world, versions);
    }
}

#[test]
fn handshake_messages_replayed_into_a_session_do_not_end_it() {
    for versions in VERSIONS {
        let mut world = World::connected(versions, versions);
        let log = world.log.clone();
        for (from, datagram) in log {
            world.inject(from, &datagram);
            world.inject(from.other(), &datagram);
        }
        world.run(Duration::from_secs(1));
        alive(&mut world, versions);
    }
}

#[test]
fn a_flood_of_handshake_fragments_holds_bounded_memory_and_ends() {
    // Fragments of messages that never become whole, after a true hello.
    for versions in VERSIONS {
        let mut world = World::new(versions, versions, 0);
        world.introduce();
        world.b.dtls.start(world.now);
        world.inject(End::B, &hello_datagram(&first_hello(versions)));
        let answered = world.b.sent;
        for seq in 1..2_000_u16 {
            let mut message = whole_message(11, seq, &[1; 1_000]).unwrap();
            message[2] = 0xff;
            world.inject(End::B, &clear_record(22, u32::from(seq), &message).unwrap());
        }
        world.settle();
        assert_eq!(world.b.dtls.state(), DtlsState::Failed);
        assert!(
            world.b.sent - answered <= 2 * 20,
            "a flood is not answered in kind"
        );
    }
}

#[test]
fn changed_copies_of_handshake_datagrams_make_no_panic_and_no_endless_work() {
    for versions in VERSIONS {
        for seed in 0..100 {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut world = World::new(versions, versions, seed);
            world.introduce();
            world.start();
            let mut seen = 0;
            while seen < world.log.len() && seen < 60 {
                let (from, mut datagram) = world.log[seen].clone();
                seen += 1;
                for _ in 0..rng.random_range(1..6) {
                    let at = rng.random_range(0..datagram.len());
                    datagram[at] = rng.random();
                }
                datagram.truncate(rng.random_range(1..=datagram.len()));
                world.inject(from.other(), &datagram);
                world.run(Duration::from_millis(rng.random_range(0..30)));
            }
            world.settle();
            assert!(
                !world.states().contains(&DtlsState::New),
                "{versions:?} seed {seed}"
            );
            let [a, b] = [world.a.connected(), world.b.connected()];
            if let (Some(a), Some(b)) = (a, b) {
                assert_eq!(a.srtp.send, b.srtp.recv, "{versions:?} seed {seed}");
            }
            assert!(
                world.log.len() < 500,
                "{versions:?} seed {seed}: {} datagrams",
                world.log.len()
            );
        }
    }
}

#[test]
fn the_answer_to_a_hello_with_sha1_in_front_chooses_aead() {
    // A hello that offers both versions, with its profiles in Chromium's order. The answer shows the choice; the
    // handshake cannot go on, as nobody has the key to this hello.
    let mut hello = first_hello(DtlsVersions::Any);
    let list = [0, 6, 0, 8, 0, 7, 0, 1, 0];
    let at = hello.windows(9).position(|part| part == list).unwrap();
    hello[at..at + 9].copy_from_slice(&[0, 6, 0, 1, 0, 7, 0, 8, 0]);
    let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    world.introduce();
    world.b.dtls.start(world.now);
    world.inject(End::B, &hello_datagram(&hello));
    let (_, answer) = world.log.iter().find(|(from, _)| *from == End::B).unwrap();
    // A ServerHello of DTLS 1.2, which has no supported_versions, with use_srtp of one AEAD profile.
    assert_eq!((answer[0], answer[13]), (22, 2));
    let [a, b] = EXT_USE_SRTP.to_be_bytes();
    let has = |part: &[u8]| answer.windows(part.len()).any(|found| found == part);
    assert!(has(&[a, b, 0, 5, 0, 2, 0, 8, 0]));
    assert!(!has(&[0, 43, 0, 2, 0xfe, 0xfc]));
}

#[test]
fn nonces_of_dtls_1_2_are_counted_where_the_peer_can_do_it() {
    let mut world = World::connected(DtlsVersions::Only12, DtlsVersions::Any);
    world.send(End::B, &[0; 100]).unwrap();
    let (_, record) = world.log.last().unwrap();
    // ChaCha20-Poly1305 adds its tag alone, AES-GCM also eight bytes of nonce.
    assert_eq!(record.len(), 13 + 100 + 16);
}

#[test]
fn records_of_a_session_are_numbered_without_repeating() {
    for versions in VERSIONS {
        let mut world = World::connected(versions, versions);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..10_000 {
            world.send(End::B, b"same").unwrap();
            let (_, record) = world.log.pop().unwrap();
            assert!(seen.insert(record), "{versions:?}: two records alike");
            world.clear_wire();
        }
    }
}

/// Both are connected and data passes both ways.
fn alive(world: &mut World, versions: DtlsVersions) {
    assert_eq!(world.states(), [DtlsState::Connected; 2], "{versions:?}");
    for end in [End::A, End::B] {
        world.peer(end.other()).data.clear();
        world.send(end, b"alive").unwrap();
        world.run(Duration::from_millis(100));
        assert_eq!(
            world.peer(end.other()).data,
            [b"alive"],
            "{versions:?} {end:?}"
        );
    }
}
