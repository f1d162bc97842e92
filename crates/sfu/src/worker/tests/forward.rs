use super::media::{MID, OPUS, Packet, TWCC, VP8, VP8_RTX, audio, consume, video};
use super::rig::{Rig, remote};
use crate::command::{Command, ConsumerCommand, Response, TransportCommand};
use crate::drops::DropReason;
use crate::ids::{ConsumerId, ProducerId, TransportId};
use crate::stats::StreamStats;
use miso_wire::{RtcpPacket, RtpHeader, Seq, Ssrc};
use serde_json::json;
use std::time::Duration;

/// Audio and video of transport 1 for transport 2, where the video may be retransmitted as RTX or not.
fn call(with_rtx: bool) -> Rig {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let sound = audio("0", json!([{"ssrc": 40}]));
    let picture = video("1", json!([{"ssrc": 50, "rtx": {"ssrc": 51}}]));
    rig.produce(1, 10, &sound);
    rig.produce(1, 11, &picture);
    rig.consume(2, 20, consume(10, &sound, 700, false));
    rig.consume(2, 21, consume(11, &picture, 800, with_rtx));
    rig
}

fn value(header: &RtpHeader, packet: &[u8], id: u8) -> Option<Vec<u8>> {
    let range = header.extensions.find(packet, id)?;
    Some(packet[range].to_vec())
}

fn consumer_stats(rig: &mut Rig, id: u64) -> StreamStats {
    let command = Command::Consumer(ConsumerId(id), ConsumerCommand::GetStats);
    let Ok(Response::StreamStats(mut stats)) = rig.ask(command) else {
        panic!("no statistics");
    };
    stats.remove(0)
}

#[test]
fn packet_arrives_under_the_names_of_the_consumer() {
    let mut rig = call(true);
    rig.advance(Duration::from_millis(10));
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.send(1, &Packet::opus(40, 1));
    let packets = rig.take_rtp(2);
    let [(video, video_bytes), (audio, audio_bytes)] = packets.as_slice() else {
        panic!("{} packets", packets.len());
    };
    assert_eq!((video.ssrc, video.pt, video.marker), (Ssrc(800), VP8, true));
    assert_eq!((audio.ssrc, audio.pt), (Ssrc(700), OPUS));
    assert_eq!(value(video, video_bytes, 1).unwrap(), b"3\0\0\0\0\0\0\0");
    assert_ne!(value(video, video_bytes, 4).unwrap(), [0; 3], "send time");
    assert_eq!(value(audio, audio_bytes, 6).unwrap(), [20], "level");
    assert_eq!(audio.payload(audio_bytes), [0x7c; 80]);
    // The picture id of one byte has become one of two.
    assert_eq!(
        video.payload(video_bytes)[..6],
        [0x90, 0xc0, 0x80, 0x11, 0x22, 0x00]
    );
    assert_eq!(video.payload_len, 201);
}

#[test]
fn transport_wide_numbers_have_no_gaps_where_audio_carries_none() {
    let mut rig = call(true);
    for seq in 1..=5 {
        rig.send(1, &Packet::vp8(50, seq, seq == 1));
        rig.send(1, &Packet::opus(40, seq));
    }
    let packets = rig.take_rtp(2);
    assert_eq!(packets.len(), 10);
    let numbers = packets
        .iter()
        .filter_map(|(header, packet)| value(header, packet, 5));
    let numbers: Vec<u16> = numbers.map(|v| u16::from_be_bytes([v[0], v[1]])).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}

#[test]
fn lost_packet_comes_again_as_rtx_once_in_a_round_trip() {
    let mut rig = call(true);
    rig.send(1, &Packet::vp8(50, 1, true));
    let (first, bytes) = rig.take_rtp(2).remove(0);
    let nack = |rig: &mut Rig| {
        rig.send_rtcp(2, |writer| {
            writer.nack(Ssrc(0), Ssrc(800), &[first.seq]).unwrap();
        });
        rig.take_rtp(2)
    };
    let repaired = nack(&mut rig);
    let [(again, again_bytes)] = repaired.as_slice() else {
        panic!("{} packets", repaired.len());
    };
    assert_eq!((again.ssrc, again.pt), (Ssrc(801), VP8_RTX));
    assert_eq!(again.timestamp, first.timestamp);
    let payload = again.payload(again_bytes);
    assert_eq!(payload[..2], first.seq.0.to_be_bytes());
    assert_eq!(payload[2..], *first.payload(&bytes));
    assert_eq!(nack(&mut rig).len(), 0, "too soon");
    rig.advance(Duration::from_millis(101));
    let third = nack(&mut rig);
    assert_eq!(third[0].0.seq, again.seq.wrapping_add(1));
    let stats = consumer_stats(&mut rig, 21);
    assert_eq!(
        (stats.packets_retransmitted, stats.packets_repaired),
        (2, 1)
    );
    assert_eq!((stats.nack_count, stats.nack_packet_count), (3, 3));
}

