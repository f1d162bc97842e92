//! Handshakes over links that lose, delay, reorder and double.

use super::world::{End, Link, World};
use super::*;
use std::time::Duration;

const VERSIONS: [DtlsVersions; 3] = [
    DtlsVersions::Any,
    DtlsVersions::Only12,
    DtlsVersions::Only13,
];

fn connects(versions: [DtlsVersions; 2], link: Link, seed: u64) {
    let mut world = World::new(versions[0], versions[1], seed);
    world.link = link;
    world.introduce();
    world.start();
    world.settle();
    let story = format!("{versions:?} {link:?} seed {seed}");
    assert_eq!(world.states(), [DtlsState::Connected; 2], "{story}");
    let (ours, theirs) = (world.a.connected().unwrap(), world.b.connected().unwrap());
    assert_eq!(ours.srtp.send, theirs.srtp.recv, "{story}");
    // Both stay, whatever is still under way, and talk.
    world.run(Duration::from_secs(5));
    world.link = Link::default();
    for end in [End::A, End::B] {
        world.send(end, b"hello").unwrap();
        world.run(Duration::from_secs(1));
        assert_eq!(world.peer(end.other()).data, [b"hello"], "{story}");
    }
    assert_eq!(world.states(), [DtlsState::Connected; 2], "{story}");
}

#[test]
fn a_handshake_survives_loss() {
    for versions in VERSIONS {
        for seed in 0..40 {
            let link = Link {
                loss: 25,
                ..Link::default()
            };
            connects([versions; 2], link, seed);
        }
    }
}

#[test]
fn a_handshake_survives_reordering_and_doubling() {
    for versions in VERSIONS {
        for seed in 0..40 {
            let jitter = Duration::from_millis(150);
            let link = Link {
                loss: 0,
                jitter,
                twice: 30,
            };
            connects([versions; 2], link, seed);
        }
    }
}

#[test]
fn a_handshake_survives_all_of_it_with_either_version_chosen() {
    for versions in [
        [DtlsVersions::Any, DtlsVersions::Only12],
        [DtlsVersions::Any, DtlsVersions::Only13],
        [DtlsVersions::Only12, DtlsVersions::Any],
    ] {
        for seed in 100..130 {
            let jitter = Duration::from_millis(100);
            let link = Link {
                loss: 15,
                jitter,
                twice: 10,
            };
            connects(versions, link, seed);
        }
    }
}

#[test]
fn losing_any_one_datagram_of_the_handshake_does_not_matter() {
    for versions in VERSIONS {
        for lost in 0..8 {
            let mut world = World::new(versions, versions, 0);
            world.introduce();
            world.start();
            while world.log.len() <= lost && world.states() != [DtlsState::Connected; 2] {
                world.run(Duration::from_millis(1));
            }
            world.lose_last();
            world.settle();
            world.run(Duration::from_secs(3));
            assert_eq!(
                world.states(),
                [DtlsState::Connected; 2],
                "{versions:?} datagram {lost}"
            );
        }
    }
}
