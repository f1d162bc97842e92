//! Waiting for sockets, for a deadline and for other threads.

#[cfg(target_os = "linux")]
mod epoll;

#[cfg(not(target_os = "linux"))]
mod poll;

#[cfg(target_os = "linux")]
use epoll as system;

#[cfg(not(target_os = "linux"))]
use poll as system;

#[cfg(test)]
mod tests;

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The caller's name for a registered socket, given back with its events.
///
/// Any value but `u64::MAX`, which the poller keeps for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// The token under which the system reports the waker.
const WAKER: Token = Token(u64::MAX);

/// What to be told about a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Something can be received or accepted, or the peer has closed.
    Read,
    /// Room for sending, besides.
    ReadWrite,
}

/// Something about a registered socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which socket, as named at registration.
    pub token: Token,
    /// Receiving or accepting will not come back empty; the end of the stream and errors
    /// count, as receiving tells them.
    pub readable: bool,
    /// There is room for sending.
    pub writable: bool,
}

/// What one wait found. Allocated once and used over and over.
#[derive(Debug)]
pub struct Events {
    /// The system's own records.
    raw: system::RawEvents,
    /// What they say about sockets.
    events: Vec<Event>,
    /// Whether a [`Waker`] was used.
    woken: bool,
}

impl Events {
    /// Room for `capacity` (at least one) events; others come with the next wait.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            raw: system::RawEvents::new(capacity.max(1)),
            events: Vec::with_capacity(capacity.max(1)),
            woken: false,
        }
    }

    /// The events of sockets.
    pub fn iter(&self) -> std::slice::Iter<'_, Event> {
        self.events.iter()
    }

    /// Whether another thread used a [`Waker`] since the last wait.
    #[must_use]
    pub fn woken(&self) -> bool {
        self.woken
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = &'a Event;
    type IntoIter = std::slice::Iter<'a, Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Waits for many sockets at once. Level-triggered: what is not taken is told again.
#[derive(Debug)]
pub struct Poller {
    /// The system's set of registered sockets, the waker among them.
    set: system::Set,
    /// Shared with the wakers.
    wake: Arc<Wake>,
}

/// The part that a poller shares with its wakers.
#[derive(Debug)]
struct Wake {
    /// Whether a wake-up is on its way, so that more need no system call.
    pending: AtomicBool,
    /// What makes the poller's wait return.
    signal: system::Signal,
}

impl Poller {
    /// A poller that knows no sockets yet.
    ///
    /// # Errors
    /// Those of the system: no descriptors left.
    pub fn new() -> io::Result<Self> {
        let signal = system::Signal::new()?;
        Ok(Self {
            set: system::Set::new(&signal)?,
            wake: Arc::new(Wake {
                pending: AtomicBool::new(false),
                signal,
            }),
        })
    }

    /// A handle by which other threads end a wait.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.wake))
    }

    /// Begins to watch a socket. It must be removed before it is dropped.
    ///
    /// # Errors
    /// `InvalidInput` for the poller's own token, else those of the system.
    pub fn add(&mut self, source: &impl AsFd, token: Token, interest: Interest) -> io::Result<()> {
        if token == WAKER {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.set.add(source.as_fd(), token, interest)
    }

    /// Changes what to be told about a watched socket.
    ///
    /// # Errors
    /// `InvalidInput` for the poller's own token, else those of the system.
    pub fn change(
        &mut self,
        source: &impl AsFd,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        if token == WAKER {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.set.change(source.as_fd(), token, interest)
    }

    /// Ends watching a socket.
    ///
    /// # Errors
    /// Those of the system: the socket is not watched.
    pub fn remove(&mut self, source: &impl AsFd) -> io::Result<()> {
        self.set.remove(source.as_fd().as_raw_fd())
    }

    /// Waits until something happens, at most for `timeout` (for ever if `None`), and replaces
    /// the contents of `events`.
    ///
    /// Returns early with no events when a signal interrupts it. A timeout is rounded up to
    /// the system's precision: nanoseconds on Linux 5.11 and later, else milliseconds.
    ///
    /// # Errors
    /// Those of the system.
    pub fn wait(&mut self, timeout: Option<Duration>, events: &mut Events) -> io::Result<()> {
        events.events.clear();
        events.woken = false;
        match self.set.wait(timeout, &mut events.raw) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            result => result?,
        }
        for event in events.raw.iter() {
            if event.token == WAKER {
                events.woken = true;
            } else {
                events.events.push(event);
            }
        }
        if events.woken {
            self.wake.signal.clear();
            // Only now may wakers signal again. What they published before a signal that was
            // spared is seen by this thread: the swap acquires what their swap released.
            self.wake.pending.swap(false, Ordering::AcqRel);
        }
        Ok(())
    }
}

/// Ends the wait of a [`Poller`] from any thread.
#[derive(Clone, Debug)]
pub struct Waker(Arc<Wake>);

impl Waker {
    /// Makes the poller's current or next wait return with [`Events::woken`] set.
    ///
    /// What the calling thread did before is visible to the poller's thread then. Many calls
    /// before the poller gets to run cost one system call.
    pub fn wake(&self) {
        if !self.0.pending.swap(true, Ordering::AcqRel) {
            self.0.signal.raise();
        }
    }
}
