use super::media::{Packet, VP8, VP8_RTX, audio, consume, video};
use super::rig::Rig;
use crate::command::{Command, ConsumerCommand, ProducerCommand, Response, TransportCommand};
use crate::drops::DropReason;
use crate::event::{ConsumerEvent, Event, ProducerEvent, TransportEvent};
use crate::ids::{ConsumerId, ProducerId, TransportId};
use crate::trace::{
    MediaTrace, MediaTraceInfo, MediaTraceKind, PacketTrace, TraceDirection, TransportTraceInfo,
    TransportTraceKind,
};
use miso_wire::{
    FirEntry, Mid, NtpTime, Pt, RtpHeader, RtpTime, SenderInfo, Seq, Ssrc, read_transport_seq,
};
use serde_json::json;
use std::time::Duration;

const EVERYTHING: [MediaTraceKind; 6] = [
    MediaTraceKind::Rtp,
    MediaTraceKind::KeyFrame,
    MediaTraceKind::Nack,
    MediaTraceKind::Pli,
    MediaTraceKind::Fir,
    MediaTraceKind::SenderReport,
];

/// A producer of video (11) and a consumer of it (21), nothing traced.
fn call() -> Rig {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let picture = video("1", json!([{"ssrc": 50, "rtx": {"ssrc": 51}}]));
    rig.produce(1, 11, &picture);
    rig.consume(2, 21, consume(11, &picture, 800, true));
    rig
}

fn trace_producer(rig: &mut Rig, kinds: &[MediaTraceKind]) {
    let command = ProducerCommand::Trace(kinds.to_vec());
    rig.ask(Command::Producer(ProducerId(11), command)).unwrap();
}

fn trace_consumer(rig: &mut Rig, kinds: &[MediaTraceKind]) {
    let command = ConsumerCommand::Trace(kinds.to_vec());
    rig.ask(Command::Consumer(ConsumerId(21), command)).unwrap();
}

/// What was traced of the producer and of the consumer since the last time.
fn traced(rig: &mut Rig) -> (Vec<MediaTrace>, Vec<MediaTrace>) {
    let mut traced = (Vec::new(), Vec::new());
    for event in rig.take_events() {
        match event {
            Event::Producer(ProducerId(11), ProducerEvent::Trace(it)) => traced.0.push(*it),
            Event::Consumer(ConsumerId(21), ConsumerEvent::Trace(it)) => traced.1.push(*it),
            _ => {}
        }
    }
    traced
}

#[test]
fn nothing_is_traced_that_was_not_asked_for() {
    let mut rig = call();
    rig.send(1, &Packet::vp8(50, 1, true));
    assert_eq!(traced(&mut rig), (vec![], vec![]));
    trace_producer(&mut rig, &EVERYTHING);
    trace_producer(&mut rig, &[]);
    rig.send(1, &Packet::vp8(50, 2, false));
    assert_eq!(traced(&mut rig), (vec![], vec![]));
}

#[test]
fn a_packet_is_told_of_the_producer_as_it_came_and_of_the_consumer_as_it_left() {
    let mut rig = call();
    trace_producer(&mut rig, &[MediaTraceKind::Rtp]);
    trace_consumer(&mut rig, &[MediaTraceKind::Rtp, MediaTraceKind::KeyFrame]);
    let packet = Packet::vp8(50, 7, true).numbered(321);
    rig.send(1, &packet);
    let (of_producer, of_consumer) = traced(&mut rig);
    let came = PacketTrace {
        pt: Pt(96),
        seq: Seq(7),
        timestamp: RtpTime(21_000),
        marker: true,
        ssrc: Ssrc(50),
        key_frame: true,
        size: packet.bytes().len(),
        payload_size: 200,
        spatial: 0,
        temporal: 0,
        mid: Mid::new(b"1").ok(),
        rid: None,
        rrid: None,
        transport_seq: Some(Seq(321)),
        is_rtx: false,
    };
    assert_eq!(
        of_producer,
        [MediaTrace {
            at: rig.now,
            direction: TraceDirection::In,
            info: MediaTraceInfo::Rtp(came),
        }]
    );
    let sent = rig.take_rtp(2);
    let [(header, bytes)] = sent.as_slice() else {
        panic!("{} packets", sent.len());
    };
    let number = header.extensions.find(bytes, 5);
    let left = PacketTrace {
        pt: VP8,
        seq: header.seq,
        timestamp: header.timestamp,
        ssrc: Ssrc(800),
        // The picture id became a byte longer.
        payload_size: 201,
        size: bytes.len(),
        mid: Mid::new(b"3").ok(),
        transport_seq: number.and_then(|range| read_transport_seq(&bytes[range])),
        ..came
    };
    assert!(left.transport_seq.is_some());
    assert_eq!(
        of_consumer,
        [MediaTrace {
            at: rig.now,
            direction: TraceDirection::Out,
            info: MediaTraceInfo::KeyFrame(left),
        }]
    );
}

