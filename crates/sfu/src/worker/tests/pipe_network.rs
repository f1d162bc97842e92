//! Media over a pipe between two workers, on a network that loses packets and has strangers on it.

use super::media::{Packet, VP8, VP8_RTX, consume, pipe, video};
use super::pipe::{Joined, PIPE, bare, socket};
use super::plain::STRANGER;
use crate::command::{Command, Consume, PipeTransportOptions, Produce, TransportCommand};
use crate::drops::DropReason;
use crate::ids::{ConsumerId, ProducerId, TransportId};
use crate::worker::tests::rig::ROUTER;
use miso_ortc::{CodecMapping, EncodingMapping, RtpMapping};
use miso_wire::Ssrc;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// The next router takes a pipe's consumer as a producer's parameters.
fn produced_from(consumed: &Consume) -> Produce {
    let codecs = [VP8, VP8_RTX].map(|pt| CodecMapping {
        payload_type: pt,
        mapped_payload_type: pt,
    });
    let encodings = consumed.rtp_parameters.encodings.iter().zip(5_000..);
    let encodings = encodings.map(|(encoding, mapped)| EncodingMapping {
        ssrc: encoding.ssrc,
        rid: encoding.rid,
        mapped_ssrc: Ssrc(mapped),
    });
    Produce {
        numbers_packets: false,
        kind: consumed.kind,
        rtp_parameters: consumed.rtp_parameters.clone(),
        rtp_mapping: RtpMapping {
            codecs: codecs.to_vec(),
            encodings: encodings.collect(),
        },
        paused: false,
        key_frame_request_delay: Duration::ZERO,
    }
}

fn with_srtp(host: u8) -> PipeTransportOptions {
    PipeTransportOptions {
        srtp: true,
        rtx: true,
        ..bare(host, PIPE)
    }
}

/// Client 1 of the near worker sends a picture (producer 10), which a pipe takes to client 3 of the far one.
fn picture(options: impl Fn(u8) -> PipeTransportOptions) -> Joined {
    let mut joined = Joined::new(options);
    let sent = video("1", json!([{"ssrc": 5, "rtx": {"ssrc": 6}}]));
    let piped = pipe(10, &sent, 700);
    let arriving = produced_from(&piped);
    joined.near.join(1);
    joined.near.produce(1, 10, &sent);
    joined.near.consume(PIPE, 20, piped);
    joined.far.produce(PIPE, 10, &arriving);
    joined.far.join(3);
    joined.far.consume(3, 30, consume(10, &arriving, 900, true));
    joined
}

/// Numbers of the pictures that client 3 got, however often.
fn arrived(joined: &mut Joined) -> BTreeSet<u16> {
    let packets = joined.far.take_rtp(3).into_iter();
    let media = packets.filter(|(header, _)| header.ssrc == Ssrc(900));
    media.map(|(header, _)| header.seq.0).collect()
}

fn is_rtcp(packet: &[u8]) -> bool {
    packet.get(1).is_some_and(|kind| (192..=223).contains(kind))
}

#[test]
fn what_a_pipe_loses_is_asked_for_and_sent_again() {
    for (seed, options) in [(1, with_srtp as fn(u8) -> _), (2, |host| bare(host, PIPE))] {
        let mut joined = picture(options);
        let mut random = SmallRng::seed_from_u64(seed);
        let mut lost = 0;
        for seq in 1..=300 {
            joined.near.send(1, &Packet::vp8(5, seq, seq == 1));
            // What nothing follows cannot be missed, so the last one arrives.
            let is_safe = seq == 1 || seq == 300;
            joined.run(Duration::from_millis(10), |_, packet| {
                let passes = is_safe || !random.random_bool(0.15);
                lost += u32::from(!passes && !is_rtcp(packet));
                passes
            });
        }
        joined.settle();
        assert!(lost > 30, "seed {seed}: {lost} lost");
        let numbers = arrived(&mut joined);
        assert_eq!(numbers.len(), 300, "seed {seed}");
        let (first, last) = (numbers.first().unwrap(), numbers.last().unwrap());
        assert_eq!(last - first, 299, "seed {seed}");
        let repaired = joined.far.producer(10).streams[0]
            .recv
            .stats(joined.far.now)
            .packets_repaired;
        assert!(repaired > 20, "seed {seed}: {repaired} repaired");
    }
}

#[test]
fn a_key_frame_wanted_behind_a_pipe_is_asked_of_the_first_sender() {
    let mut joined = picture(with_srtp);
    joined.near.send(1, &Packet::vp8(5, 1, true));
    joined.settle();
    joined.near.take_rtcp(1);
    joined.near.advance(Duration::from_secs(2));
    joined.far.advance(Duration::from_secs(2));
    let ask = crate::command::ConsumerCommand::RequestKeyFrame;
    joined
        .far
        .ask(Command::Consumer(ConsumerId(30), ask))
        .unwrap();
    joined.settle();
    assert_eq!(joined.near.count_plis(1), 1);
}

