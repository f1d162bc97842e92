//! Opening listening sockets (fact sheet 4.1).

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use miso_ice::{ListenInfo, Protocol};
use miso_netio::{TcpListener, TcpOptions, UdpOptions, UdpSocket};
use miso_worker_schema::fbs::transport;

use super::{Listening, Net, Socket, SocketId};
use crate::ports::PortRange;
use crate::refusal::Refusal;

/// What a transport or server asks for.
#[derive(Clone, Debug)]
pub(crate) struct ListenRequest {
    protocol: Protocol,
    ip: IpAddr,
    announced_address: Option<String>,
    expose_internal_ip: bool,
    /// Zero leaves it open.
    port: u16,
    range: Option<PortRange>,
    ipv6_only: bool,
    reuse_port: bool,
    send_buffer: Option<usize>,
    recv_buffer: Option<usize>,
}

impl ListenRequest {
    /// What the library asks for.
    ///
    /// # Errors
    /// For an address that is none, and an empty port range.
    pub(crate) fn read(info: transport::ListenInfoRef<'_>) -> Result<Self, Refusal> {
        let text = info.ip()?;
        let ip = text
            .parse()
            .map_err(|_| Refusal::type_error(format!("invalid IP '{text}'")))?;
        let range = info.port_range()?;
        let range = match (range.min()?, range.max()?) {
            // As the original: a range needs both ends.
            (0, _) | (_, 0) => None,
            (min, max) => Some(
                PortRange::new(min, max)
                    .ok_or_else(|| Refusal::type_error("maxPort cannot be less than minPort"))?,
            ),
        };
        let flags = info.flags()?;
        let size = |bytes: u32| usize::try_from(bytes).ok().filter(|bytes| *bytes > 0);
        Ok(Self {
            protocol: match info.protocol()? {
                transport::Protocol::Udp => Protocol::Udp,
                transport::Protocol::Tcp => Protocol::Tcp,
            },
            ip,
            announced_address: info.announced_address()?.map(str::to_owned),
            expose_internal_ip: info.expose_internal_ip()?,
            port: info.port()?,
            range,
            ipv6_only: flags.ipv6_only()?,
            reuse_port: flags.udp_reuse_port()?,
            send_buffer: size(info.send_buffer_size()?),
            recv_buffer: size(info.recv_buffer_size()?),
        })
    }

    /// What it is to carry.
    pub(crate) const fn protocol(&self) -> Protocol {
        self.protocol
    }

    fn bind(&self, port: u16) -> io::Result<Socket> {
        let address = SocketAddr::new(self.ip, port);
        match self.protocol {
            Protocol::Udp => {
                let options = UdpOptions {
                    ipv6_only: self.ipv6_only,
                    reuse_port: self.reuse_port,
                    send_buffer: self.send_buffer,
                    recv_buffer: self.recv_buffer,
                    ..UdpOptions::default()
                };
                UdpSocket::bind(address, &options).map(Socket::Udp)
            }
            Protocol::Tcp => {
                let options = TcpOptions {
                    ipv6_only: self.ipv6_only,
                    ..TcpOptions::default()
                };
                TcpListener::bind(address, &options).map(Socket::Tcp)
            }
        }
    }

    /// The start of error texts: protocol and address.
    fn place(&self) -> String {
        format!("protocol:{}, ip:'{}'", self.protocol.as_str(), self.ip)
    }
}

impl Net {
    /// Opens a socket, on a port of `ports` if the request leaves it open. `offset` says which is tried first.
    ///
    /// # Errors
    /// When there is no port, in the original's words.
    pub(crate) fn listen(
        &mut self,
        request: &ListenRequest,
        ports: PortRange,
        offset: usize,
    ) -> Result<(SocketId, ListenInfo), Refusal> {
        let socket = match (request.range, request.port) {
            (Some(range), _) => bind_in_range(request, range, offset)?,
            (None, 0) => bind_in_range(request, ports, offset)?,
            (None, port) => request.bind(port).map_err(|error| {
                let (protocol, place) = (request.protocol.as_str(), request.place());
                Refusal::error(format!(
                    "uv_{protocol}_bind() failed [{place}, port:{port}]: {error}"
                ))
            })?,
        };
        let bound = match &socket {
            Socket::Udp(socket) => socket.local_addr(),
            Socket::Tcp(listener) => listener.local_addr(),
        };
        let listening = Listening {
            socket,
            bound,
            announced: request.announced_address.clone(),
            owner: None,
        };
        let id = self
            .insert(listening)
            .map_err(|error| Refusal::error(format!("cannot watch the socket: {error}")))?;
        let info = ListenInfo {
            protocol: request.protocol,
            ip: bound.ip(),
            port: bound.port(),
            announced_address: request.announced_address.clone(),
            expose_internal_ip: request.expose_internal_ip,
        };
        Ok((id, info))
    }
}

fn bind_in_range(
    request: &ListenRequest,
    range: PortRange,
    offset: usize,
) -> Result<Socket, Refusal> {
    let count = range.count();
    for (attempt, port) in (1..).zip(range.starting_at(offset)) {
        let error = match request.bind(port) {
            Ok(socket) => return Ok(socket),
            Err(error) => error,
        };
        let why = match error.kind() {
            ErrorKind::AddrInUse | ErrorKind::PermissionDenied => continue,
            ErrorKind::AddrNotAvailable => "address not available".to_owned(),
            _ => error.to_string(),
        };
        let place = request.place();
        return Err(Refusal::error(format!(
            "port bind failed due to {why} [{place}, port:{port}, attempt:{attempt}/{count}]"
        )));
    }
    let place = request.place();
    Err(Refusal::error(format!(
        "no more available ports [{place}, numAttempt:{count}]"
    )))
}
