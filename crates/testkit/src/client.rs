//! One peer connection of a simulated peer: str0m, held to virtual time, with sources and sinks.

mod channel;
mod clock;
mod path;
mod rtcp;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use miso_ice::Protocol;
use miso_ortc::{MediaKind, RtpParameters};
use miso_secure::{Fingerprint, FingerprintAlgorithm};
use miso_wire::{Bitrate, Codec, Ssrc};
use str0m::channel::ChannelId;
use str0m::config::{DtlsCert, DtlsVersion};
use str0m::media::{KeyframeRequestKind, Mid, Rid};
use str0m::net::{Protocol as StrProtocol, Receive};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite};
use str0m::{Event, IceConnectionState, Input, Output, Rtc, RtcConfig};

use crate::descriptor::Descriptor;
use crate::negotiate::{Dialect, Encoding};
use crate::sink::{DataSink, MediaSink};
use crate::source::{Source, SourcePacket};
use crate::wire::{Packet, Wire};

use clock::Clock;
pub use rtcp::RtcpCounts;

/// Zero-time timeouts that str0m may ask for in a row before something is wrong.
const MAX_SPINS: usize = 10_000;
/// Under which packets come that only probe the path (fact sheet 3.12).
const PROBATION_SSRC: u32 = 1_234;
const PROBATION_MID: &str = "probator";

/// How a connection behaves.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Its numbers.
    pub dialect: Dialect,
    /// DTLS versions that it speaks.
    pub dtls: DtlsVersion,
    /// Whether it estimates what it can send, by transport-wide feedback, beginning here.
    pub estimate: Option<Bitrate>,
    /// How it reaches the server.
    pub protocol: Protocol,
    /// Whether RTCP is counted, which costs time.
    pub count_rtcp: bool,
    /// How much faster its clock goes than the world's, in millionths.
    pub drift_ppm: i32,
}

/// A stream that is sent.
struct Sender {
    mid: Mid,
    rid: Option<Rid>,
    ssrc: Ssrc,
    pt: u8,
    /// Extended sequence number of the next packet.
    next_seq: u64,
    source: Source,
    /// Whether it may be asked for what was lost.
    has_rtx: bool,
    /// Whether it falls silent.
    muted: bool,
}

/// What happened to a connection.
#[derive(Clone, Debug, Default)]
pub struct ClientLog {
    /// When ICE and DTLS were done.
    pub connected_at: Option<Instant>,
    /// States of ICE.
    pub ice_states: Vec<(Instant, IceConnectionState)>,
    /// What the path was thought to give.
    pub estimates: Vec<(Instant, Bitrate)>,
    /// Key frames that were asked of it.
    pub key_frame_requests: Vec<(Instant, KeyframeRequestKind)>,
    /// Why it died, if it did.
    pub error: Option<String>,
    /// When the other end closed it.
    pub closed_at: Option<Instant>,
    /// RTCP by kind, when counted.
    pub rtcp: RtcpCounts,
}

/// One peer connection.
pub struct Client {
    rtc: Rtc,
    certificate: Vec<u8>,
    /// Where it is.
    local: SocketAddr,
    protocol: Protocol,
    /// By which str0m lives.
    clock: Clock,
    /// When str0m wants to be called, by the world's clock.
    wake: Instant,
    dialect: Dialect,
    senders: Vec<Sender>,
    sinks: HashMap<Ssrc, (Codec, MediaSink)>,
    /// Whether it was told of the stream that probes the path.
    expects_probes: bool,
    channels: HashMap<ChannelId, DataSink>,
    alive: bool,
    /// What happened.
    pub log: ClientLog,
}