#[test]
fn every_stream_of_a_simulcast_crosses() {
    let mut joined = Joined::new(with_srtp);
    let sent = video("1", json!([{"rid": "a"}, {"rid": "b"}, {"rid": "c"}]));
    let piped = pipe(10, &sent, 700);
    let arriving = produced_from(&piped);
    joined.near.join(1);
    joined.near.produce(1, 10, &sent);
    joined.near.consume(PIPE, 20, piped);
    joined.far.produce(PIPE, 10, &arriving);
    for seq in 1..=5 {
        for (ssrc, rid) in [(60, "a"), (61, "b"), (62, "c")] {
            let packet = Packet::vp8(ssrc, seq, seq == 1).of_rid(rid);
            joined.near.send(1, &packet);
        }
    }
    joined.settle();
    let now = joined.far.now;
    let streams = joined.far.producer(10).streams.iter();
    let counts = streams
        .map(|stream| stream.recv.stats(now))
        .map(|it| (it.ssrc, it.packet_count));
    let mut counts: Vec<_> = counts.collect();
    counts.sort();
    assert_eq!(counts, [(Ssrc(700), 5), (Ssrc(701), 5), (Ssrc(702), 5)]);
}

#[test]
fn strangers_and_forgers_change_nothing() {
    let mut joined = picture(with_srtp);
    joined.near.send(1, &Packet::vp8(5, 1, true));
    let mut last = 0;
    joined.run(Duration::from_millis(100), |outward, packet| {
        if outward && !is_rtcp(packet) {
            last = u16::from_be_bytes([packet[2], packet[3]]);
        }
        true
    });
    arrived(&mut joined);
    joined.far.take_events();
    let far = &mut joined.far;
    let here = socket(2, PIPE);
    let received = far.transport(PIPE).traffic.received.total_bytes();
    for ahead in 1..49 {
        let mut forged = Packet::vp8(700, last + ahead, false);
        forged.pt = VP8.0;
        far.arrive(PIPE, (here, STRANGER), &forged.bytes());
        // Under the right address, but with the wrong key.
        far.arrive(PIPE, (here, socket(1, PIPE)), &forged.bytes());
    }
    assert_eq!(far.worker.drops(DropReason::UnknownTuple), 48);
    assert_eq!(far.worker.drops(DropReason::SrtpAuth), 48);
    let counted = far.transport(PIPE).traffic.received.total_bytes() - received;
    assert_eq!(
        counted,
        48 * Packet::vp8(700, 2, false).bytes().len() as u64
    );
    assert_eq!(
        far.transport(PIPE).selected_tuple().unwrap().remote(),
        socket(1, PIPE)
    );
    assert!(far.take_events().is_empty());
    assert!(far.elsewhere.is_empty());
    assert!(arrived(&mut joined).is_empty());
    joined.near.send(1, &Packet::vp8(5, 2, false));
    joined.settle();
    assert_eq!(arrived(&mut joined).len(), 1);
}

#[test]
fn closing_the_producer_of_a_pipe_leaves_the_pipe_usable() {
    let mut joined = picture(with_srtp);
    joined.near.send(1, &Packet::vp8(5, 1, true));
    joined.settle();
    assert_eq!(arrived(&mut joined).len(), 1);
    joined
        .near
        .tell(1, TransportCommand::CloseProducer(ProducerId(10)));
    joined
        .far
        .tell(PIPE, TransportCommand::CloseProducer(ProducerId(10)));
    joined.settle();
    let sent = video("1", json!([{"ssrc": 7, "rtx": {"ssrc": 8}}]));
    let piped = pipe(11, &sent, 710);
    let arriving = produced_from(&piped);
    joined.near.produce(1, 11, &sent);
    joined.near.consume(PIPE, 21, piped);
    joined.far.produce(PIPE, 11, &arriving);
    joined.far.consume(3, 31, consume(11, &arriving, 900, true));
    joined.near.send(1, &Packet::vp8(7, 1, true));
    joined.settle();
    assert_eq!(arrived(&mut joined).len(), 1);
    for rig in [&mut joined.near, &mut joined.far] {
        rig.ask(Command::CloseRouter(ROUTER)).unwrap();
        rig.assert_empty();
        assert!(!rig.worker.names.transports.contains_key(&TransportId(PIPE)));
    }
}

#[test]
fn a_pipe_with_srtp_takes_more_streams_than_any_single_peer_has() {
    const PRODUCERS: u32 = 150;
    let mut joined = Joined::new(with_srtp);
    joined.near.make_direct(1);
    for index in 0..PRODUCERS {
        let id = u64::from(100 + index);
        let sent = video(
            &index.to_string(),
            json!([{"ssrc": 2 * index + 1}, {"ssrc": 2 * index + 2}]),
        );
        let piped = pipe(id, &sent, 10_000 + 200 * index);
        let arriving = produced_from(&piped);
        joined.near.produce(1, id, &sent);
        joined.near.consume(PIPE, id, piped);
        joined.far.produce(PIPE, id, &arriving);
        for ssrc in [2 * index + 1, 2 * index + 2] {
            let mut packet = Packet::vp8(ssrc, 1, true);
            packet.extensions.clear();
            let now = joined.near.now;
            let sent =
                joined
                    .near
                    .worker
                    .handle_direct_rtp(ProducerId(id), &mut packet.bytes(), now);
            sent.unwrap();
        }
        joined.near.drain();
    }
    joined.settle();
    assert_eq!(joined.far.worker.all_drops(), []);
    let streams = |id: u32| joined.far.producer(u64::from(100 + id)).streams.len();
    assert!((0..PRODUCERS).all(|id| streams(id) == 2));
}
