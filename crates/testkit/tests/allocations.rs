//! No heap on the packet path: once warm, receiving, forwarding, retransmitting and asking again allocate nothing.
#![expect(
    unsafe_code,
    reason = "an allocator that counts is an unsafe trait by definition; it hands everything on to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use miso_ice::Protocol;
use miso_ortc::{MediaKind, ScalabilityLayers};
use miso_sfu::command::{
    Command, ConsumerCommand, PlainConnect, PlainTransportOptions, PreferredLayers,
    TransportCommand,
};
use miso_sfu::{Batch, Outgoing, TransportId};
use miso_testkit::{
    AudioExtras, Dialect, Encoding, SERVER_UDP, Server, World, recv_capabilities_with, temporal_of,
};
use miso_wire::{Codec, FeedbackTime, Seq, Ssrc, TransportFeedbackHead};

const CONSUMERS: usize = 20;
const PACKETS_PER_FRAME: u64 = 10;
/// Rings, tables and buffers reach their sizes within this time: some layers only come with the key frame after 10 s.
const WARM_UP: u64 = 15 * 30;
const MEASURED: u64 = 5 * 30;

thread_local! {
    static COUNTS: Cell<bool> = const { Cell::new(false) };
    static COUNTED: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, which counts where it is told to.
struct Counting;

fn count() {
    if COUNTS.try_with(Cell::get).unwrap_or(false) {
        COUNTED.with(|counted| counted.set(counted.get() + 1));
    }
}

// SAFETY: every call is handed on unchanged to the system's allocator, which keeps the promises.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` allocates.
fn allocations(work: impl FnOnce()) -> u64 {
    let before = COUNTED.get();
    COUNTS.set(true);
    work();
    COUNTS.set(false);
    COUNTED.get() - before
}

/// What the sender sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Audio,
    Video,
    /// Two streams of VP8, each with three temporal layers.
    Simulcast,
    /// Three spatial and three temporal layers of VP9.
    Svc,
}

impl Media {
    const fn kind(self) -> MediaKind {
        match self {
            Self::Audio => MediaKind::Audio,
            _ => MediaKind::Video,
        }
    }

    /// The streams, of which the first has this SSRC.
    fn streams(self, ssrc: Ssrc) -> Vec<Encoding> {
        let (count, spatial, temporal) = match self {
            Self::Audio | Self::Video => (1, 1, 1),
            Self::Simulcast => (2, 1, 3),
            Self::Svc => (1, 3, 3),
        };
        let stream = |index: u32| {
            let ssrc = Ssrc(ssrc.0 + 2 * index);
            let rtx = (self != Self::Audio).then_some(Ssrc(ssrc.0 + 1));
            Encoding {
                layers: ScalabilityLayers {
                    spatial,
                    temporal,
                    ksvc: false,
                },
                codec: if self == Self::Svc {
                    Codec::Vp9
                } else {
                    Codec::Vp8
                },
                ..Encoding::plain(ssrc, rtx, None)
            }
        };
        (0..count).map(stream).collect()
    }
}

/// One sender and its audience, all over SRTP, with the core fed and drained by hand.
struct Bench {
    world: World,
    sender: usize,
    media: Media,
    streams: Vec<Ssrc>,
    /// Raw peers with the SSRC that they get.
    audience: Vec<(usize, Ssrc)>,
    batch: Batch,
    next_seq: u64,
    frame: u64,
    forwarded: u64,
    retransmitted: u64,
    /// From when on arrivals are counted, and messages that told of them.
    start: Instant,
    feedbacks: u8,
}

