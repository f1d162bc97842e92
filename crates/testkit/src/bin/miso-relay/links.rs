//! The two links.

use crate::settings::{Change, LinkSettings};
use miso_netsim::{Link, LinkStats};
use std::net::SocketAddr;
use std::time::Instant;

/// Seeds of the links' randomness.
const SEEDS: [u64; 2] = [1, 2];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// A datagram on its way, and the client that sent it or is to get it.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) client: SocketAddr,
    pub(crate) datagram: Vec<u8>,
}

pub(crate) struct Links {
    up: Link<Way>,
    down: Link<Way>,
}

impl Links {
    pub(crate) fn new(change: &Change, now: Instant) -> Self {
        let link = |settings: Option<LinkSettings>, seed| {
            Link::new(settings.unwrap_or_default().config(), seed, now)
        };
        let [up, down] = SEEDS;
        Self {
            up: link(change.up, up),
            down: link(change.down, down),
        }
    }

    pub(crate) fn change(&mut self, change: &Change, now: Instant) {
        if let Some(up) = change.up {
            self.up.configure(up.config(), now);
        }
        if let Some(down) = change.down {
            self.down.configure(down.config(), now);
        }
    }

    pub(crate) fn send(
        &mut self,
        direction: Direction,
        client: SocketAddr,
        datagram: Vec<u8>,
        now: Instant,
    ) {
        let len = datagram.len();
        self.link(direction)
            .send(Way { client, datagram }, len, now);
    }

    pub(crate) fn recv(&mut self, direction: Direction, now: Instant) -> Option<Way> {
        self.link(direction).recv(now).map(|(_, way)| way)
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        [self.up.poll_timeout(), self.down.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Counters of the downlink and the uplink, which begin anew.
    pub(crate) fn take_stats(&mut self) -> (LinkStats, LinkStats) {
        (self.down.take_stats(), self.up.take_stats())
    }

    fn link(&mut self, direction: Direction) -> &mut Link<Way> {
        match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        }
    }
}
