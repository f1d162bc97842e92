//! Redundancy and retransmission of audio.

use super::media::{OPUS, Packet, audio, consume};
use super::rig::Rig;
use crate::command::{Command, Consume, Produce, ProducerCommand, Response};
use crate::drops::DropReason;
use crate::ids::ProducerId;
use miso_ortc::{CodecMapping, RtcpFeedback, RtpCodecParameters};
use miso_wire::{Pt, ReportBlock, RtcpPacket, RtcpPackets, RtpHeader, Seq, Ssrc};
use serde_json::{Value, json};
use std::time::Duration;

/// What consumers call RED and the retransmissions of Opus.
const RED: Pt = Pt(103);
const OPUS_RTX: Pt = Pt(104);
/// What the sender calls them.
const SENT_RED: u8 = 63;
const SENT_RTX: u8 = 97;

fn codec(json: Value) -> RtpCodecParameters {
    RtpCodecParameters::try_from(json).unwrap()
}

/// Opus, in RED or not, lost packets of which may be asked for, with RTX.
fn sound() -> Produce {
    let mut sound = audio("0", json!([{"ssrc": 40, "rtx": {"ssrc": 41}}]));
    let codecs = &mut sound.rtp_parameters.codecs;
    codecs[0].rtcp_feedback.push(RtcpFeedback::new("nack", ""));
    codecs.push(codec(json!({
        "mimeType": "audio/red", "payloadType": SENT_RED, "clockRate": 48_000, "channels": 2,
        "parameters": {"111/111": ""},
    })));
    codecs.push(codec(json!({
        "mimeType": "audio/rtx", "payloadType": SENT_RTX, "clockRate": 48_000, "parameters": {"apt": SENT_RED},
    })));
    let mapped = [(SENT_RED, RED), (SENT_RTX, OPUS_RTX)];
    let mapped = mapped.map(|(from, mapped_payload_type)| CodecMapping {
        payload_type: Pt(from),
        mapped_payload_type,
    });
    sound.rtp_mapping.codecs.extend(mapped);
    sound
}

/// A consumer of it that takes these besides Opus.
fn consumer(sound: &Produce, ssrc: u32, (red, rtx): (bool, bool)) -> Consume {
    let mut options = consume(10, sound, ssrc, false);
    let parameters = &mut options.rtp_parameters;
    let nack = RtcpFeedback::new("nack", "");
    parameters.codecs[0].rtcp_feedback.push(nack);
    if red {
        parameters.codecs.push(codec(json!({
            "mimeType": "audio/red", "payloadType": RED.0, "clockRate": 48_000, "channels": 2,
            "parameters": {"": "100/100"},
        })));
    }
    if rtx {
        parameters.codecs.push(codec(json!({
            "mimeType": "audio/rtx", "payloadType": OPUS_RTX.0, "clockRate": 48_000, "parameters": {"apt": OPUS.0},
        })));
        let encoding = json!({"ssrc": ssrc, "rtx": {"ssrc": ssrc + 1}});
        parameters.encodings = vec![encoding.try_into().unwrap()];
    }
    options
}

/// Transport 1 sends to transport 2, which takes RED, and to transport 3, which does not.
fn call() -> Rig {
    let mut rig = Rig::new();
    (1..=3).for_each(|id| rig.join(id));
    let sound = sound();
    rig.produce(1, 10, &sound);
    rig.consume(2, 20, consumer(&sound, 700, (true, false)));
    rig.consume(3, 30, consumer(&sound, 800, (false, false)));
    rig.advance(Duration::from_millis(10));
    rig
}

/// The Opus of a packet.
fn frame(seq: u16) -> Vec<u8> {
    let mut frame = vec![0x7c; 60];
    frame.extend(seq.to_be_bytes());
    frame
}

/// RED with copies of as many frames before.
fn red(seq: u16, copies: u16) -> Packet {
    let mut payload = Vec::new();
    for back in (1..=copies).rev() {
        let fields = u32::from(back * 960) << 10 | frame(seq).len() as u32;
        payload.push(0x80 | 111);
        payload.extend(&fields.to_be_bytes()[1..]);
    }
    payload.push(111);
    (1..=copies)
        .rev()
        .for_each(|back| payload.extend(frame(seq - back)));
    payload.extend(frame(seq));
    Packet {
        pt: SENT_RED,
        payload,
        ..Packet::opus(40, seq)
    }
}

/// Payload type, timestamp and payload of what a transport's client got.
fn taken(rig: &mut Rig, id: u64) -> Vec<(Pt, u32, Vec<u8>)> {
    let read = |(header, packet): (RtpHeader, Vec<u8>)| {
        (
            header.pt,
            header.timestamp.0,
            header.payload(&packet).to_vec(),
        )
    };
    rig.take_rtp(id).into_iter().map(read).collect()
}