impl Bench {
    fn new(media: Media) -> Self {
        let mut world = World::new(90);
        let sender = world.add_raw();
        let raws: Vec<usize> = (0..CONSUMERS).map(|_| world.add_raw()).collect();
        let all = raws.clone();
        let connected = world.run_until(Duration::from_secs(10), |world| {
            all.iter()
                .chain([&sender])
                .all(|raw| world.raw(*raw).0.is_connected())
        });
        assert!(connected, "{}", world.at());
        let streams = media.streams(Ssrc(4_242));
        let (raw, server, _, now) = world.raw(sender);
        let producer = raw.produce_streams(server, media.kind(), &streams, now);
        let mut audience = Vec::new();
        for (place, index) in raws.into_iter().enumerate() {
            let (raw, server, _, now) = world.raw(index);
            let made = raw.consume(server, producer, now);
            audience.push((index, made.parameters.encodings[0].ssrc.expect("an SSRC")));
            // Some leave layers out.
            let layers = PreferredLayers {
                spatial_layer: (place % 3) as u8,
                temporal_layer: Some((place % 2 + 1) as u8),
            };
            let set = ConsumerCommand::SetPreferredLayers(layers);
            world.must(Command::Consumer(made.id, set));
        }
        world.run_for(Duration::from_secs(1));
        let start = world.now();
        Self {
            start,
            feedbacks: 0,
            world,
            sender,
            media,
            streams: streams.iter().map(|stream| stream.ssrc).collect(),
            audience,
            batch: Batch::new(1 << 18, 512),
            next_seq: 1_000,
            frame: 0,
            forwarded: 0,
            retransmitted: 0,
        }
    }

    fn address(&mut self, raw: usize) -> SocketAddr {
        self.world.raw(raw).0.local
    }

    /// The packets of the next frame.
    fn next_frame(&mut self) -> Vec<Vec<u8>> {
        let (pt, clock, count) = match self.media {
            Media::Audio => (111, 960, 1),
            Media::Video | Media::Simulcast => (96, 3_000, PACKETS_PER_FRAME),
            Media::Svc => (98, 3_000, PACKETS_PER_FRAME),
        };
        let timestamp = (self.frame * clock) as u32;
        let mut packets = Vec::new();
        for index in 0..count {
            let payload = self.payload(index, count);
            let sender = self.world.raw(self.sender).0;
            for ssrc in &self.streams {
                let numbers = (self.next_seq, timestamp);
                packets.push(sender.seal_rtp((*ssrc, pt), numbers, &payload, index + 1 == count));
            }
            self.next_seq += 1;
        }
        self.frame += 1;
        packets
    }

    fn payload(&self, index: u64, count: u64) -> Vec<u8> {
        let is_key = self.frame.is_multiple_of(300);
        let [high, low] = (self.frame as u16 | 0x8000).to_be_bytes();
        let temporal = temporal_of(self.frame, 3);
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let mut payload = match self.media {
            Media::Audio | Media::Video => {
                vec![0x80 | flag(index == 0, 0x10), 0x80, high, low]
            }
            Media::Simulcast => {
                let first = 0x80 | flag(index == 0, 0x10);
                vec![first, 0xe0, high, low, 0, temporal << 6 | 0x20]
            }
            Media::Svc => {
                // Two packets of the lowest layer, three of the next, the others of the highest.
                let (spatial, first, last) = match index {
                    0..2 => (0, 0, 1),
                    2..5 => (1, 2, 4),
                    _ => (2, 5, count - 1),
                };
                let flags = 0xa0
                    | flag(!is_key, 0x40)
                    | flag(index == first, 0x08)
                    | flag(index == last, 0x04);
                let layer = temporal << 5 | 0x10 | spatial << 1 | flag(spatial > 0, 1);
                vec![flags, high, low, layer, 0]
            }
        };
        payload.extend([
            u8::from(!is_key),
            0,
            0,
            0x9d,
            0x01,
            0x2a,
            0x80,
            0x02,
            0xe0,
            0x01,
        ]);
        payload.resize(1_100, 7);
        payload
    }

    /// Every tenth frame each of the audience misses four packets of it.
    fn nacks(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        if self.media == Media::Audio || !self.frame.is_multiple_of(10) {
            return Vec::new();
        }
        let mut nacks = Vec::new();
        for (raw, ssrc) in self.audience.clone() {
            let Some((_, last, _)) = self.world.raw(raw).0.log.last_rtp.clone() else {
                continue;
            };
            let lost: Vec<Seq> = (4..8)
                .rev()
                .map(|back| Seq(last.0.wrapping_sub(back)))
                .collect();
            let raw = self.world.raw(raw).0;
            let nack = raw.seal_rtcp(|writer| {
                writer.nack(Ssrc(1), ssrc, &lost).expect("room");
            });
            nacks.push((raw.local, nack));
        }
        nacks
    }

