//! A WebRTC client as small as can be: connectivity checks, a DTLS client, SRTP and SCTP.

use crate::sctp::{Association, SctpEvent, SctpOptions};
use miso_ice::Credentials;
use miso_secure::{
    Certificate, Dtls, DtlsContext, DtlsEvent, DtlsOutput, DtlsRole, RtpToOpen, RtpToSeal,
    SrtpRecv, SrtpSend,
};
use miso_wire::stun::{BindingRequest, IceRole, IntegrityKey};
use miso_wire::{ExtSeq, PacketKind, RtcpWriter, RtpHeader, classify};
use std::sync::OnceLock;
use std::time::{Instant, SystemTime};

/// A client and what it has received.
pub(super) struct Peer {
    credentials: Credentials,
    dtls: Dtls,
    keys: Option<(SrtpSend, SrtpRecv)>,
    pub(super) sctp: Association,
    /// What it is about to send.
    out: Vec<Vec<u8>>,
    checks: u8,
    /// Clear RTP packets.
    pub(super) rtp: Vec<Vec<u8>>,
    /// The same as they were on the wire.
    pub(super) sealed: Vec<Vec<u8>>,
    /// Clear RTCP compounds.
    pub(super) rtcp: Vec<Vec<u8>>,
    pub(super) messages: Vec<Vec<u8>>,
}

/// Settings of an endpoint; making one takes a while, so tests share them.
pub(super) fn context(server: bool) -> DtlsContext {
    static CONTEXTS: OnceLock<[DtlsContext; 2]> = OnceLock::new();
    let made = || DtlsContext::new(Certificate::generate(SystemTime::UNIX_EPOCH).unwrap()).unwrap();
    let [first, second] = CONTEXTS.get_or_init(|| [made(), made()]);
    if server { first } else { second }.clone()
}

impl Peer {
    pub(super) fn new(credentials: Credentials, now: Instant) -> Self {
        let mut dtls = Dtls::new(context(false));
        dtls.set_remote(context(true).fingerprints(), DtlsRole::Server, now)
            .unwrap();
        Self {
            credentials,
            dtls,
            keys: None,
            sctp: Association::new(&SctpOptions::new([7; 32]), now),
            out: Vec::new(),
            checks: 0,
            rtp: Vec::new(),
            sealed: Vec::new(),
            rtcp: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// A check that nominates its path.
    pub(super) fn check(&mut self) -> Vec<u8> {
        self.checks += 1;
        let username = format!("{}:peer", self.credentials.ufrag().as_str());
        let request = BindingRequest {
            transaction_id: miso_wire::stun::TransactionId([self.checks; 12]),
            username: username.as_bytes(),
            priority: 1,
            role: IceRole::Controlling(1),
            use_candidate: true,
            nomination: None,
        };
        let mut out = vec![0; 300];
        let key = IntegrityKey::new(self.credentials.password().as_bytes());
        let len = request.write(&mut out, &key).unwrap();
        out.truncate(len);
        out
    }

    /// Starts the handshake.
    pub(super) fn start(&mut self, now: Instant) {
        self.dtls.start(now);
        self.drive(now);
    }

    pub(super) fn is_connected(&self) -> bool {
        self.keys.is_some()
    }

    /// Says goodbye.
    pub(super) fn close(&mut self, now: Instant) {
        self.dtls.close(now);
        self.drive(now);
    }

    /// What it sends now.
    pub(super) fn poll(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.out)
    }

    pub(super) fn receive(&mut self, datagram: &[u8], now: Instant) {
        match classify(datagram) {
            PacketKind::Dtls => self.dtls.handle_datagram(datagram, now),
            PacketKind::Rtp => self.receive_rtp(datagram),
            PacketKind::Rtcp => self.receive_rtcp(datagram),
            PacketKind::Stun | PacketKind::Unknown => {}
        }
        self.drive(now);
    }

    fn receive_rtp(&mut self, datagram: &[u8]) {
        self.sealed.push(datagram.to_vec());
        let mut packet = datagram.to_vec();
        let header = RtpHeader::parse_header(&packet).unwrap();
        let to_open = RtpToOpen {
            header_len: header.header_len,
            seq: header.seq,
            ssrc: header.ssrc,
        };
        let keys = self.keys.as_mut().unwrap();
        // What is sent a second time without RTX is no news.
        if let Ok((len, _)) = keys.1.open_rtp(&mut packet, to_open) {
            packet.truncate(len);
            self.rtp.push(packet);
        }
    }

    fn receive_rtcp(&mut self, datagram: &[u8]) {
        let mut packet = datagram.to_vec();
        let len = self
            .keys
            .as_mut()
            .unwrap()
            .1
            .open_rtcp(&mut packet)
            .unwrap();
        packet.truncate(len);
        self.rtcp.push(packet);
    }

    /// A clear RTP packet, sealed.
    pub(super) fn seal(&self, clear: &[u8]) -> Vec<u8> {
        let header = RtpHeader::parse_header(clear).unwrap();
        let mut out = clear[..header.header_len].to_vec();
        out.resize(clear.len() + 32, 0);
        let to_seal = RtpToSeal {
            header_len: header.header_len,
            patched: 0,
            payload: &clear[header.header_len..],
            index: ExtSeq(u64::from(header.seq.0)),
            ssrc: header.ssrc,
        };
        let (send, _) = self.keys.as_ref().unwrap();
        let len = send.seal_rtp(&mut out, to_seal).unwrap();
        out.truncate(len);
        out
    }

    /// A clear RTCP compound, sealed.
    pub(super) fn rtcp(&mut self, write: impl FnOnce(&mut RtcpWriter<'_>)) -> Vec<u8> {
        let mut out = vec![0; 1_400];
        let mut writer = RtcpWriter::new(&mut out[..1_200]);
        write(&mut writer);
        let len = writer.len();
        let (send, _) = self.keys.as_mut().unwrap();
        let len = send.seal_rtcp(&mut out, len).unwrap();
        out.truncate(len);
        out
    }

    /// Moves everything between DTLS, SCTP and the outside.
    pub(super) fn drive(&mut self, now: Instant) {
        loop {
            let mut buffer = [0; 1_500];
            while let Some(len) = self.sctp.poll_transmit(&mut buffer) {
                let _ = self.dtls.send_data(&buffer[..len], now);
            }
            match self.dtls.poll() {
                None => break,
                Some(DtlsOutput::Transmit(datagram)) => self.out.push(datagram.to_vec()),
                Some(DtlsOutput::Data(packet)) => self.sctp.handle_packet(packet, now),
                Some(DtlsOutput::Event(DtlsEvent::Connected(connected))) => {
                    let keys = &connected.srtp;
                    self.keys = Some((
                        SrtpSend::new(&keys.send).unwrap(),
                        SrtpRecv::new(&keys.recv).unwrap(),
                    ));
                }
                Some(DtlsOutput::Event(_)) => {}
            }
        }
        while let Some(event) = self.sctp.poll_event() {
            if let SctpEvent::Message { payload, .. } = event {
                self.messages.push(payload);
            }
        }
    }
}
