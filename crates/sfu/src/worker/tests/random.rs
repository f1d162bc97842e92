//! Any sequence of what an owner and its peers can do.

use super::media::{Packet, audio, consume, pipe, video};
use super::pipe::{at, bare, socket};
use super::plain::{PEER, STRANGER, report, rtcp_socket, rtp_socket, unmuxed};
use super::rig::{ROUTER, Rig, remote};
use crate::command::{ActiveSpeakerOptions, AudioLevelOptions};
use crate::command::{
    Command, ConsumeData, ConsumerCommand, DataProducerCommand, MessagePayload, ObserverCommand,
    PipeTransportOptions, PlainConnect, PlainTransportOptions, PreferredLayers, Produce,
    ProduceData, ProducerCommand, RouterCommand, Subchannels, TransportCommand,
};
use crate::ids::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RtpObserverId, TransportId,
};
use miso_ortc::SctpStreamParameters;
use miso_wire::{Bitrate, NtpTime, ReportBlock, RtpTime, SenderInfo, Seq, Ssrc};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

/// Transports 1 to 3 are of peers, 4 is direct, 5 is plain, 6 is a pipe.
const PEERS: u64 = 3;
const DIRECT: u64 = 4;
const PLAIN: u64 = 5;
const PIPE: u64 = 6;
const TRANSPORTS: u64 = 6;

fn options(id: u64) -> Produce {
    match id % 3 {
        0 => audio(&format!("a{id}"), json!([{"ssrc": 1_000 + id}])),
        1 => video(
            &format!("v{id}"),
            json!([{"ssrc": 2_000 + id, "rtx": {"ssrc": 3_000 + id}}]),
        ),
        _ => video(&format!("s{id}"), json!([{"rid": "a"}, {"rid": "b"}])),
    }
}

/// What is done, to which of several objects, and how.
#[derive(Clone, Copy, Debug)]
struct Step {
    what: u8,
    which: u64,
    how: u16,
}

fn step() -> impl Strategy<Value = Step> {
    (0..30_u8, 0..6_u64, any::<u16>()).prop_map(|(what, which, how)| Step { what, which, how })
}

fn peer(step: Step) -> u64 {
    1 + step.which % PEERS
}

fn is_connected(rig: &Rig, peer: u64) -> bool {
    let known = rig.worker.names.transports.contains_key(&TransportId(peer));
    known && rig.peers[&peer].is_connected() && rig.transport(peer).connected
}

/// Commands may be refused; nothing else may go wrong.
fn apply(rig: &mut Rig, step: Step) {
    let Step { what, which, how } = step;
    match what {
        0..=5 => send_rtp(rig, step),
        6 => send_reports(rig, step),
        7 => send_feedback(rig, step),
        8..=9 => rig.advance(Duration::from_millis(u64::from(how % 2_000))),
        10 => rig.check(peer(step)),
        11 => {
            let check = rig.peers.get_mut(&peer(step)).unwrap().check();
            rig.deliver(([127, 0, 0, 2], how).into(), check);
        }
        12 => steer_producer(rig, which, how),
        13 => steer_consumer(rig, which, how),
        14 => {
            let transport = TransportId(1 + u64::from(how) % TRANSPORTS);
            let make = TransportCommand::Produce(ProducerId(which), Box::new(options(which)));
            let _ = rig.ask(Command::Transport(transport, make));
        }
        15..=16 => {
            let to = 1 + u64::from(how) % TRANSPORTS;
            let ssrc = 10_000 + 10 * u64_to_u32(which);
            let made = if to == PIPE && which % 3 != 0 {
                pipe(which, &options(which), ssrc)
            } else {
                consume(which, &options(which), ssrc, how % 2 == 0)
            };
            let make = TransportCommand::Consume(ConsumerId(10 * to + which), Box::new(made));
            let _ = rig.ask(Command::Transport(TransportId(to), make));
        }
        17 => close_one(rig, which, how),
        18 => data(rig, which, how),
        19 => observe(rig, which, how),
        20 => {
            let bitrate = Bitrate::kbps(u64::from(how % 3) * 300);
            let limit = TransportCommand::SetMaxIncomingBitrate(bitrate);
            let _ = rig.ask(Command::Transport(TransportId(peer(step)), limit));
        }
        21 => {
            // The cable is pulled for long enough to be noticed, or not.
            rig.advance(Duration::from_millis(u64::from(how)));
        }
        22 if how % 4 == 0 => replace_transport(rig, peer(step)),
        22 => {
            let restart = TransportCommand::RestartIce;
            let _ = rig.ask(Command::Transport(TransportId(peer(step)), restart));
        }
        23..=26 => send_to_plain(rig, which, how),
        27..=28 => send_to_pipe(rig, which, how),
        _ => rig.deliver(remote(peer(step)), how.to_be_bytes().repeat(10)),
    }
}

