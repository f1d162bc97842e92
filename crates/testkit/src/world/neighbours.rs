//! Strangers whose packets share a peer's link with ours.

use std::net::SocketAddr;
use std::time::Instant;

use miso_ice::Protocol;
use miso_netsim::LinkConfig;

use super::{Owner, PeerId, World};
use crate::stranger::{Behaviour, STRANGER_PACKET, Stranger};
use crate::wire::{Packet, Wire};

/// First port at a peer that strangers send to, each to one of its own.
const FIRST_PORT: u16 = 9_000;
/// Bytes of an acknowledgement.
const ACKNOWLEDGEMENT: usize = 40;

/// A stranger and whom it sends to.
pub(super) struct Neighbour {
    stranger: Stranger,
    from: SocketAddr,
    to: SocketAddr,
}

impl Neighbour {
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.stranger.poll_timeout()
    }

    /// Sends what is due.
    pub(super) fn handle_timeout(&mut self, wire: &mut Wire, now: Instant) {
        while let Some(number) = self.stranger.poll(now) {
            let mut bytes = number.to_be_bytes().to_vec();
            bytes.resize(STRANGER_PACKET, 0);
            wire.send(Protocol::Udp, (self.from, self.to), &bytes, now);
        }
    }

    /// Takes a packet that arrived at either end.
    pub(super) fn handle_packet(&mut self, packet: &Packet, wire: &mut Wire, now: Instant) {
        let Some(number) = packet.bytes.first_chunk() else {
            return;
        };
        if packet.to == self.from {
            self.stranger.acknowledged(u64::from_be_bytes(*number), now);
            return;
        }
        let mut bytes = number.to_vec();
        bytes.resize(ACKNOWLEDGEMENT, 0);
        wire.send(Protocol::Udp, (self.to, self.from), &bytes, now);
    }
}

impl World {
    /// A stranger sends to the host of a peer, over its links, from one moment to another.
    pub fn add_neighbour(
        &mut self,
        id: PeerId,
        behaviour: Behaviour,
        (from, until): (Instant, Instant),
    ) {
        let (_, ip) = self.add_host(LinkConfig::default(), LinkConfig::default());
        let index = self.neighbours.len();
        let port = FIRST_PORT + u16::try_from(index).unwrap_or(u16::MAX - FIRST_PORT);
        let neighbour = Neighbour {
            stranger: Stranger::new(behaviour, from, until),
            from: SocketAddr::new(ip, port),
            to: SocketAddr::new(self.peer(id).ip, port),
        };
        for end in [neighbour.from, neighbour.to] {
            self.owners.insert(end, Owner::Neighbour(index));
        }
        self.neighbours.push(neighbour);
    }
}