impl Client {
    /// A connection from `local` that is not connected yet.
    pub fn new(settings: &ClientSettings, local: SocketAddr, now: Instant) -> Self {
        let provider = str0m::crypto::from_feature_flags();
        let certificate: DtlsCert = provider
            .dtls_provider
            .generate_certificate()
            .expect("certificates can be made");
        let mut config = RtcConfig::new()
            .set_crypto_provider(Arc::new(provider))
            .set_dtls_cert(certificate.clone())
            .set_rtp_mode(true)
            .set_dtls_version(settings.dtls)
            .set_extension_map(settings.dialect.extension_map())
            .set_stats_interval(None)
            .set_sctp_max_buffered_amount(1 << 20)
            .enable_raw_packets(settings.count_rtcp);
        if let Some(initial) = settings.estimate {
            config = config.enable_bwe(Some(initial.0.into()));
        }
        settings.dialect.add_codecs(config.codec_config());
        let mut rtc = config.build(now);
        rtc.add_local_candidate(path::local_candidate(settings.protocol, local));
        Self {
            rtc,
            certificate: certificate.certificate,
            local,
            protocol: settings.protocol,
            clock: Clock::new(settings.drift_ppm, now),
            wake: now,
            dialect: settings.dialect,
            senders: Vec::new(),
            sinks: HashMap::new(),
            expects_probes: false,
            channels: HashMap::new(),
            alive: true,
            log: ClientLog::default(),
        }
    }

    /// Where it is.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// A fingerprint of its certificate.
    pub fn fingerprint(&self, algorithm: FingerprintAlgorithm) -> Fingerprint {
        Fingerprint::of(algorithm, &self.certificate)
    }

    /// Vanishes without a word.
    pub fn kill(&mut self) {
        self.alive = false;
    }

    /// Says goodbye.
    pub fn close(&mut self, wire: &mut Wire, now: Instant) {
        if let Err(error) = self.rtc.close() {
            self.log.error = Some(error.to_string());
        }
        self.drain(wire, now);
        self.alive = false;
    }

    /// Sends media from now on: one stream for each encoding.
    pub fn send(
        &mut self,
        mid: &str,
        kind: MediaKind,
        streams: Vec<(Encoding, Source)>,
        first_seq: u16,
    ) {
        let mid = Mid::from(mid);
        let mut api = self.rtc.direct_api();
        api.declare_media(mid, str_kind(kind));
        for (encoding, source) in streams {
            let pt = match (&source, source.codec()) {
                (Source::Opus(source), _) if source.is_red() => self.dialect.red,
                (_, Codec::Opus) => self.dialect.opus,
                (_, video) => self.dialect.video(video).1,
            };
            let rid = encoding.rid.map(|rid| Rid::from(rid.to_string().as_str()));
            api.declare_stream_tx(
                encoding.ssrc.0.into(),
                encoding.rtx.map(|rtx| rtx.0.into()),
                mid,
                rid,
            );
            self.senders.push(Sender {
                mid,
                rid,
                ssrc: encoding.ssrc,
                pt,
                next_seq: u64::from(first_seq),
                source,
                has_rtx: encoding.rtx.is_some(),
                muted: false,
            });
        }
    }

    /// Expects the media of a consumer.
    pub fn receive(&mut self, parameters: &RtpParameters, kind: MediaKind) -> Ssrc {
        let mid = parameters.mid.expect("consumers have a MID").to_string();
        let mid = Mid::from(mid.as_str());
        let encoding = parameters
            .encodings
            .first()
            .expect("consumers have an encoding");
        let ssrc = encoding.ssrc.expect("consumers have an SSRC");
        let rtx = encoding.rtx.as_ref().map(|rtx| rtx.ssrc.0.into());
        if kind == MediaKind::Video {
            self.expect_probes();
        }
        let mut api = self.rtc.direct_api();
        api.declare_media(mid, str_kind(kind));
        let stream = api.expect_stream_rx(ssrc.0.into(), rtx, mid, None);
        stream.suppress_nack(rtx.is_none());
        let codec = parameters.codecs.first();
        let codec = codec.map_or(Codec::Other, |codec| {
            Codec::from_mime_type(codec.mime_type.as_str())
        });
        self.sinks.insert(ssrc, (codec, MediaSink::default()));
        ssrc
    }

    /// What decodes a stream asks for a key frame when it lost something for good, as browsers do.
    pub fn ask_after_losses(&mut self, ssrc: Ssrc) {
        if let Some((_, sink)) = self.sinks.get_mut(&ssrc) {
            sink.ask_after_losses();
        }
    }