#[test]
fn who_takes_red_gets_it_in_the_routers_types_and_who_does_not_the_frame_in_it() {
    let mut rig = call();
    rig.send(1, &red(5, 2));
    let mut renamed = red(5, 2).payload;
    for at in [0, 4, 8] {
        renamed[at] = renamed[at] & 0x80 | OPUS.0;
    }
    assert_eq!(taken(&mut rig, 2), [(RED, 4_800, renamed)]);
    assert_eq!(taken(&mut rig, 3), [(OPUS, 4_800, frame(5))]);
}

#[test]
fn plain_opus_comes_to_both_as_it_is_between_red() {
    let mut rig = call();
    rig.send(1, &red(5, 1));
    let mut plain = Packet::opus(40, 6);
    plain.payload = frame(6);
    rig.send(1, &plain);
    rig.send(1, &red(7, 0));
    for (id, types) in [(2, [RED, OPUS, RED]), (3, [OPUS; 3])] {
        let packets = rig.take_rtp(id);
        let first = packets[0].0.seq.0;
        let got: Vec<_> = packets
            .iter()
            .map(|(header, _)| (header.pt, header.seq.0))
            .collect();
        let expected: Vec<_> = types.into_iter().zip(first..).collect();
        assert_eq!(got, expected);
    }
}

#[test]
fn red_that_is_cut_off_or_holds_something_else_goes_to_nobody_and_is_counted() {
    let mut rig = call();
    rig.send(1, &red(5, 1));
    rig.take_rtp(2);
    rig.take_rtp(3);
    let whole = red(6, 1).payload;
    let cut = whole[..3].to_vec();
    let too_long = whole[..40].to_vec();
    let mut foreign = whole.clone();
    foreign[4] = 110;
    for (count, payload) in (1_u16..).zip([cut, too_long, foreign]) {
        let packet = Packet {
            payload,
            ..red(5 + count, 1)
        };
        rig.send(1, &packet);
        let dropped = rig.worker.drops(DropReason::MalformedRed);
        assert_eq!(dropped, u64::from(count));
    }
    rig.send(1, &red(9, 0));
    assert_eq!(taken(&mut rig, 2).len(), 1);
    assert_eq!(taken(&mut rig, 3), [(OPUS, 8_640, frame(9))]);
}

#[test]
fn a_frame_of_no_bytes_is_left_out_for_who_would_get_an_empty_packet() {
    let mut rig = call();
    rig.send(1, &red(5, 1));
    let mut empty = red(6, 1);
    empty.payload.truncate(empty.payload.len() - frame(6).len());
    rig.send(1, &empty);
    rig.send(1, &red(7, 1));
    assert_eq!(rig.take_rtp(2).len(), 3);
    let seqs: Vec<u16> = rig
        .take_rtp(3)
        .iter()
        .map(|(header, _)| header.seq.0)
        .collect();
    assert_eq!(seqs, [seqs[0], seqs[0] + 1], "no gap");
}

#[test]
fn lost_packets_are_restored_from_copies_in_order_and_not_asked_for() {
    let mut rig = call();
    rig.send(1, &red(5, 2));
    rig.take_rtp(3);
    // 6 and 7 are lost.
    rig.send(1, &red(8, 2));
    let restored = [6, 7, 8].map(|seq: u16| (OPUS, u32::from(seq) * 960, frame(seq)));
    assert_eq!(taken(&mut rig, 3), restored);
    rig.advance(Duration::from_millis(200));
    assert_eq!(
        rig.count_rtcp(1, |packet| matches!(packet, RtcpPacket::Nack(_))),
        0
    );
    // 7 was only late.
    rig.send(1, &red(7, 2));
    assert_eq!(taken(&mut rig, 3), []);
    let stats = Command::Producer(ProducerId(10), ProducerCommand::GetStats);
    let Ok(Response::StreamStats(stats)) = rig.ask(stats) else {
        panic!("no statistics");
    };
    assert_eq!(stats[0].packets_repaired, 2);
    assert_eq!(stats[0].mime_type, "audio/red");
}

#[test]
fn what_copies_do_not_reach_is_asked_for() {
    let mut rig = call();
    rig.send(1, &red(5, 1));
    // 6 and 7 are lost, of which only 7 comes along.
    rig.send(1, &red(8, 1));
    rig.advance(Duration::from_millis(200));
    let asked = rig.count_rtcp(
        1,
        |packet| matches!(packet, RtcpPacket::Nack(nack) if nack.lost().eq([Seq(6)])),
    );
    assert!(asked > 0);
    rig.take_rtp(3);
    let repair = Packet {
        pt: SENT_RTX,
        ..red(6, 1).as_rtx(41, 900)
    };
    rig.send(1, &repair);
    assert_eq!(taken(&mut rig, 3), [(OPUS, 5_760, frame(6))]);
}

