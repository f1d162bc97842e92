use super::media::{Packet, audio, consume, video};
use super::rig::{ROUTER, Rig};
use crate::command::{
    ActiveSpeakerOptions, AudioLevelOptions, Command, ObserverCommand, RouterCommand,
    TransportCommand,
};
use crate::event::{ConsumerEvent, Event};
use crate::ids::{ConsumerId, ProducerId, RtpObserverId, TransportId};
use serde_json::json;
use std::time::Duration;

/// Two peers who see and hear each other, and an observer of each kind.
fn room() -> Rig {
    let mut rig = Rig::new();
    let levels = AudioLevelOptions {
        max_entries: 1,
        threshold: -80,
        interval: Duration::from_millis(800),
    };
    let create = RouterCommand::CreateAudioLevelObserver(RtpObserverId(1), levels);
    rig.ask(Command::Router(ROUTER, create)).unwrap();
    let speaker = ActiveSpeakerOptions {
        interval: Duration::from_millis(300),
    };
    let create = RouterCommand::CreateActiveSpeakerObserver(RtpObserverId(2), speaker);
    rig.ask(Command::Router(ROUTER, create)).unwrap();
    for id in [1, 2] {
        rig.join(id);
        let sound = audio("0", json!([{"ssrc": 40}]));
        rig.produce(id, 10 * id, &sound);
        rig.produce(
            id,
            10 * id + 1,
            &video("1", json!([{"ssrc": 50, "rtx": {"ssrc": 51}}])),
        );
        for observer in [1, 2] {
            let add = ObserverCommand::AddProducer(ProducerId(10 * id));
            rig.ask(Command::Observer(RtpObserverId(observer), add))
                .unwrap();
        }
    }
    for (id, other) in [(1, 2), (2, 1)] {
        let (sound, picture) = (audio("0", json!([{}])), video("1", json!([{}])));
        rig.consume(id, 100 * id, consume(10 * other, &sound, 700, false));
        rig.consume(
            id,
            100 * id + 1,
            consume(10 * other + 1, &picture, 800, true),
        );
    }
    for seq in 1..20 {
        for id in [1, 2] {
            rig.send(id, &Packet::opus(40, seq));
            rig.send(id, &Packet::vp8(50, seq, seq == 1));
        }
        rig.advance(Duration::from_millis(20));
    }
    assert!(rig.worker.pool.used() > 0);
    rig.take_events();
    rig
}

fn closed_consumers(rig: &mut Rig) -> Vec<u64> {
    let events = rig.take_events().into_iter();
    let closed = events.filter_map(|event| match event {
        Event::Consumer(id, ConsumerEvent::ProducerClose) => Some(id.0),
        _ => None,
    });
    closed.collect()
}

#[test]
fn router_takes_everything_along() {
    let mut rig = room();
    rig.ask(Command::CloseRouter(ROUTER)).unwrap();
    rig.assert_empty();
    rig.advance(Duration::from_secs(60));
    assert_eq!(rig.worker.poll_timeout(), None);
}

#[test]
fn transport_takes_its_own_along_and_tells_consumers_elsewhere() {
    let mut rig = room();
    let close = RouterCommand::CloseTransport(TransportId(1));
    rig.ask(Command::Router(ROUTER, close)).unwrap();
    let closed = closed_consumers(&mut rig);
    assert!(closed.contains(&200) && closed.contains(&201), "{closed:?}");
    let names = &rig.worker.names;
    assert_eq!(
        (
            names.transports.len(),
            names.producers.len(),
            names.consumers.len()
        ),
        (1, 2, 0)
    );
    assert!(rig.transport(2).consumers.is_empty());
    assert!(rig.transport(2).consumer_ssrcs.is_empty());
    assert_eq!(rig.worker.demux.ufrags.len(), 1);
    rig.send(2, &Packet::opus(40, 30));
    let close = RouterCommand::CloseTransport(TransportId(2));
    rig.ask(Command::Router(ROUTER, close)).unwrap();
    rig.advance(Duration::from_secs(2));
    for observer in [1, 2] {
        let close = RouterCommand::CloseObserver(RtpObserverId(observer));
        rig.ask(Command::Router(ROUTER, close)).unwrap();
    }
    rig.ask(Command::CloseRouter(ROUTER)).unwrap();
    rig.assert_empty();
}

#[test]
fn producer_takes_its_consumers_packets_and_names_along() {
    let mut rig = room();
    rig.tell(1, TransportCommand::CloseProducer(ProducerId(10)));
    assert_eq!(closed_consumers(&mut rig), [200]);
    assert!(
        !rig.transport(2)
            .consumer_ssrcs
            .contains_key(&miso_wire::Ssrc(700))
    );
    rig.tell(1, TransportCommand::CloseProducer(ProducerId(11)));
    rig.tell(2, TransportCommand::CloseProducer(ProducerId(20)));
    rig.tell(2, TransportCommand::CloseProducer(ProducerId(21)));
    assert_eq!(rig.worker.pool.used(), 0);
    assert_eq!(rig.transport(1).listener.ssrcs().count(), 0);
    // The same names can be taken again.
    rig.produce(1, 30, &audio("0", json!([{"ssrc": 40}])));
    rig.send(1, &Packet::opus(40, 1));
    assert_eq!(rig.producer(30).streams.len(), 1);
}

#[test]
fn consumer_goes_alone() {
    let mut rig = room();
    rig.tell(2, TransportCommand::CloseConsumer(ConsumerId(201)));
    assert_eq!(closed_consumers(&mut rig), [0; 0]);
    assert!(rig.producer(11).consumers.is_empty());
    assert_eq!(rig.transport(2).consumer_ssrcs.len(), 1);
    rig.take_rtp(2);
    rig.send(1, &Packet::vp8(50, 20, false));
    assert_eq!(rig.take_rtp(2).len(), 0);
}

#[test]
fn closing_while_packets_wait_to_be_forwarded_breaks_nothing() {
    let mut rig = room();
    let sealed = rig.peers[&1].seal(&Packet::vp8(50, 20, false).bytes());
    rig.hand_over(super::rig::remote(1), sealed);
    let sealed = rig.peers[&2].seal(&Packet::vp8(50, 20, false).bytes());
    rig.hand_over(super::rig::remote(2), sealed);
    rig.tell(1, TransportCommand::CloseProducer(ProducerId(11)));
    rig.take_rtp(1);
    rig.send(2, &Packet::vp8(50, 21, false));
    assert_eq!(rig.take_rtp(1).len(), 1);
}
