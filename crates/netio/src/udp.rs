//! UDP in batches, with segmentation offload where the system has it.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
mod plain;

#[cfg(target_os = "linux")]
use linux as system;

#[cfg(not(target_os = "linux"))]
use plain as system;

mod recv;
mod send;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

pub use recv::{Datagram, DatagramsMut, RecvBatch};
pub use send::{MAX_DATAGRAM_BYTES, MAX_SEGMENTS, Outgoing, SendOutcome};

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};

use crate::sys;

/// How a [`UdpSocket`] is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct UdpOptions {
    /// Whether a socket bound to an IPv6 address leaves IPv4 alone. Without it, IPv4 peers reach
    /// a socket bound to `::` and appear with their IPv4 addresses.
    pub ipv6_only: bool,
    /// Whether several sockets may share the port, the kernel spreading remotes over them.
    pub reuse_port: bool,
    /// Bytes of the kernel's send buffer; `None` leaves the system's default.
    ///
    /// Larger outlives longer stalls of the device, smaller drops sooner.
    pub send_buffer: Option<usize>,
    /// Bytes of the kernel's receive buffer; `None` leaves the system's default.
    ///
    /// Larger outlives longer stalls of the thread, at the price of older packets.
    pub recv_buffer: Option<usize>,
    /// Whether segments are merged and cut by kernel and device.
    pub offload: Offload,
}

/// Whether a socket uses segmentation offload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offload {
    /// Where kernel and device have it.
    #[default]
    Auto,
    /// Never: every datagram on its own, still in batches.
    Off,
}

/// What kernel and device do for a socket at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Datagrams of one remote are merged on receipt (generic receive offload).
    pub gro: bool,
    /// A run of datagrams leaves by one message (generic segmentation offload). It turns false
    /// for good when the device keeps refusing.
    pub gso: bool,
}

/// A non-blocking UDP socket.
///
/// Bound to a wildcard address, it tells for each datagram which local address it was sent to,
/// and an answer can be made to leave from there ([`Outgoing::source`]).
#[derive(Debug)]
pub struct UdpSocket {
    /// The descriptor, closed on drop.
    socket: std::net::UdpSocket,
    /// Address family, bound address and offload state.
    shape: Shape,
    /// Messages on their way to the kernel; empty between calls.
    queue: system::SendQueue,
}

/// What must be known about a socket to build and read messages.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// The bound address as the kernel has it, not normalised.
    bound: SocketAddr,
    /// The bound address as it is told, IPv4-mapped as IPv4.
    local: SocketAddr,
    /// Whether IPv4 addresses can be reached.
    ipv4: bool,
    /// What is offloaded.
    capabilities: Capabilities,
}

impl UdpSocket {
    /// Opens a socket and binds it; port 0 lets the system choose one.
    ///
    /// # Errors
    /// Those of the system: the port is taken, the address is not one of this machine, or an
    /// option is not known. Buffer sizes beyond the system's limits are cut, not refused.
    pub fn bind(address: SocketAddr, options: &UdpOptions) -> io::Result<Self> {
        let fd = sys::open(address, libc::SOCK_DGRAM)?;
        sys::prepare(fd.as_fd(), address, options.ipv6_only, options.reuse_port)?;
        set_buffers(fd.as_fd(), options)?;
        if address.ip().is_unspecified() {
            system::report_destination(fd.as_fd(), address.is_ipv6())?;
        }
        let capabilities = match options.offload {
            Offload::Auto => system::enable_offload(fd.as_fd()),
            Offload::Off => Capabilities {
                gro: false,
                gso: false,
            },
        };
        sys::bind(fd.as_fd(), address)?;
        let socket = std::net::UdpSocket::from(fd);
        let bound = socket.local_addr()?;
        let shape = Shape {
            bound,
            local: sys::normalise_any(bound),
            ipv4: bound.is_ipv4() || !options.ipv6_only,
            capabilities,
        };
        Ok(Self {
            socket,
            shape,
            queue: system::SendQueue::new(),
        })
    }

    /// The bound address with the port that the system chose; IPv4-mapped as IPv4.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.shape.local
    }

    /// What kernel and device do for this socket at present.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.shape.capabilities
    }

    /// Receives what is there, up to the room of the batch, by one system call.
    ///
    /// Replaces the contents of the batch. Returns the number of datagrams, merged ones
    /// counted singly; 0 when nothing is there. A batch that came back full may have left
    /// more in the kernel.
    ///
    /// # Errors
    /// Those of the system, an empty socket not being one.
    pub fn recv(&mut self, batch: &mut RecvBatch) -> io::Result<usize> {
        batch.clear();
        system::recv(&self.socket, &self.shape, batch)?;
        Ok(batch.len())
    }

    /// Sends the messages in as few system calls as the system allows.
    ///
    /// Never blocks and never fails as a whole: a destination that is refused does not stop the
    /// others, and when the kernel's send buffer is full, the rest is given up. The outcome
    /// counts both; the caller decides what a lost datagram means.
    pub fn send<'a, I>(&mut self, messages: I) -> SendOutcome
    where
        I: IntoIterator<Item = Outgoing<'a>>,
    {
        system::send(&self.socket, &mut self.shape, &mut self.queue, messages)
    }

    /// Datagrams that the kernel dropped since the socket was opened because its receive buffer
    /// was full. The counter is 32 bits wide and wraps.
    ///
    /// # Errors
    /// Those of the system; `Unsupported` where it does not count.
    pub fn kernel_drops(&self) -> io::Result<u32> {
        system::kernel_drops(self.socket.as_fd())
    }

    /// Bytes of the kernel's receive buffer as granted, its bookkeeping included.
    ///
    /// # Errors
    /// Those of the system.
    pub fn recv_buffer(&self) -> io::Result<usize> {
        let [bytes] = sys::option(self.socket.as_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF)?;
        Ok(usize::try_from(bytes).unwrap_or(usize::MAX))
    }
}

impl AsFd for UdpSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Asks for the wished buffer sizes; the kernel cuts them to its limits.
fn set_buffers(fd: BorrowedFd<'_>, options: &UdpOptions) -> io::Result<()> {
    if let Some(bytes) = options.send_buffer {
        system::set_buffer(fd, libc::SO_SNDBUF, bytes)?;
    }
    if let Some(bytes) = options.recv_buffer {
        system::set_buffer(fd, libc::SO_RCVBUF, bytes)?;
    }
    Ok(())
}
