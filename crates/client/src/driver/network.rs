//! The sockets of a transport.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use miso_signal::{IceCandidate, TransportProtocol};
use str0m::Candidate;
use str0m::net::{Protocol, Transmit};
use tokio::net::{UdpSocket, lookup_host};

use crate::TransportError;

/// Longest datagram that is received. Servers keep to the path's MTU.
const MAX_DATAGRAM: usize = 2_048;
/// Candidates of the server that are looked at. More: more checks are sent. Less: a path may be missed.
const MAX_CANDIDATES: usize = 16;
/// Errors of the socket in a row after which it is given up. More: longer until a dead network is noticed. Less: a
/// burst of old errors may end a transport.
const MAX_ERRORS: usize = 100;

/// Packets of a transport, on one UDP socket.
pub(super) struct Network {
    socket: UdpSocket,
    local: SocketAddr,
    buffer: Box<[u8]>,
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
        let remote = addresses(candidates, TransportProtocol::Udp).await;
        for first in &remote {
            let Ok(ip) = source_of(*first).await else {
                continue;
            };
            let socket = UdpSocket::bind(SocketAddr::new(ip, 0)).await?;
            let local = socket.local_addr()?;
            let host = |address| Candidate::builder().udp().host(address).build().ok();
            let reachable = remote.iter().filter(|it| it.is_ipv4() == ip.is_ipv4());
            return Ok(Opened {
                network: Self {
                    socket,
                    local,
                    buffer: vec![0; MAX_DATAGRAM].into(),
                },
                local: host(local).ok_or(TransportError::NoRoute)?,
                remote: reachable.filter_map(|it| host(*it)).collect(),
            });
        }
        Err(TransportError::NoRoute)
    }

    /// The next packet. Cancel safe.
    pub(super) async fn receive(&mut self) -> Option<Datagram> {
        // Errors of a UDP socket are about packets sent earlier, such as ICMP's, and no end of anything by themselves.
        for _ in 0..MAX_ERRORS {
            if let Ok((length, from)) = self.socket.recv_from(&mut self.buffer).await {
                return Some(Datagram {
                    protocol: super::protocol_of(false),
                    from,
                    to: self.local,
                    length,
                });
            }
        }
        None
    }

    /// The bytes of the packet received last.
    pub(super) fn bytes(&self, datagram: &Datagram) -> &[u8] {
        self.buffer.get(..datagram.length).unwrap_or_default()
    }

    /// Sends a packet; one that cannot be sent is lost.
    pub(super) async fn send(&mut self, transmit: &Transmit) {
        let _ = self
            .socket
            .send_to(&transmit.contents, transmit.destination)
            .await;
    }
}

/// Addresses of the server's candidates of a protocol, best first.
async fn addresses(candidates: &[IceCandidate], protocol: TransportProtocol) -> Vec<SocketAddr> {
    let mut candidates: Vec<_> = candidates
        .iter()
        .filter(|it| it.protocol == protocol)
        .collect();
    candidates.sort_by_key(|it| std::cmp::Reverse(it.priority));
    let mut found = Vec::new();
    for candidate in candidates.into_iter().take(MAX_CANDIDATES) {
        if let Ok(addresses) = lookup_host((candidate.address.as_str(), candidate.port)).await {
            found.extend(addresses.take(2));
        }
    }
    found
}

/// The address of this machine from which packets to `remote` leave.
async fn source_of(remote: SocketAddr) -> io::Result<IpAddr> {
    let any: IpAddr = match remote {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await?;
    // Sends nothing: the system only looks up the route.
    socket.connect(remote).await?;
    Ok(socket.local_addr()?.ip())
}
