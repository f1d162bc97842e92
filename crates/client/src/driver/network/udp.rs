//! Packets by UDP.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use str0m::Candidate;
use str0m::net::{Protocol, Transmit};
use tokio::net::UdpSocket;

use super::{Datagram, Network, Opened};

/// Longest datagram that is received. Servers keep to the path's MTU.
const MAX_DATAGRAM: usize = 2_048;
/// Errors of the socket in a row after which it is given up. More: longer until a dead network is noticed. Less: a
/// burst of old errors may end a transport.
const MAX_ERRORS: usize = 100;

pub(in crate::driver) struct Udp {
    socket: UdpSocket,
    local: SocketAddr,
    buffer: Box<[u8]>,
}

/// A socket towards the first of `remote` to which there is a route, and the others of its family.
pub(super) async fn open(remote: &[SocketAddr]) -> io::Result<Option<Opened>> {
    let host = |address| Candidate::builder().udp().host(address).build().ok();
    for first in remote {
        let Ok(ip) = source_of(*first).await else {
            continue;
        };
        let socket = UdpSocket::bind(SocketAddr::new(ip, 0)).await?;
        let address = socket.local_addr()?;
        let Some(local) = host(address) else {
            continue;
        };
        let reachable = remote.iter().filter(|it| it.is_ipv4() == ip.is_ipv4());
        return Ok(Some(Opened {
            network: Network::Udp(Udp {
                socket,
                local: address,
                buffer: vec![0; MAX_DATAGRAM].into(),
            }),
            local,
            remote: reachable.filter_map(|it| host(*it)).collect(),
        }));
    }
    Ok(None)
}

impl Udp {
    pub(super) async fn receive(&mut self) -> Option<Datagram> {
        // Errors of a UDP socket are about packets sent earlier, such as ICMP's, and no end of anything by themselves.
        for _ in 0..MAX_ERRORS {
            if let Ok((length, from)) = self.socket.recv_from(&mut self.buffer).await {
                return Some(Datagram {
                    protocol: Protocol::Udp,
                    from,
                    to: self.local,
                    length,
                });
            }
        }
        None
    }

    pub(super) fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    pub(super) async fn send(&self, transmit: &Transmit) {
        let sent = self
            .socket
            .send_to(&transmit.contents, transmit.destination);
        // A packet that cannot be sent is a lost packet.
        let _ = sent.await;
    }
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
