use super::media::{Packet, consume, video};
use super::rig::Rig;
use crate::command::{Command, ConsumerCommand, ProducerCommand};
use crate::event::{ConsumerEvent, Event};
use crate::ids::{ConsumerId, ProducerId};
use serde_json::{Value, json};
use std::time::Duration;

fn one() -> Value {
    json!([{"ssrc": 50, "rtx": {"ssrc": 51}}])
}

/// A producer on transport 1, a consumer on transport 2, both connected.
fn call(encodings: Value) -> Rig {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let options = video("1", encodings);
    rig.produce(1, 10, &options);
    rig.consume(2, 20, consume(10, &options, 700, true));
    rig
}

fn layer_changes(rig: &mut Rig) -> Vec<Option<u8>> {
    let events = rig.take_events().into_iter();
    let layers = events.filter_map(|event| match event {
        Event::Consumer(_, ConsumerEvent::LayersChange(layers)) => {
            Some(layers.map(|layers| layers.spatial_layer))
        }
        _ => None,
    });
    layers.collect()
}

#[test]
fn stream_that_begins_with_a_key_frame_is_not_asked_for_another() {
    let mut rig = call(one());
    rig.send(1, &Packet::vp8(50, 1, true));
    assert_eq!(rig.count_plis(1), 0);
    assert_eq!(rig.take_rtp(2).len(), 1);
}

#[test]
fn stream_that_begins_without_a_key_frame_is_asked_for_one_once() {
    let mut rig = call(one());
    rig.send(1, &Packet::vp8(50, 1, false));
    assert_eq!(rig.count_plis(1), 1);
    rig.send(1, &Packet::vp8(50, 2, false));
    assert_eq!(rig.count_plis(1), 0);
    assert_eq!(rig.take_rtp(2).len(), 0);
}

#[test]
fn resumed_producer_is_asked_for_a_key_frame_once() {
    let mut rig = call(one());
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.ask(Command::Producer(ProducerId(10), ProducerCommand::Pause))
        .unwrap();
    rig.advance(Duration::from_secs(3));
    rig.take_rtcp(1);
    rig.ask(Command::Producer(ProducerId(10), ProducerCommand::Resume))
        .unwrap();
    assert_eq!(rig.count_plis(1), 1);
}

#[test]
fn resumed_consumer_asks_for_a_key_frame_once_and_begins_with_it() {
    let mut rig = call(one());
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.ask(Command::Consumer(ConsumerId(20), ConsumerCommand::Pause))
        .unwrap();
    rig.send(1, &Packet::vp8(50, 2, false));
    rig.advance(Duration::from_secs(3));
    rig.take_rtcp(1);
    rig.take_rtp(2);
    rig.ask(Command::Consumer(ConsumerId(20), ConsumerCommand::Resume))
        .unwrap();
    assert_eq!(rig.count_plis(1), 1);
    rig.send(1, &Packet::vp8(50, 3, false));
    assert_eq!(rig.take_rtp(2).len(), 0);
    rig.send(1, &Packet::vp8(50, 4, true));
    assert_eq!(rig.take_rtp(2).len(), 1);
}

#[test]
fn awaited_key_frame_is_asked_for_until_it_comes() {
    let mut rig = call(one());
    rig.send(1, &Packet::vp8(50, 1, false));
    rig.take_rtcp(1);
    let mut plis = 0;
    for seq in 2..=100 {
        rig.advance(Duration::from_millis(100));
        rig.send(1, &Packet::vp8(50, seq, false));
        plis += rig.count_plis(1);
    }
    assert!((8..=11).contains(&plis), "{plis}");
    rig.send(1, &Packet::vp8(50, 101, true));
    rig.advance(Duration::from_secs(3));
    assert_eq!(rig.count_plis(1), 0);
}

#[test]
fn paused_consumer_of_a_simulcast_is_told_that_it_gets_no_layer() {
    let mut rig = call(json!([{"rid": "a"}, {"rid": "b"}]));
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    assert_eq!(layer_changes(&mut rig), [Some(0)]);
    rig.ask(Command::Consumer(ConsumerId(20), ConsumerCommand::Pause))
        .unwrap();
    assert_eq!(layer_changes(&mut rig), [None]);
    rig.ask(Command::Consumer(ConsumerId(20), ConsumerCommand::Resume))
        .unwrap();
    rig.send(1, &Packet::vp8(60, 2, true).of_rid("a"));
    assert_eq!(layer_changes(&mut rig), [Some(0)]);
    rig.ask(Command::Producer(ProducerId(10), ProducerCommand::Pause))
        .unwrap();
    assert_eq!(layer_changes(&mut rig), [None]);
}

#[test]
fn simulcast_consumer_changes_to_the_better_stream_at_its_key_frame_and_is_told_its_score() {
    let mut rig = call(json!([{"rid": "a"}, {"rid": "b"}]));
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    rig.take_events();
    rig.send(1, &Packet::vp8(61, 1, false).of_rid("b"));
    assert_eq!(rig.count_plis(1), 1);
    assert_eq!(layer_changes(&mut rig), [], "no key frame yet");
    rig.send(1, &Packet::vp8(61, 2, true).of_rid("b"));
    let events = rig.take_events();
    let changed = events.iter().position(|event| {
        matches!(event, Event::Consumer(_, ConsumerEvent::LayersChange(Some(layers))) if layers.spatial_layer == 1)
    });
    assert!(changed.is_some());
    let packets = rig.take_rtp(2);
    let seqs: Vec<u16> = packets.iter().map(|(header, _)| header.seq.0).collect();
    assert_eq!(
        seqs[1],
        seqs[0].wrapping_add(1),
        "no gap after a whole frame"
    );
    assert!(packets[1].0.timestamp.is_newer_than(packets[0].0.timestamp));
}

#[test]
fn dead_layer_is_left_for_a_living_one() {
    let mut rig = call(json!([{"rid": "a"}, {"rid": "b"}]));
    rig.send(1, &Packet::vp8(61, 1, true).of_rid("b"));
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    rig.take_events();
    for seq in 2..30 {
        rig.advance(Duration::from_millis(100));
        rig.send(1, &Packet::vp8(60, seq, seq == 20).of_rid("a"));
    }
    assert_eq!(layer_changes(&mut rig), [Some(0)]);
    rig.advance(Duration::from_secs(3));
    assert_eq!(layer_changes(&mut rig), [None], "all are dead");
}