fn u64_to_u32(number: u64) -> u32 {
    u32::try_from(number).unwrap()
}

fn send_rtp(rig: &mut Rig, step: Step) {
    let Step { which, how, .. } = step;
    let from = peer(step);
    if !is_connected(rig, from) {
        return;
    }
    let id = u64_to_u32(which);
    let seq = how % 64;
    let packet = match which % 3 {
        0 => Packet::opus(1_000 + id, seq),
        1 if how % 5 == 0 => Packet::vp8(2_000 + id, seq, false).as_rtx(3_000 + id, how),
        1 => Packet::vp8(2_000 + id, seq, how % 7 == 0),
        _ => {
            let rid = if how % 2 == 0 { "a" } else { "b" };
            Packet::vp8(4_000 + id + u32::from(how % 2), seq, how % 7 == 0).of_rid(rid)
        }
    };
    rig.send(from, &packet.numbered(how));
}

/// Two senders, of whom one may become the peer of either socket.
fn send_to_plain(rig: &mut Rig, which: u64, how: u16) {
    let local = [rtp_socket(PLAIN), rtcp_socket(PLAIN)][usize::from(how % 2)];
    let from = [PEER, STRANGER][usize::from(how % 8 == 7)];
    match in_clear(which, how) {
        Some(bytes) => rig.arrive(PLAIN, (local, from), &bytes),
        None => {
            let _ = rig.connect_plain(PLAIN, PlainConnect::default());
        }
    }
}

/// The other end of the pipe, and a stranger.
fn send_to_pipe(rig: &mut Rig, which: u64, how: u16) {
    let from = [PEER, STRANGER][usize::from(how % 8 == 7)];
    match in_clear(which, how) {
        Some(bytes) => rig.arrive(PIPE, (socket(1, PIPE), from), &bytes),
        None => {
            let _ = rig.connect_pipe(PIPE, at(PEER));
        }
    }
}

/// What may come to a socket without SRTP; none: now is the time to connect.
fn in_clear(which: u64, how: u16) -> Option<Vec<u8>> {
    let id = u64_to_u32(which);
    Some(match how >> 4 & 7 {
        0..=1 => Packet::opus(1_000 + id, how >> 8).bytes(),
        2..=3 => Packet::vp8(2_000 + id, how >> 8, how.is_multiple_of(7)).bytes(),
        4 => report(),
        5 => [[0x13, 0x88].repeat(2), how.to_be_bytes().repeat(6)].concat(),
        6 => [[0x80, 205].as_slice(), &how.to_be_bytes().repeat(9)].concat(),
        _ => return None,
    })
}

fn send_reports(rig: &mut Rig, step: Step) {
    let Step { which, how, .. } = step;
    let from = peer(step);
    if !is_connected(rig, from) {
        return;
    }
    let info = SenderInfo {
        ssrc: Ssrc(1_000 * (1 + u32::from(how % 3)) + u64_to_u32(which)),
        ntp: NtpTime(u64::from(how) << 40),
        rtp_time: RtpTime(u32::from(how)),
        packet_count: 1,
        octet_count: 1,
    };
    let block = ReportBlock {
        ssrc: Ssrc(10_000 + 10 * u64_to_u32(which)),
        fraction_lost: 3,
        cumulative_lost: i32::from(how),
        highest_seq: u32::from(how),
        jitter: 0,
        last_sr: u32::from(how),
        delay_since_last_sr: 1,
    };
    rig.send_rtcp(from, |writer| {
        writer.sender_report(&info, &[block]).unwrap();
        writer.xr_reference_time(info.ssrc, info.ntp).unwrap();
    });
}

fn send_feedback(rig: &mut Rig, step: Step) {
    let Step { which, how, .. } = step;
    let from = peer(step);
    if !is_connected(rig, from) {
        return;
    }
    let media = Ssrc(10_000 + 10 * u64_to_u32(which));
    rig.send_rtcp(from, |writer| {
        writer.pli(Ssrc(1), media).unwrap();
        let lost: Vec<Seq> = (0..40).map(|i| Seq(how.wrapping_add(i))).collect();
        writer.nack(Ssrc(1), media, &lost).unwrap();
    });
}

fn steer_producer(rig: &mut Rig, which: u64, how: u16) {
    let command = match how % 4 {
        0 => ProducerCommand::Pause,
        1 => ProducerCommand::Resume,
        2 => ProducerCommand::Dump,
        _ => ProducerCommand::GetStats,
    };
    let _ = rig.ask(Command::Producer(ProducerId(which), command));
}

