//! What carries datagrams between server and peers: UDP over simulated links, TCP as frames that arrive in order.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use miso_ice::Protocol;
use miso_netsim::Network;

/// One way over a TCP connection; its losses are the kernel's business, not ours.
const TCP_DELAY: Duration = Duration::from_millis(20);

/// A datagram, or a frame of a TCP connection, that arrived.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Over what.
    pub protocol: Protocol,
    /// Source.
    pub from: SocketAddr,
    /// Destination.
    pub to: SocketAddr,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Both ways to send.
pub struct Wire {
    /// The links.
    pub net: Network,
    frames: VecDeque<(Instant, Packet)>,
}

impl Wire {
    /// A wire without hosts.
    pub fn new(seed: u64, now: Instant) -> Self {
        Self {
            net: Network::new(seed, now),
            frames: VecDeque::new(),
        }
    }

    /// Sends.
    pub fn send(
        &mut self,
        protocol: Protocol,
        (from, to): (SocketAddr, SocketAddr),
        bytes: &[u8],
        now: Instant,
    ) {
        match protocol {
            Protocol::Udp => {
                self.net.send(from, to, bytes, now);
            }
            Protocol::Tcp => {
                let packet = Packet {
                    protocol,
                    from,
                    to,
                    bytes: bytes.to_vec(),
                };
                self.frames.push_back((now + TCP_DELAY, packet));
            }
        }
    }

    /// When the next one arrives.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let frame = self.frames.front().map(|(at, _)| *at);
        [frame, self.net.poll_timeout()].into_iter().flatten().min()
    }

    /// The next one that has arrived.
    pub fn deliver(&mut self, now: Instant) -> Option<Packet> {
        if self.frames.front().is_some_and(|(at, _)| *at <= now) {
            return self.frames.pop_front().map(|(_, packet)| packet);
        }
        self.net.deliver(now).map(|datagram| Packet {
            protocol: Protocol::Udp,
            from: datagram.from,
            to: datagram.to,
            bytes: datagram.payload,
        })
    }
}