#[test]
fn retransmission_without_rtx_is_the_same_datagram_byte_for_byte() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let picture = video("1", json!([{"rid": "a"}, {"rid": "b"}]));
    rig.produce(1, 11, &picture);
    rig.consume(2, 21, consume(11, &picture, 800, false));
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    rig.advance(Duration::from_millis(33));
    // The second stream's picture ids are rewritten, so the retransmission has to do the same again.
    rig.send(1, &Packet::vp8(61, 9, true).of_rid("b"));
    let sealed = std::mem::take(&mut rig.peers.get_mut(&2).unwrap().sealed);
    assert_eq!(sealed.len(), 2);
    let seqs: Vec<Seq> = rig
        .take_rtp(2)
        .iter()
        .map(|(header, _)| header.seq)
        .collect();
    rig.advance(Duration::from_millis(777));
    rig.send_rtcp(2, |writer| {
        writer.nack(Ssrc(0), Ssrc(800), &seqs).unwrap();
    });
    assert_eq!(rig.peers[&2].sealed, sealed);
}

#[test]
fn picture_ids_go_on_when_the_stream_changes() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let picture = video("1", json!([{"rid": "a"}, {"rid": "b"}]));
    rig.produce(1, 11, &picture);
    rig.consume(2, 21, consume(11, &picture, 800, true));
    rig.send(1, &Packet::vp8(60, 1, true).of_rid("a"));
    rig.advance(Duration::from_millis(33));
    rig.send(1, &Packet::vp8(61, 9, true).of_rid("b"));
    let packets = rig.take_rtp(2);
    let ids = packets.iter().map(|(header, packet)| {
        let payload = header.payload(packet);
        (
            u16::from_be_bytes([payload[2], payload[3]]) & 0x7fff,
            payload[4],
        )
    });
    assert_eq!(ids.collect::<Vec<_>>(), [(0x11, 0x22), (0x12, 0x23)]);
}

#[test]
fn repair_of_the_sender_reaches_the_consumer_in_its_place() {
    let mut rig = call(true);
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.send(1, &Packet::vp8(50, 3, false));
    let before: Vec<u16> = rig
        .take_rtp(2)
        .iter()
        .map(|(header, _)| header.seq.0)
        .collect();
    assert_eq!(before[1], before[0] + 2, "a loss leaves a gap");
    rig.send(1, &Packet::vp8(50, 2, false).as_rtx(51, 500));
    let repaired = rig.take_rtp(2);
    assert_eq!(repaired[0].0.seq.0, before[0] + 1);
    rig.send(1, &Packet::vp8(50, 2, false).as_rtx(51, 501));
    assert_eq!(rig.take_rtp(2).len(), 0, "needed once");
    assert_eq!(rig.worker.drops(DropReason::RtxDiscarded), 1);
}

#[test]
fn packets_that_consumers_do_not_get_leave_no_gap() {
    let mut rig = call(true);
    rig.send(1, &Packet::vp8(50, 1, true));
    let mut padding = Packet::vp8(50, 2, false);
    padding.payload.clear();
    rig.send(1, &padding);
    rig.send(1, &Packet::vp8(50, 3, false));
    let seqs: Vec<u16> = rig
        .take_rtp(2)
        .iter()
        .map(|(header, _)| header.seq.0)
        .collect();
    assert_eq!(seqs, [seqs[0], seqs[0] + 1]);
}

#[test]
fn packet_that_could_not_be_sent_on_is_counted_and_not_numbered() {
    let mut rig = call(true);
    rig.send(1, &Packet::vp8(50, 1, true));
    let mut long = Packet::vp8(50, 2, false);
    long.payload.resize(2_030, 1);
    rig.send(1, &long);
    assert_eq!(rig.take_rtp(2).len(), 1);
    assert_eq!(rig.worker.drops(DropReason::NoRoom), 1);
}

#[test]
fn batch_is_forwarded_side_by_side_and_the_small_send_buffer_loses_nothing() {
    let mut rig = call(true);
    rig.batch_of(16 << 10, 3);
    for seq in 1..=200 {
        let mut packet = Packet::vp8(50, seq, seq == 1);
        packet.ts = u32::from(seq) * 30;
        let sealed = rig.peers[&1].seal(&packet.bytes());
        rig.hand_over(remote(1), sealed);
    }
    rig.drain();
    let seqs: Vec<u16> = rig
        .take_rtp(2)
        .iter()
        .map(|(header, _)| header.seq.0)
        .collect();
    assert_eq!(seqs.len(), 200);
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1));
}

#[test]
fn unknown_sources_are_dropped_and_their_state_forgotten() {
    let mut rig = call(true);
    for ssrc in 0..1_000 {
        let mut packet = Packet::opus(90_000 + ssrc, 1);
        packet.extensions.clear();
        rig.send(1, &packet);
    }
    assert_eq!(rig.worker.drops(DropReason::NoProducer), 1_000);
    rig.send(1, &Packet::opus(40, 1));
    assert_eq!(rig.take_rtp(2).len(), 1);
}

