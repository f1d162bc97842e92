//! Random sequences of inputs: what the events tell and what the server shows are always the same.

use std::time::Duration;

use proptest::prelude::*;

use super::test_peer::{Host, Request, credentials, tuple};
use super::*;

#[derive(Clone, Debug)]
enum Input {
    Request {
        use_candidate: bool,
        nomination: Option<u32>,
        from: u8,
        login: u64,
    },
    Media {
        from: u8,
    },
    Remove {
        from: u8,
    },
    Restart {
        login: u64,
    },
    Wait {
        seconds: u64,
    },
}

fn inputs() -> impl Strategy<Value = Input> {
    let request = (
        any::<bool>(),
        prop::option::of(0_u32..6),
        0_u8..12,
        1_u64..4,
    );
    prop_oneof![
        8 => request.prop_map(|(use_candidate, nomination, from, login)| {
            Input::Request { use_candidate, nomination, from, login }
        }),
        2 => (0_u8..12).prop_map(|from| Input::Media { from }),
        2 => (0_u8..12).prop_map(|from| Input::Remove { from }),
        1 => (1_u64..4).prop_map(|login| Input::Restart { login }),
        1 => (0_u64..40).prop_map(|seconds| Input::Wait { seconds }),
    ]
}

/// A listener's picture, made of events alone.
#[derive(Debug, Default, PartialEq, Eq)]
struct Picture {
    tuples: Vec<Tuple>,
    selected: Option<Tuple>,
    state: Option<IceState>,
}

impl Picture {
    fn apply(&mut self, event: IceEvent) {
        match event {
            IceEvent::TupleAdded(tuple) => {
                assert!(!self.tuples.contains(&tuple), "added twice");
                self.tuples.insert(0, tuple);
            }
            IceEvent::TupleRemoved(tuple) => {
                assert!(self.tuples.contains(&tuple), "removed but never added");
                self.tuples.retain(|known| *known != tuple);
            }
            IceEvent::SelectedTupleChanged(tuple) => {
                assert_ne!(self.selected, Some(tuple), "no change");
                assert!(self.tuples.contains(&tuple), "selected but not known");
                self.selected = Some(tuple);
            }
            IceEvent::StateChanged(state) => {
                assert_ne!(self.state, Some(state), "no change");
                assert!(
                    state == IceState::Disconnected || self.selected.is_some(),
                    "selection comes first"
                );
                self.selected = self.selected.filter(|_| state != IceState::Disconnected);
                self.state = Some(state);
            }
            IceEvent::UfragRetired(_) => {}
        }
    }
}

fn apply(host: &mut Host, input: &Input) {
    match *input {
        Input::Request {
            use_candidate,
            nomination,
            from,
            login,
        } => {
            let request = Request {
                use_candidate,
                nomination,
                ..Request::to(&credentials(login))
            };
            host.receive(&request, from);
        }
        Input::Media { from } => host.server.select_by_media(tuple(from)),
        Input::Remove { from } => host.server.remove_tuple(tuple(from), host.now),
        Input::Restart { login } => host.server.restart(credentials(login), host.now),
        Input::Wait { seconds } => {
            host.advance(seconds);
            host.server.handle_timeout(host.now);
        }
    }
}

fn check(host: &Host, picture: &Picture) {
    let server = &host.server;
    assert_eq!(
        (server.tuples(), server.selected_tuple()),
        (&picture.tuples[..], picture.selected)
    );
    assert_eq!(server.state(), picture.state.unwrap_or(IceState::New));
    assert!(server.tuples().len() <= MAX_TUPLES);
    let selects = matches!(server.state(), IceState::Connected | IceState::Completed);
    assert_eq!(server.selected_tuple().is_some(), selects);
    assert_eq!(
        server.poll_timeout().is_some(),
        selects,
        "consent runs exactly while there is something to send to"
    );
    if let Some(deadline) = server.poll_timeout() {
        assert!(deadline > host.now && deadline <= host.now + Duration::from_secs(30));
    }
}

proptest! {
    #[test]
    fn events_tell_all_that_the_server_shows(inputs in prop::collection::vec(inputs(), 1..80)) {
        let mut host = Host::new();
        let mut picture = Picture::default();
        for input in &inputs {
            apply(&mut host, input);
            let events = host.events();
            assert!(events.len() <= MAX_EVENTS_PER_INPUT);
            events.into_iter().for_each(|event| picture.apply(event));
            check(&host, &picture);
        }
    }
}
