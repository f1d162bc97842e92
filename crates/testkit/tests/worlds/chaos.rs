//! Random commands and datagrams in random order never panic, never hang, and leave nothing behind.

use std::collections::HashMap;
use std::time::Duration;

use miso_ice::{ConsentTimeout, ListenInfo, Offers, Protocol};
use miso_ortc::{MediaKind, SctpStreamParameters};
use miso_secure::{DtlsRole, Fingerprint, FingerprintAlgorithm};
use miso_sfu::command::{
    ActiveSpeakerOptions, AudioLevelOptions, Command, ConsumeData, ConsumerCommand,
    DataConsumerCommand, DataProducerCommand, DirectTransportOptions, MessagePayload,
    ObserverCommand, PreferredLayers, ProduceData, ProducerCommand, Response, RouterCommand,
    Subchannels, TransportCommand, WebRtcTransportOptions,
};
use miso_sfu::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RouterId, RtpObserverId, TransportId,
};
use miso_testkit::{Dialect, Encoding, SERVER_UDP, World, recv_capabilities};
use miso_wire::{Bitrate, FirEntry, Seq, Ssrc};

const CASES: u64 = 100;
const STEPS: usize = 3_000;

/// Names that exist, and some that do not.
struct Chaos {
    world: World,
    rng: fastrand::Rng,
    raws: Vec<usize>,
    transports: Vec<TransportId>,
    producers: Vec<ProducerId>,
    consumers: Vec<ConsumerId>,
    data_producers: Vec<DataProducerId>,
    data_consumers: Vec<DataConsumerId>,
    observers: Vec<RtpObserverId>,
    /// Next sequence number of each stream.
    seqs: HashMap<(usize, Ssrc), u64>,
}

impl Chaos {
    fn new(seed: u64) -> Self {
        let mut world = World::new(seed);
        let raws: Vec<usize> = (0..4).map(|_| world.add_raw()).collect();
        world.run_for(Duration::from_secs(1));
        let transports = raws.iter().map(|raw| world.raw(*raw).0.transport).collect();
        Self {
            world,
            rng: fastrand::Rng::with_seed(seed),
            raws,
            transports,
            producers: Vec::new(),
            consumers: Vec::new(),
            data_producers: Vec::new(),
            data_consumers: Vec::new(),
            observers: Vec::new(),
            seqs: HashMap::new(),
        }
    }

    fn any<T: Copy>(&mut self, list: &[T], none: T) -> T {
        if list.is_empty() || self.rng.u8(..) == 0 {
            return none;
        }
        list[self.rng.usize(..list.len())]
    }

    /// Mostly one that has a peer.
    fn transport(&mut self) -> TransportId {
        let all = self.transports.clone();
        let some = if self.rng.u8(..10) > 0 {
            &all[..self.raws.len()]
        } else {
            &all[..]
        };
        self.any(some, TransportId(0))
    }

    fn producer(&mut self) -> ProducerId {
        let all = self.producers.clone();
        self.any(&all, ProducerId(0))
    }

    fn consumer(&mut self) -> ConsumerId {
        let all = self.consumers.clone();
        self.any(&all, ConsumerId(0))
    }

    fn data_producer(&mut self) -> DataProducerId {
        let all = self.data_producers.clone();
        self.any(&all, DataProducerId(0))
    }

    fn data_consumer(&mut self) -> DataConsumerId {
        let all = self.data_consumers.clone();
        self.any(&all, DataConsumerId(0))
    }

    fn ssrc(&mut self) -> Ssrc {
        Ssrc(self.rng.u32(1..12))
    }

    fn step(&mut self) {
        match self.rng.u8(..20) {
            0 => self.make(),
            1 => self.produce(),
            2 => self.consume(),
            3 => self.close(),
            4..=6 => self.steer(),
            7..=13 => self.media(),
            14..=16 => self.feedback(),
            17 => self.noise(),
            18 => self.data(),
            _ => {
                let time = [0, 1, 5, 20, 300, 2_000][self.rng.usize(..6)];
                self.world.run_for(Duration::from_millis(time));
            }
        }
        if self.rng.bool() {
            self.world.drain_server();
        }
    }

    fn run(&mut self, command: Command) {
        // A refusal is as good as an answer.
        let _ = self.world.command(command);
    }