    /// What the audience says of when packets arrived, each frame.
    fn feedback(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        let mut messages = Vec::new();
        for (raw, media) in self.audience.clone() {
            let raw = self.world.raw(raw).0;
            let arrived = std::mem::take(&mut raw.log.transport_seqs);
            let Some((_, base)) = arrived.first().copied() else {
                continue;
            };
            let mut arrivals = Vec::new();
            for (at, seq) in arrived {
                let place = usize::from(seq.0.wrapping_sub(base.0));
                // All came in order, over perfect links.
                arrivals.resize(arrivals.len().max(place + 1), None);
                let time = at.saturating_duration_since(self.start);
                arrivals[place] = Some(FeedbackTime::from_duration(time));
            }
            let head = TransportFeedbackHead {
                sender: Ssrc(1),
                media,
                base,
                feedback_count: self.feedbacks,
            };
            let message = raw.seal_rtcp(|writer| {
                let told = writer.transport_feedback(&head, &arrivals).expect("room");
                assert_eq!(told, arrivals.len(), "one message tells it all");
            });
            messages.push((raw.local, message));
        }
        self.feedbacks = self.feedbacks.wrapping_add(1);
        messages
    }

    /// One frame through the core. How often it allocated.
    fn turn(&mut self) -> u64 {
        let mut packets = self.next_frame();
        // Loss on the way up: the core notes it and asks for it.
        let from = self.address(self.sender);
        if self.frame.is_multiple_of(15) && self.media != Media::Audio {
            packets.remove(3);
        }
        let mut reports = self.nacks();
        reports.extend(self.feedback());
        let now = self.world.now();
        let (worker, batch) = (&mut self.world.server.worker, &mut self.batch);
        let mut sent = Vec::with_capacity(4_096);
        let mut drained = 0;
        let allocated = allocations(|| {
            for (address, report) in &mut reports {
                worker.handle_datagram(report, Protocol::Udp, (SERVER_UDP, *address), now);
            }
            for packet in &mut packets {
                worker.handle_datagram(packet, Protocol::Udp, (SERVER_UDP, from), now);
            }
        });
        let allocated = allocated
            + loop {
                let allocated = allocations(|| worker.poll_transmit(batch, now));
                drained += allocated;
                if batch.is_empty() {
                    break drained;
                }
                for message in batch.messages() {
                    for datagram in message.bytes.chunks(message.segment_size) {
                        sent.push((message.tuple.remote(), datagram.to_vec()));
                    }
                }
                batch.clear();
            };
        self.deliver(sent);
        // Timers, events and everybody's own business: not what is measured.
        self.world.run_for(Duration::from_millis(33));
        allocated
    }

    fn deliver(&mut self, sent: Vec<(SocketAddr, Vec<u8>)>) {
        let now = self.world.now();
        for (to, bytes) in sent {
            self.world
                .wire
                .send(Protocol::Udp, (SERVER_UDP, to), &bytes, now);
        }
    }

    fn totals(&mut self) -> (u64, u64) {
        let (mut packets, mut again) = (0, 0);
        for (raw, _) in self.audience.clone() {
            let transport = self.world.raw(raw).0.transport;
            let stats = self.world.transport_stats(transport);
            packets += stats.rtp_sent.bytes;
            again += stats.rtx_sent.bytes;
        }
        (packets, again)
    }

    fn measure(&mut self) -> u64 {
        for _ in 0..WARM_UP {
            self.turn();
        }
        let before = self.totals();
        let allocated = (0..MEASURED).map(|_| self.turn()).sum();
        let after = self.totals();
        self.forwarded = (after.0 - before.0) / 1_100;
        self.retransmitted = (after.1 - before.1) / 1_100;
        allocated
    }
}

/// A plain sender and a plain audience, all in clear.
struct PlainBench {
    server: Server,
    now: Instant,
    sender: TransportId,
    batch: Batch,
    sent: u64,
}

/// Where the peer of the plain sender is.
const PLAIN_PEER: SocketAddr = plain_address(9);

const fn plain_address(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), port)
}

