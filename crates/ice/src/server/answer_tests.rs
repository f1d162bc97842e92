//! What is answered, and to whom.

use miso_wire::stun::{AttributeType, Class, IntegrityKey, Message, Method};

use super::test_peer::{Host, Request, credentials, tuple};
use super::*;
use IceState::{Completed, Connected, Disconnected, New};

fn plain() -> Request {
    Request::to(&credentials(1))
}

/// Requests with one fault each.
fn refused_requests() -> Vec<(Refusal, Request)> {
    let (right, other) = (plain(), credentials(2));
    let ufrag = credentials(1).ufrag();
    let mut table = vec![
        (
            Refusal::UnknownMethod,
            right.with(|r| r.method = Method::new(2).unwrap()),
        ),
        (
            Refusal::NoFingerprint,
            right.with(|r| r.has_fingerprint = false),
        ),
        (Refusal::NoPriority, right.with(|r| r.has_priority = false)),
        (Refusal::MalformedAuth, right.with(|r| r.username = None)),
        (Refusal::MalformedAuth, right.with(|r| r.password = None)),
        (
            Refusal::Unauthenticated,
            right.with(|r| r.password = Some(other.password().into())),
        ),
        (
            Refusal::RoleConflict,
            right.with(|r| r.role = AttributeType::ICE_CONTROLLED),
        ),
    ];
    let wrong_usernames = [
        format!("{}:peer", other.ufrag()),
        format!("{ufrag}"),
        format!("{ufrag}x:peer"),
        format!("peer:{ufrag}"),
        ":".into(),
    ];
    for username in wrong_usernames {
        table.push((
            Refusal::Unauthenticated,
            right.with(|r| r.username = Some(username)),
        ));
    }
    table
}

#[test]
fn a_success_names_the_senders_address_and_proves_the_password() {
    let mut host = Host::new();
    assert_eq!(host.receive(&plain(), 9), Verdict::Accepted);
    assert_eq!(host.reply_kind(), Some((Class::Success, None)));
    let reply = Message::parse(&host.reply).unwrap();
    assert_eq!(reply.attributes.xor_mapped_address, Some(tuple(9).remote()));
    assert!(reply.verify_integrity(&IntegrityKey::new(credentials(1).password().as_bytes())));
}

#[test]
fn every_refusal_has_its_code_and_no_effect() {
    for (refusal, request) in refused_requests() {
        for state in [New, Connected, Completed, Disconnected] {
            let mut host = Host::in_state(state);
            let before = host.snapshot();
            host.advance(1);
            assert_eq!(
                host.receive(&request, 2),
                Verdict::Refused(refusal),
                "{request:?}"
            );
            let code = refusal.code().number();
            assert_eq!(
                host.reply_kind(),
                Some((Class::Error, Some(code))),
                "{refusal:?}"
            );
            assert!(!Message::parse(&host.reply).unwrap().has_integrity());
            assert_eq!(
                (host.snapshot(), host.events()),
                (before, vec![]),
                "{refusal:?} while {state:?}"
            );
        }
    }
}

#[test]
fn the_codes_are_those_of_mediasoup() {
    let code = |refusal: Refusal| refusal.code().number();
    for refusal in [
        Refusal::UnknownMethod,
        Refusal::NoFingerprint,
        Refusal::NoPriority,
        Refusal::MalformedAuth,
    ] {
        assert_eq!(code(refusal), 400);
    }
    assert_eq!(
        (code(Refusal::Unauthenticated), code(Refusal::RoleConflict)),
        (401, 487)
    );
}

#[test]
fn of_several_faults_the_first_in_order_is_told() {
    let mut request = Request {
        method: Method::new(2).unwrap(),
        has_fingerprint: false,
        has_priority: false,
        password: Some("wrong".into()),
        role: AttributeType::ICE_CONTROLLED,
        ..plain()
    };
    let mut host = Host::new();
    assert_eq!(
        host.receive(&request, 1),
        Verdict::Refused(Refusal::UnknownMethod)
    );
    request.method = Method::BINDING;
    assert_eq!(
        host.receive(&request, 1),
        Verdict::Refused(Refusal::NoFingerprint)
    );
    request.has_fingerprint = true;
    assert_eq!(
        host.receive(&request, 1),
        Verdict::Refused(Refusal::NoPriority)
    );
    request.has_priority = true;
    assert_eq!(
        host.receive(&request, 1),
        Verdict::Refused(Refusal::Unauthenticated)
    );
    request.password = plain().password;
    assert_eq!(
        host.receive(&request, 1),
        Verdict::Refused(Refusal::RoleConflict)
    );
}

#[test]
fn indications_and_responses_are_dropped_in_silence() {
    for class in [Class::Indication, Class::Success, Class::Error] {
        let mut host = Host::new();
        assert_eq!(
            host.receive(&Request { class, ..plain() }, 1),
            Verdict::Discarded(Discard::NotRequest)
        );
        assert_eq!((host.reply_kind(), host.events()), (None, vec![]));
    }
}

#[test]
fn strangers_get_ten_errors_a_second_and_then_silence() {
    let mut host = Host::new();
    let wrong = Request {
        password: Some("wrong".into()),
        ..plain()
    };
    for second in 0..3 {
        let answered = (0..100).filter(|n| {
            host.receive(&wrong, *n);
            host.reply_kind().is_some()
        });
        assert_eq!(
            answered.count(),
            ERROR_REPLIES_PER_SECOND as usize,
            "second {second}"
        );
        host.receive(
            &Request {
                role: AttributeType::ICE_CONTROLLED,
                ..plain()
            },
            1,
        );
        assert!(
            host.reply_kind().is_some(),
            "who knows the password is told all the same"
        );
        host.advance(1);
    }
}

#[test]
fn a_request_shorter_than_the_error_gets_silence() {
    let bare = Request {
        username: None,
        password: None,
        has_priority: false,
        has_fingerprint: false,
        ..plain()
    };
    let mut host = Host::new();
    assert_eq!(bare.bytes().len(), 32);
    assert_eq!(
        host.receive(&bare, 1),
        Verdict::Refused(Refusal::NoFingerprint)
    );
    assert_eq!(host.reply_kind(), None);
}

#[test]
fn a_valid_request_counts_though_the_reply_buffer_is_too_small() {
    let mut host = Host::new();
    let outcome = host
        .server
        .handle_stun(&plain().bytes(), tuple(1), &mut [0; 10], host.now);
    assert_eq!(
        outcome,
        StunOutcome {
            reply_len: 0,
            verdict: Verdict::Accepted
        }
    );
    assert_eq!(host.server.state(), Connected);
}
