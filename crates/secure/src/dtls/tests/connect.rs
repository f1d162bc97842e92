//! Handshakes that nobody disturbs, and what makes them fail.

use super::world::{End, World, context, sha_256};
use super::*;
use crate::srtp::SrtpCryptoSuite;
use std::time::Duration;

const MIXES: [(DtlsVersions, DtlsVersions, DtlsVersion); 6] = [
    (DtlsVersions::Any, DtlsVersions::Any, DtlsVersion::V13),
    (DtlsVersions::Only13, DtlsVersions::Only13, DtlsVersion::V13),
    (DtlsVersions::Only12, DtlsVersions::Only12, DtlsVersion::V12),
    (DtlsVersions::Only12, DtlsVersions::Any, DtlsVersion::V12),
    (DtlsVersions::Any, DtlsVersions::Only12, DtlsVersion::V12),
    (DtlsVersions::Any, DtlsVersions::Only13, DtlsVersion::V13),
];

#[test]
fn both_ends_agree_on_version_suite_keys_and_certificates() {
    for (a, b, version) in MIXES {
        let world = World::connected(a, b);
        let (ours, theirs) = (world.a.connected().unwrap(), world.b.connected().unwrap());
        assert_eq!(
            (ours.version, theirs.version),
            (version, version),
            "{a:?} {b:?}"
        );
        assert_eq!(ours.srtp.send, theirs.srtp.recv);
        assert_eq!(ours.srtp.recv, theirs.srtp.send);
        assert_ne!(ours.srtp.send, ours.srtp.recv);
        assert_eq!(ours.srtp.suite(), SrtpCryptoSuite::AeadAes256Gcm);
        assert_eq!(
            ours.remote_certificate,
            context(End::B, b).certificate().pem()
        );
        assert_eq!(
            theirs.remote_certificate,
            context(End::A, a).certificate().pem()
        );
        assert!(matches!(world.a.events[0], DtlsEvent::Connecting));
        assert_eq!(world.a.events.len(), 2);
    }
}

#[test]
fn roles_follow_the_remote_role_and_auto_leaves_the_client() {
    let world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    let now = world.now;
    for (remote, local) in [
        (DtlsRole::Client, DtlsRole::Server),
        (DtlsRole::Server, DtlsRole::Client),
        (DtlsRole::Auto, DtlsRole::Client),
    ] {
        let mut dtls = Dtls::new(context(End::A, DtlsVersions::Any));
        assert_eq!(dtls.role(), DtlsRole::Auto);
        assert_eq!(dtls.set_remote(&sha_256(End::B), remote, now), Ok(local));
        assert_eq!((dtls.role(), dtls.state()), (local, DtlsState::New));
        dtls.start(now);
        assert_eq!((dtls.role(), dtls.state()), (local, DtlsState::Connecting));
    }
}

#[test]
fn the_remote_is_told_once_and_with_a_fingerprint() {
    let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    let now = world.now;
    let dtls = &mut world.a.dtls;
    assert_eq!(
        dtls.set_remote(&[], DtlsRole::Auto, now),
        Err(DtlsError::NoFingerprint)
    );
    dtls.set_remote(&sha_256(End::B), DtlsRole::Auto, now)
        .unwrap();
    let again = dtls.set_remote(&sha_256(End::B), DtlsRole::Auto, now);
    assert_eq!(again, Err(DtlsError::RemoteKnown));
}

#[test]
fn a_server_may_start_before_it_knows_the_remote() {
    for (a, b, _) in MIXES {
        let mut world = World::new(a, b, 0);
        world
            .a
            .dtls
            .set_remote(&sha_256(End::B), DtlsRole::Server, world.now)
            .unwrap();
        world.start();
        world.run(Duration::from_secs(50));
        assert_eq!(
            world.states(),
            [DtlsState::Connected, DtlsState::Connecting],
            "{a:?} {b:?}"
        );
        assert_eq!(world.b.dtls.role(), DtlsRole::Server);
        // Data that comes too early waits for the verification.
        world.send(End::A, b"early").unwrap();
        world.run(Duration::from_secs(1));
        assert!(world.b.data.is_empty());
        assert!(world.b.connected().is_none());
        let role = world
            .b
            .dtls
            .set_remote(&sha_256(End::A), DtlsRole::Auto, world.now);
        assert_eq!(role, Ok(DtlsRole::Server));
        world.drain();
        assert_eq!(world.b.dtls.state(), DtlsState::Connected);
        assert_eq!(world.b.data, [b"early"]);
    }
}

