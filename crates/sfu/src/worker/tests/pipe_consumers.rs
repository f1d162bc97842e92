use super::media::{Packet, VP8_RTX, pipe, video};
use super::rig::Rig;
use crate::command::{Command, ConsumerCommand, PreferredLayers, Response, TransportCommand};
use crate::error::ErrorKind;
use crate::event::{ConsumerEvent, Event};
use crate::ids::{ConsumerId, TransportId};
use crate::stats::{StreamDirection, StreamStats};
use miso_wire::{ReportBlock, RtcpPacket, RtcpPackets, Seq, Ssrc};
use serde_json::json;
use std::time::Duration;

/// Two sizes of a picture from transport 1, both for transport 2.
fn pair() -> Rig {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let picture = video("1", json!([{"rid": "a"}, {"rid": "b"}]));
    rig.produce(1, 10, &picture);
    rig.consume(2, 20, pipe(10, &picture, 700));
    rig
}

fn numbers(rig: &mut Rig, ssrc: u32) -> Vec<u16> {
    let packets = rig.take_rtp(2).into_iter();
    let own = packets.filter(|(header, _)| header.ssrc == Ssrc(ssrc));
    own.map(|(header, _)| header.seq.0).collect()
}

fn stats(rig: &mut Rig) -> Vec<StreamStats> {
    let command = Command::Consumer(ConsumerId(20), ConsumerCommand::GetStats);
    let Ok(Response::StreamStats(stats)) = rig.ask(command) else {
        panic!("no statistics");
    };
    stats
}

#[test]
fn every_encoding_goes_out_on_its_own_stream_with_its_payload_unchanged() {
    let mut rig = pair();
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    rig.send(1, &Packet::vp8(61, 9, true).of_rid("b"));
    rig.send(1, &Packet::vp8(60, 2, false).of_rid("a"));
    let packets = rig.take_rtp(2);
    let ssrcs: Vec<u32> = packets.iter().map(|(header, _)| header.ssrc.0).collect();
    assert_eq!(ssrcs, [700, 701, 700]);
    let stamps = packets.iter().map(|(header, _)| header.timestamp.0);
    assert_eq!(stamps.collect::<Vec<_>>(), [3_000, 27_000, 6_000]);
    for (header, packet) in &packets {
        // Widened on arrival, else as it came.
        let payload = header.payload(packet);
        assert_eq!(payload[..5], [0x90, 0xc0, 0x80, 0x11, 0x22]);
    }
    assert_eq!(packets[2].0.seq, packets[0].0.seq.wrapping_add(1));
}

#[test]
fn each_encoding_begins_with_a_key_frame_of_its_own() {
    let mut rig = pair();
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    rig.send(1, &Packet::vp8(61, 1, false).of_rid("b"));
    rig.send(1, &Packet::vp8(60, 2, false).of_rid("a"));
    assert_eq!(numbers(&mut rig, 701), [0; 0], "no key frame yet");
    assert_eq!(rig.count_plis(1), 1, "of the second only");
    rig.send(1, &Packet::vp8(61, 2, true).of_rid("b"));
    rig.send(1, &Packet::vp8(61, 3, false).of_rid("b"));
    assert_eq!(numbers(&mut rig, 701).len(), 2);
}

#[test]
fn consumer_of_type_pipe_has_no_layers_and_a_perfect_score() {
    let mut rig = pair();
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    let layers = PreferredLayers {
        spatial_layer: 0,
        temporal_layer: None,
    };
    let set = ConsumerCommand::SetPreferredLayers(layers);
    let answer = rig.ask(Command::Consumer(ConsumerId(20), set));
    assert!(matches!(answer, Ok(Response::PreferredLayers(None))));
    let score = rig.consumer(20).score.clone();
    assert_eq!((score.score, score.producer_score), (10, 10));
    assert_eq!(score.producer_scores, [10, 0]);
    let told = rig.take_events();
    let tells_layers =
        |event: &Event| matches!(event, Event::Consumer(_, ConsumerEvent::LayersChange(_)));
    assert!(!told.iter().any(tells_layers));
}