    fn make(&mut self) {
        let router = RouterId(self.rng.u64(1..3));
        match self.rng.u8(..6) {
            0 => self.run(Command::CreateRouter(router)),
            1 => {
                let id = TransportId(self.world.server.next_id());
                let listen = ListenInfo {
                    protocol: Protocol::Udp,
                    ip: SERVER_UDP.ip(),
                    port: SERVER_UDP.port(),
                    announced_address: None,
                    expose_internal_ip: false,
                };
                let options = WebRtcTransportOptions {
                    sockets: Default::default(),
                    listen: if self.rng.bool() {
                        vec![listen]
                    } else {
                        Vec::new()
                    },
                    offers: Offers::default(),
                    ice_consent_timeout: ConsentTimeout::from_secs(self.rng.u64(..70)),
                    initial_available_outgoing_bitrate: Bitrate(self.rng.u64(..)),
                    sctp: self.rng.bool().then(Default::default),
                };
                self.run(Command::Router(
                    router,
                    RouterCommand::CreateWebRtcTransport(id, Box::new(options)),
                ));
                self.transports.push(id);
            }
            2 => {
                let id = TransportId(self.world.server.next_id());
                let options = DirectTransportOptions {
                    max_send_message_size: 1_000,
                    max_receive_message_size: 1_000,
                };
                self.run(Command::Router(
                    router,
                    RouterCommand::CreateDirectTransport(id, options),
                ));
                self.transports.push(id);
            }
            3 => {
                let id = RtpObserverId(self.world.server.next_id());
                let options = AudioLevelOptions {
                    max_entries: self.rng.u16(..3),
                    threshold: self.rng.i8(-127..=5),
                    interval: Duration::from_millis(self.rng.u64(..6_000)),
                };
                self.run(Command::Router(
                    router,
                    RouterCommand::CreateAudioLevelObserver(id, options),
                ));
                self.observers.push(id);
            }
            4 => {
                let id = RtpObserverId(self.world.server.next_id());
                let options = ActiveSpeakerOptions {
                    interval: Duration::from_millis(self.rng.u64(..6_000)),
                };
                self.run(Command::Router(
                    router,
                    RouterCommand::CreateActiveSpeakerObserver(id, options),
                ));
                self.observers.push(id);
            }
            _ => {
                let fingerprint = Fingerprint::of(FingerprintAlgorithm::Sha1, &[self.rng.u8(..)]);
                let fingerprints = vec![fingerprint; self.rng.usize(..2)];
                let role =
                    [DtlsRole::Auto, DtlsRole::Client, DtlsRole::Server][self.rng.usize(..3)];
                let id = self.transport();
                self.run(Command::Transport(
                    id,
                    TransportCommand::Connect { fingerprints, role },
                ));
            }
        }
    }

    fn produce(&mut self) {
        let kind = if self.rng.bool() {
            MediaKind::Audio
        } else {
            MediaKind::Video
        };
        let count = self.rng.usize(1..4);
        let encodings: Vec<Encoding> = (0..count)
            .map(|index| {
                let ssrc = self.ssrc();
                let rtx = self.rng.bool().then(|| self.ssrc());
                let rid = if self.rng.bool() {
                    miso_wire::Rid::new(format!("r{index}").as_bytes()).ok()
                } else {
                    None
                };
                Encoding::plain(ssrc, rtx, rid)
            })
            .collect();
        let mid = self
            .rng
            .bool()
            .then(|| miso_wire::Mid::new(self.rng.u8(..9).to_string().as_bytes()).ok())
            .flatten();
        let parameters = Dialect::CHROMIUM.producer_parameters(kind, mid, &encodings, "chaos");
        let (transport, now) = (self.transport(), self.world.now());
        let delay = Duration::from_millis(self.rng.u64(..1_000));
        self.producers.extend(
            self.world
                .server
                .produce(transport, (kind, parameters), delay, now),
        );
    }