/// A plain transport whose socket is bound to this port.
fn plain_options(port: u16) -> PlainTransportOptions {
    PlainTransportOptions {
        rtp: plain_address(port),
        rtcp: None,
        comedia: true,
        sctp: None,
        srtp: None,
    }
}

/// An RTP packet of the plain sender.
fn plain_rtp(ssrc: u32, seq: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 111];
    packet.extend(seq.to_be_bytes());
    packet.extend((u32::from(seq) * 960).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.resize(112, 7);
    packet
}

/// The same with RED: a copy of the packet before it, and its own frame.
fn plain_red(ssrc: u32, seq: u16) -> Vec<u8> {
    let mut packet = plain_rtp(ssrc, seq);
    let [_, pt, ..] = packet.as_mut_slice() else {
        return packet;
    };
    *pt = 63;
    packet.truncate(12);
    let fields = (960_u32 << 10 | 60).to_be_bytes();
    packet.extend([0x80 | 111, fields[1], fields[2], fields[3], 111]);
    packet.resize(12 + 5 + 60 + 70, 7);
    packet
}

impl PlainBench {
    fn new() -> Self {
        Self::of(Encoding::plain(Ssrc(5), None, None))
    }

    /// With this stream; half of the audience take RED.
    fn of(encoding: Encoding) -> Self {
        let world = World::new(91);
        let now = world.now();
        let mut server = world.server;
        let sender = server.create_plain_transport(plain_options(20_000), now);
        let sender = sender.expect("a transport");
        let audio = MediaKind::Audio;
        let parameters = Dialect::CHROMIUM.producer_parameters(audio, None, &[encoding], "raw");
        let producer = server.produce(sender, (audio, parameters), Duration::ZERO, now);
        let producer = producer.expect("a producer");
        for port in 20_001..20_001 + CONSUMERS as u16 {
            let options = PlainTransportOptions {
                comedia: false,
                ..plain_options(port)
            };
            let transport = server.create_plain_transport(options, now);
            let transport = transport.expect("a transport");
            let connect = TransportCommand::ConnectPlain(PlainConnect {
                ip: Some(PLAIN_PEER.ip()),
                port: Some(port),
                ..PlainConnect::default()
            });
            let connected = server.command(Command::Transport(transport, connect), now);
            connected.expect("a connected transport");
            let extras = AudioExtras {
                red: port.is_multiple_of(2),
                rtx: false,
            };
            let capabilities = recv_capabilities_with(server.capabilities(), extras);
            let consumed = server.consume(
                (transport, producer),
                &capabilities,
                Default::default(),
                now,
            );
            consumed.expect("a consumer");
        }
        Self {
            server,
            now,
            sender,
            batch: Batch::new(1 << 18, 512),
            sent: 0,
        }
    }

    /// A packet of somebody, to the socket of the sender. How often it allocated.
    fn receive(&mut self, from: SocketAddr, mut packet: Vec<u8>) -> u64 {
        let (worker, batch) = (&mut self.server.worker, &mut self.batch);
        let path = (plain_address(20_000), from);
        let (sender, now) = (self.sender, self.now);
        allocations(|| worker.handle_own_datagram(sender, &mut packet, path, now))
            + loop {
                let allocated = allocations(|| worker.poll_transmit(batch, now));
                if batch.is_empty() {
                    break allocated;
                }
                let segments = |it: Outgoing<'_>| it.bytes.chunks(it.segment_size).count();
                self.sent += batch.messages().map(segments).sum::<usize>() as u64;
                batch.clear();
                assert_eq!(allocated, 0, "while sending");
            }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.server.worker.handle_timeout(self.now);
        self.server.drain(self.now, |_, _, _| {});
    }
}

#[test]
fn forwarding_from_plain_to_plain_transports_allocates_nothing() {
    let mut bench = PlainBench::new();
    let mut turn = |seq: u64| {
        let allocated = bench.receive(PLAIN_PEER, plain_rtp(5, seq as u16));
        bench.pass(Duration::from_millis(20));
        (allocated, bench.sent)
    };
    for seq in 0..1_000 {
        turn(seq);
    }
    let (_, before) = turn(1_000);
    let allocated: u64 = (1_001..2_001).map(|seq| turn(seq).0).sum();
    let (_, after) = turn(2_001);
    assert_eq!(after - before, 1_001 * CONSUMERS as u64);
    assert_eq!(allocated, 0, "for {} packets forwarded", after - before);
}