    /// Expects packets that only probe the path, as mediasoup-client does: what is not expected is not reported.
    fn expect_probes(&mut self) {
        if std::mem::replace(&mut self.expects_probes, true) {
            return;
        }
        let mid = Mid::from(PROBATION_MID);
        let mut api = self.rtc.direct_api();
        api.declare_media(mid, str_kind(MediaKind::Video));
        let stream = api.expect_stream_rx(PROBATION_SSRC.into(), None, mid, None);
        stream.suppress_nack(true);
    }

    /// What a consumer got.
    pub fn sink(&self, ssrc: Ssrc) -> &MediaSink {
        &self
            .sinks
            .get(&ssrc)
            .expect("a consumer of this connection")
            .1
    }

    /// As [`Self::sink`], to clear it.
    pub fn sink_mut(&mut self, ssrc: Ssrc) -> &mut MediaSink {
        &mut self
            .sinks
            .get_mut(&ssrc)
            .expect("a consumer of this connection")
            .1
    }

    /// The source behind an SSRC.
    pub fn source_mut(&mut self, ssrc: Ssrc) -> Option<&mut Source> {
        let sender = self.senders.iter_mut().find(|sender| sender.ssrc == ssrc);
        sender.map(|sender| &mut sender.source)
    }

    /// Stops or goes on sending the stream with an SSRC.
    pub fn mute(&mut self, ssrc: Ssrc, muted: bool) {
        if let Some(sender) = self.senders.iter_mut().find(|sender| sender.ssrc == ssrc) {
            sender.muted = muted;
        }
    }

    /// Stops sending all streams.
    pub fn mute_all(&mut self) {
        self.senders
            .iter_mut()
            .for_each(|sender| sender.muted = true);
    }

    /// Would send as much as this, if the path gave it.
    pub fn want_bitrate(&mut self, bitrate: Bitrate) {
        self.rtc
            .bwe()
            .set_bitrate(bitrate.0.into(), bitrate.0.into());
    }

