//! A small WebRTC client on a real socket: connectivity checks, DTLS, SRTP.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use miso_secure::{
    Dtls, DtlsContext, DtlsEvent, DtlsOutput, Fingerprint, RtpToOpen, RtpToSeal, SrtpRecv, SrtpSend,
};
use miso_wire::stun::{BindingRequest, Class, IceRole, IntegrityKey, Message, TransactionId};
use miso_wire::{ExtSeq, RtpHeader, Ssrc, frame_prefix};

use super::PATIENCE;
use crate::{
    Certificate, DtlsFingerprint, DtlsParameters, DtlsRole, IceParameters, WebRtcTransport,
};

/// How long one receive call waits.
const TICK: Duration = Duration::from_millis(50);

/// A way to the server.
pub(super) enum Link {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

impl Link {
    /// A link to the transport's first candidate of a protocol.
    pub(super) fn to(transport: &WebRtcTransport, protocol: &str) -> Self {
        let mut candidates = transport.ice_candidates().iter();
        let candidate = candidates.find(|it| it.protocol == protocol).unwrap();
        let remote = SocketAddr::new(candidate.address.parse().unwrap(), candidate.port);
        if protocol == "tcp" {
            let stream = TcpStream::connect(remote).unwrap();
            stream.set_read_timeout(Some(TICK)).unwrap();
            stream.set_nodelay(true).unwrap();
            return Self::Tcp(stream);
        }
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.connect(remote).unwrap();
        socket.set_read_timeout(Some(TICK)).unwrap();
        Self::Udp(socket)
    }

    pub(super) fn local(&self) -> SocketAddr {
        match self {
            Self::Udp(socket) => socket.local_addr().unwrap(),
            Self::Tcp(stream) => stream.local_addr().unwrap(),
        }
    }

    pub(super) fn send(&mut self, packet: &[u8]) {
        match self {
            Self::Udp(socket) => {
                socket.send(packet).unwrap();
            }
            Self::Tcp(stream) => {
                stream
                    .write_all(&frame_prefix(packet.len()).unwrap())
                    .unwrap();
                stream.write_all(packet).unwrap();
            }
        }
    }

    /// The next packet, if one comes soon.
    pub(super) fn receive(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Udp(socket) => {
                let mut packet = vec![0; 2_048];
                let len = socket.recv(&mut packet).ok()?;
                packet.truncate(len);
                Some(packet)
            }
            Self::Tcp(stream) => {
                let mut prefix = [0; 2];
                stream.read_exact(&mut prefix).ok()?;
                let mut packet = vec![0; usize::from(u16::from_be_bytes(prefix))];
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.read_exact(&mut packet).unwrap();
                stream.set_read_timeout(Some(TICK)).unwrap();
                Some(packet)
            }
        }
    }
}

/// A connectivity check that nominates its pair.
pub(super) fn check(ice: &IceParameters, transaction_id: TransactionId) -> Vec<u8> {
    let username = format!("{}:peer", ice.username_fragment);
    let request = BindingRequest {
        transaction_id,
        username: username.as_bytes(),
        priority: 1,
        role: IceRole::Controlling(7),
        use_candidate: true,
        nomination: None,
    };
    let mut packet = vec![0; 512];
    let key = IntegrityKey::new(ice.password.as_bytes());
    let len = request.write(&mut packet, &key).unwrap();
    packet.truncate(len);
    packet
}

/// Makes a check and gives back the address that the server saw.
pub(super) fn bind(link: &mut Link, ice: &IceParameters) -> SocketAddr {
    let transaction_id = TransactionId([3; 12]);
    link.send(&check(ice, transaction_id));
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let Some(packet) = link.receive() else {
            continue;
        };
        let Ok(answer) = Message::parse(&packet) else {
            continue;
        };
        if answer.transaction_id == transaction_id && answer.class == Class::Success {
            assert!(answer.verify_integrity(&IntegrityKey::new(ice.password.as_bytes())));
            return answer.attributes.xor_mapped_address.unwrap();
        }
    }
    panic!("no answer to the connectivity check");
}

