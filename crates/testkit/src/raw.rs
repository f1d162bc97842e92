//! A peer made of this project's own crates. It does what a WebRTC stack would not: seals whatever it is told, sends
//! it from wherever, and costs so little that hundreds fit into a test.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use miso_ice::Protocol;
use miso_ortc::{MediaKind, RtpCapabilities};
use miso_secure::{
    Dtls, DtlsEvent, DtlsOutput, DtlsRole, DtlsState, DtlsVersions, Fingerprint,
    FingerprintAlgorithm, MAX_RTCP_OVERHEAD, MAX_RTP_OVERHEAD, RtpToOpen, RtpToSeal, SrtpRecv,
    SrtpSend,
};
use miso_sfu::{ProducerId, TransportId};
use miso_wire::stun::{BindingRequest, IceRole, IntegrityKey, TransactionId};
use miso_wire::{
    ExtSeq, PacketKind, RtcpPacket, RtcpPackets, RtcpWriter, RtpFields, RtpHeader, Seq, Ssrc,
    classify,
};

use crate::negotiate::{Dialect, Encoding};
use crate::server::{NewConsumerRecord, Server, TransportSettings};
use crate::wire::{Packet, Wire};
use crate::world::{SERVER_UDP, dtls_context};

/// Time between two connectivity checks.
const CHECK_INTERVAL: Duration = Duration::from_millis(2_500);

/// The id that routers give transport-wide numbers.
const TRANSPORT_CC_ID: u8 = 5;

/// What a raw peer got.
#[derive(Clone, Debug, Default)]
pub struct RawLog {
    /// RTP packets that could be opened.
    pub rtp: u64,
    /// Bytes of all datagrams.
    pub bytes: u64,
    /// SSRC, sequence number and payload of the last RTP packet.
    pub last_rtp: Option<(Ssrc, Seq, Vec<u8>)>,
    /// Transport-wide numbers of RTP packets, by time; whoever reads them takes them out.
    pub transport_seqs: Vec<(Instant, Seq)>,
    /// PLIs, by time.
    pub plis: Vec<(Instant, Ssrc)>,
    /// Packets that were asked for again, by time.
    pub nacks: Vec<(Instant, Seq)>,
    /// Other RTCP packets.
    pub other_rtcp: u64,
    /// STUN messages.
    pub stun: u64,
    /// What could not be opened.
    pub unopened: u64,
    /// Application data of DTLS.
    pub data: Vec<Vec<u8>>,
}

/// A peer with one transport.
pub struct RawPeer {
    /// The server's side.
    pub transport: TransportId,
    /// Where it is.
    pub local: SocketAddr,
    /// What it got.
    pub log: RawLog,
    username: Vec<u8>,
    key: IntegrityKey,
    rng: fastrand::Rng,
    dtls: Dtls,
    srtp: Option<(SrtpSend, SrtpRecv)>,
    next_check: Instant,
    alive: bool,
}

impl RawPeer {
    /// A peer at `local`, which connects at the next timeout.
    pub fn connect(server: &mut Server, local: SocketAddr, seed: u64, now: Instant) -> Self {
        Self::connect_with(server, TransportSettings::default(), (local, seed), now)
    }

    /// As [`Self::connect`], on a transport that is made in this way.
    pub fn connect_with(
        server: &mut Server,
        settings: TransportSettings,
        (local, seed): (SocketAddr, u64),
        now: Instant,
    ) -> Self {
        let (transport, dump) = server
            .create_transport(settings, now)
            .expect("transports can be made");
        let context = dtls_context(DtlsVersions::Any);
        let own = Fingerprint::of(FingerprintAlgorithm::Sha256, context.certificate().der());
        server
            .connect(transport, vec![own], DtlsRole::Client, now)
            .expect("a new transport can be connected");
        let mut dtls = Dtls::new(context);
        dtls.set_remote(&dump.dtls_fingerprints, DtlsRole::Server, now)
            .expect("a new endpoint");
        Self {
            transport,
            local,
            log: RawLog::default(),
            username: format!("{}:rawpeer", dump.ice_credentials.ufrag().as_str()).into_bytes(),
            key: IntegrityKey::new(dump.ice_credentials.password().as_bytes()),
            rng: fastrand::Rng::with_seed(seed),
            dtls,
            srtp: None,
            next_check: now,
            alive: true,
        }
    }

