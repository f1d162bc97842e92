//! A worker, its clients, and time that only the test moves.

use super::media::Packet;
use super::peer::{Peer, context};
use super::*;
use crate::command::{
    Command, Consume, DirectTransportOptions, Produce, Response, RouterCommand,
    SctpTransportOptions, Sockets, TransportCommand, WebRtcTransportOptions,
};
use crate::error::CommandError;
use crate::testing::base;
use miso_ice::{ConsentTimeout, ListenInfo, Offers, Protocol};
use miso_secure::DtlsRole;
use miso_wire::{Bitrate, RtcpPacket, RtcpPackets, RtcpWriter, RtpHeader};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Wake-ups at one moment after which a timer counts as stuck.
const MAX_WAKE_UPS: usize = 20;

pub(super) const ROUTER: RouterId = RouterId(1);

pub(super) struct Rig {
    pub(super) worker: Worker,
    pub(super) now: Instant,
    pub(super) peers: BTreeMap<u64, Peer>,
    pub(super) events: Vec<Event>,
    /// What was sent to nobody that the rig knows: from where, whither, what.
    pub(super) elsewhere: Vec<(SocketAddr, SocketAddr, Vec<u8>)>,
    batch: Batch,
}

pub(super) fn local() -> SocketAddr {
    ([127, 0, 0, 1], 44_444).into()
}

/// The address of the client of a transport.
pub(super) fn remote(transport: u64) -> SocketAddr {
    let port = 10_000 + u16::try_from(transport).unwrap();
    ([127, 0, 0, 1], port).into()
}

impl Rig {
    /// A worker with one router.
    pub(super) fn new() -> Self {
        Self::with_seed(3)
    }

    /// One whose keys and numbers are others than those of another seed.
    pub(super) fn with_seed(seed: u8) -> Self {
        let now = base();
        let config = WorkerConfig {
            dtls: context(true),
            seed: [seed; 32],
            unix_time_at_start: Duration::from_secs(1_800_000_000),
            start: now,
        };
        let mut rig = Self {
            worker: Worker::new(config),
            now,
            peers: BTreeMap::new(),
            events: Vec::new(),
            elsewhere: Vec::new(),
            batch: Batch::new(1 << 16, 64),
        };
        rig.ask(Command::CreateRouter(ROUTER)).unwrap();
        rig
    }

    /// Takes what is sent in batches of so many bytes and messages.
    pub(super) fn batch_of(&mut self, bytes: usize, messages: usize) {
        self.batch = Batch::new(bytes, messages);
    }

    /// Gives a command and takes what comes of it.
    pub(super) fn ask(&mut self, command: Command) -> Result<Response, CommandError> {
        let answer = self.worker.handle_command(command, self.now);
        self.drain();
        answer
    }

    pub(super) fn tell(&mut self, transport: u64, command: TransportCommand) -> Response {
        self.ask(Command::Transport(TransportId(transport), command))
            .unwrap()
    }

    /// Makes a WebRTC transport with SCTP, whose client has not appeared yet.
    pub(super) fn make_transport(&mut self, id: u64) {
        self.make_transport_at(id, Sockets::All);
    }

    /// Makes a WebRTC transport with SCTP that may be reached by these sockets.
    pub(super) fn make_transport_at(&mut self, id: u64, sockets: Sockets) {
        let options = WebRtcTransportOptions {
            sockets,
            listen: vec![ListenInfo {
                protocol: Protocol::Udp,
                ip: local().ip(),
                port: local().port(),
                announced_address: None,
                expose_internal_ip: false,
            }],
            offers: Offers::default(),
            ice_consent_timeout: ConsentTimeout::default(),
            initial_available_outgoing_bitrate: Bitrate::kbps(600),
            sctp: Some(SctpTransportOptions::default()),
        };
        let create = RouterCommand::CreateWebRtcTransport(TransportId(id), Box::new(options));
        let Ok(Response::WebRtcTransport(made)) = self.ask(Command::Router(ROUTER, create)) else {
            panic!("no transport");
        };
        let peer = Peer::new(made.ice_credentials, self.now);
        self.peers.insert(id, peer);
    }

