//! The buffers that a receive call fills, and the walk over them.

use std::fmt;
use std::iter::Zip;
use std::net::SocketAddr;
use std::slice::{ChunksExactMut, ChunksMut, Iter};

use super::system::RecvHeaders;

/// Bytes between the starts of two message buffers.
///
/// A message is at most 65,535 bytes, merged or not. The odd rest keeps the starts of the
/// buffers from falling into the same few cache sets, which a power of two would do.
pub(super) const SLOT_BYTES: usize = 65_536 + 1_344;

/// A received message: one datagram, or several of one remote that the kernel merged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    /// Bytes in its buffer.
    pub(super) length: usize,
    /// Bytes of each datagram but the last, which may be shorter. At least 1.
    pub(super) segment: usize,
    /// Who sent it.
    pub(super) remote: SocketAddr,
    /// The local address that it was sent to.
    pub(super) local: SocketAddr,
}

/// Buffers for one receive call, allocated once and used over and over.
///
/// Memory is touched only as far as messages fill it.
pub struct RecvBatch {
    /// One buffer of [`SLOT_BYTES`] per message.
    storage: Box<[u8]>,
    /// What lies in the first buffers. Its capacity is the number of buffers.
    messages: Vec<Message>,
    /// What the system call needs beside the buffers.
    headers: RecvHeaders,
}

impl RecvBatch {
    /// Messages in a default batch. More saves system calls under load, fewer keeps what was
    /// received in the cache until it is forwarded.
    pub const DEFAULT_MESSAGES: usize = 32;

    /// Room for `messages` (at least one is made) messages of any size, merged ones included.
    #[must_use]
    pub fn new(messages: usize) -> Self {
        let messages = messages.max(1);
        Self {
            storage: vec![0; messages * SLOT_BYTES].into_boxed_slice(),
            messages: Vec::with_capacity(messages),
            headers: RecvHeaders::new(messages),
        }
    }

    /// The number of datagrams, merged ones counted singly.
    #[must_use]
    pub fn len(&self) -> usize {
        let count = |message: &Message| message.length.div_ceil(message.segment);
        self.messages.iter().map(count).sum()
    }

    /// Whether the last call received nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Whether the last call used every buffer, so that more may wait in the kernel.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.messages.len() == self.headers.slots()
    }

    /// The datagrams in order of arrival, merged ones split up, to be changed in place.
    pub fn datagrams_mut(&mut self) -> DatagramsMut<'_> {
        DatagramsMut {
            messages: self
                .storage
                .chunks_exact_mut(SLOT_BYTES)
                .zip(self.messages.iter()),
            current: None,
        }
    }

    /// Forgets what the last call received.
    pub(super) fn clear(&mut self) {
        self.messages.clear();
    }

    /// The parts that the system call fills: buffers, headers and the list of what came.
    pub(super) fn parts(&mut self) -> (&mut [u8], &mut RecvHeaders, &mut Vec<Message>) {
        (&mut self.storage, &mut self.headers, &mut self.messages)
    }
}

impl Default for RecvBatch {
    fn default() -> Self {
        Self::new(Self::DEFAULT_MESSAGES)
    }
}

impl fmt::Debug for RecvBatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecvBatch")
            .field("slots", &self.headers.slots())
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}

/// One received datagram.
#[derive(Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Its bytes, never empty; the buffer is the reader's to decrypt in.
    pub payload: &'a mut [u8],
    /// Who sent it. IPv4-mapped addresses come as IPv4.
    pub remote: SocketAddr,
    /// The local address and port that it was sent to. IPv4-mapped addresses come as IPv4.
    pub local: SocketAddr,
}

/// The walk over a [`RecvBatch`].
#[derive(Debug)]
pub struct DatagramsMut<'a> {
    /// Messages not yet begun.
    messages: Zip<ChunksExactMut<'a, u8>, Iter<'a, Message>>,
    /// The rest of the message that is being split up.
    current: Option<(ChunksMut<'a, u8>, &'a Message)>,
}

impl<'a> Iterator for DatagramsMut<'a> {
    type Item = Datagram<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((segments, message)) = &mut self.current
                && let Some(payload) = segments.next()
            {
                return Some(Datagram {
                    payload,
                    remote: message.remote,
                    local: message.local,
                });
            }
            let (slot, message) = self.messages.next()?;
            let filled = slot.get_mut(..message.length)?;
            self.current = Some((filled.chunks_mut(message.segment), message));
        }
    }
}
