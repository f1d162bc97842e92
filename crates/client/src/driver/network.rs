//! The socket of a transport.

mod tcp;
mod udp;

use std::net::SocketAddr;

use miso_signal::{IceCandidate, TransportProtocol};
use str0m::Candidate;
use str0m::net::{Protocol, Transmit};
use tokio::net::lookup_host;

use crate::TransportError;
use tcp::Tcp;
use udp::Udp;

/// Candidates of the server that are looked at. More: more checks are sent. Less: a path may be missed.
const MAX_CANDIDATES: usize = 16;
/// Addresses of a candidate with a host name that are looked at, as one of each family.
const MAX_ADDRESSES: usize = 2;

/// Packets of a transport: by UDP where the server has it and there is a route, else by TCP.
pub(super) enum Network {
    Udp(Udp),
    Tcp(Tcp),
}

/// A packet that was received; its bytes stay with the network until the next one.
pub(super) struct Datagram {
    pub(super) protocol: Protocol,
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    length: usize,
}

/// A network, and what the stack is to know of it.
pub(super) struct Opened {
    pub(super) network: Network,
    pub(super) local: Candidate,
    pub(super) remote: Vec<Candidate>,
}

impl Network {
    /// A socket from which the server can be reached.
    pub(super) async fn open(candidates: &[IceCandidate]) -> Result<Opened, TransportError> {
        let by_udp = addresses(candidates, TransportProtocol::Udp).await;
        if let Some(opened) = udp::open(&by_udp).await? {
            return Ok(opened);
        }
        let by_tcp = addresses(candidates, TransportProtocol::Tcp).await;
        tcp::open(&by_tcp).await.ok_or(TransportError::NoRoute)
    }

    /// The next packet; none when there will be no more. Cancel safe.
    pub(super) async fn receive(&mut self) -> Option<Datagram> {
        match self {
            Self::Udp(udp) => udp.receive().await,
            Self::Tcp(tcp) => tcp.receive().await,
        }
    }

    /// The bytes of the packet received last.
    pub(super) fn bytes(&self, datagram: &Datagram) -> &[u8] {
        let buffer = match self {
            Self::Udp(udp) => udp.buffer(),
            Self::Tcp(tcp) => tcp.buffer(),
        };
        buffer.get(..datagram.length).unwrap_or_default()
    }

    /// Sends a packet; one that cannot be sent is lost.
    pub(super) async fn send(&mut self, transmit: &Transmit) {
        match self {
            Self::Udp(udp) => udp.send(transmit).await,
            Self::Tcp(tcp) => tcp.send(&transmit.contents),
        }
    }
}

/// Addresses of the server's candidates of a protocol, best first.
async fn addresses(candidates: &[IceCandidate], protocol: TransportProtocol) -> Vec<SocketAddr> {
    let of_protocol = candidates.iter().filter(|it| it.protocol == protocol);
    let mut candidates: Vec<_> = of_protocol.collect();
    candidates.sort_by_key(|it| std::cmp::Reverse(it.priority));
    let mut found = Vec::new();
    for candidate in candidates.into_iter().take(MAX_CANDIDATES) {
        if let Ok(addresses) = lookup_host((candidate.address.as_str(), candidate.port)).await {
            found.extend(addresses.take(MAX_ADDRESSES));
        }
    }
    found
}
