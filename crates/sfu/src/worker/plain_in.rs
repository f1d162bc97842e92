//! Packets at the sockets of plain and pipe transports: whom they come from, what they are, and whether they prove who
//! the peer is (fact sheet 4.6 and 4.7).

use super::Worker;
use super::rtp_in::note_arrival;
use crate::drops::DropReason;
use crate::event::{Event, TransportEvent};
use crate::ids::TransportId;
use crate::keys::TransportKey;
use crate::transport::endpoint::{Learnt, PacketClass, Sender};
use miso_ice::{Protocol, Tuple};
use miso_secure::{RtpToOpen, SrtpError};
use miso_wire::{PacketKind, RtcpPackets, RtpHeader, classify};
use std::net::SocketAddr;
use std::time::Instant;

/// Source and destination port of every packet of an association, and so how they begin.
const SCTP_PORTS: [u8; 4] = [0x13, 0x88, 0x13, 0x88];
/// Common header of an SCTP packet (RFC 9260, section 3.1).
const SCTP_MIN: usize = 12;

impl Worker {
    /// Takes a datagram that came from `remote` to a socket that belongs to a transport alone and is bound to `local`.
    /// It may be changed in place.
    pub fn handle_own_datagram(
        &mut self,
        transport: TransportId,
        datagram: &mut [u8],
        (local, remote): (SocketAddr, SocketAddr),
        now: Instant,
    ) {
        let tuple = Tuple::new(Protocol::Udp, local, remote);
        let taken = match self.names.transports.get(&transport).copied() {
            Some(key) => self.receive_at_endpoint(key, tuple, datagram, now),
            None => Err(DropReason::UnknownTuple),
        };
        if let Err(reason) = taken {
            self.drops.count(reason);
        }
        self.drive_sctp(now);
    }