    /// Lets the client of a transport connect.
    pub(super) fn connect(&mut self, id: u64) {
        let connect = TransportCommand::Connect {
            fingerprints: context(false).fingerprints().to_vec(),
            role: DtlsRole::Client,
        };
        self.tell(id, connect);
        self.check(id);
        self.peers.get_mut(&id).unwrap().start(self.now);
        self.drain();
        assert!(self.peers[&id].is_connected());
        assert!(self.transport(id).connected);
    }

    /// Makes a transport and connects its client.
    pub(super) fn join(&mut self, id: u64) {
        self.make_transport(id);
        self.connect(id);
    }

    pub(super) fn make_direct(&mut self, id: u64) {
        let options = DirectTransportOptions {
            max_send_message_size: 1_000,
            max_receive_message_size: 1_000,
        };
        let create = RouterCommand::CreateDirectTransport(TransportId(id), options);
        self.ask(Command::Router(ROUTER, create)).unwrap();
    }

    pub(super) fn produce(&mut self, transport: u64, id: u64, options: &Produce) {
        let command = TransportCommand::Produce(ProducerId(id), Box::new(options.clone()));
        self.tell(transport, command);
    }

    pub(super) fn consume(&mut self, transport: u64, id: u64, options: Consume) {
        let command = TransportCommand::Consume(ConsumerId(id), Box::new(options));
        self.tell(transport, command);
    }

    /// The client sends a connectivity check.
    pub(super) fn check(&mut self, id: u64) {
        let check = self.peers.get_mut(&id).unwrap().check();
        self.deliver(remote(id), check);
    }

    /// A datagram arrives, alone.
    pub(super) fn deliver(&mut self, from: SocketAddr, datagram: Vec<u8>) {
        self.hand_over(from, datagram);
        self.drain();
    }

    /// A datagram arrives in the middle of a batch.
    pub(super) fn hand_over(&mut self, from: SocketAddr, mut datagram: Vec<u8>) {
        self.worker
            .handle_datagram(&mut datagram, Protocol::Udp, (local(), from), self.now);
        self.assert_wakes_in_time();
    }

    /// The client of a transport sends RTP.
    pub(super) fn send(&mut self, id: u64, packet: &Packet) {
        let sealed = self.peers[&id].seal(&packet.bytes());
        self.deliver(remote(id), sealed);
    }

    /// The client of a transport sends RTCP.
    pub(super) fn send_rtcp(&mut self, id: u64, write: impl FnOnce(&mut RtcpWriter<'_>)) {
        let sealed = self.peers.get_mut(&id).unwrap().rtcp(write);
        self.deliver(remote(id), sealed);
    }

    /// Lets time pass; timers run when they are due, not later.
    pub(super) fn advance(&mut self, time: Duration) {
        let until = self.now + time;
        let (mut last, mut wake_ups) = (self.now, 0);
        while let Some(at) = self.worker.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            wake_ups = if self.now == last { wake_ups + 1 } else { 0 };
            assert!(wake_ups < MAX_WAKE_UPS, "a timer is due for ever");
            last = self.now;
            self.worker.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    /// Takes everything that the worker has, and lets the clients answer.
    pub(super) fn drain(&mut self) {
        loop {
            self.assert_wakes_in_time();
            let mut arrived = Vec::new();
            loop {
                self.worker.poll_transmit(&mut self.batch, self.now);
                if self.batch.is_empty() {
                    break;
                }
                for message in self.batch.messages() {
                    let (from, to) = (message.tuple.local(), message.tuple.remote());
                    let segments = message.bytes.chunks(message.segment_size);
                    arrived.extend(segments.map(|segment| (from, to, segment.to_vec())));
                }
                self.batch.clear();
            }
            self.events
                .extend(std::iter::from_fn(|| self.worker.poll_event()));
            for (from, to, datagram) in arrived {
                let peer = self.peers.iter_mut().find(|(id, _)| remote(**id) == to);
                match peer {
                    Some((_, peer)) => peer.receive(&datagram, self.now),
                    None => self.elsewhere.push((from, to, datagram)),
                }
            }
            let mut answered = false;
            let ids: Vec<u64> = self.peers.keys().copied().collect();
            for id in ids {
                for datagram in self.peers.get_mut(&id).unwrap().poll() {
                    answered = true;
                    self.hand_over(remote(id), datagram);
                }
            }
            if !answered {
                break;
            }
        }
    }

    /// What was told since the last time.
    pub(super) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Media that the client of a transport got since the last time.
    pub(super) fn take_rtp(&mut self, id: u64) -> Vec<(RtpHeader, Vec<u8>)> {
        let packets = std::mem::take(&mut self.peers.get_mut(&id).unwrap().rtp);
        let parsed = packets
            .into_iter()
            .map(|packet| (RtpHeader::parse(&packet).unwrap(), packet));
        parsed.collect()
    }

    /// Compounds that the client of a transport got since the last time.
    pub(super) fn take_rtcp(&mut self, id: u64) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.peers.get_mut(&id).unwrap().rtcp)
    }

