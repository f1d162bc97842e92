//! The ports of a worker.

use std::net::{IpAddr, SocketAddr};

use miso_ice::Protocol;
use miso_netio::{TcpListener, TcpOptions, UdpOptions, UdpSocket};

use crate::error::StartError;
use crate::options::EngineOptions;

/// Bytes asked of the kernel for each direction of a UDP socket; it may grant less. More outlives longer stalls of the
/// thread or the device, at the price of older packets.
const UDP_BUFFER: usize = 4 << 20;

/// The ports of a worker, open.
#[derive(Debug)]
pub(super) struct Sockets {
    /// One for each listen address.
    pub(super) udp: Vec<UdpSocket>,
    /// One for each listen address.
    pub(super) tcp: Vec<TcpListener>,
}

impl Sockets {
    /// Opens the ports of worker `index`.
    ///
    /// # Errors
    /// Names the port that could not be opened.
    pub(super) fn open(options: &EngineOptions, index: usize) -> Result<Self, StartError> {
        let port = port_of(options.base_port, index)?;
        if options.listen_ips.is_empty() {
            return Err(StartError::NoListenAddress);
        }
        // Two sockets cannot both take IPv4 on the same port.
        let ipv6_only = options.listen_ips.iter().any(IpAddr::is_ipv4);
        let mut sockets = Self {
            udp: Vec::new(),
            tcp: Vec::new(),
        };
        for ip in &options.listen_ips {
            let address = SocketAddr::new(*ip, port);
            sockets.udp.push(open_udp(address, ipv6_only)?);
            sockets.tcp.push(open_tcp(address, ipv6_only)?);
        }
        Ok(sockets)
    }

    /// Where the UDP sockets are bound.
    pub(super) fn udp_addresses(&self) -> Vec<SocketAddr> {
        self.udp.iter().map(UdpSocket::local_addr).collect()
    }

    /// Where the listeners are bound.
    pub(super) fn tcp_addresses(&self) -> Vec<SocketAddr> {
        self.tcp.iter().map(TcpListener::local_addr).collect()
    }
}

fn port_of(base_port: u16, index: usize) -> Result<u16, StartError> {
    if base_port == 0 {
        return Ok(0);
    }
    let offset = u16::try_from(index).ok();
    offset
        .and_then(|offset| base_port.checked_add(offset))
        .ok_or(StartError::PortOutOfRange {
            base_port,
            worker: index,
        })
}

fn open_udp(address: SocketAddr, ipv6_only: bool) -> Result<UdpSocket, StartError> {
    let options = UdpOptions {
        ipv6_only,
        send_buffer: Some(UDP_BUFFER),
        recv_buffer: Some(UDP_BUFFER),
        ..UdpOptions::default()
    };
    let failed = |source| StartError::Listen {
        protocol: Protocol::Udp,
        address,
        source,
    };
    UdpSocket::bind(address, &options).map_err(failed)
}

fn open_tcp(address: SocketAddr, ipv6_only: bool) -> Result<TcpListener, StartError> {
    let options = TcpOptions {
        ipv6_only,
        ..TcpOptions::default()
    };
    let failed = |source| StartError::Listen {
        protocol: Protocol::Tcp,
        address,
        source,
    };
    TcpListener::bind(address, &options).map_err(failed)
}
