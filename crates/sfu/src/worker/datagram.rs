//! From a datagram to the transport and the protocol that it is for.

use super::Worker;
use crate::drops::DropReason;
use crate::keys::TransportKey;
use miso_ice::{IceEvent, MAX_REPLY_LEN, Protocol, Tuple, Ufrag, Verdict};
use miso_wire::{PacketKind, classify, stun};
use std::net::SocketAddr;
use std::time::Instant;

impl Worker {
    /// Takes a datagram, or a frame of a TCP connection, that came from `remote` to `local`. It may be changed in place.
    pub fn handle_datagram(
        &mut self,
        datagram: &mut [u8],
        protocol: Protocol,
        (local, remote): (SocketAddr, SocketAddr),
        now: Instant,
    ) {
        self.receive_datagram(datagram, Tuple::new(protocol, local, remote), now);
        self.drive_sctp(now);
    }

    fn receive_datagram(&mut self, datagram: &mut [u8], tuple: Tuple, now: Instant) {
        let kind = classify(datagram);
        let known = self.demux.tuples.get(&tuple).copied();
        let key = match (known, kind) {
            (Some(key), _) => key,
            (None, PacketKind::Stun) => match self.find_by_ufrag(datagram, tuple) {
                Ok(key) => key,
                Err(reason) => return self.drops.count(reason),
            },
            (None, _) => return self.drops.count(DropReason::UnknownTuple),
        };
        if let Some(transport) = self.objects.transports.get_mut(key) {
            transport.traffic.received.add(datagram.len(), now);
        }
        match kind {
            PacketKind::Stun => self.receive_stun(key, tuple, datagram, now),
            PacketKind::Dtls => self.receive_dtls(key, tuple, datagram, now),
            PacketKind::Rtp => self.receive_rtp(key, tuple, datagram, now),
            PacketKind::Rtcp => self.receive_rtcp(key, tuple, datagram, now),
            PacketKind::Unknown => self.drops.count(DropReason::UnknownKind),
        }
    }

    /// Learns that a TCP connection is gone.
    pub fn handle_connection_closed(
        &mut self,
        local: SocketAddr,
        remote: SocketAddr,
        now: Instant,
    ) {
        let tuple = Tuple::new(Protocol::Tcp, local, remote);
        let Some(key) = self.demux.tuples.get(&tuple).copied() else {
            return;
        };
        if let Some(webrtc) = self
            .objects
            .transports
            .get_mut(key)
            .and_then(|transport| transport.webrtc_mut())
        {
            webrtc.ice.remove_tuple(tuple, now);
        }
        self.drive_ice(key, now);
        self.drive_sctp(now);
    }

    /// The transport that a stranger's STUN names, if that may be reached by the socket that it came to.
    fn find_by_ufrag(&self, datagram: &[u8], tuple: Tuple) -> Result<TransportKey, DropReason> {
        let ufrag = stun::local_ufrag(datagram).and_then(Ufrag::from_received);
        let found = ufrag.and_then(|ufrag| self.demux.ufrags.get(&ufrag).copied());
        let key = found.ok_or(DropReason::UnknownUfrag)?;
        let transport = self.objects.transports.get(key);
        let webrtc = transport.and_then(|transport| transport.webrtc());
        let covered =
            webrtc.is_some_and(|webrtc| webrtc.sockets.cover(tuple.protocol(), tuple.local()));
        covered.then_some(key).ok_or(DropReason::ForeignSocket)
    }

    fn receive_stun(&mut self, key: TransportKey, tuple: Tuple, datagram: &[u8], now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let Some(webrtc) = transport.webrtc_mut() else {
            return;
        };
        let mut reply = [0; MAX_REPLY_LEN];
        let outcome = webrtc.ice.handle_stun(datagram, tuple, &mut reply, now);
        if !matches!(outcome.verdict, Verdict::Accepted) {
            self.drops.count(DropReason::StunRefused);
        }
        if let Some(reply) = reply.get(..outcome.reply_len)
            && !reply.is_empty()
        {
            self.post(key, tuple, reply, now);
        }
        self.drive_ice(key, now);
    }

    /// The peer sent something authentic by this path, so what is sent to it goes there too.
    pub(super) fn follow_path(&mut self, key: TransportKey, tuple: Tuple, now: Instant) {
        let transport = self.objects.transports.get_mut(key);
        let Some(webrtc) = transport.and_then(|transport| transport.webrtc_mut()) else {
            return;
        };
        if webrtc.ice.selected_tuple() != Some(tuple) {
            webrtc.ice.select_by_media(tuple);
            self.drive_ice(key, now);
        }
    }

    /// Takes over what ICE decided: tuples, names, states.
    pub(super) fn drive_ice(&mut self, key: TransportKey, now: Instant) {
        while let Some(event) = self
            .objects
            .transports
            .get_mut(key)
            .and_then(|transport| transport.webrtc_mut())
            .and_then(|webrtc| webrtc.ice.poll_event())
        {
            self.handle_ice_event(key, event, now);
        }
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let at = transport
            .webrtc()
            .and_then(|webrtc| webrtc.ice.poll_timeout());
        transport.wake_at(at);
        self.wake_at(at);
    }

    fn handle_ice_event(&mut self, key: TransportKey, event: IceEvent, now: Instant) {
        match event {
            IceEvent::TupleAdded(tuple) => {
                self.demux.tuples.insert(tuple, key);
            }
            IceEvent::TupleRemoved(tuple) => self.forget_tuple(key, tuple),
            IceEvent::SelectedTupleChanged(tuple) => self.announce_selected_tuple(key, tuple),
            IceEvent::StateChanged(state) => self.ice_state_changed(key, state, now),
            IceEvent::UfragRetired(ufrag) => {
                self.demux.ufrags.remove(&ufrag);
            }
        }
    }

    /// Queues a small packet of a transport.
    pub(super) fn post(&mut self, key: TransportKey, tuple: Tuple, packet: &[u8], now: Instant) {
        if !self.outbox.push(&tuple, packet) {
            self.drops.count(DropReason::OutboxFull);
            return;
        }
        if let Some(transport) = self.objects.transports.get_mut(key) {
            transport.traffic.other_sent.add(packet.len(), now);
        }
    }
}
