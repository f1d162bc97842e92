use std::time::Duration;

use miso_wire::stun::{IntegrityKey, Message};

use super::test_peer::{Host, Request, credentials, tuple};
use super::*;
use IceEvent::{SelectedTupleChanged, StateChanged, TupleAdded, TupleRemoved, UfragRetired};
use IceState::{Completed, Connected, Disconnected, New};

fn plain() -> Request {
    Request::to(&credentials(1))
}

fn nominating() -> Request {
    Request::nominate(&credentials(1))
}

fn renominating(value: u32) -> Request {
    Request::renominate(&credentials(1), value)
}

fn both(value: u32) -> Request {
    Request {
        use_candidate: true,
        ..renominating(value)
    }
}

#[test]
fn a_first_plain_request_connects_and_the_selection_is_told_before_the_state() {
    for state in [New, Disconnected] {
        let mut host = Host::in_state(state);
        host.receive(&plain(), 2);
        let expected = [
            TupleAdded(tuple(2)),
            SelectedTupleChanged(tuple(2)),
            StateChanged(Connected),
        ];
        assert_eq!(host.events(), expected, "from {state:?}");
        assert!(host.server.is_valid(tuple(2)));
    }
}

#[test]
fn a_nomination_completes_whatever_the_state_before() {
    for state in [New, Disconnected, Connected] {
        for request in [nominating(), renominating(1), both(1)] {
            let mut host = Host::in_state(state);
            host.receive(&request, 2);
            let expected = [
                TupleAdded(tuple(2)),
                SelectedTupleChanged(tuple(2)),
                StateChanged(Completed),
            ];
            assert_eq!(host.events(), expected, "from {state:?}");
        }
    }
}

#[test]
fn a_nomination_of_zero_only_adds_the_tuple() {
    for state in [New, Disconnected, Connected] {
        for request in [renominating(0), both(0)] {
            let mut host = Host::in_state(state);
            host.receive(&request, 2);
            assert_eq!(host.events(), [TupleAdded(tuple(2))], "in {state:?}");
            assert_eq!(host.server.state(), state);
        }
    }
}

#[test]
fn plain_requests_only_add_tuples_once_a_path_is_selected() {
    for state in [Connected, Completed] {
        let mut host = Host::in_state(state);
        host.receive(&plain(), 2);
        assert_eq!(host.events(), [TupleAdded(tuple(2))], "in {state:?}");
        assert_eq!(host.server.selected_tuple(), Some(tuple(1)));
        host.receive(&plain(), 2);
        assert_eq!(host.events(), [], "known already");
    }
}

#[test]
fn in_completed_use_candidate_selects_and_so_does_a_newer_nomination_only() {
    let mut host = Host::in_state(New);
    host.receive(&renominating(5), 1);
    host.receive(&plain(), 2);
    host.events();
    let select = |n| vec![SelectedTupleChanged(tuple(n))];
    let steps = [
        (renominating(5), 2, vec![]),
        (renominating(4), 2, vec![]),
        (renominating(6), 2, select(2)),
        (renominating(6), 1, vec![]),
        (nominating(), 1, select(1)),
        (nominating(), 1, vec![]),
        (both(3), 2, select(2)),
        (renominating(6), 1, vec![]),
        (renominating(7), 1, select(1)),
    ];
    for (step, (request, from, expected)) in steps.into_iter().enumerate() {
        host.receive(&request, from);
        assert_eq!(host.events(), expected, "step {step}");
    }
}

#[test]
fn a_ninth_tuple_displaces_the_oldest_that_is_not_selected() {
    let mut host = Host::in_state(Completed);
    for n in 2..=8 {
        host.receive(&plain(), n);
    }
    host.events();
    assert_eq!(host.server.tuples().len(), MAX_TUPLES);
    host.receive(&plain(), 9);
    assert_eq!(
        host.events(),
        [TupleAdded(tuple(9)), TupleRemoved(tuple(2))]
    );
    assert_eq!(host.server.tuples()[0], tuple(9));
    host.receive(&nominating(), 10);
    assert_eq!(
        host.events(),
        [
            TupleAdded(tuple(10)),
            TupleRemoved(tuple(3)),
            SelectedTupleChanged(tuple(10))
        ]
    );
    host.receive(&plain(), 11);
    assert_eq!(
        host.events(),
        [TupleAdded(tuple(11)), TupleRemoved(tuple(1))]
    );
}

#[test]
fn media_from_another_known_tuple_selects_it_and_from_a_stranger_does_not() {
    for state in [Connected, Completed] {
        let mut host = Host::in_state(state);
        host.receive(&plain(), 2);
        host.events();
        host.server.select_by_media(tuple(3));
        host.server.select_by_media(tuple(1));
        assert_eq!(host.events(), [], "stranger, or selected already");
        host.server.select_by_media(tuple(2));
        assert_eq!(host.events(), [SelectedTupleChanged(tuple(2))]);
        assert_eq!(host.server.state(), state);
    }
    let mut host = Host::new();
    host.receive(&renominating(0), 1);
    host.events();
    host.server.select_by_media(tuple(1));
    assert_eq!(
        (host.events(), host.server.state()),
        (vec![], New),
        "no path is selected before connected"
    );
}

#[test]
fn removing_the_selected_tuple_selects_the_newest_other() {
    let mut host = Host::in_state(Completed);
    host.receive(&plain(), 2);
    host.receive(&plain(), 3);
    host.events();
    host.server.remove_tuple(tuple(1), host.now);
    assert_eq!(
        host.events(),
        [TupleRemoved(tuple(1)), SelectedTupleChanged(tuple(3))]
    );
    assert_eq!(host.server.state(), Completed);
    host.server.remove_tuple(tuple(2), host.now);
    assert_eq!(host.events(), [TupleRemoved(tuple(2))]);
    host.server.remove_tuple(tuple(2), host.now);
    assert_eq!(host.events(), [], "unknown");
}