    fn consume(&mut self) {
        let (transport, now) = (self.transport(), self.world.now());
        if self.rng.bool() {
            let producer = self.producer();
            let remote = recv_capabilities(self.world.server.capabilities());
            let made =
                self.world
                    .server
                    .consume((transport, producer), &remote, Default::default(), now);
            self.consumers.extend(made.map(|made| made.id));
            return;
        }
        let parameters = SctpStreamParameters::new(self.rng.u16(..10), None, None, None).ok();
        let parameters = parameters.filter(|_| self.rng.u8(..4) > 0);
        if self.rng.bool() {
            let id = DataProducerId(self.world.server.next_id());
            let options = ProduceData {
                sctp_stream_parameters: parameters,
                label: String::new(),
                protocol: String::new(),
                paused: self.rng.bool(),
            };
            self.run(Command::Transport(
                transport,
                TransportCommand::ProduceData(id, options),
            ));
            self.data_producers.push(id);
        } else {
            let id = DataConsumerId(self.world.server.next_id());
            let options = ConsumeData {
                data_producer_id: self.data_producer(),
                sctp_stream_parameters: parameters,
                label: String::new(),
                protocol: String::new(),
                paused: self.rng.bool(),
                subchannels: vec![self.rng.u16(..3)],
            };
            self.run(Command::Transport(
                transport,
                TransportCommand::ConsumeData(id, options),
            ));
            self.data_consumers.push(id);
        }
    }

    fn close(&mut self) {
        let transport = self.transport();
        let command = match self.rng.u8(..40) {
            0 => Command::CloseRouter(RouterId(2)),
            1 => {
                let all = self.transports.clone();
                let closed = if self.rng.u8(..10) > 0 {
                    all.last().copied()
                } else {
                    Some(transport)
                };
                Command::Router(
                    RouterId(1),
                    RouterCommand::CloseTransport(closed.unwrap_or(transport)),
                )
            }
            2..=12 => {
                Command::Transport(transport, TransportCommand::CloseProducer(self.producer()))
            }
            13..=22 => {
                Command::Transport(transport, TransportCommand::CloseConsumer(self.consumer()))
            }
            23..=28 => Command::Transport(
                transport,
                TransportCommand::CloseDataProducer(self.data_producer()),
            ),
            29..=34 => Command::Transport(
                transport,
                TransportCommand::CloseDataConsumer(self.data_consumer()),
            ),
            _ => {
                let all = self.observers.clone();
                Command::Router(
                    RouterId(1),
                    RouterCommand::CloseObserver(self.any(&all, RtpObserverId(0))),
                )
            }
        };
        self.run(command);
    }

    fn steer(&mut self) {
        let observers = self.observers.clone();
        let command = match self.rng.u8(..22) {
            0 => Command::DumpWorker,
            1 => Command::Router(RouterId(1), RouterCommand::Dump),
            2 => Command::Transport(self.transport(), TransportCommand::Dump),
            3 => Command::Transport(self.transport(), TransportCommand::GetStats),
            4 => Command::Transport(self.transport(), TransportCommand::RestartIce),
            5 => Command::Transport(
                self.transport(),
                TransportCommand::SetMaxIncomingBitrate(Bitrate(self.rng.u64(..1_000_000))),
            ),
            6 => Command::Transport(
                self.transport(),
                TransportCommand::SetMaxOutgoingBitrate(Bitrate(self.rng.u64(..))),
            ),
            7 => Command::Producer(self.producer(), ProducerCommand::Pause),
            8 => Command::Producer(self.producer(), ProducerCommand::Resume),
            9 => Command::Producer(self.producer(), ProducerCommand::Dump),
            10 => Command::Producer(self.producer(), ProducerCommand::GetStats),
            11 => Command::Consumer(self.consumer(), ConsumerCommand::Pause),
            12 => Command::Consumer(self.consumer(), ConsumerCommand::Resume),
            13 => Command::Consumer(self.consumer(), ConsumerCommand::RequestKeyFrame),
            14 => Command::Consumer(self.consumer(), ConsumerCommand::Dump),
            15 => Command::Consumer(self.consumer(), ConsumerCommand::GetStats),
            16 => {
                let layers = PreferredLayers {
                    spatial_layer: self.rng.u8(..5),
                    temporal_layer: Some(self.rng.u8(..)),
                };
                Command::Consumer(self.consumer(), ConsumerCommand::SetPreferredLayers(layers))
            }
            17 => Command::Consumer(
                self.consumer(),
                ConsumerCommand::SetPriority(self.rng.u8(..)),
            ),
            18 => Command::Observer(
                self.any(&observers, RtpObserverId(0)),
                ObserverCommand::AddProducer(self.producer()),
            ),
            19 => Command::Observer(
                self.any(&observers, RtpObserverId(0)),
                ObserverCommand::RemoveProducer(self.producer()),
            ),
            20 => Command::Observer(
                self.any(&observers, RtpObserverId(0)),
                ObserverCommand::Pause,
            ),
            _ => Command::Observer(
                self.any(&observers, RtpObserverId(0)),
                ObserverCommand::Resume,
            ),
        };
        self.run(command);
    }