    fn receive_at_endpoint(
        &mut self,
        key: TransportKey,
        tuple: Tuple,
        datagram: &mut [u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let class = class_of(datagram).ok_or(DropReason::UnknownKind)?;
        let transport = self.objects.transports.get_mut(key);
        let transport = transport.ok_or(DropReason::UnknownTuple)?;
        let endpoint = transport.endpoint().ok_or(DropReason::UnknownTuple)?;
        let sender = endpoint.sender(tuple, class);
        // Before anything is looked at, so that a stranger moves nothing.
        match sender {
            Sender::Stranger => return Err(DropReason::UnknownTuple),
            _ if !endpoint.has_keys() => return Err(DropReason::NoKeys),
            Sender::Peer => transport.traffic.received.add(datagram.len(), now),
            Sender::Candidate => {}
        }
        let candidate = (sender == Sender::Candidate).then_some(tuple);
        match class {
            PacketClass::Rtp => self.receive_own_rtp(key, candidate, datagram, now),
            PacketClass::Rtcp => self.receive_own_rtcp(key, candidate, datagram, now),
            PacketClass::Sctp => self.receive_own_sctp(key, candidate, datagram, now),
        }
    }

    /// `candidate` is the path of a sender that is not known yet.
    fn receive_own_rtp(
        &mut self,
        key: TransportKey,
        candidate: Option<Tuple>,
        datagram: &mut [u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let mut header = RtpHeader::parse_header(datagram).map_err(|_| DropReason::MalformedRtp)?;
        let received = datagram.len();
        let transport = self.objects.transports.get_mut(key);
        let transport = transport.ok_or(DropReason::UnknownTuple)?;
        let len = match transport.srtp_mut() {
            None => received,
            Some(srtp) => {
                let to_open = RtpToOpen {
                    header_len: header.header_len,
                    seq: header.seq,
                    ssrc: header.ssrc,
                };
                let opened = srtp.recv.open_rtp(datagram, to_open);
                let (len, _) = opened.map_err(|error| match error {
                    SrtpError::Replayed | SrtpError::Late => DropReason::SrtpReplay,
                    _ => DropReason::SrtpAuth,
                })?;
                len
            }
        };
        let clear = datagram.get_mut(..len).ok_or(DropReason::MalformedRtp)?;
        header.finish(clear).map_err(|_| DropReason::MalformedRtp)?;
        if let Some(tuple) = candidate {
            self.prove_by_rtp(key, &header, clear)?;
            self.learn_peer(key, tuple, received, now);
        }
        if let Some(transport) = self.objects.transports.get_mut(key) {
            let feedback_at = note_arrival(transport, &header, clear, now);
            self.wake_at(feedback_at);
        }
        self.receive_clear_rtp(key, clear, header, now);
        Ok(())
    }

    /// Without SRTP anything that looks like RTP could make somebody the peer, so it must be of a producer if there is
    /// one.
    fn prove_by_rtp(
        &mut self,
        key: TransportKey,
        header: &RtpHeader,
        packet: &[u8],
    ) -> Result<(), DropReason> {
        let transport = self.objects.transports.get(key);
        let has_producers = transport.is_some_and(|transport| !transport.producers.is_empty());
        if has_producers && self.find_producer(key, header, packet).is_none() {
            self.forget_ssrc(key, header.ssrc);
            return Err(DropReason::NoProducer);
        }
        Ok(())
    }

    fn receive_own_rtcp(
        &mut self,
        key: TransportKey,
        candidate: Option<Tuple>,
        datagram: &mut [u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let transport = self.objects.transports.get_mut(key);
        let transport = transport.ok_or(DropReason::UnknownTuple)?;
        let len = match transport.srtp_mut() {
            None => datagram.len(),
            Some(srtp) => {
                let opened = srtp.recv.open_rtcp(datagram);
                opened.map_err(|_| DropReason::SrtcpAuth)?
            }
        };
        let clear = datagram.get(..len).ok_or(DropReason::MalformedRtcp)?;
        if let Some(tuple) = candidate {
            let mut packets = RtcpPackets::new(clear).peekable();
            if packets.peek().is_none() || packets.any(|packet| packet.is_err()) {
                return Err(DropReason::MalformedRtcp);
            }
            self.learn_peer(key, tuple, datagram.len(), now);
        }
        self.receive_clear_rtcp(key, clear, now);
        Ok(())
    }

    fn receive_own_sctp(
        &mut self,
        key: TransportKey,
        candidate: Option<Tuple>,
        datagram: &[u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let transport = self.objects.transports.get_mut(key);
        let sctp = transport.and_then(|transport| transport.sctp.as_mut());
        let sctp = sctp.ok_or(DropReason::UnknownKind)?;
        let discarded = sctp.association.stats().discarded;
        sctp.association.handle_packet(datagram, now);
        // The peer's packets may be refused, too: when both ends connect at once, for instance.
        let is_valid = candidate.is_none() || sctp.association.stats().discarded == discarded;
        sctp.wanted |= is_valid;
        if let Some(tuple) = candidate.filter(|_| is_valid) {
            self.learn_peer(key, tuple, datagram.len(), now);
        }
        self.queue_sctp(key);
        if is_valid {
            Ok(())
        } else {
            Err(DropReason::Sctp)
        }
    }

    /// The sender of a valid packet is the peer from now on.
    fn learn_peer(&mut self, key: TransportKey, tuple: Tuple, received: usize, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let Some(endpoint) = transport.endpoint_mut() else {
            return;
        };
        let event = match endpoint.learn(tuple) {
            Learnt::Tuple(tuple) => TransportEvent::TupleChange(tuple),
            Learnt::RtcpTuple(tuple) => TransportEvent::RtcpTupleChange(tuple),
        };
        transport.traffic.received.add(received, now);
        self.events.push_back(Event::Transport(transport.id, event));
        self.update_connected(key, now);
    }
}

fn class_of(datagram: &[u8]) -> Option<PacketClass> {
    match classify(datagram) {
        PacketKind::Rtp => Some(PacketClass::Rtp),
        PacketKind::Rtcp => Some(PacketClass::Rtcp),
        PacketKind::Unknown if datagram.len() >= SCTP_MIN && datagram.starts_with(&SCTP_PORTS) => {
            Some(PacketClass::Sctp)
        }
        PacketKind::Unknown | PacketKind::Stun | PacketKind::Dtls => None,
    }
}
