use super::media::{Packet, audio, consume, video};
use super::rig::{Rig, local, remote};
use crate::command::{Command, TransportCommand};
use crate::drops::DropReason;
use crate::event::{ConsumerEvent, Event, TransportEvent};
use crate::ids::TransportId;
use miso_ice::{IceState, Protocol};
use miso_secure::DtlsState;
use serde_json::json;
use std::time::Duration;

/// Events of a transport in short.
fn story(rig: &mut Rig) -> Vec<&'static str> {
    let events = rig.take_events().into_iter();
    let told = events.filter_map(|event| match event {
        Event::Transport(_, TransportEvent::IceSelectedTupleChange(_)) => Some("tuple"),
        Event::Transport(_, TransportEvent::IceStateChange(state)) => Some(state.as_str()),
        Event::Transport(_, TransportEvent::DtlsStateChange(state, _)) => Some(state.name()),
        _ => None,
    });
    told.collect()
}

#[test]
fn tuple_is_told_before_the_state_that_it_causes() {
    let mut rig = Rig::new();
    rig.join(1);
    let told = story(&mut rig);
    assert_eq!(told, ["tuple", "completed", "connecting", "connected"]);
}

#[test]
fn datagrams_of_strangers_are_counted_and_not_answered() {
    let mut rig = Rig::new();
    rig.join(1);
    let stranger = ([127, 0, 0, 1], 9).into();
    let sealed = rig.peers[&1].seal(&Packet::opus(40, 1).bytes());
    rig.deliver(stranger, sealed);
    rig.deliver(stranger, vec![22; 40]);
    assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 2);
    rig.deliver(stranger, vec![0xff; 4]);
    assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 3);
    let mut other = Rig::new();
    other.make_transport(1);
    let check = super::peer::Peer::new(
        miso_ice::Credentials::random(&mut other.worker.rng),
        other.now,
    )
    .check();
    rig.deliver(stranger, check);
    assert_eq!(rig.worker.drops(DropReason::UnknownUfrag), 1);
}

#[test]
fn media_by_another_validated_path_selects_it_and_says_so_at_once() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    let second = ([127, 0, 0, 1], 20_001).into();
    let check = rig.peers.get_mut(&1).unwrap().check();
    rig.deliver(second, check);
    rig.take_events();
    let packet = rig.peers[&1].seal(&Packet::opus(40, 1).bytes());
    rig.deliver(remote(1), packet);
    assert_eq!(story(&mut rig), ["tuple"]);
    let report = rig.peers.get_mut(&1).unwrap().rtcp(|writer| {
        writer.bye(&[miso_wire::Ssrc(40)]).unwrap();
    });
    rig.deliver(second, report);
    assert_eq!(story(&mut rig), ["tuple"]);
}

#[test]
fn vanished_peer_loses_consent_and_its_consumers_stop_until_it_is_back() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let options = video("1", json!([{"rid": "a"}, {"rid": "b"}]));
    rig.produce(1, 10, &options);
    rig.consume(2, 20, consume(10, &options, 700, true));
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    for _ in 0..4 {
        rig.advance(Duration::from_secs(10));
        rig.check(1);
    }
    assert_eq!(rig.transport(2).selected_tuple(), None);
    assert!(rig.consumer(20).legs.first().current.is_none());
    let lost = rig.take_events().iter().any(|event| {
        matches!(
            event,
            Event::Transport(
                TransportId(2),
                TransportEvent::IceStateChange(IceState::Disconnected)
            )
        )
    });
    assert!(lost);
    rig.take_rtp(2);
    rig.take_rtcp(1);
    rig.check(2);
    assert!(rig.transport(2).connected);
    rig.send(1, &Packet::vp8(60, 2, true).of_rid("a"));
    assert_eq!(rig.take_rtp(2).len(), 1);
    let layers = rig.take_events().into_iter().any(|event| {
        matches!(
            event,
            Event::Consumer(_, ConsumerEvent::LayersChange(Some(_)))
        )
    });
    assert!(layers);
}

#[test]
fn goodbye_of_the_peer_ends_media_in_both_directions_but_not_the_transport() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    rig.send(1, &Packet::opus(40, 1));
    rig.take_events();
    let late = rig.peers[&1].seal(&Packet::opus(40, 2).bytes());
    let now = rig.now;
    rig.peers.get_mut(&1).unwrap().close(now);
    rig.drain();
    assert_eq!(story(&mut rig), [DtlsState::Closed.name()]);
    assert!(!rig.transport(1).connected);
    rig.deliver(remote(1), late);
    assert_eq!(rig.worker.drops(DropReason::NoKeys), 1);
}

#[test]
fn closed_tcp_connection_is_forgotten() {
    let mut rig = Rig::new();
    rig.make_transport(1);
    let mut check = rig.peers.get_mut(&1).unwrap().check();
    rig.worker
        .handle_datagram(&mut check, Protocol::Tcp, (local(), remote(1)), rig.now);
    rig.drain();
    assert_eq!(rig.worker.demux.tuples.len(), 1);
    rig.worker
        .handle_connection_closed(local(), remote(1), rig.now);
    rig.drain();
    assert_eq!(rig.worker.demux.tuples.len(), 0);
    assert_eq!(story(&mut rig).last(), Some(&"disconnected"));
}

#[test]
fn old_username_fragment_is_forgotten_when_the_new_one_is_used() {
    let mut rig = Rig::new();
    rig.join(1);
    let Ok(crate::command::Response::IceCredentials(credentials)) = rig.ask(Command::Transport(
        TransportId(1),
        TransportCommand::RestartIce,
    )) else {
        panic!("no credentials");
    };
    assert_eq!(rig.worker.demux.ufrags.len(), 2);
    let check = super::peer::Peer::new(credentials, rig.now).check();
    rig.deliver(remote(1), check);
    assert_eq!(rig.worker.demux.ufrags.len(), 1);
}

#[test]
fn more_paths_than_allowed_displace_old_ones_in_the_table_too() {
    let mut rig = Rig::new();
    rig.join(1);
    for port in 0..40_u16 {
        let check = rig.peers.get_mut(&1).unwrap().check();
        rig.deliver(([127, 0, 0, 1], 30_000 + port).into(), check);
    }
    assert_eq!(rig.worker.demux.tuples.len(), miso_ice::MAX_TUPLES);
}