    fn media(&mut self) {
        let raw = self.raws[self.rng.usize(..self.raws.len())];
        if !self.world.raw(raw).0.is_connected() {
            return;
        }
        let pt = [96, 96, 96, 97, 111, 0][self.rng.usize(..6)];
        // Mostly of streams that there are.
        let transport = self.world.raw(raw).0.transport;
        let mut known: Vec<Ssrc> = match self
            .world
            .command(Command::Transport(transport, TransportCommand::Dump))
        {
            Ok(Response::TransportDump(dump)) => {
                dump.ssrc_producers.iter().map(|(ssrc, _)| *ssrc).collect()
            }
            _ => Vec::new(),
        };
        known.sort();
        let other = self.ssrc();
        let ssrc = if self.rng.u8(..5) > 0 {
            self.any(&known, other)
        } else {
            other
        };
        let mut payload = vec![
            0x90,
            0x80,
            0x80,
            self.rng.u8(..),
            self.rng.u8(..2),
            0,
            0,
            0x9d,
            0x01,
            0x2a,
            0,
            1,
            0,
            1,
        ];
        if self.rng.u8(..4) == 0 {
            payload.clear();
        }
        let length = self.rng.usize(..1_200);
        payload.extend(std::iter::repeat_with(|| self.rng.u8(..)).take(length));
        let timestamp = self.rng.u32(..);
        for _ in 0..self.rng.u64(1..12) {
            // Mostly the next one, at times a hole, a large one, or an old one.
            let step = match self.rng.u8(..20) {
                0 => self.rng.i64(2..40),
                1 => self.rng.i64(-30..1),
                2 if self.rng.u8(..10) == 0 => self.rng.i64(1..20_000),
                _ => 1,
            };
            let seq = self.seqs.entry((raw, ssrc)).or_insert(1_000);
            *seq = seq.saturating_add_signed(step);
            let seq = *seq;
            let packet = self.world.raw(raw).0.seal_rtp(
                (ssrc, pt),
                (seq, timestamp),
                &payload,
                self.rng.bool(),
            );
            let local = self.world.raw(raw).0.local;
            self.world.inject(&packet, local);
        }
    }

    fn feedback(&mut self) {
        let raw = self.raws[self.rng.usize(..self.raws.len())];
        if !self.world.raw(raw).0.is_connected() {
            return;
        }
        let transport = self.world.raw(raw).0.transport;
        // Half of the feedback is about streams that there are.
        let dump = self
            .world
            .command(Command::Transport(transport, TransportCommand::Dump));
        let known = match dump {
            Ok(Response::TransportDump(dump)) => {
                dump.ssrc_consumers.iter().map(|(ssrc, _)| *ssrc).min()
            }
            _ => None,
        };
        let ssrc = known
            .filter(|_| self.rng.bool())
            .unwrap_or_else(|| self.ssrc());
        let choice = self.rng.u8(..7);
        // Near the last one that the peer got, or anything.
        let last = self.world.raw(raw).0.log.last_rtp.clone();
        let base = last
            .filter(|_| self.rng.bool())
            .map_or(self.rng.u16(..), |(_, seq, _)| seq.0);
        let mut lost: Vec<Seq> = (0..self.rng.usize(1..60))
            .map(|_| Seq(base.wrapping_sub(self.rng.u16(..100))))
            .collect();
        lost.sort_by_key(|seq| seq.0);
        let seq = self.rng.u8(..);
        let bytes = self.world.raw(raw).0.seal_rtcp(|writer| {
            let _ = match choice {
                0 => writer.pli(Ssrc(1), ssrc),
                1 => writer.fir(Ssrc(1), ssrc, &[FirEntry { ssrc, seq }]),
                2 => writer.bye(&[ssrc]),
                3 => writer.sdes_cname(ssrc, &[seq; 20]),
                4 => writer.remb(Ssrc(1), Bitrate(u64::from(seq) << 20), &[ssrc]),
                _ => {
                    let _ = writer.nack(Ssrc(1), ssrc, &lost);
                    Ok(())
                }
            };
        });
        let local = self.world.raw(raw).0.local;
        self.world.inject(&bytes, local);
    }