#[test]
fn feedback_reaches_the_stream_that_it_names() {
    let mut rig = pair();
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    rig.send(1, &Packet::vp8(61, 1, true).of_rid("b"));
    let second = numbers(&mut rig, 701)[0];
    rig.send_rtcp(2, |writer| {
        writer.nack(Ssrc(0), Ssrc(701), &[Seq(second)]).unwrap();
        writer.pli(Ssrc(0), Ssrc(701)).unwrap();
    });
    let packets = rig.take_rtp(2);
    let again: Vec<_> = packets.iter().map(|(it, _)| (it.ssrc.0, it.pt)).collect();
    assert_eq!(again, [(801, VP8_RTX)]);
    assert_eq!(rig.count_plis(1), 1, "of one encoding");
    rig.send_rtcp(2, |writer| {
        let block = ReportBlock {
            ssrc: Ssrc(701),
            fraction_lost: 64,
            cumulative_lost: 3,
            highest_seq: u32::from(second),
            jitter: 5,
            last_sr: 0,
            delay_since_last_sr: 0,
        };
        writer.receiver_report(Ssrc(0), &[block]).unwrap();
    });
    let stats = stats(&mut rig);
    assert!(stats.iter().all(|it| it.direction == StreamDirection::Send));
    let told = stats.iter().map(|it| {
        let lost = (it.packets_lost, it.fraction_lost);
        (it.ssrc.0, it.nack_packet_count, it.pli_count, lost)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(700, 0, 0, (0, 0)), (701, 1, 1, (3, 64))]
    );
}

#[test]
fn every_stream_has_reports_of_its_own() {
    let mut rig = pair();
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    rig.send(1, &Packet::vp8(61, 1, true).of_rid("b"));
    rig.take_rtcp(2);
    rig.advance(Duration::from_millis(600));
    let compounds = rig.take_rtcp(2);
    let packets = compounds.iter().flat_map(|bytes| RtcpPackets::new(bytes));
    let reported = packets.flatten().filter_map(|packet| match packet {
        RtcpPacket::SenderReport(report) => Some(report.info.ssrc.0),
        _ => None,
    });
    assert_eq!(reported.collect::<Vec<_>>(), [700, 701]);
}

#[test]
fn closed_pipe_consumer_gives_its_ssrcs_back() {
    let mut rig = pair();
    let picture = video("1", json!([{"rid": "a"}, {"rid": "b"}]));
    let again = || TransportCommand::Consume(ConsumerId(21), Box::new(pipe(10, &picture, 701)));
    let refused = rig.ask(Command::Transport(TransportId(2), again()));
    let refusal = refused.map(|_| ()).unwrap_err();
    assert_eq!(refusal.kind, ErrorKind::Error, "{refusal:?}");
    assert_eq!(rig.transport(2).consumer_ssrcs.len(), 4);
    rig.tell(2, TransportCommand::CloseConsumer(ConsumerId(20)));
    assert!(rig.transport(2).consumer_ssrcs.is_empty());
    rig.tell(2, again());
}

#[test]
fn pipe_consumer_needs_an_encoding_for_each_of_the_producers() {
    let mut rig = pair();
    let picture = video("1", json!([{"rid": "a"}, {"rid": "b"}]));
    let mut options = pipe(10, &picture, 900);
    options.rtp_parameters.encodings.pop();
    let make = TransportCommand::Consume(ConsumerId(21), Box::new(options));
    let refused = rig.ask(Command::Transport(TransportId(2), make));
    assert!(
        refused.is_err_and(|error| error.to_string().contains("do not match")),
        "numbers differ"
    );
    let mut options = pipe(10, &picture, 900);
    let [first, second] = options.rtp_parameters.encodings.as_mut_slice() else {
        panic!("two encodings");
    };
    second.ssrc = first.ssrc;
    let make = TransportCommand::Consume(ConsumerId(21), Box::new(options));
    let refused = rig.ask(Command::Transport(TransportId(2), make));
    assert!(refused.is_err(), "one SSRC for two streams");
}
