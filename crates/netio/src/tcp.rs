//! TCP for ICE-TCP (RFC 6544): raw bytes, bounded queues, no framing.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io::{self, IoSlice, Read, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};

use crate::sys;

/// Connections that the kernel completes before they are accepted. More outlives longer
/// bursts and stalls, at the price of kernel memory for strangers.
const BACKLOG: libc::c_int = 512;

/// How a [`TcpListener`] is opened.
#[derive(Clone, Copy, Debug)]
pub struct TcpOptions {
    /// Whether a listener bound to an IPv6 address leaves IPv4 alone.
    pub ipv6_only: bool,
    /// Whether several listeners may share the port, the kernel spreading connections.
    pub reuse_port: bool,
    /// Bytes that a connection keeps for a peer that reads too slowly, besides the kernel's own
    /// buffer. More means older packets, less means more of them refused.
    pub queue_bytes: usize,
}

impl Default for TcpOptions {
    fn default() -> Self {
        Self {
            ipv6_only: false,
            reuse_port: false,
            queue_bytes: 256 * 1024,
        }
    }
}

/// A non-blocking listener.
#[derive(Debug)]
pub struct TcpListener {
    /// The descriptor, closed on drop.
    listener: std::net::TcpListener,
    /// The bound address, IPv4-mapped as IPv4.
    local: SocketAddr,
    /// Bound of the queue of each accepted connection.
    queue_bytes: usize,
}

impl TcpListener {
    /// Binds and listens; port 0 lets the system choose one.
    ///
    /// # Errors
    /// Those of the system: the port is taken, the address is not one of this machine.
    pub fn bind(address: SocketAddr, options: &TcpOptions) -> io::Result<Self> {
        let fd = sys::open(address, libc::SOCK_STREAM)?;
        sys::prepare(fd.as_fd(), address, options.ipv6_only, options.reuse_port)?;
        // Without it a restarted server waits minutes for its own port (tcp(7), TIME_WAIT).
        sys::set_option(fd.as_fd(), libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
        sys::bind(fd.as_fd(), address)?;
        sys::listen(fd.as_fd(), BACKLOG)?;
        let listener = std::net::TcpListener::from(fd);
        let local = sys::normalise_any(listener.local_addr()?);
        Ok(Self {
            listener,
            local,
            queue_bytes: options.queue_bytes,
        })
    }

    /// The bound address with the port that the system chose; IPv4-mapped as IPv4.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Takes the next connection; `None` when there is none.
    ///
    /// # Errors
    /// Those of the system. When no descriptors are left, the connection stays and the
    /// listener stays readable: the caller should close something or stop watching for a while.
    pub fn accept(&mut self) -> io::Result<Option<TcpConnection>> {
        loop {
            match self.listener.accept() {
                Ok((stream, remote)) => {
                    return TcpConnection::new(stream, remote, self.queue_bytes).map(Some);
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Ok(None),
                    // The peer was gone before it could be accepted; there may be others.
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                    _ => return Err(error),
                },
            }
        }
    }
}

impl AsFd for TcpListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

/// A non-blocking connection with a bounded send queue.
#[derive(Debug)]
pub struct TcpConnection {
    /// The descriptor, closed on drop.
    stream: std::net::TcpStream,
    /// Our end, IPv4-mapped as IPv4.
    local: SocketAddr,
    /// The peer's end, IPv4-mapped as IPv4.
    remote: SocketAddr,
    /// Accepted bytes that the kernel has not taken yet.
    queue: VecDeque<u8>,
    /// The most bytes that may wait in `queue`.
    queue_bytes: usize,
}

/// What a receive call found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpRecv {
    /// So many bytes, at least one.
    Bytes(usize),
    /// Nothing at present.
    Empty,
    /// The peer will send no more.
    Closed,
}

/// Whether a frame was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpSend {
    /// All of it went to the kernel or into the queue.
    Accepted,
    /// None of it: the queue has no room. The stream is intact, the frame is lost unless the
    /// caller keeps it.
    Refused,
}

impl TcpConnection {
    fn new(
        stream: std::net::TcpStream,
        remote: SocketAddr,
        queue_bytes: usize,
    ) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        // Media must not wait for the acknowledgement of earlier media.
        stream.set_nodelay(true)?;
        let local = sys::normalise_any(stream.local_addr()?);
        Ok(Self {
            stream,
            local,
            remote: sys::normalise_any(remote),
            queue: VecDeque::new(),
            queue_bytes,
        })
    }

    /// Our end of the connection.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// The peer's end of the connection.
    #[must_use]
    pub fn remote_addr(&self) -> SocketAddr {
        self.remote
    }

    /// Receives into `buffer`, which must not be empty, by one system call.
    ///
    /// # Errors
    /// Those of the system: the connection is reset. It is of no more use then.
    pub fn recv(&mut self, buffer: &mut [u8]) -> io::Result<TcpRecv> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Ok(TcpRecv::Closed),
                Ok(length) => return Ok(TcpRecv::Bytes(length)),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Ok(TcpRecv::Empty),
                    io::ErrorKind::Interrupted => {}
                    _ => return Err(error),
                },
            }
        }
    }

    /// Sends one frame, given in parts (its length field and its payload), whole or not at all.
    ///
    /// What the kernel does not take waits in the queue for [`flush`](Self::flush).
    ///
    /// # Errors
    /// Those of the system: the connection is reset. It is of no more use then.
    pub fn send(&mut self, frame: &[IoSlice<'_>]) -> io::Result<TcpSend> {
        let length: usize = frame.iter().map(|part| part.len()).sum();
        if self.queue.len() + length > self.queue_bytes {
            return Ok(TcpSend::Refused);
        }
        let mut taken = if self.queue.is_empty() {
            write(&mut self.stream, frame)?
        } else {
            0
        };
        for part in frame {
            let skipped = taken.min(part.len());
            taken -= skipped;
            self.queue.extend(part.get(skipped..).unwrap_or_default());
        }
        Ok(TcpSend::Accepted)
    }

    /// Hands queued bytes to the kernel; returns whether none are left.
    ///
    /// To be called when the connection is writable, which is worth watching only while
    /// something is [queued](Self::queued).
    ///
    /// # Errors
    /// Those of the system: the connection is reset. It is of no more use then.
    pub fn flush(&mut self) -> io::Result<bool> {
        while !self.queue.is_empty() {
            let (front, back) = self.queue.as_slices();
            let taken = write(&mut self.stream, &[IoSlice::new(front), IoSlice::new(back)])?;
            if taken == 0 {
                return Ok(false);
            }
            self.queue.drain(..taken);
        }
        Ok(true)
    }

    /// Bytes that wait for the kernel.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }
}

impl AsFd for TcpConnection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// Writes what the kernel takes by one call: 0 when its buffer is full.
fn write(stream: &mut std::net::TcpStream, parts: &[IoSlice<'_>]) -> io::Result<usize> {
    loop {
        match stream.write_vectored(parts) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(0),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