    fn noise(&mut self) {
        let length = self.rng.usize(..200);
        let bytes: Vec<u8> = std::iter::repeat_with(|| self.rng.u8(..))
            .take(length)
            .collect();
        let raw = self.raws[self.rng.usize(..self.raws.len())];
        let (peer, _, _, _) = self.world.raw(raw);
        let (local, check) = (peer.local, peer.check(true));
        self.world.inject(&bytes, local);
        let moved = std::net::SocketAddr::new(local.ip(), self.rng.u16(7_000..7_020));
        self.world.inject(&check, moved);
    }

    fn data(&mut self) {
        let bytes = vec![self.rng.u8(..); self.rng.usize(..1_500)];
        let message = MessagePayload {
            ppid: self.rng.u32(50..58),
            bytes: bytes.into(),
        };
        let command = match self.rng.u8(..8) {
            0 => Command::DataProducer(self.data_producer(), DataProducerCommand::Pause),
            1 => Command::DataProducer(self.data_producer(), DataProducerCommand::Resume),
            2 => Command::DataConsumer(self.data_consumer(), DataConsumerCommand::Pause),
            3 => Command::DataConsumer(self.data_consumer(), DataConsumerCommand::Resume),
            4 => Command::DataConsumer(self.data_consumer(), DataConsumerCommand::Send(message)),
            5 => Command::DataConsumer(
                self.data_consumer(),
                DataConsumerCommand::SetBufferedAmountLowThreshold(self.rng.usize(..2_000)),
            ),
            6 => Command::DataConsumer(
                self.data_consumer(),
                DataConsumerCommand::AddSubchannel(self.rng.u16(..3)),
            ),
            _ => {
                let to = Subchannels {
                    any_of: vec![self.rng.u16(..3)],
                    ..Default::default()
                };
                Command::DataProducer(self.data_producer(), DataProducerCommand::Send(message, to))
            }
        };
        self.run(command);
    }
}

#[test]
fn random_commands_and_datagrams_never_panic_or_hang_and_closing_all_leaves_nothing() {
    let (mut consumers, mut forwarded, mut repeated) = (0, 0, 0);
    for seed in 0..CASES {
        // The seed of a panic inside the core.
        let steps = std::cell::Cell::new(0);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut chaos = Chaos::new(seed);
            for step in 0..STEPS {
                steps.set(step);
                chaos.step();
            }
            consumers += chaos.consumers.len();
            let world = &mut chaos.world;
            for transport in &chaos.transports {
                if let Ok(Response::TransportStats(stats)) =
                    world.command(Command::Transport(*transport, TransportCommand::GetStats))
                {
                    forwarded += stats.rtp_sent.bytes;
                    repeated += stats.rtx_sent.bytes;
                }
            }
            for router in [RouterId(1), RouterId(2)] {
                let _ = world.command(Command::CloseRouter(router));
            }
            world.run_for(Duration::from_secs(3));
            assert!(world.worker_dump().routers.is_empty());
            for transport in &chaos.transports {
                assert!(
                    world
                        .command(Command::Transport(*transport, TransportCommand::Dump))
                        .is_err()
                );
            }
            for consumer in &chaos.consumers {
                assert!(
                    world
                        .command(Command::Consumer(*consumer, ConsumerCommand::Dump))
                        .is_err()
                );
            }
            for producer in &chaos.producers {
                assert!(
                    world
                        .command(Command::Producer(*producer, ProducerCommand::Dump))
                        .is_err()
                );
            }
            let quiet = world.server.worker.poll_timeout();
            assert!(
                quiet.is_none_or(|at| at > world.now()),
                "timers of nobody: {quiet:?}"
            );
        }));
        assert!(outcome.is_ok(), "seed {seed}, step {}", steps.get());
    }
    let seen = format!("{consumers} consumers, {forwarded} bytes forwarded, {repeated} again");
    assert!(
        consumers > 2_000 && forwarded > 10 << 20 && repeated > 20 << 10,
        "the chaos was none: {seen}"
    );
}
