//! The poller on other Unix systems: `poll` and a pair of connected sockets.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::{Event, Interest, Token, WAKER};

/// The watched descriptors, each with its token.
#[derive(Debug)]
pub(super) struct Set {
    /// In the order of registration.
    watched: Vec<(RawFd, Token, Interest)>,
    /// The same without tokens, as the system takes them.
    polled: Vec<libc::pollfd>,
}

/// Records that the system fills.
pub(super) struct RawEvents {
    /// One for each watched descriptor at the last wait, with its token.
    records: Vec<(libc::pollfd, Token)>,
    /// Events to be told by one wait.
    capacity: usize,
}

impl RawEvents {
    /// Room for `capacity` records.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            records: Vec::with_capacity(capacity),
            capacity,
        }
    }

    /// What the last wait filled.
    pub(super) fn iter(&self) -> impl Iterator<Item = Event> + '_ {
        let happened = self
            .records
            .iter()
            .filter(|(record, _)| record.revents != 0);
        happened.take(self.capacity).map(|(record, token)| {
            let ended = libc::POLLHUP | libc::POLLERR;
            Event {
                token: *token,
                readable: record.revents & (libc::POLLIN | ended) != 0,
                writable: record.revents & libc::POLLOUT != 0,
            }
        })
    }
}

impl std::fmt::Debug for RawEvents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl Set {
    /// A set of the signal alone.
    pub(super) fn new(signal: &Signal) -> io::Result<Self> {
        let watched = vec![(signal.far.as_raw_fd(), WAKER, Interest::Read)];
        Ok(Self {
            watched,
            polled: Vec::new(),
        })
    }

    /// Adds a descriptor.
    pub(super) fn add(
        &mut self,
        fd: BorrowedFd<'_>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let fd = fd.as_raw_fd();
        if self.watched.iter().any(|(known, ..)| *known == fd) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.watched.push((fd, token, interest));
        Ok(())
    }

    /// Changes the record of a descriptor.
    pub(super) fn change(
        &mut self,
        fd: BorrowedFd<'_>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let fd = fd.as_raw_fd();
        let known = self.watched.iter_mut().find(|(known, ..)| *known == fd);
        *known.ok_or(io::ErrorKind::NotFound)? = (fd, token, interest);
        Ok(())
    }

    /// Removes a descriptor.
    pub(super) fn remove(&mut self, fd: RawFd) -> io::Result<()> {
        let position = self.watched.iter().position(|(known, ..)| *known == fd);
        self.watched
            .remove(position.ok_or(io::ErrorKind::NotFound)?);
        Ok(())
    }

    /// Waits and fills `events`.
    pub(super) fn wait(
        &mut self,
        timeout: Option<Duration>,
        events: &mut RawEvents,
    ) -> io::Result<()> {
        events.records.clear();
        self.polled.clear();
        self.polled.extend(self.watched.iter().map(record));
        let timeout = timeout.map_or(-1, |timeout| {
            let milliseconds = timeout.as_nanos().div_ceil(1_000_000);
            libc::c_int::try_from(milliseconds).unwrap_or(libc::c_int::MAX)
        });
        // SAFETY: the records are writable and as many as announced.
        let result = unsafe {
            libc::poll(
                self.polled.as_mut_ptr(),
                self.polled.len() as libc::nfds_t,
                timeout,
            )
        };
        crate::sys::check(result)?;
        let tokens = self.watched.iter().map(|(_, token, _)| *token);
        events
            .records
            .extend(self.polled.iter().copied().zip(tokens));
        Ok(())
    }
}

/// What the system is told about a descriptor.
fn record((fd, _, interest): &(RawFd, Token, Interest)) -> libc::pollfd {
    libc::pollfd {
        fd: *fd,
        events: match interest {
            Interest::Read => libc::POLLIN,
            Interest::ReadWrite => libc::POLLIN | libc::POLLOUT,
        },
        revents: 0,
    }
}

/// A pair of sockets; a byte between them means raised.
#[derive(Debug)]
pub(super) struct Signal {
    /// Where it is raised.
    near: UnixStream,
    /// Where the poller sees it.
    far: UnixStream,
}

impl Signal {
    /// A lowered signal.
    pub(super) fn new() -> io::Result<Self> {
        let (near, far) = UnixStream::pair()?;
        near.set_nonblocking(true)?;
        far.set_nonblocking(true)?;
        Ok(Self { near, far })
    }

    /// Raises it. The one possible failure, a full buffer, means that it is raised.
    pub(super) fn raise(&self) {
        drop((&self.near).write(&[1]));
    }

    /// Lowers it. The one possible failure is that it was not raised.
    pub(super) fn clear(&self) {
        drop((&self.far).read(&mut [0; 64]));
    }
}