#[test]
fn what_waits_for_the_verification_is_bounded() {
    let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    world
        .a
        .dtls
        .set_remote(&sha_256(End::B), DtlsRole::Server, world.now)
        .unwrap();
    world.start();
    world.run(Duration::from_secs(1));
    for _ in 0..200 {
        world.send(End::A, &[7; 1_000]).unwrap();
        world.run(Duration::from_millis(20));
    }
    world
        .b
        .dtls
        .set_remote(&sha_256(End::A), DtlsRole::Client, world.now)
        .unwrap();
    world.drain();
    let held: usize = world.b.data.iter().map(Vec::len).sum();
    assert_eq!(held, 16_000);
    assert_eq!(world.b.dtls.discarded(), 184);
    world.send(End::A, b"after").unwrap();
    world.run(Duration::from_secs(1));
    assert_eq!(world.b.data.last().unwrap(), b"after");
}

#[test]
fn a_server_that_learns_that_it_is_the_client_starts_again() {
    // Both have started as servers, as neither knew the other.
    let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    world.start();
    world.run(Duration::from_secs(1));
    assert_eq!(world.states(), [DtlsState::Connecting; 2]);
    let role = world
        .a
        .dtls
        .set_remote(&sha_256(End::B), DtlsRole::Auto, world.now);
    assert_eq!(role, Ok(DtlsRole::Client));
    world
        .b
        .dtls
        .set_remote(&sha_256(End::A), DtlsRole::Client, world.now)
        .unwrap();
    world.drain();
    world.run(Duration::from_secs(1));
    assert_eq!(world.states(), [DtlsState::Connected; 2]);
    assert_eq!(world.a.events.len(), 2, "connecting is said once");
}

#[test]
fn each_fingerprint_algorithm_is_enough_alone() {
    for at in 0..5 {
        let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
        let [of_a, of_b] =
            [End::A, End::B].map(|end| context(end, DtlsVersions::Any).fingerprints()[at].clone());
        let lower = Fingerprint::parse(of_b.algorithm(), &of_b.value().to_lowercase()).unwrap();
        world
            .a
            .dtls
            .set_remote(&[lower], DtlsRole::Server, world.now)
            .unwrap();
        world
            .b
            .dtls
            .set_remote(&[of_a], DtlsRole::Client, world.now)
            .unwrap();
        world.start();
        world.run(Duration::from_secs(1));
        assert_eq!(world.states(), [DtlsState::Connected; 2], "algorithm {at}");
    }
}

#[test]
fn a_wrong_fingerprint_fails_and_lets_no_data_through() {
    for (a, b, _) in MIXES {
        for wrong in [End::A, End::B] {
            let mut world = World::new(a, b, 0);
            let of = |end: End| sha_256(if wrong == end { end } else { end.other() });
            world
                .a
                .dtls
                .set_remote(&of(End::A), DtlsRole::Server, world.now)
                .unwrap();
            world
                .b
                .dtls
                .set_remote(&of(End::B), DtlsRole::Client, world.now)
                .unwrap();
            world.start();
            world.run(Duration::from_secs(1));
            assert_eq!(
                world.peer(wrong).failure(),
                Some(DtlsFailure::Fingerprint),
                "{a:?} {b:?} {wrong:?}"
            );
            assert_eq!(world.peer(wrong).dtls.state(), DtlsState::Failed);
            assert!(world.peer(wrong).connected().is_none());
            let _ = world.send(wrong.other(), b"secret");
            world.run(Duration::from_secs(1));
            assert!(world.peer(wrong).data.is_empty());
            assert_eq!(world.send(wrong, b"x"), Err(DtlsError::NotConnected));
        }
    }
}

#[test]
fn a_fingerprint_that_comes_late_and_is_wrong_fails_and_lets_no_data_through() {
    let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    world
        .a
        .dtls
        .set_remote(&sha_256(End::B), DtlsRole::Server, world.now)
        .unwrap();
    world.start();
    world.run(Duration::from_secs(1));
    world.send(End::A, b"early").unwrap();
    world.run(Duration::from_secs(1));
    world
        .b
        .dtls
        .set_remote(&sha_256(End::B), DtlsRole::Client, world.now)
        .unwrap();
    world.drain();
    assert_eq!(world.b.failure(), Some(DtlsFailure::Fingerprint));
    assert!(world.b.data.is_empty());
}

#[test]
fn the_strongest_algorithm_decides() {
    let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    // A good SHA-1, and a SHA-512 of another certificate.
    let mixed = [
        context(End::B, DtlsVersions::Any).fingerprints()[0].clone(),
        context(End::A, DtlsVersions::Any).fingerprints()[4].clone(),
    ];
    world
        .a
        .dtls
        .set_remote(&mixed, DtlsRole::Server, world.now)
        .unwrap();
    world
        .b
        .dtls
        .set_remote(&sha_256(End::A), DtlsRole::Client, world.now)
        .unwrap();
    world.start();
    world.run(Duration::from_secs(1));
    assert_eq!(world.a.failure(), Some(DtlsFailure::Fingerprint));
}

