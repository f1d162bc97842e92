//! The send buffer that the core fills and the owner puts on the wire.
//!
//! Packets to one peer lie side by side. As long as they are equally long they form one *message*, which the kernel
//! can cut into datagrams by itself (UDP segmentation offload): a frame costs one system call, not one per packet.

use miso_ice::{Protocol, Tuple};
use std::ops::Range;

/// Datagrams that a message may hold: what Linux takes in one segmented send.
const MAX_SEGMENTS: usize = 64;
/// Bytes that a message may hold: the largest UDP payload over IPv4, kept under by a margin.
const MAX_MESSAGE_BYTES: usize = 65_000;

/// One or more datagrams to one peer.
#[derive(Clone, Debug)]
struct Message {
    tuple: Tuple,
    range: Range<usize>,
    segment_size: usize,
    segments: usize,
    open: bool,
}

/// A message, as the owner reads it.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// From which local address over which protocol to which remote address.
    pub tuple: &'a Tuple,
    /// The datagrams, side by side.
    pub bytes: &'a [u8],
    /// Length of each datagram but the last, which may be shorter. On TCP every segment is a frame of its own.
    pub segment_size: usize,
}

/// The send buffer. Allocates when made and never again.
#[derive(Debug)]
pub struct Batch {
    bytes: Box<[u8]>,
    len: usize,
    messages: Vec<Message>,
}

impl Batch {
    /// A buffer for so many bytes and messages.
    pub fn new(bytes: usize, messages: usize) -> Self {
        Self {
            bytes: vec![0; bytes].into_boxed_slice(),
            len: 0,
            messages: Vec::with_capacity(messages),
        }
    }

    /// Forgets what it holds.
    pub fn clear(&mut self) {
        self.len = 0;
        self.messages.clear();
    }

    /// Whether there is nothing to send.
    pub const fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// What to send, in order.
    pub fn messages(&self) -> impl Iterator<Item = Outgoing<'_>> {
        self.messages.iter().map(|message| Outgoing {
            tuple: &message.tuple,
            bytes: self.bytes.get(message.range.clone()).unwrap_or(&[]),
            segment_size: message.segment_size,
        })
    }

    /// Whether a datagram of `max_len` bytes fits.
    pub(crate) fn has_room(&self, max_len: usize) -> bool {
        self.bytes.len() - self.len >= max_len && self.messages.len() < self.messages.capacity()
    }

    /// Room for one datagram of at most `max_len` bytes, to be followed by [`commit`](Self::commit).
    /// None when the batch is full and must go out first.
    pub(crate) fn room(&mut self, max_len: usize) -> Option<&mut [u8]> {
        if !self.has_room(max_len) {
            return None;
        }
        self.bytes.get_mut(self.len..self.len + max_len)
    }

    /// Takes the first `len` bytes of the room as a datagram to `tuple`.
    pub(crate) fn commit(&mut self, tuple: &Tuple, len: usize) {
        match self.messages.last() {
            Some(last) if last.tuple == *tuple => self.commit_again(len),
            _ => self.begin(*tuple, len),
        }
    }

    /// Takes the first `len` bytes of the room as a datagram to the peer of the one before.
    pub(crate) fn commit_again(&mut self, len: usize) {
        let Some(last) = self.messages.last_mut() else {
            return;
        };
        let fits = last.open
            && len <= last.segment_size
            && last.segments < MAX_SEGMENTS
            && last.range.len() + len <= MAX_MESSAGE_BYTES;
        if !fits {
            let tuple = last.tuple;
            return self.begin(tuple, len);
        }
        self.len += len;
        last.range.end = self.len;
        last.segments += 1;
        last.open = len == last.segment_size;
    }

    fn begin(&mut self, tuple: Tuple, len: usize) {
        let start = self.len;
        self.len += len;
        self.messages.push(Message {
            tuple,
            range: start..self.len,
            segment_size: len,
            segments: 1,
            open: tuple.protocol() == Protocol::Udp,
        });
    }
}

#[cfg(test)]
mod tests;