#[test]
fn closed_producer_makes_room_for_the_sources_that_it_had_learnt() {
    let mut rig = call(true);
    let options = audio("7", json!([{}]));
    for round in 0..3 {
        rig.produce(1, 12 + round, &options);
        for ssrc in 0..200_u32 {
            let mut packet = Packet::opus(90_000 + 1_000 * round as u32 + ssrc, 1);
            packet.extensions = vec![(MID, b"7".to_vec())];
            rig.send(1, &packet);
        }
        rig.tell(1, TransportCommand::CloseProducer(ProducerId(12 + round)));
    }
    assert_eq!(rig.worker.drops(DropReason::SrtpAuth), 0);
    assert_eq!(
        rig.transport(1).listener.ssrcs().count(),
        3,
        "audio, video, RTX"
    );
}

#[test]
fn requests_of_the_consumers_peer_are_counted_and_passed_on() {
    let mut rig = call(true);
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.send_rtcp(2, |writer| writer.pli(Ssrc(0), Ssrc(800)).unwrap());
    assert_eq!(rig.count_plis(1), 1);
    let stats = consumer_stats(&mut rig, 21);
    assert_eq!(stats.pli_count, 1);
    rig.send_rtcp(2, |writer| {
        writer.pli(Ssrc(0), Ssrc(801)).unwrap();
        writer.pli(Ssrc(0), Ssrc(12_345)).unwrap();
        writer.nack(Ssrc(0), Ssrc(801), &[Seq(1)]).unwrap();
    });
    assert_eq!(
        rig.worker.drops(DropReason::UnknownFeedback),
        3,
        "RTX is not media"
    );
}

#[test]
fn path_is_measured_by_extended_reports() {
    let mut rig = call(true);
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.advance(Duration::from_millis(600));
    let compounds = rig.take_rtcp(1);
    let packets = compounds
        .iter()
        .flat_map(|bytes| miso_wire::RtcpPackets::new(bytes));
    let reference = packets.flatten().find_map(|packet| match packet {
        RtcpPacket::Xr(xr) => xr.blocks().find_map(|block| match block {
            miso_wire::XrBlock::ReferenceTime(time) => Some(time),
            miso_wire::XrBlock::Dlrr(_) => None,
        }),
        _ => None,
    });
    let asked = reference.unwrap();
    rig.advance(Duration::from_millis(80));
    rig.send_rtcp(1, |writer| {
        let answer = miso_wire::Dlrr {
            ssrc: Ssrc(0),
            last_rr: asked.middle(),
            delay: (20 << 16) / 1_000,
        };
        writer.xr_dlrr(Ssrc(50), &[answer]).unwrap();
    });
    let rtt = rig.producer(11).streams[0].recv.rtt().unwrap().as_millis();
    assert!((50..=130).contains(&rtt), "{rtt}");
}

#[test]
fn consumer_of_a_paused_producer_starts_when_that_is_resumed() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let mut options = audio("0", json!([{"ssrc": 40}]));
    options.paused = true;
    rig.produce(1, 10, &options);
    let make =
        TransportCommand::Consume(ConsumerId(20), Box::new(consume(10, &options, 700, false)));
    let made = rig.ask(Command::Transport(TransportId(2), make));
    let Ok(Response::Consumer(made)) = made else {
        panic!("no consumer");
    };
    assert!(made.producer_paused && !made.paused);
    rig.send(1, &Packet::opus(40, 1));
    assert_eq!(rig.take_rtp(2).len(), 0);
    rig.ask(Command::Producer(
        ProducerId(10),
        crate::command::ProducerCommand::Resume,
    ))
    .unwrap();
    assert_eq!(rig.take_rtp(2).len(), 0, "what came before is not played");
    rig.send(1, &Packet::opus(40, 2));
    assert_eq!(rig.take_rtp(2).len(), 1);
}

#[test]
fn hostile_packets_from_a_verified_peer_break_nothing() {
    let mut rig = call(true);
    let mut seed = 1_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for _ in 0..5_000 {
        let mut packet = match random() % 3 {
            0 => Packet::opus(40, random() as u16),
            1 => Packet::vp8(50, random() as u16, random() % 2 == 0),
            _ => Packet::vp8(50, random() as u16, false).as_rtx(51, random() as u16),
        };
        packet.ts = random() as u32;
        packet.payload.truncate((random() % 200) as usize);
        packet
            .extensions
            .push((TWCC, (random() as u16).to_be_bytes().to_vec()));
        let mut bytes = packet.bytes();
        for _ in 0..random() % 4 {
            let place = 12 + (random() as usize) % (bytes.len() - 11).max(1);
            if let Some(byte) = bytes.get_mut(place) {
                *byte = random() as u8;
            }
        }
        if RtpHeader::parse_header(&bytes).is_err() {
            continue;
        }
        let sealed = rig.peers[&1].seal(&bytes);
        rig.deliver(remote(1), sealed);
        if random() % 50 == 0 {
            rig.advance(Duration::from_millis(random() % 200));
        }
    }
}