#[test]
fn a_key_frame_is_traced_once_and_others_not_where_only_key_frames_are_wanted() {
    let mut rig = call();
    trace_producer(&mut rig, &[MediaTraceKind::KeyFrame, MediaTraceKind::Rtp]);
    trace_consumer(&mut rig, &[MediaTraceKind::KeyFrame]);
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.send(1, &Packet::vp8(50, 2, false));
    let (of_producer, of_consumer) = traced(&mut rig);
    let infos: Vec<_> = of_producer.iter().map(|it| &it.info).collect();
    assert!(matches!(
        infos.as_slice(),
        [MediaTraceInfo::KeyFrame(_), MediaTraceInfo::Rtp(_)]
    ));
    assert_eq!(of_consumer.len(), 1);
}

#[test]
fn retransmissions_are_told_as_such_in_both_directions() {
    let mut rig = call();
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.send(1, &Packet::vp8(50, 3, false));
    trace_producer(&mut rig, &EVERYTHING);
    trace_consumer(&mut rig, &EVERYTHING);
    rig.take_rtp(2);
    rig.take_events();
    rig.send(1, &Packet::vp8(50, 2, false).as_rtx(51, 1));
    let (of_producer, _) = traced(&mut rig);
    let [
        MediaTrace {
            info: MediaTraceInfo::Rtp(repaired),
            ..
        },
    ] = of_producer.as_slice()
    else {
        panic!("{of_producer:?}");
    };
    assert!(repaired.is_rtx);
    assert_eq!((repaired.ssrc, repaired.seq), (Ssrc(50), Seq(2)));

    let sent = rig.take_rtp(2);
    let lost = sent.last().map(|(header, _)| header.seq).unwrap();
    rig.send_rtcp(2, |writer| {
        writer.nack(Ssrc(0), Ssrc(800), &[lost]).unwrap();
    });
    let (_, of_consumer) = traced(&mut rig);
    let [asked, again] = of_consumer.as_slice() else {
        panic!("{of_consumer:?}");
    };
    assert_eq!(asked.info, MediaTraceInfo::Nack);
    assert_eq!(asked.direction, TraceDirection::In);
    let MediaTraceInfo::Rtp(again) = again.info else {
        panic!("{again:?}");
    };
    assert!(again.is_rtx);
    assert_eq!((again.pt, again.ssrc), (VP8_RTX, Ssrc(801)));
    let sent = rig.take_rtp(2);
    assert_eq!(again.size, sent[0].1.len());
    assert_eq!(again.payload_size, sent[0].0.payload_len);
}