fn steer_consumer(rig: &mut Rig, which: u64, how: u16) {
    let command = match how % 5 {
        0 => ConsumerCommand::Pause,
        1 => ConsumerCommand::Resume,
        2 => ConsumerCommand::RequestKeyFrame,
        3 => ConsumerCommand::GetStats,
        _ => ConsumerCommand::SetPreferredLayers(PreferredLayers {
            spatial_layer: (how >> 8) as u8 % 2,
            temporal_layer: None,
        }),
    };
    let consumer = 10 * (1 + u64::from(how >> 4) % TRANSPORTS) + which;
    let _ = rig.ask(Command::Consumer(ConsumerId(consumer), command));
}

fn close_one(rig: &mut Rig, which: u64, how: u16) {
    let transport = 1 + u64::from(how >> 4) % TRANSPORTS;
    let command = match how % 4 {
        0 => TransportCommand::CloseProducer(ProducerId(which)),
        1 => TransportCommand::CloseConsumer(ConsumerId(10 * transport + which)),
        2 => TransportCommand::CloseDataProducer(DataProducerId(which)),
        _ => TransportCommand::CloseDataConsumer(DataConsumerId(10 * transport + which)),
    };
    let _ = rig.ask(Command::Transport(TransportId(transport), command));
}

fn data(rig: &mut Rig, which: u64, how: u16) {
    let transport = TransportId(1 + u64::from(how >> 4) % TRANSPORTS);
    let stream = u16::try_from(which).unwrap();
    let parameters = SctpStreamParameters::new(stream, None, None, None).ok();
    let command = match how % 3 {
        0 => {
            let made = ProduceData {
                sctp_stream_parameters: parameters,
                label: String::new(),
                protocol: String::new(),
                paused: false,
            };
            TransportCommand::ProduceData(DataProducerId(which), made)
        }
        1 => {
            let made = ConsumeData {
                data_producer_id: DataProducerId(which),
                sctp_stream_parameters: parameters,
                label: String::new(),
                protocol: String::new(),
                paused: false,
                subchannels: Vec::new(),
            };
            TransportCommand::ConsumeData(DataConsumerId(10 * transport.0 + which), made)
        }
        _ => {
            let message = MessagePayload {
                ppid: 51,
                bytes: vec![1; usize::from(how % 1_000) + 1].into(),
            };
            let send = DataProducerCommand::Send(message, Subchannels::default());
            let _ = rig.ask(Command::DataProducer(DataProducerId(which), send));
            return;
        }
    };
    let _ = rig.ask(Command::Transport(transport, command));
}

fn observe(rig: &mut Rig, which: u64, how: u16) {
    let id = RtpObserverId(1 + u64::from(how >> 8) % 2);
    let command = match how % 4 {
        0 => ObserverCommand::Pause,
        1 => ObserverCommand::Resume,
        2 => ObserverCommand::RemoveProducer(ProducerId(which)),
        _ => ObserverCommand::AddProducer(ProducerId(which)),
    };
    let _ = rig.ask(Command::Observer(id, command));
}

/// The page is loaded anew.
fn replace_transport(rig: &mut Rig, id: u64) {
    let close = RouterCommand::CloseTransport(TransportId(id));
    rig.ask(Command::Router(ROUTER, close)).unwrap();
    rig.join(id);
}

fn prepared() -> Rig {
    let mut rig = Rig::new();
    let levels = AudioLevelOptions {
        max_entries: 2,
        threshold: -80,
        interval: Duration::from_millis(250),
    };
    let create = RouterCommand::CreateAudioLevelObserver(RtpObserverId(1), levels);
    rig.ask(Command::Router(ROUTER, create)).unwrap();
    let speaker = ActiveSpeakerOptions {
        interval: Duration::from_millis(300),
    };
    let create = RouterCommand::CreateActiveSpeakerObserver(RtpObserverId(2), speaker);
    rig.ask(Command::Router(ROUTER, create)).unwrap();
    (1..=PEERS).for_each(|id| rig.join(id));
    rig.make_direct(DIRECT);
    let plain = PlainTransportOptions {
        sctp: Some(Default::default()),
        ..unmuxed(PLAIN)
    };
    rig.make_plain(PLAIN, plain);
    let to_next = PipeTransportOptions {
        sctp: Some(Default::default()),
        ..bare(1, PIPE)
    };
    rig.make_pipe(PIPE, to_next);
    rig
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// `Rig` looks after every input whether a timer is forgotten, and with every step of time whether one is stuck.
    #[test]
    fn no_timer_is_forgotten_or_stuck_and_closing_leaves_nothing(steps in prop::collection::vec(step(), 1..300)) {
        let mut rig = prepared();
        for step in steps {
            apply(&mut rig, step);
        }
        rig.ask(Command::CloseRouter(ROUTER)).unwrap();
        rig.assert_empty();
        // The longest timer is that of an SCTP handshake without answer.
        rig.advance(Duration::from_secs(1_000));
        prop_assert_eq!(rig.worker.poll_timeout(), None);
    }
}
