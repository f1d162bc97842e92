//! From nothing to connected to gone.

use std::time::Duration;

use super::world::{A, B, World, options};
use crate::sctp::options::MTU;
use crate::sctp::{Reliability, SctpEvent, SctpState, SendError};
use SctpState::{Closed, Connected, Connecting, Failed, New};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn association_stays_new_and_silent_until_asked_to_connect() {
    let mut world = World::new(1);
    world.run_for(600 * SECOND);
    assert_eq!(world.ends[A].state(), New);
    assert!(world.trace.is_empty());
    assert_eq!(world.ends[A].poll_timeout(), None);
}

#[test]
fn both_ends_pass_the_same_states_and_negotiate_before_connected() {
    let mut world = World::new(1);
    world.connect();
    for end in [A, B] {
        let expected = [
            SctpEvent::StateChanged(Connecting),
            SctpEvent::Negotiated {
                max_outbound: 65_535,
                max_inbound: 65_535,
            },
            SctpEvent::StateChanged(Connected),
        ];
        assert_eq!(world.events[end], expected);
    }
}

#[test]
fn ends_that_connect_at_the_same_time_make_one_association() {
    for seed in 0..30 {
        let mut world = World::new(seed);
        (world.loss, world.reorder) = (if seed < 10 { 0.0 } else { 0.3 }, true);
        world.ends[A].connect(world.now);
        world.ends[B].connect(world.now);
        world.run_for(120 * SECOND);
        world.loss = 0.0;
        for end in [A, B] {
            assert_eq!(world.states(end), [Connecting, Connected], "seed {seed}");
            world.send(end, 1, b"ping", Reliability::ORDERED).unwrap();
        }
        world.run_for(60 * SECOND);
        assert_eq!(
            [world.received(A, 1).len(), world.received(B, 1).len()],
            [1, 1],
            "seed {seed}"
        );
    }
}

#[test]
fn handshake_completes_under_heavy_loss() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        world.loss = 0.3;
        world.ends[A].connect(world.now);
        world.run_for(300 * SECOND);
        assert_eq!(
            [world.ends[A].state(), world.ends[B].state()],
            [Connected; 2],
            "seed {seed}"
        );
    }
}

#[test]
fn association_fails_when_nobody_answers() {
    let mut world = World::new(1);
    world.loss = 1.0;
    world.ends[A].connect(world.now);
    world.run_for(250 * SECOND);
    assert_eq!(world.states(A), [Connecting]);
    world.run_for(10 * SECOND);
    assert_eq!(world.states(A), [Connecting, Failed]);
    assert_eq!(world.trace.len(), 9, "INIT and eight repetitions");
    assert_eq!(
        world.send(A, 1, b"x", Reliability::ORDERED),
        Err(SendError::Closed)
    );
    world.ends[A].connect(world.now);
    assert_eq!(
        world.ends[A].state(),
        Failed,
        "what has failed never restarts"
    );
}

#[test]
fn association_closes_when_its_data_is_never_acknowledged() {
    let mut world = World::connected(1);
    world.loss = 1.0;
    world.send(A, 1, b"anybody?", Reliability::ORDERED).unwrap();
    world.run_for(60 * SECOND);
    assert_eq!(world.ends[A].state(), Connected);
    world.run_for(600 * SECOND);
    assert_eq!(world.states(A), [Connecting, Connected, Closed]);
    assert_eq!(
        world.send(A, 1, b"x", Reliability::ORDERED),
        Err(SendError::Closed)
    );
    assert_eq!(world.ends[A].poll_timeout(), None);
}

#[test]
fn idle_association_notices_a_dead_peer_by_heartbeats() {
    let mut world = World::connected(1);
    world.run_for(300 * SECOND);
    assert_eq!(world.ends[A].state(), Connected, "heartbeats are answered");
    world.loss = 1.0;
    world.run_for(3600 * SECOND);
    assert_eq!([world.ends[A].state(), world.ends[B].state()], [Closed; 2]);
}

#[test]
fn close_tells_the_peer() {
    let mut world = World::connected(1);
    world.ends[A].close(world.now);
    world.run_for(SECOND);
    for end in [A, B] {
        assert_eq!(world.states(end), [Connecting, Connected, Closed]);
    }
}

#[test]
fn closed_association_answers_no_new_handshake() {
    let mut world = World::connected(1);
    let init = world.trace[0].1.clone();
    world.ends[A].close(world.now);
    world.run_for(SECOND);
    let packets = world.trace.len();
    world.inject(A, init);
    world.run_for(SECOND);
    assert_eq!(world.trace.len(), packets);
    assert_eq!(world.ends[B].stats().discarded.after_end, 1);
}

#[test]
fn no_packet_exceeds_the_mtu() {
    let mut world = World::connected(3);
    world.loss = 0.05;
    world
        .send(A, 1, &[0; 200_000], Reliability::ORDERED)
        .unwrap();
    world.run_for(60 * SECOND);
    let longest = world
        .trace
        .iter()
        .map(|(_, packet)| packet.len())
        .max()
        .unwrap();
    assert!((MTU - 3..=MTU).contains(&longest), "{longest}");
}

#[test]
fn packet_that_does_not_fit_the_callers_buffer_is_counted() {
    let mut world = World::new(1);
    world.ends[A].connect(world.now);
    assert_eq!(world.ends[A].poll_transmit(&mut [0; 20]), None);
    assert_eq!(world.ends[A].stats().discarded.not_sent, 1);
}

#[test]
fn equal_secrets_give_equal_packets_and_others_give_others() {
    let run = |secret| {
        let mut world = World::with(5, options(secret), options(secret + 1));
        world.connect();
        world.loss = 0.1;
        for stream in 0..5 {
            world
                .send(A, stream, &[1; 5000], Reliability::UNORDERED)
                .unwrap();
            world
                .send(B, stream, &[2; 5000], Reliability::ORDERED)
                .unwrap();
        }
        world.run_for(60 * SECOND);
        world.trace
    };
    assert!(run(1) == run(1));
    assert!(run(1)[0] != run(3)[0]);
}