#[test]
fn requests_are_told_where_they_come_from_and_where_they_go() {
    let mut rig = call();
    rig.send(1, &Packet::vp8(50, 1, true));
    trace_producer(&mut rig, &[MediaTraceKind::Pli, MediaTraceKind::Nack]);
    trace_consumer(&mut rig, &[MediaTraceKind::Pli, MediaTraceKind::Fir]);
    rig.advance(Duration::from_secs(3));
    rig.take_events();
    rig.send_rtcp(2, |writer| writer.pli(Ssrc(1), Ssrc(800)).unwrap());
    let told = |(traces, direction): (Vec<MediaTrace>, TraceDirection)| {
        assert!(traces.iter().all(|it| it.direction == direction));
        traces.into_iter().map(|it| it.info).collect::<Vec<_>>()
    };
    let (of_producer, of_consumer) = traced(&mut rig);
    let of_producer = told((of_producer, TraceDirection::Out));
    assert_eq!(of_producer, [MediaTraceInfo::Pli(Ssrc(50))]);
    let of_consumer = told((of_consumer, TraceDirection::In));
    assert_eq!(of_consumer, [MediaTraceInfo::Pli(Ssrc(800))]);

    let entry = FirEntry {
        ssrc: Ssrc(800),
        seq: 1,
    };
    rig.send_rtcp(2, |writer| {
        writer.fir(Ssrc(1), Ssrc(800), &[entry]).unwrap();
    });
    let (_, of_consumer) = traced(&mut rig);
    let of_consumer = told((of_consumer, TraceDirection::In));
    assert_eq!(of_consumer, [MediaTraceInfo::Fir(Ssrc(800))]);

    rig.send(1, &Packet::vp8(50, 2, true));
    rig.take_events();
    rig.send(1, &Packet::vp8(50, 4, false));
    rig.advance(Duration::from_millis(40));
    let (of_producer, _) = traced(&mut rig);
    let of_producer = told((of_producer, TraceDirection::Out));
    assert_eq!(of_producer, [MediaTraceInfo::Nack]);
}

#[test]
fn a_sender_report_is_told_with_all_it_says() {
    let mut rig = call();
    rig.send(1, &Packet::vp8(50, 1, true));
    trace_producer(&mut rig, &[MediaTraceKind::SenderReport]);
    let report = SenderInfo {
        ssrc: Ssrc(50),
        ntp: NtpTime(0x1234_5678_9abc_def0),
        rtp_time: RtpTime(3_000),
        packet_count: 1,
        octet_count: 200,
    };
    rig.send_rtcp(1, |writer| writer.sender_report(&report, &[]).unwrap());
    let (of_producer, _) = traced(&mut rig);
    let [trace] = of_producer.as_slice() else {
        panic!("{of_producer:?}");
    };
    assert_eq!(trace.info, MediaTraceInfo::SenderReport(report));
    assert_eq!(trace.direction, TraceDirection::In);
}

#[test]
fn packets_of_a_paused_producer_are_not_traced() {
    let mut rig = call();
    trace_producer(&mut rig, &EVERYTHING);
    rig.ask(Command::Producer(ProducerId(11), ProducerCommand::Pause))
        .unwrap();
    rig.send(1, &Packet::vp8(50, 1, true));
    assert_eq!(traced(&mut rig), (vec![], vec![]));
}

#[test]
fn dumps_list_what_is_traced() {
    let mut rig = call();
    trace_producer(&mut rig, &EVERYTHING);
    trace_consumer(&mut rig, &[MediaTraceKind::Nack]);
    rig.tell(1, TransportCommand::Trace(vec![TransportTraceKind::Bwe]));
    let producer = Command::Producer(ProducerId(11), ProducerCommand::Dump);
    let Ok(Response::ProducerDump(producer)) = rig.ask(producer) else {
        panic!("no dump");
    };
    assert_eq!(producer.traces, EVERYTHING);
    let consumer = Command::Consumer(ConsumerId(21), ConsumerCommand::Dump);
    let Ok(Response::ConsumerDump(consumer)) = rig.ask(consumer) else {
        panic!("no dump");
    };
    assert_eq!(consumer.traces, [MediaTraceKind::Nack]);
    let Response::TransportDump(transport) = rig.tell(1, TransportCommand::Dump) else {
        panic!("no dump");
    };
    assert_eq!(transport.traces, [TransportTraceKind::Bwe]);
}

