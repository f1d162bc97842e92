//! DTLS versions, roles and fingerprints.

use std::time::Duration;

use miso_secure::{DtlsRole, DtlsVersions, FingerprintAlgorithm};
use miso_sfu::DropReason;
use miso_testkit::other::DtlsVersion;
use miso_testkit::{PeerSettings, VideoSettings, World};

fn video_flows(world: &mut World, settings: &PeerSettings) {
    let alice = world.add_connected_peer(settings);
    let bob = world.add_connected_peer(settings);
    let video = world.produce_video(alice, VideoSettings::default());
    let consumed = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(2));
    let report = world.sink(&consumed).report();
    assert!(
        report.is_flawless() && report.complete_frames > 50,
        "{}: {settings:?}: {report:?}",
        world.at()
    );
}

#[test]
fn media_flows_over_every_version_of_dtls_in_both_roles() {
    let versions = [
        (DtlsVersions::Any, DtlsVersion::Auto),
        (DtlsVersions::Any, DtlsVersion::Dtls12),
        (DtlsVersions::Any, DtlsVersion::Dtls13),
        (DtlsVersions::Only12, DtlsVersion::Dtls12),
        (DtlsVersions::Only13, DtlsVersion::Dtls13),
        (DtlsVersions::Only12, DtlsVersion::Auto),
        (DtlsVersions::Only13, DtlsVersion::Auto),
    ];
    for (ours, dtls) in versions {
        for role in [DtlsRole::Client, DtlsRole::Server, DtlsRole::Auto] {
            let mut world = World::with_dtls(2, ours);
            println!("{ours:?} {dtls:?} {role:?}");
            let settings = PeerSettings {
                dtls,
                role,
                ..PeerSettings::default()
            };
            video_flows(&mut world, &settings);
        }
    }
}

#[test]
fn peers_connect_that_announce_only_a_longer_hash() {
    for fingerprint in [FingerprintAlgorithm::Sha384, FingerprintAlgorithm::Sha512] {
        let mut world = World::new(3);
        let settings = PeerSettings {
            fingerprint,
            ..PeerSettings::default()
        };
        video_flows(&mut world, &settings);
    }
}

#[test]
fn a_peer_with_another_certificate_than_announced_fails_and_nothing_of_it_is_forwarded() {
    for (role, dtls) in [
        (DtlsRole::Client, DtlsVersion::Dtls12),
        (DtlsRole::Client, DtlsVersion::Dtls13),
        (DtlsRole::Server, DtlsVersion::Dtls12),
        (DtlsRole::Server, DtlsVersion::Dtls13),
    ] {
        let mut world = World::new(4);
        let bob = world.add_connected_peer(&PeerSettings::default());
        let liar = world.add_peer(&PeerSettings {
            lies: true,
            role,
            dtls,
            ..PeerSettings::default()
        });
        let video = world.produce_video(liar, VideoSettings::default());
        let consumed = world.consume(bob, video.id);
        let chat = world.produce_data(liar, "chat", (None, None, None));
        let heard = world.consume_data(bob, chat.id);
        for _ in 0..50 {
            world.run_for(Duration::from_millis(100));
            world.send_message(&chat, true, b"let me in");
        }
        let transport = world.peer(liar).send.transport;
        let events = world.transport_events(transport);
        assert!(
            events.contains(&"Dtls(Failed)".to_owned()),
            "{}: {role:?} {dtls:?} {events:?}",
            world.at()
        );
        assert!(
            !events.contains(&"Dtls(Connected)".to_owned()),
            "{}: {events:?}",
            world.at()
        );
        assert!(world.sink(&consumed).is_empty(), "{}", world.at());
        assert!(
            world
                .receiver(bob)
                .channel(heard.channel)
                .messages
                .is_empty(),
            "{}",
            world.at()
        );
        let stats = world.transport_stats(transport);
        assert_eq!(stats.rtp_received.bytes, 0, "{}", world.at());
        let late = world.server.drops(DropReason::SrtpAuth);
        assert_eq!(
            late,
            0,
            "{}: there are no keys, so nothing is tried",
            world.at()
        );
    }
}

#[test]
fn versions_that_have_nothing_in_common_fail_instead_of_hanging() {
    let mut world = World::with_dtls(5, DtlsVersions::Only12);
    let settings = PeerSettings {
        dtls: DtlsVersion::Dtls13,
        ..PeerSettings::default()
    };
    let peer = world.add_peer(&settings);
    world.run_for(Duration::from_secs(45));
    let events = world.transport_events(world.peer(peer).send.transport);
    assert!(
        events.contains(&"Dtls(Failed)".to_owned()),
        "{}: {events:?}",
        world.at()
    );
}
