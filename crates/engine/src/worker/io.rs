//! The sockets of a worker's thread, with the buffers that they use.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use miso_netio::{Interest, Poller, RecvBatch, TcpListener, Token, UdpSocket};
use miso_sfu::{Batch, CommandError, TransportId};

use super::connections::{ConnectionKey, Connections};
use super::own_sockets::OwnSockets;
use super::sockets::Sockets;
use super::traffic::{FLUSH_BYTES, FLUSH_MESSAGES, send_datagrams, send_frames};
use crate::metrics::TrafficMetrics;
use crate::types::TransportListenInfo;

/// Connections accepted per wake-up and listener. More serves bursts sooner, less keeps media from waiting.
const MAX_ACCEPTS: usize = 16;
/// How often idle connections are looked for, and paused listeners are watched again.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// What a poller's token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A UDP socket, by index.
    Udp(usize),
    /// A TCP listener, by index.
    Listener(usize),
    /// A socket of a transport's own, by index.
    Own(usize),
    /// A TCP connection.
    Connection(ConnectionKey),
}

impl Source {
    /// Tokens of listeners begin here; smaller ones are UDP sockets, those of connections are far above.
    const FIRST_LISTENER: u64 = 1 << 16;
    /// Tokens of transports' own sockets begin here.
    const FIRST_OWN: u64 = 1 << 24;

    /// What a token stands for.
    pub(super) fn from_token(token: Token) -> Self {
        let index = |number| usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(connection) = ConnectionKey::from_token(token) {
            Self::Connection(connection)
        } else if let Some(own) = token.0.checked_sub(Self::FIRST_OWN) {
            Self::Own(index(own))
        } else if let Some(listener) = token.0.checked_sub(Self::FIRST_LISTENER) {
            Self::Listener(index(listener))
        } else {
            Self::Udp(index(token.0))
        }
    }
}

/// Everything that reaches the network.
#[derive(Debug)]
pub(super) struct Io {
    pub(super) poller: Poller,
    pub(super) udp: Vec<UdpSocket>,
    /// Where each UDP socket is bound.
    bound: Vec<SocketAddr>,
    /// Sockets that belong to one transport each.
    pub(super) own: OwnSockets,
    listeners: Vec<TcpListener>,
    /// Listeners that are not watched for a while, since accepting failed.
    paused: Vec<usize>,
    pub(super) connections: Connections,
    /// What the last receive call fetched.
    pub(super) received: RecvBatch,
    /// What is sent next.
    pub(super) batch: Batch,
    pub(super) counters: TrafficMetrics,
    /// When connections and listeners are to be looked at.
    sweep_at: Option<Instant>,
}

impl Io {
    /// Begins to watch the sockets.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn new(sockets: Sockets) -> std::io::Result<Self> {
        let mut poller = Poller::new()?;
        for (token, socket) in (0..).zip(&sockets.udp) {
            poller.add(socket, Token(token), Interest::Read)?;
        }
        for (token, listener) in (Source::FIRST_LISTENER..).zip(&sockets.tcp) {
            poller.add(listener, Token(token), Interest::Read)?;
        }
        Ok(Self {
            poller,
            bound: sockets.udp_addresses(),
            udp: sockets.udp,
            own: OwnSockets::default(),
            listeners: sockets.tcp,
            paused: Vec::new(),
            connections: Connections::new(),
            received: RecvBatch::default(),
            batch: Batch::new(FLUSH_BYTES, FLUSH_MESSAGES),
            counters: TrafficMetrics::default(),
            sweep_at: None,
        })
    }

    /// Forgets everything that belongs to a core that is gone.
    pub(super) fn reset(&mut self) {
        self.connections.clear(&mut self.poller);
        self.own.clear(&mut self.poller);
        self.batch.clear();
    }

    /// Opens sockets for a transport; where they are bound. All or none.
    ///
    /// # Errors
    /// When there is no free port, or the system refuses.
    pub(super) fn open_own(
        &mut self,
        transport: TransportId,
        listen: &[TransportListenInfo],
    ) -> Result<Vec<SocketAddr>, CommandError> {
        let watch = (&mut self.poller, Source::FIRST_OWN);
        self.own.open(transport, listen, watch)
    }

    /// Sends the batch and empties it. The connections that turned out to be of no more use.
    pub(super) fn flush(&mut self) -> Vec<ConnectionKey> {
        send_datagrams(
            &mut self.udp,
            &self.bound,
            (&self.batch, &self.own),
            &mut self.counters,
        );
        self.own.send(&self.batch, &mut self.counters);
        let lost = send_frames(
            &mut self.connections,
            &self.batch,
            &mut self.poller,
            &mut self.counters,
        );
        self.batch.clear();
        lost
    }

    /// Accepts connections on a listener.
    pub(super) fn accept(&mut self, index: usize, now: Instant) {
        let Some(listener) = self.listeners.get_mut(index) else {
            return;
        };
        for _ in 0..MAX_ACCEPTS {
            match listener.accept() {
                Ok(Some(socket)) => {
                    if !self.connections.add(socket, &mut self.poller, now) {
                        self.counters.tcp_refused += 1;
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    // No descriptors are left: the connection stays and would be told of again and again.
                    if self.poller.remove(listener).is_ok() {
                        self.paused.push(index);
                    }
                    break;
                }
            }
        }
        self.schedule_sweep(now);
    }

    /// When [`Self::sweep`] is due.
    pub(super) const fn sweep_at(&self) -> Option<Instant> {
        self.sweep_at
    }

    /// Watches paused listeners again. The connections that are idle.
    pub(super) fn sweep(&mut self, now: Instant) -> Vec<ConnectionKey> {
        self.sweep_at = None;
        for index in std::mem::take(&mut self.paused) {
            let Some(listener) = self.listeners.get(index) else {
                continue;
            };
            let token = Token(Source::FIRST_LISTENER + index as u64);
            if self.poller.add(listener, token, Interest::Read).is_err() {
                self.paused.push(index);
            }
        }
        let idle = self.connections.idle(now);
        self.schedule_sweep(now);
        idle
    }

    fn schedule_sweep(&mut self, now: Instant) {
        let needed = !self.connections.is_empty() || !self.paused.is_empty();
        if needed && self.sweep_at.is_none() {
            self.sweep_at = Some(now + SWEEP_INTERVAL);
        }
    }

    /// The counters with those that the kernel keeps.
    pub(super) fn traffic(&self) -> TrafficMetrics {
        let drops = self
            .udp
            .iter()
            .filter_map(|socket| socket.kernel_drops().ok());
        TrafficMetrics {
            udp_kernel_drops: drops.map(u64::from).sum::<u64>() + self.own.kernel_drops(),
            tcp_connections: self.connections.len() as u64,
            ..self.counters
        }
    }
}

#[cfg(test)]
mod tests;