#[test]
fn what_the_estimation_does_is_told_where_it_is_traced() {
    let mut rig = call();
    let key = rig.worker.names.transports[&TransportId(1)];
    let count = |rig: &mut Rig| {
        let now = rig.now;
        rig.worker
            .trace_estimation(key, TransportTraceInfo::Probation, now);
        rig.drain();
        let events = rig.take_events();
        let is_trace = |it: &&Event| matches!(it, Event::Transport(_, TransportEvent::Trace(_)));
        events.iter().filter(is_trace).count()
    };
    rig.tell(1, TransportCommand::Trace(vec![TransportTraceKind::Bwe]));
    assert_eq!(count(&mut rig), 0);
    let kinds = vec![TransportTraceKind::Probation];
    rig.tell(1, TransportCommand::Trace(kinds));
    assert_eq!(count(&mut rig), 1);
}

#[test]
fn traces_that_nobody_takes_are_bounded_and_counted() {
    let mut rig = call();
    trace_producer(&mut rig, &EVERYTHING);
    let now = rig.now;
    let mut seq = 0;
    while rig.worker.drops(DropReason::EventsFull) == 0 {
        seq += 1;
        let sealed = rig.peers[&1].seal(&Packet::vp8(50, seq, seq == 1).bytes());
        rig.hand_over(super::rig::remote(1), sealed);
        assert!(seq < 20_000, "there is no bound");
    }
    assert_eq!(rig.now, now);
    rig.drain();
    rig.take_events();
    rig.send(1, &Packet::vp8(50, seq + 1, false));
    assert_eq!(traced(&mut rig).0.len(), 1);
}

/// The packet id that the consumer's peer got in each packet.
fn packet_ids(rig: &mut Rig) -> Vec<Option<u32>> {
    let id = |(header, bytes): (RtpHeader, Vec<u8>)| {
        let value = bytes.get(header.extensions.find(&bytes, 12)?)?;
        Some(u32::from_be_bytes(value.try_into().ok()?))
    };
    rig.take_rtp(2).into_iter().map(id).collect()
}

#[test]
fn video_gets_consecutive_packet_ids_where_its_producer_has_them_enabled() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let mut picture = video("1", json!([{"ssrc": 50}]));
    picture.numbers_packets = true;
    rig.produce(1, 11, &picture);
    rig.consume(2, 21, consume(11, &picture, 800, true));
    for seq in 1..=3 {
        rig.send(1, &Packet::vp8(50, seq, seq == 1));
    }
    let ids = packet_ids(&mut rig);
    let first = ids[0].expect("an id");
    assert!(first < 1 << 31);
    assert_eq!(ids, [Some(first), Some(first + 1), Some(first + 2)]);
}

#[test]
fn audio_and_video_of_other_producers_get_no_packet_ids() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let mut sound = audio("0", json!([{"ssrc": 40}]));
    sound.numbers_packets = true;
    let picture = video("1", json!([{"ssrc": 50}]));
    rig.produce(1, 10, &sound);
    rig.produce(1, 11, &picture);
    rig.consume(2, 20, consume(10, &sound, 700, false));
    rig.consume(2, 21, consume(11, &picture, 800, true));
    rig.send(1, &Packet::opus(40, 1));
    rig.send(1, &Packet::vp8(50, 1, true));
    assert_eq!(packet_ids(&mut rig), [None, None]);
}

#[test]
fn a_packet_that_has_a_packet_id_keeps_it() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let mut picture = video("1", json!([{"ssrc": 50}]));
    picture.numbers_packets = true;
    let extension = json!({"uri": "urn:mediasoup:params:rtp-hdrext:packet-id", "id": 6});
    let extension = serde_json::from_value(extension).unwrap();
    picture.rtp_parameters.header_extensions.push(extension);
    rig.produce(1, 11, &picture);
    rig.consume(2, 21, consume(11, &picture, 800, true));
    let mut packet = Packet::vp8(50, 1, true);
    packet.extensions.push((6, vec![0xfe, 1, 2, 3]));
    rig.send(1, &packet);
    assert_eq!(packet_ids(&mut rig), [Some(0xfe01_0203)]);
}