/// A connected peer.
pub(super) struct Peer {
    pub(super) link: Link,
    send: SrtpSend,
    recv: SrtpRecv,
}

impl Peer {
    /// ICE, then DTLS in the client's role.
    pub(super) async fn connect(transport: &WebRtcTransport, protocol: &str) -> Self {
        let mut link = Link::to(transport, protocol);
        bind(&mut link, &transport.ice_parameters());
        let certificate = Certificate::generate(SystemTime::now()).unwrap();
        let own = certificate.fingerprints();
        let fingerprints = own.iter().map(DtlsFingerprint::from).collect();
        transport
            .connect(DtlsParameters {
                role: DtlsRole::Client,
                fingerprints,
            })
            .await
            .unwrap();
        let mut dtls = Dtls::new(DtlsContext::new(certificate).unwrap());
        let theirs = transport.dtls_parameters().fingerprints;
        let theirs: Vec<Fingerprint> = theirs
            .iter()
            .map(|it| Fingerprint::parse(it.algorithm.parse().unwrap(), &it.value).unwrap())
            .collect();
        dtls.set_remote(&theirs, miso_secure::DtlsRole::Server, Instant::now())
            .unwrap();
        dtls.start(Instant::now());
        let keys = shake_hands(&mut dtls, &mut link);
        let send = SrtpSend::new(&keys.send).unwrap();
        let recv = SrtpRecv::new(&keys.recv).unwrap();
        Self { link, send, recv }
    }

    /// Sends an RTP packet without extensions.
    pub(super) fn send_rtp(&mut self, (pt, seq, ssrc): (u8, u16, u32), payload: &[u8]) {
        let mut packet = vec![0x80, pt];
        packet.extend(seq.to_be_bytes());
        packet.extend((u32::from(seq) * 960).to_be_bytes());
        packet.extend(ssrc.to_be_bytes());
        packet.resize(12 + payload.len() + 64, 0);
        let header = RtpToSeal {
            header_len: 12,
            patched: 0,
            payload,
            index: ExtSeq(seq.into()),
            ssrc: Ssrc(ssrc),
        };
        let len = self.send.seal_rtp(&mut packet, header).unwrap();
        self.link.send(&packet[..len]);
    }

    /// Waits for an RTP packet: its SSRC and payload.
    pub(super) fn receive_rtp(&mut self) -> Option<(Ssrc, Vec<u8>)> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let Some(mut packet) = self.link.receive() else {
                continue;
            };
            let is_rtp = matches!(packet.as_slice(), [128..=191, second, ..]
                if !(64..=95).contains(&(second & 0x7f)));
            if !is_rtp {
                continue;
            }
            let header = RtpHeader::parse_header(&packet).unwrap();
            let header_len = header.header_len;
            let to_open = RtpToOpen {
                header_len,
                seq: header.seq,
                ssrc: header.ssrc,
            };
            let (len, _) = self.recv.open_rtp(&mut packet, to_open).unwrap();
            return Some((to_open.ssrc, packet[header_len..len].to_vec()));
        }
        None
    }
}

fn shake_hands(dtls: &mut Dtls, link: &mut Link) -> miso_secure::SrtpKeys {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let mut datagrams = Vec::new();
        let mut connected = None;
        while let Some(output) = dtls.poll() {
            match output {
                DtlsOutput::Transmit(datagram) => datagrams.push(datagram.to_vec()),
                DtlsOutput::Event(DtlsEvent::Connected(details)) => connected = Some(details),
                DtlsOutput::Event(DtlsEvent::Failed(why)) => panic!("handshake failed: {why:?}"),
                DtlsOutput::Event(_) | DtlsOutput::Data(_) => {}
            }
        }
        datagrams.iter().for_each(|datagram| link.send(datagram));
        if let Some(details) = connected {
            return details.srtp;
        }
        if let Some(packet) = link.receive()
            && matches!(packet.first(), Some(20..=63))
        {
            dtls.handle_datagram(&packet, Instant::now());
        }
        if dtls.poll_timeout().is_some_and(|at| at <= Instant::now()) {
            dtls.handle_timeout(Instant::now());
        }
    }
    panic!("no end of the handshake");
}
