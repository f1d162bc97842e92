//! The poller on Linux: `epoll` and `eventfd`.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;
use std::time::Duration;

use super::{Event, Interest, Token, WAKER};
use crate::sys::check;

/// An `epoll` instance.
#[derive(Debug)]
pub(super) struct Set {
    /// The descriptor, closed on drop.
    fd: OwnedFd,
    /// Whether the kernel takes timeouts in nanoseconds; false once it refused.
    precise: bool,
}

/// Records that the kernel fills.
pub(super) struct RawEvents {
    /// The first `length` are valid.
    records: Box<[libc::epoll_event]>,
    /// Those that the last wait filled.
    length: usize,
}

impl RawEvents {
    /// Room for `capacity` records.
    pub(super) fn new(capacity: usize) -> Self {
        let empty = libc::epoll_event { events: 0, u64: 0 };
        Self {
            records: vec![empty; capacity].into_boxed_slice(),
            length: 0,
        }
    }

    /// What the last wait filled.
    pub(super) fn iter(&self) -> impl Iterator<Item = Event> + '_ {
        self.records.iter().take(self.length).map(|record| {
            let flags = record.events;
            let ended = (libc::EPOLLHUP | libc::EPOLLERR | libc::EPOLLRDHUP) as u32;
            Event {
                token: Token(record.u64),
                readable: flags & (libc::EPOLLIN as u32 | ended) != 0,
                writable: flags & libc::EPOLLOUT as u32 != 0,
            }
        })
    }
}

impl std::fmt::Debug for RawEvents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// A timeout as `epoll_pwait2` takes it, whatever the C library thinks of time.
#[repr(C)]
struct Timespec {
    /// Whole seconds.
    seconds: i64,
    /// The rest.
    nanoseconds: i64,
}

impl Set {
    /// A set of the signal alone.
    pub(super) fn new(signal: &Signal) -> io::Result<Self> {
        // SAFETY: takes no pointers.
        let fd = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the descriptor was just made and nobody else owns it.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let set = Self { fd, precise: true };
        set.add(signal.as_fd(), WAKER, Interest::Read)?;
        Ok(set)
    }

    /// Adds a descriptor.
    pub(super) fn add(
        &self,
        fd: BorrowedFd<'_>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, record(token, interest))
    }

    /// Changes the record of a descriptor.
    pub(super) fn change(
        &self,
        fd: BorrowedFd<'_>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, record(token, interest))
    }

    /// Removes a descriptor.
    pub(super) fn remove(&self, fd: RawFd) -> io::Result<()> {
        // SAFETY: removal takes no record.
        check(unsafe {
            libc::epoll_ctl(
                self.fd.as_raw_fd(),
                libc::EPOLL_CTL_DEL,
                fd,
                ptr::null_mut(),
            )
        })?;
        Ok(())
    }

    fn control(
        &self,
        operation: libc::c_int,
        fd: BorrowedFd<'_>,
        mut record: libc::epoll_event,
    ) -> io::Result<()> {
        // SAFETY: the record lives through the call, which copies it.
        check(unsafe {
            libc::epoll_ctl(
                self.fd.as_raw_fd(),
                operation,
                fd.as_raw_fd(),
                &raw mut record,
            )
        })?;
        Ok(())
    }

    /// Waits and fills `events`.
    pub(super) fn wait(
        &mut self,
        timeout: Option<Duration>,
        events: &mut RawEvents,
    ) -> io::Result<()> {
        events.length = 0;
        let count = if self.precise {
            match self.wait_precisely(timeout, events) {
                Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => {
                    self.precise = false;
                    self.wait_roughly(timeout, events)?
                }
                result => result?,
            }
        } else {
            self.wait_roughly(timeout, events)?
        };
        events.length = count;
        Ok(())
    }

    fn wait_precisely(
        &self,
        timeout: Option<Duration>,
        events: &mut RawEvents,
    ) -> io::Result<usize> {
        let timeout = timeout.map(|timeout| Timespec {
            seconds: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            nanoseconds: i64::from(timeout.subsec_nanos()),
        });
        let pointer = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
        // SAFETY: the records are writable and as many as announced; the timeout is null or
        // lives through the call; no signal mask is given.
        let count = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.fd.as_raw_fd(),
                events.records.as_mut_ptr(),
                libc::c_int::try_from(events.records.len()).unwrap_or(libc::c_int::MAX),
                pointer,
                ptr::null::<libc::sigset_t>(),
                0_usize,
            )
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }

    fn wait_roughly(&self, timeout: Option<Duration>, events: &mut RawEvents) -> io::Result<usize> {
        let timeout = timeout.map_or(-1, |timeout| {
            let milliseconds = timeout.as_nanos().div_ceil(1_000_000);
            libc::c_int::try_from(milliseconds).unwrap_or(libc::c_int::MAX)
        });
        // SAFETY: the records are writable and as many as announced.
        let count = unsafe {
            libc::epoll_wait(
                self.fd.as_raw_fd(),
                events.records.as_mut_ptr(),
                libc::c_int::try_from(events.records.len()).unwrap_or(libc::c_int::MAX),
                timeout,
            )
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }
}

/// What the kernel is told about a descriptor.
fn record(token: Token, interest: Interest) -> libc::epoll_event {
    let flags = match interest {
        Interest::Read => libc::EPOLLIN | libc::EPOLLRDHUP,
        Interest::ReadWrite => libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLOUT,
    };
    libc::epoll_event {
        events: flags as u32,
        u64: token.0,
    }
}

/// An `eventfd` that is readable while raised.
#[derive(Debug)]
pub(super) struct Signal(OwnedFd);

impl Signal {
    /// A lowered signal.
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: takes no pointers.
        let fd = check(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })?;
        // SAFETY: the descriptor was just made and nobody else owns it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Raises it. The one possible failure, a full counter, means that it is raised.
    pub(super) fn raise(&self) {
        let one = 1_u64;
        // SAFETY: the pointer is to the eight bytes that are announced.
        unsafe { libc::write(self.0.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    /// Lowers it. The one possible failure is that it was not raised.
    pub(super) fn clear(&self) {
        let mut count = 0_u64;
        // SAFETY: the pointer is to the eight writable bytes that are announced.
        unsafe { libc::read(self.0.as_raw_fd(), (&raw mut count).cast(), 8) };
    }
}

impl AsFd for Signal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