#[test]
fn passing_red_on_unpacking_it_and_restoring_from_it_allocates_nothing() {
    let mut bench = PlainBench::of(Encoding {
        is_red: true,
        ..Encoding::plain(Ssrc(5), None, None)
    });
    let mut turn = |seq: u64| {
        // Some are lost, and restored from the next one.
        let allocated = match seq % 10 {
            3 => 0,
            _ => bench.receive(PLAIN_PEER, plain_red(5, seq as u16)),
        };
        bench.pass(Duration::from_millis(20));
        (allocated, bench.sent)
    };
    for seq in 0..1_000 {
        turn(seq);
    }
    let (_, before) = turn(1_000);
    let allocated: u64 = (1_001..2_001).map(|seq| turn(seq).0).sum();
    let (_, after) = turn(2_001);
    assert_eq!(after - before, 1_001 * CONSUMERS as u64);
    assert_eq!(allocated, 0, "for {} packets forwarded", after - before);
}

#[test]
fn a_hundred_thousand_packets_of_strangers_at_a_plain_transport_are_counted_and_cost_no_memory() {
    let mut bench = PlainBench::new();
    bench.receive(PLAIN_PEER, plain_rtp(5, 1));
    bench.pass(Duration::from_millis(20));
    let sent = bench.sent;
    let mut allocated = 0;
    for number in 0..100_000_u32 {
        let from = plain_address(1_000 + (number % 60_000) as u16);
        let packet = match number % 5 {
            // Of the producer's SSRC, of others, RTCP, SCTP, and nothing at all.
            0 => plain_rtp(5, number as u16),
            1 => plain_rtp(number, number as u16),
            2 => vec![0x80, 201, 0, 1, 0, 0, 0, 5],
            3 => [&[0x13, 0x88, 0x13, 0x88], number.to_be_bytes().as_slice()].concat(),
            _ => vec![0xff; 40],
        };
        allocated += bench.receive(from, packet);
    }
    let worker = &bench.server.worker;
    let drops: u64 = worker.all_drops().iter().map(|(_, count)| count).sum();
    assert_eq!((drops, allocated, bench.sent), (100_000, 0, sent));
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(vec![0_u8; 100])), 1);
    assert_eq!(allocations(|| ()), 0);
}

#[test]
fn forwarding_and_repeating_video_allocates_nothing() {
    let mut bench = Bench::new(Media::Video);
    let allocated = bench.measure();
    let (forwarded, again) = (bench.forwarded, bench.retransmitted);
    assert!(
        forwarded >= MEASURED * 9 * CONSUMERS as u64,
        "only {forwarded} packets were forwarded"
    );
    assert!(again >= 500, "only {again} packets were repeated");
    assert_eq!(
        allocated, 0,
        "for {forwarded} packets forwarded and {again} repeated"
    );
}

#[test]
fn choosing_among_layers_allocates_nothing() {
    for media in [Media::Simulcast, Media::Svc] {
        let mut bench = Bench::new(media);
        let allocated = bench.measure();
        let (forwarded, again) = (bench.forwarded, bench.retransmitted);
        let all = MEASURED * PACKETS_PER_FRAME * CONSUMERS as u64;
        // Some of the audience get every layer, some a quarter.
        assert!(
            (all / 4..all).contains(&forwarded),
            "{media:?}: {forwarded} of {all} packets were forwarded"
        );
        assert!(
            again >= 100,
            "{media:?}: only {again} packets were repeated"
        );
        assert_eq!(allocated, 0, "{media:?}: for {forwarded} packets forwarded");
    }
}

#[test]
fn forwarding_audio_allocates_nothing() {
    let mut bench = Bench::new(Media::Audio);
    let allocated = bench.measure();
    assert!(
        bench.forwarded >= MEASURED * CONSUMERS as u64,
        "only {} packets were forwarded",
        bench.forwarded
    );
    assert_eq!(allocated, 0, "for {} packets forwarded", bench.forwarded);
}