#[test]
fn nothing_is_restored_of_what_came() {
    let mut rig = call();
    for seq in 5..10 {
        rig.send(1, &red(seq, 2));
    }
    assert_eq!(rig.take_rtp(2).len(), 5);
    assert_eq!(rig.take_rtp(3).len(), 5);
}

#[test]
fn without_rtx_the_frame_taken_out_of_red_is_sent_again_byte_for_byte() {
    let mut rig = call();
    rig.send(1, &red(5, 2));
    let sealed = std::mem::take(&mut rig.peers.get_mut(&3).unwrap().sealed);
    let (header, _) = rig.take_rtp(3).remove(0);
    rig.advance(Duration::from_millis(77));
    rig.send_rtcp(3, |writer| {
        writer.nack(Ssrc(0), Ssrc(800), &[header.seq]).unwrap();
    });
    assert_eq!(rig.peers[&3].sealed, sealed);
}

#[test]
fn rtx_of_opus_repeats_red_without_its_copies() {
    let mut rig = Rig::new();
    (1..=2).for_each(|id| rig.join(id));
    let sound = sound();
    rig.produce(1, 10, &sound);
    rig.consume(2, 20, consumer(&sound, 700, (true, true)));
    rig.send(1, &red(5, 2));
    let (first, _) = rig.take_rtp(2).remove(0);
    assert_eq!(first.pt, RED);
    rig.send_rtcp(2, |writer| {
        writer.nack(Ssrc(0), Ssrc(700), &[first.seq]).unwrap();
    });
    let (again, bytes) = rig.take_rtp(2).remove(0);
    assert_eq!((again.ssrc, again.pt), (Ssrc(701), OPUS_RTX));
    let payload = again.payload(&bytes);
    assert_eq!(payload[..2], first.seq.0.to_be_bytes());
    assert_eq!(payload[2..], frame(5));
}

#[test]
fn silence_in_red_is_left_out_for_who_does_not_want_it() {
    let mut rig = Rig::new();
    (1..=2).for_each(|id| rig.join(id));
    let sound = sound();
    rig.produce(1, 10, &sound);
    let mut options = consumer(&sound, 700, (true, false));
    options.ignore_dtx = true;
    rig.consume(2, 20, options);
    let mut silence = red(6, 1);
    silence
        .payload
        .truncate(silence.payload.len() - frame(6).len());
    // TOC alone: DTX (RFC 6716, section 3.1).
    silence.payload.push(0x78);
    rig.send(1, &red(5, 1));
    rig.send(1, &silence);
    rig.send(1, &red(7, 0));
    let seqs: Vec<u16> = rig
        .take_rtp(2)
        .iter()
        .map(|(header, _)| header.seq.0)
        .collect();
    assert_eq!(seqs, [seqs[0], seqs[0] + 1], "no gap");
}

/// What fraction of its packets a sender is told to be lost, when a consumer's peer loses a quarter.
fn told_of_losses(sound: &Produce, packets: [Packet; 2]) -> u8 {
    let mut rig = Rig::new();
    (1..=3).for_each(|id| rig.join(id));
    rig.produce(1, 10, sound);
    rig.consume(2, 20, consumer(sound, 700, (true, false)));
    rig.consume(3, 30, consumer(sound, 800, (false, false)));
    packets.iter().for_each(|packet| rig.send(1, packet));
    let (header, _) = rig.take_rtp(3).remove(0);
    let block = ReportBlock {
        ssrc: Ssrc(800),
        fraction_lost: 64,
        cumulative_lost: 1,
        highest_seq: u32::from(header.seq.0),
        jitter: 0,
        last_sr: 0,
        delay_since_last_sr: 0,
    };
    rig.send_rtcp(3, |writer| {
        writer.receiver_report(Ssrc(1), &[block]).unwrap();
    });
    rig.advance(Duration::from_secs(2));
    let told = rig.take_rtcp(1);
    let packets = told.iter().flat_map(|bytes| RtcpPackets::new(bytes));
    let blocks = packets.flatten().flat_map(|packet| match packet {
        RtcpPacket::ReceiverReport(report) => report.blocks().collect(),
        _ => Vec::new(),
    });
    blocks.map(|block| block.fraction_lost).max().unwrap()
}

#[test]
fn who_repairs_in_band_is_told_the_loss_of_the_weakest_listener_in_red_or_not() {
    let plain = |seq| Packet::opus(40, seq);
    for packets in [[red(5, 1), red(6, 1)], [plain(5), plain(6)]] {
        let mut sound = sound();
        assert_eq!(told_of_losses(&sound, packets.clone()), 0);
        let opus = &mut sound.rtp_parameters.codecs[0];
        opus.parameters.insert("useinbandfec", 1);
        assert_eq!(told_of_losses(&sound, packets), 64);
    }
}
