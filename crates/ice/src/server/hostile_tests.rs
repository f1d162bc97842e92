//! Whatever comes from those who do not know the password changes nothing (session hijacking by STUN).

use miso_wire::stun::{AttributeType, Class, Method};
use proptest::prelude::*;

use super::test_peer::{Host, Request, credentials};
use super::*;

const STATES: [IceState; 4] = [
    IceState::New,
    IceState::Connected,
    IceState::Completed,
    IceState::Disconnected,
];

/// Requests that lack the proof: the right password never occurs together with the right username.
fn unproved() -> impl Strategy<Value = Vec<u8>> {
    let right = credentials(1);
    let usernames = prop_oneof![
        Just(None),
        Just(Some(format!("{}:peer", right.ufrag()))),
        Just(Some(format!("{}", right.ufrag()))),
        Just(Some(format!("{}:peer", credentials(2).ufrag()))),
        "[a-z0-9:]{0,70}".prop_map(Some),
    ];
    let passwords = prop_oneof![
        Just(None),
        Just(Some(credentials(2).password().to_owned())),
        Just(Some(String::new())),
        Just(Some(right.ufrag().to_string())),
        "[a-z0-9]{1,40}".prop_map(Some),
    ];
    let flags = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    );
    (usernames, passwords, flags, any::<Option<u32>>(), 0_u16..4).prop_map(
        |(
            username,
            password,
            (has_priority, has_fingerprint, use_candidate, controlled, binding),
            nomination,
            class,
        )| {
            let classes = [
                Class::Request,
                Class::Request,
                Class::Indication,
                Class::Success,
            ];
            Request {
                class: classes[usize::from(class)],
                method: if binding {
                    Method::BINDING
                } else {
                    Method::new(3).unwrap()
                },
                username,
                password,
                has_priority,
                has_fingerprint,
                use_candidate,
                nomination,
                role: if controlled {
                    AttributeType::ICE_CONTROLLED
                } else {
                    AttributeType::ICE_CONTROLLING
                },
            }
            .bytes()
        },
    )
}

/// A right request after damage: a changed byte, a cut, or bytes inserted where the integrity covers.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let right = Request::nominate(&credentials(1)).bytes();
    (any::<prop::sample::Index>(), 1_u8.., 0_u8..3).prop_map(move |(index, change, kind)| {
        let mut bytes = right.clone();
        let position = index.index(bytes.len());
        match kind {
            0 => bytes[position] ^= change,
            1 => bytes.truncate(position),
            _ => bytes.insert(position, change),
        }
        bytes
    })
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        unproved(),
        damaged(),
        prop::collection::vec(any::<u8>(), 0..150)
    ]
}

proptest! {
    #[test]
    fn no_sequence_without_valid_integrity_changes_anything(
        packets in prop::collection::vec((hostile(), 0_u8..20), 1..40), state in 0_usize..4, restarted in any::<bool>(),
    ) {
        let mut host = Host::in_state(STATES[state]);
        if restarted {
            host.server.restart(credentials(9), host.now);
        }
        let before = host.snapshot();
        for (packet, from) in &packets {
            let verdict = host.receive_bytes(packet, *from);
            prop_assert_ne!(verdict, Verdict::Accepted);
        }
        prop_assert_eq!(host.snapshot(), before);
        prop_assert_eq!(host.events(), vec![]);
        let proved = Request::to(&credentials(if restarted { 9 } else { 1 }));
        prop_assert_eq!(host.receive(&proved, 1), Verdict::Accepted, "the peer is not locked out");
    }
}

/// Nominating requests, each with a fault that other servers have overlooked.
fn take_overs() -> Vec<(&'static str, Vec<u8>)> {
    let right = Request::nominate(&credentials(1));
    let other = credentials(2);
    let fragment_only = credentials(1).ufrag().to_string();
    let table = [
        (
            "bad integrity",
            right.with(|r| r.password = Some(other.password().into())),
        ),
        ("no integrity", right.with(|r| r.password = None)),
        (
            "empty password",
            right.with(|r| r.password = Some(String::new())),
        ),
        (
            "bad username",
            right.with(|r| r.username = Some("somebody:else".into())),
        ),
        ("no username", right.with(|r| r.username = None)),
        (
            "our fragment only",
            right.with(|r| r.username = Some(fragment_only)),
        ),
        ("no FINGERPRINT", right.with(|r| r.has_fingerprint = false)),
        ("no PRIORITY", right.with(|r| r.has_priority = false)),
        (
            "another method",
            right.with(|r| r.method = Method::new(3).unwrap()),
        ),
        ("forged success", right.with(|r| r.class = Class::Success)),
        ("forged error", right.with(|r| r.class = Class::Error)),
        ("indication", right.with(|r| r.class = Class::Indication)),
    ];
    let mut packets: Vec<_> = table.map(|(name, request)| (name, request.bytes())).into();
    let mut wrong_crc = right.bytes();
    *wrong_crc.last_mut().unwrap() ^= 1;
    packets.push(("wrong FINGERPRINT", wrong_crc));
    packets.push(("nothing", vec![]));
    packets
}

#[test]
fn known_ways_to_take_over_a_session_leave_no_trace() {
    for (name, packet) in take_overs() {
        for state in STATES {
            let mut host = Host::in_state(state);
            let before = host.snapshot();
            for from in 0..30 {
                assert_ne!(
                    host.receive_bytes(&packet, from),
                    Verdict::Accepted,
                    "{name}"
                );
            }
            assert_eq!(
                (host.snapshot(), host.events()),
                (before, vec![]),
                "{name} in {state:?}"
            );
        }
    }
}

/// An eavesdropper cannot turn the peer's plain check into a nomination: what is appended behind the integrity, with a
/// new FINGERPRINT, does not count.
#[test]
fn a_nomination_appended_to_an_authentic_request_does_not_nominate() {
    let mut packet = Request::to(&credentials(1))
        .with(|r| r.has_fingerprint = false)
        .bytes();
    packet.extend([0, 0x25, 0, 0, 0, 0x30, 0, 4, 0, 0, 0, 99]);
    let length = u16::try_from(packet.len() - 20 + 8).unwrap();
    packet[2..4].copy_from_slice(&length.to_be_bytes());
    let crc = (crc32fast::hash(&packet) ^ 0x5354_554e).to_be_bytes();
    packet.extend([0x80, 0x28, 0, 4]);
    packet.extend(crc);
    let mut host = Host::in_state(IceState::Completed);
    let selected = host.server.selected_tuple();
    assert_eq!(host.receive_bytes(&packet, 2), Verdict::Accepted);
    assert_eq!(host.server.selected_tuple(), selected);
}
