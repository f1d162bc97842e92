//! What is sent, and how it went.

use std::io;
use std::net::{IpAddr, SocketAddr};

use super::Shape;
use crate::sys;

/// The most datagrams that one segmented message may carry: the kernel's limit since it has
/// segmentation (newer ones take 128).
pub const MAX_SEGMENTS: usize = 64;

/// The most bytes of payload in one datagram or one segmented message: 65,535 less the headers
/// of IPv4 and UDP.
pub const MAX_DATAGRAM_BYTES: usize = 65_507;

/// A run of datagrams for one destination.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Where it goes.
    pub remote: SocketAddr,
    /// The address that it leaves from, for sockets bound to a wildcard address: that which the
    /// peer addressed. `None` leaves the choice to the routing table.
    pub source: Option<IpAddr>,
    /// One datagram, or several side by side if `segment_size` is set. Nothing is sent of an
    /// empty payload.
    pub payload: &'a [u8],
    /// Bytes of each datagram; the last may be shorter. A run of any length is allowed, what
    /// exceeds the kernel's limits is split up. `None` or 0 means one datagram.
    pub segment_size: Option<u16>,
}

impl<'a> Outgoing<'a> {
    /// The number of datagrams that this makes.
    #[must_use]
    pub fn datagrams(&self) -> usize {
        self.payload.len().div_ceil(self.segment())
    }

    /// The bytes of each datagram but the last, at least 1.
    pub(super) fn segment(&self) -> usize {
        match self.segment_size {
            Some(size) if size > 0 => usize::from(size),
            _ => self.payload.len().max(1),
        }
    }

    /// The run in parts that the kernel takes as one message each.
    pub(super) fn parts(&self, gso: bool) -> std::slice::Chunks<'a, u8> {
        let segment = self.segment();
        let segments = if gso {
            (MAX_DATAGRAM_BYTES / segment).clamp(1, MAX_SEGMENTS)
        } else {
            1
        };
        self.payload.chunks(segment * segments)
    }
}

/// What became of the datagrams of one send call. `sent + failed + blocked` is their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendOutcome {
    /// Taken by the kernel.
    pub sent: usize,
    /// Refused for their destination's sake (no route, not permitted, too long, …).
    pub failed: usize,
    /// Not taken because the kernel's send buffer was full.
    pub blocked: usize,
    /// System calls that were made.
    pub system_calls: usize,
    /// Why the last of the failed ones was refused.
    pub last_error: Option<io::ErrorKind>,
}

impl SendOutcome {
    /// Counts datagrams that were refused.
    pub(super) fn fail(&mut self, datagrams: usize, why: io::ErrorKind) {
        self.failed += datagrams;
        self.last_error = Some(why);
    }
}

impl Shape {
    /// The destination as this socket's family spells it; `None` if it cannot be reached.
    pub(super) fn destination(&self, remote: SocketAddr) -> Option<SocketAddr> {
        match (self.bound, remote) {
            (SocketAddr::V4(_), _) => {
                let remote = sys::normalise_any(remote);
                remote.is_ipv4().then_some(remote)
            }
            (SocketAddr::V6(_), SocketAddr::V4(_)) => self.ipv4.then(|| sys::to_ipv6(remote)),
            (SocketAddr::V6(_), SocketAddr::V6(_)) => Some(remote),
        }
    }
}