    /// Asks for a key frame of what a consumer gets.
    pub fn request_key_frame(&mut self, ssrc: Ssrc) {
        if let Some(stream) = self.rtc.direct_api().stream_rx(&ssrc.0.into()) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    /// When it has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if !self.alive {
            return None;
        }
        let sources = self
            .senders
            .iter()
            .map(|sender| sender.source.poll_timeout());
        sources.chain([self.wake]).min()
    }

    /// Takes a packet.
    pub fn handle_packet(&mut self, packet: &Packet, wire: &mut Wire, now: Instant) {
        if !self.alive {
            return;
        }
        let protocol = match packet.protocol {
            Protocol::Udp => StrProtocol::Udp,
            Protocol::Tcp => StrProtocol::Tcp,
        };
        let Ok(receive) = Receive::new(protocol, packet.from, packet.to, &packet.bytes) else {
            return;
        };
        let local = self.clock.at(now);
        if let Err(error) = self.rtc.handle_input(Input::Receive(local, receive)) {
            self.log.error = Some(error.to_string());
        }
        self.drain(wire, now);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, wire: &mut Wire, now: Instant) {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return;
        }
        if self.wake <= now {
            self.tick(now);
            self.drain(wire, now);
        }
        for index in 0..self.senders.len() {
            while let Some(sender) = self.senders.get_mut(index)
                && sender.source.poll_timeout() <= now
            {
                for packet in sender.source.take() {
                    self.write(index, packet, now);
                    self.drain(wire, now);
                }
            }
        }
    }

    fn tick(&mut self, now: Instant) {
        let local = self.clock.at(now);
        if let Err(error) = self.rtc.handle_input(Input::Timeout(local)) {
            self.log.error = Some(error.to_string());
        }
    }

    fn write(&mut self, index: usize, packet: SourcePacket, now: Instant) {
        let Some(sender) = self.senders.get_mut(index) else {
            return;
        };
        if sender.muted || self.log.connected_at.is_none() {
            return;
        }
        let (seq, has_rtx) = (sender.next_seq, sender.has_rtx);
        sender.next_seq += 1;
        let mut extensions = ExtensionValues {
            audio_level: packet.level,
            voice_activity: packet.level.map(|level| level > -60),
            ..Default::default()
        };
        if let Some(descriptor) = packet.descriptor {
            extensions.user_values.set(Descriptor(descriptor));
        }
        let rtp = RtpWrite::new(
            sender.pt.into(),
            seq.into(),
            packet.timestamp,
            self.clock.at(now),
            packet.payload,
        )
        .marker(packet.marker)
        .ext_vals(extensions)
        .nackable(has_rtx);
        let ssrc = sender.ssrc.0.into();
        if let Some(stream) = self.rtc.direct_api().stream_tx(&ssrc) {
            stream.write_rtp(rtp);
        }
        self.tick(now);
    }

    /// Goes on after it was changed from outside.
    pub fn proceed(&mut self, wire: &mut Wire, now: Instant) {
        self.drain(wire, now);
        self.tick(now);
        self.drain(wire, now);
    }

    /// Takes everything out that str0m has.
    fn drain(&mut self, wire: &mut Wire, now: Instant) {
        let local = self.clock.at(now);
        for _ in 0..MAX_SPINS {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) if at <= local && self.rtc.is_alive() => self.tick(now),
                Ok(Output::Timeout(at)) => {
                    self.wake = self.clock.when(at);
                    return;
                }
                Ok(Output::Transmit(transmit)) => {
                    let path = (transmit.source, transmit.destination);
                    wire.send(self.protocol, path, &transmit.contents, now);
                }
                Ok(Output::Event(event)) => self.handle_event(event, now),
                Err(error) => {
                    self.log.error = Some(error.to_string());
                    self.alive = false;
                    return;
                }
            }
        }
        panic!("str0m spins at {now:?}");
    }

    fn handle_event(&mut self, event: Event, now: Instant) {
        match event {
            Event::Connected => self.log.connected_at = Some(now),
            Event::IceConnectionStateChange(state) => self.log.ice_states.push((now, state)),
            Event::RtpPacket(packet) => self.handle_rtp(&packet, now),
            Event::KeyframeRequest(request) => {
                self.log.key_frame_requests.push((now, request.kind));
                let asked = |sender: &&mut Sender| {
                    sender.mid == request.mid
                        && (sender.rid == request.rid || request.rid.is_none())
                };
                for sender in self.senders.iter_mut().filter(asked) {
                    sender.source.request_key_frame();
                }
            }
            Event::EgressBitrateEstimate(kind) => {
                let bitrate = rtcp::estimate_of(&kind);
                self.log.estimates.push((now, bitrate));
            }
            Event::ChannelOpen(id, _) => self.channels.entry(id).or_default().is_open = true,
            Event::ChannelClose(id) => self.channels.entry(id).or_default().is_closed = true,
            Event::ChannelData(data) => {
                let sink = self.channels.entry(data.id).or_default();
                sink.messages.push((data.binary, data.data));
            }
            Event::RawPacket(packet) => self.log.rtcp.count(&packet),
            Event::Closed => self.log.closed_at = Some(now),
            _ => {}
        }
    }

    fn handle_rtp(&mut self, packet: &RtpPacket, now: Instant) {
        let ssrc = Ssrc(*packet.header.ssrc);
        if let Some((codec, sink)) = self.sinks.get_mut(&ssrc) {
            let header = (
                *packet.seq_no,
                packet.header.timestamp,
                packet.header.marker,
            );
            sink.receive(header, &packet.payload, *codec, now);
            if *codec != Codec::Opus && sink.asks_for_key_frame(now) {
                self.request_key_frame(ssrc);
            }
        }
    }
}

fn str_kind(kind: MediaKind) -> str0m::media::MediaKind {
    match kind {
        MediaKind::Audio => str0m::media::MediaKind::Audio,
        MediaKind::Video => str0m::media::MediaKind::Video,
    }
}
