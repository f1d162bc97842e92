//! A path between a local socket and a remote address.

#[cfg(test)]
mod tests;

use std::net::{SocketAddr, SocketAddrV6};

/// What carries the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Datagrams.
    Udp,
    /// A connection with RFC 4571 framing.
    Tcp,
}

impl Protocol {
    /// Its name in candidates and tuples: `udp` or `tcp`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

/// A path between a local socket and a remote address, the key under which packets find their transport.
///
/// IPv4 addresses that a dual-stack socket reports as IPv6 (`::ffff:192.0.2.1`) are held as IPv4, so that a path has
/// one form only; the IPv6 flow label is left out for the same reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tuple {
    protocol: Protocol,
    local: SocketAddr,
    remote: SocketAddr,
}

impl Tuple {
    /// The path between two addresses as the sockets report them.
    pub fn new(protocol: Protocol, local: SocketAddr, remote: SocketAddr) -> Self {
        Self {
            protocol,
            local: canonical(local),
            remote: canonical(remote),
        }
    }

    /// What carries the packets.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The real local address, whatever is announced.
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// The peer's address as seen from here.
    pub const fn remote(&self) -> SocketAddr {
        self.remote
    }
}

fn canonical(address: SocketAddr) -> SocketAddr {
    let SocketAddr::V6(v6) = address else {
        return address;
    };
    match v6.ip().to_ipv4_mapped() {
        Some(ip) => SocketAddr::from((ip, v6.port())),
        None => SocketAddrV6::new(*v6.ip(), v6.port(), 0, v6.scope_id()).into(),
    }
}