    /// How many packets of a kind the client of a transport got since the last time.
    pub(super) fn count_rtcp(
        &mut self,
        id: u64,
        wanted: impl Fn(&RtcpPacket<'_>) -> bool,
    ) -> usize {
        let compounds = self.take_rtcp(id);
        let packets = compounds.iter().flat_map(|bytes| RtcpPackets::new(bytes));
        packets
            .filter(|packet| packet.as_ref().is_ok_and(&wanted))
            .count()
    }

    /// How often the client of a transport was asked for a key frame since the last time.
    pub(super) fn count_plis(&mut self, id: u64) -> usize {
        self.count_rtcp(id, |packet| matches!(packet, RtcpPacket::Pli(_)))
    }

    pub(super) fn transport(&self, id: u64) -> &Transport {
        let key = self.worker.names.transports[&TransportId(id)];
        &self.worker.objects.transports[key]
    }

    pub(super) fn producer(&self, id: u64) -> &Producer {
        let key = self.worker.names.producers[&ProducerId(id)];
        &self.worker.objects.producers[key]
    }

    pub(super) fn consumer(&self, id: u64) -> &Consumer {
        let key = self.worker.names.consumers[&ConsumerId(id)];
        &self.worker.objects.consumers[key]
    }

    /// No object is forgotten: the worker wants to be woken before the earliest of their timers.
    pub(super) fn assert_wakes_in_time(&self) {
        let objects = &self.worker.objects;
        let wake = self.worker.poll_timeout();
        let covers = |at: Option<Instant>, what: &str| {
            if let Some(at) = at {
                assert!(wake.is_some_and(|wake| wake <= at), "{what} is forgotten");
            }
        };
        for transport in objects.transports.values() {
            covers(transport.own_timeout(), "a transport");
            covers(transport.deadline, "a transport's deadline");
            for producer in transport
                .producers
                .iter()
                .map(|key| &objects.producers[*key])
            {
                covers(producer.key_frames.poll_timeout(), "a key frame request");
                for stream in &producer.streams {
                    covers(stream.recv.poll_timeout(), "a stream");
                    let noted = transport.deadline.is_some_and(|deadline| {
                        stream.recv.poll_timeout().is_none_or(|at| deadline <= at)
                    });
                    assert!(noted || stream.recv.poll_timeout().is_none());
                }
            }
        }
        for observer in objects.observers.values() {
            covers(observer.poll_timeout(), "an observer");
        }
    }

    /// Nothing is left of closed objects.
    pub(super) fn assert_empty(&self) {
        let Objects {
            routers,
            transports,
            producers,
            consumers,
            data_producers,
            data_consumers,
            observers,
        } = &self.worker.objects;
        let objects = [
            routers.len(),
            transports.len(),
            producers.len(),
            consumers.len(),
            data_producers.len(),
            data_consumers.len(),
            observers.len(),
        ];
        assert_eq!(objects, [0; 7]);
        let names = &self.worker.names;
        let names = [
            names.transports.len(),
            names.producers.len(),
            names.consumers.len(),
            names.data_producers.len(),
            names.data_consumers.len(),
            names.observers.len(),
        ];
        assert_eq!(names, [0; 6]);
        let demux = &self.worker.demux;
        assert_eq!((demux.tuples.len(), demux.ufrags.len()), (0, 0));
        assert_eq!(self.worker.pool.used(), 0);
    }
}