    /// Whether media can flow.
    pub fn is_connected(&self) -> bool {
        self.srtp.is_some()
    }

    /// Whether DTLS failed.
    pub fn is_failed(&self) -> bool {
        self.dtls.state() == DtlsState::Failed
    }

    /// Says nothing any more.
    pub fn kill(&mut self) {
        self.alive = false;
    }

    /// When it has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let dtls = self.dtls.poll_timeout().into_iter();
        if !self.alive {
            return None;
        }
        dtls.chain([self.next_check]).min()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, wire: &mut Wire, now: Instant) {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return;
        }
        if self.next_check <= now {
            self.next_check = now + CHECK_INTERVAL;
            let check = self.check(true);
            self.send(wire, &check, now);
        }
        self.dtls.handle_timeout(now);
        self.drain(wire, now);
    }

    /// Takes a packet.
    pub fn handle_packet(&mut self, packet: &Packet, wire: &mut Wire, now: Instant) {
        if !self.alive {
            return;
        }
        self.log.bytes += packet.bytes.len() as u64;
        let mut bytes = packet.bytes.clone();
        match classify(&bytes) {
            PacketKind::Stun => {
                self.log.stun += 1;
                self.dtls.start(now);
            }
            PacketKind::Dtls => self.dtls.handle_datagram(&bytes, now),
            PacketKind::Rtp => self.handle_rtp(&mut bytes, now),
            PacketKind::Rtcp => self.handle_rtcp(&mut bytes, now),
            PacketKind::Unknown => self.log.unopened += 1,
        }
        self.drain(wire, now);
    }

    fn handle_rtp(&mut self, bytes: &mut [u8], now: Instant) {
        let (Some((_, recv)), Ok(mut header)) = (&mut self.srtp, RtpHeader::parse_header(bytes))
        else {
            self.log.unopened += 1;
            return;
        };
        let to_open = RtpToOpen {
            header_len: header.header_len,
            seq: header.seq,
            ssrc: header.ssrc,
        };
        let Ok((len, _)) = recv.open_rtp(bytes, to_open) else {
            self.log.unopened += 1;
            return;
        };
        let clear = bytes.get(..len).unwrap_or_default();
        if header.finish(clear).is_ok() {
            self.log.rtp += 1;
            self.log.last_rtp = Some((header.ssrc, header.seq, header.payload(clear).to_vec()));
            let number = header.extensions.find(clear, TRANSPORT_CC_ID);
            if let Some([high, low]) = number.and_then(|range| clear.get(range)) {
                let seq = Seq(u16::from_be_bytes([*high, *low]));
                self.log.transport_seqs.push((now, seq));
            }
        }
    }

    fn handle_rtcp(&mut self, bytes: &mut [u8], now: Instant) {
        let opened = self
            .srtp
            .as_mut()
            .and_then(|(_, recv)| recv.open_rtcp(bytes).ok());
        let Some(clear) = opened.and_then(|len| bytes.get(..len)) else {
            self.log.unopened += 1;
            return;
        };
        for packet in RtcpPackets::new(clear).flatten() {
            match packet {
                RtcpPacket::Pli(pli) => self.log.plis.push((now, pli.media)),
                RtcpPacket::Nack(nack) => self.log.nacks.extend(nack.lost().map(|seq| (now, seq))),
                _ => self.log.other_rtcp += 1,
            }
        }
    }

    fn drain(&mut self, wire: &mut Wire, now: Instant) {
        while let Some(output) = self.dtls.poll() {
            match output {
                DtlsOutput::Transmit(datagram) => {
                    wire.send(Protocol::Udp, (self.local, SERVER_UDP), datagram, now)
                }
                DtlsOutput::Data(data) => self.log.data.push(data.to_vec()),
                DtlsOutput::Event(DtlsEvent::Connected(connected)) => {
                    let send =
                        SrtpSend::new(&connected.srtp.send).expect("keys of the right length");
                    let recv =
                        SrtpRecv::new(&connected.srtp.recv).expect("keys of the right length");
                    self.srtp = Some((send, recv));
                }
                DtlsOutput::Event(_) => {}
            }
        }
    }

    /// A connectivity check with valid credentials.
    pub fn check(&mut self, use_candidate: bool) -> Vec<u8> {
        let mut id = [0; 12];
        self.rng.fill(&mut id);
        let request = BindingRequest {
            transaction_id: TransactionId(id),
            username: &self.username,
            priority: 1_862_270_975,
            role: IceRole::Controlling(self.rng.u64(..)),
            use_candidate,
            nomination: None,
        };
        let mut out = [0; 256];
        let len = request
            .write(&mut out, &self.key)
            .expect("room for a request");
        out.get(..len).unwrap_or_default().to_vec()
    }

    /// Sends to the server.
    pub fn send(&self, wire: &mut Wire, bytes: &[u8], now: Instant) {
        wire.send(Protocol::Udp, (self.local, SERVER_UDP), bytes, now);
    }

    /// An RTP packet, sealed. `index` is the sequence number with its rollovers.
    pub fn seal_rtp(
        &self,
        (ssrc, pt): (Ssrc, u8),
        (index, timestamp): (u64, u32),
        payload: &[u8],
        marker: bool,
    ) -> Vec<u8> {
        let (send, _) = self.srtp.as_ref().expect("a connected peer");
        let index = ExtSeq(index);
        let fields = RtpFields {
            pt: miso_wire::Pt(pt),
            seq: index.seq(),
            timestamp: miso_wire::RtpTime(timestamp),
            ssrc,
            marker,
        };
        let mut out = vec![0; 12 + payload.len() + MAX_RTP_OVERHEAD];
        let header_len = fields.write(&mut out, false).expect("room for a header");
        let packet = RtpToSeal {
            header_len,
            patched: 0,
            payload,
            index,
            ssrc,
        };
        let len = send
            .seal_rtp(&mut out, packet)
            .expect("a packet that can be sealed");
        out.truncate(len);
        out
    }

    /// An RTCP compound, sealed.
    pub fn seal_rtcp(&mut self, write: impl FnOnce(&mut RtcpWriter<'_>)) -> Vec<u8> {
        let mut out = vec![0; 1_300];
        let mut writer = RtcpWriter::new(out.get_mut(..1_200).expect("room"));
        write(&mut writer);
        let len = writer.len();
        let (send, _) = self.srtp.as_mut().expect("a connected peer");
        debug_assert!(len + MAX_RTCP_OVERHEAD <= out.len());
        let len = send
            .seal_rtcp(&mut out, len)
            .expect("a compound that can be sealed");
        out.truncate(len);
        out
    }

    /// Sends bytes as application data of DTLS.
    pub fn send_data(&mut self, wire: &mut Wire, data: &[u8], now: Instant) -> bool {
        let sent = self.dtls.send_data(data, now).is_ok();
        self.drain(wire, now);
        sent
    }

    /// Makes a producer of its transport with one stream; without MID, so packets need no extensions.
    pub fn produce(
        &self,
        server: &mut Server,
        kind: MediaKind,
        ssrc: Ssrc,
        now: Instant,
    ) -> ProducerId {
        let rtx = (kind == MediaKind::Video).then(|| Ssrc(ssrc.0.wrapping_add(1)));
        self.produce_streams(server, kind, &[Encoding::plain(ssrc, rtx, None)], now)
    }

    /// The same with these streams.
    pub fn produce_streams(
        &self,
        server: &mut Server,
        kind: MediaKind,
        streams: &[Encoding],
        now: Instant,
    ) -> ProducerId {
        let parameters = Dialect::CHROMIUM.producer_parameters(kind, None, streams, "raw");
        server
            .produce(self.transport, (kind, parameters), Duration::ZERO, now)
            .expect("a producer can be made")
    }

    /// Makes a consumer on its transport.
    pub fn consume(
        &self,
        server: &mut Server,
        producer: ProducerId,
        now: Instant,
    ) -> NewConsumerRecord {
        let capabilities: RtpCapabilities =
            crate::negotiate::recv_capabilities(server.capabilities());
        server
            .consume(
                (self.transport, producer),
                &capabilities,
                Default::default(),
                now,
            )
            .expect("a consumer can be made")
    }
}