#[test]
fn data_passes_both_ways_unchanged() {
    for (a, b, _) in MIXES {
        let mut world = World::connected(a, b);
        for len in [0, 1, 100, 1_163, 1_200] {
            let data: Vec<u8> = (0..len).map(|i| u8::try_from(i % 256).unwrap()).collect();
            for end in [End::A, End::B] {
                world.send(end, &data).unwrap();
                world.run(Duration::from_millis(50));
                let arrived = world.peer(end.other()).data.pop();
                assert_eq!(arrived.unwrap_or_default(), data, "{a:?} {b:?} {len}");
            }
        }
        assert_eq!(
            world.send(End::A, &[0; MAX_DATA_LEN + 1]),
            Err(DtlsError::TooLong)
        );
    }
}

#[test]
fn closing_tells_the_peer_once() {
    for (a, b, _) in MIXES {
        for end in [End::A, End::B] {
            let mut world = World::connected(a, b);
            let now = world.now;
            world.peer(end).dtls.close(now);
            world.drain();
            world.run(Duration::from_secs(5));
            assert_eq!(
                world.states(),
                [DtlsState::Closed; 2],
                "{a:?} {b:?} {end:?}"
            );
            assert!(matches!(
                world.peer(end.other()).events[2..],
                [DtlsEvent::Closed]
            ));
            assert_eq!(
                world.peer(end).events.len(),
                2,
                "no event for what one did oneself"
            );
            assert_eq!(world.send(end, b"x"), Err(DtlsError::NotConnected));
        }
    }
}

#[test]
fn a_client_fails_after_thirty_seconds_of_silence() {
    for versions in [
        DtlsVersions::Any,
        DtlsVersions::Only12,
        DtlsVersions::Only13,
    ] {
        let mut world = World::new(versions, versions, 0);
        world.link.loss = 100;
        world.introduce();
        world.start();
        let start = world.now;
        world.run(Duration::from_millis(29_990));
        assert_eq!(world.states(), [DtlsState::Connecting; 2]);
        // 100 ms, doubling: 0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 12.7, 25.5 seconds, each 25 % off at most.
        assert!((8..=10).contains(&world.a.sent), "{} sent", world.a.sent);
        world.settle();
        assert_eq!(world.a.failure(), Some(DtlsFailure::Timeout));
        assert_eq!(world.now - start, Duration::from_secs(30));
    }
}

#[test]
fn a_server_without_a_client_waits_without_timers_and_one_with_half_a_hello_does_not() {
    let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    world.introduce();
    world.b.dtls.start(world.now);
    world.run(Duration::from_secs(100));
    assert_eq!(
        (world.b.dtls.state(), world.b.dtls.poll_timeout()),
        (DtlsState::Connecting, None)
    );
    // The first two bytes of a hello of a hundred.
    let half = record::clear_record(22, 0, &[1, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 2, 0xfe, 0xfd]);
    world.inject(End::B, &half.unwrap());
    world.run(Duration::from_secs(30));
    assert_eq!(world.b.failure(), Some(DtlsFailure::Timeout));
}

#[test]
fn before_the_start_nothing_is_taken() {
    let mut world = World::new(DtlsVersions::Any, DtlsVersions::Any, 0);
    world.introduce();
    world.a.dtls.start(world.now);
    world.drain();
    world.run(Duration::from_millis(50));
    assert_eq!(
        (world.b.dtls.state(), world.b.sent, world.b.dtls.discarded()),
        (DtlsState::New, 0, 1)
    );
    world.b.dtls.start(world.now);
    world.run(Duration::from_secs(2));
    assert_eq!(world.states(), [DtlsState::Connected; 2]);
}

#[test]
fn versions_that_do_not_meet_fail_on_both_sides_soon() {
    for (a, b) in [
        (DtlsVersions::Only12, DtlsVersions::Only13),
        (DtlsVersions::Only13, DtlsVersions::Only12),
    ] {
        let mut world = World::new(a, b, 0);
        world.introduce();
        world.start();
        let start = world.now;
        world.settle();
        assert_eq!(
            world.b.failure(),
            Some(DtlsFailure::NoCommonCipher),
            "{a:?} {b:?}"
        );
        assert_eq!(
            world.a.failure(),
            Some(DtlsFailure::Alert(40)),
            "{a:?} {b:?}"
        );
        assert!(world.now - start < Duration::from_secs(2));
    }
}