#[test]
fn removing_the_last_tuple_disconnects_and_forgets_the_nomination() {
    let mut host = Host::new();
    host.receive(&renominating(9), 1);
    host.events();
    host.server.remove_tuple(tuple(1), host.now);
    assert_eq!(
        host.events(),
        [TupleRemoved(tuple(1)), StateChanged(Disconnected)]
    );
    assert_eq!(
        (host.server.selected_tuple(), host.server.poll_timeout()),
        (None, None)
    );
    host.receive(&renominating(1), 1);
    assert_eq!(host.server.state(), Completed);
}

#[test]
fn silence_for_the_consent_timeout_drops_all_tuples() {
    let mut host = Host::in_state(Completed);
    host.receive(&plain(), 2);
    host.events();
    let deadline = host.server.poll_timeout().unwrap();
    assert_eq!(deadline, host.now + Duration::from_secs(30));
    host.server
        .handle_timeout(deadline - Duration::from_millis(1));
    assert_eq!(host.events(), []);
    host.server.handle_timeout(deadline);
    assert_eq!(
        host.events(),
        [
            TupleRemoved(tuple(2)),
            TupleRemoved(tuple(1)),
            StateChanged(Disconnected)
        ]
    );
    assert_eq!(
        (host.server.tuples(), host.server.poll_timeout()),
        (&[][..], None)
    );
    host.receive(&plain(), 1);
    assert_eq!(host.server.state(), Connected, "it may recover");
}

#[test]
fn every_valid_request_renews_consent_and_no_other() {
    let mut host = Host::in_state(Connected);
    for _ in 0..10 {
        host.advance(29);
        host.server.handle_timeout(host.now);
        host.receive(&plain(), 1);
        assert_eq!(
            host.server.poll_timeout(),
            Some(host.now + Duration::from_secs(30))
        );
    }
    host.advance(29);
    host.receive(
        &Request {
            password: Some("wrong".into()),
            ..plain()
        },
        1,
    );
    host.advance(1);
    host.server.handle_timeout(host.now);
    assert_eq!(host.server.state(), Disconnected);
}

#[test]
fn consent_is_zero_or_ten_to_sixty_seconds() {
    for (setting, expected) in [
        (0, None),
        (1, Some(10)),
        (10, Some(10)),
        (20, Some(20)),
        (60, Some(60)),
        (255, Some(60)),
    ] {
        let mut host = Host::with_consent(ConsentTimeout::from_secs(setting));
        assert_eq!(
            host.server.poll_timeout(),
            None,
            "nothing to consent to yet"
        );
        host.receive(&plain(), 1);
        let timeout = host
            .server
            .poll_timeout()
            .map(|deadline| (deadline - host.now).as_secs());
        assert_eq!(timeout, expected, "setting {setting}");
    }
}

#[test]
fn after_a_restart_both_credentials_work_until_the_new_ones_are_used() {
    let mut host = Host::in_state(Completed);
    host.server.restart(credentials(2), host.now);
    assert_eq!(host.server.credentials(), &credentials(2));
    assert_eq!(
        host.server.ufrags().collect::<Vec<_>>(),
        [credentials(2).ufrag(), credentials(1).ufrag()]
    );
    assert_eq!(
        (
            host.server.state(),
            host.server.selected_tuple(),
            host.events()
        ),
        (Completed, Some(tuple(1)), vec![])
    );

    assert_eq!(host.receive(&plain(), 1), Verdict::Accepted);
    let old_key = IntegrityKey::new(credentials(1).password().as_bytes());
    assert!(
        Message::parse(&host.reply)
            .unwrap()
            .verify_integrity(&old_key),
        "signed with what was used"
    );

    assert_eq!(host.receive(&plain(), 1), Verdict::Accepted);
    assert_eq!(host.events(), [], "not retired by being used");

    let mixed = Request {
        password: plain().password,
        ..Request::to(&credentials(2))
    };
    assert_eq!(
        host.receive(&mixed, 1),
        Verdict::Refused(Refusal::Unauthenticated)
    );

    assert_eq!(
        host.receive(&Request::to(&credentials(2)), 1),
        Verdict::Accepted
    );
    assert_eq!(host.events(), [UfragRetired(credentials(1).ufrag())]);
    assert_eq!(
        host.receive(&plain(), 1),
        Verdict::Refused(Refusal::Unauthenticated)
    );
}

#[test]
fn a_restart_resets_the_nomination_and_gives_the_full_time() {
    let mut host = Host::new();
    host.receive(&renominating(9), 1);
    host.events();
    host.advance(25);
    host.server.restart(credentials(2), host.now);
    assert_eq!(
        host.server.poll_timeout(),
        Some(host.now + Duration::from_secs(30))
    );
    host.receive(&Request::renominate(&credentials(2), 1), 2);
    assert_eq!(host.events().last(), Some(&SelectedTupleChanged(tuple(2))));
}

#[test]
fn a_second_restart_retires_the_first_credentials_at_once() {
    let mut host = Host::in_state(Connected);
    host.server.restart(credentials(2), host.now);
    host.server.restart(credentials(3), host.now);
    assert_eq!(host.events(), [UfragRetired(credentials(1).ufrag())]);
    assert_eq!(
        host.receive(&plain(), 1),
        Verdict::Refused(Refusal::Unauthenticated)
    );
    assert_eq!(
        host.receive(&Request::to(&credentials(2)), 1),
        Verdict::Accepted
    );
}
