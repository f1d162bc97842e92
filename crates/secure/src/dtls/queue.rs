//! A bounded queue of datagrams in one buffer.

use std::collections::VecDeque;

/// Datagrams, first in first out. Once it has grown to what it is used for, it allocates no more.
#[derive(Debug)]
pub(super) struct DatagramQueue {
    /// The datagrams one behind another; those before `read` were taken.
    bytes: Vec<u8>,
    /// The length of each datagram that was not taken.
    lens: VecDeque<usize>,
    /// Where the next one starts.
    read: usize,
    /// The most bytes to hold.
    limit: usize,
    /// How many datagrams were over it.
    refused: u64,
}

impl DatagramQueue {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            lens: VecDeque::new(),
            read: 0,
            limit,
            refused: 0,
        }
    }

    /// How many datagrams did not fit.
    pub(super) const fn refused(&self) -> u64 {
        self.refused
    }

    /// Holds one more, unless that would be over the limit.
    pub(super) fn push(&mut self, datagram: &[u8]) {
        if self.lens.is_empty() {
            self.clear();
        }
        // Counts what was taken too, so the buffer is bounded as well and not only what is in it.
        if self.bytes.len() + datagram.len() > self.limit {
            self.refused += 1;
            return;
        }
        self.bytes.extend_from_slice(datagram);
        self.lens.push_back(datagram.len());
    }

    pub(super) fn pop(&mut self) -> Option<&[u8]> {
        let len = self.lens.pop_front()?;
        let start = self.read;
        self.read += len;
        self.bytes.get(start..self.read)
    }

    /// Holds up to so many bytes from now on.
    pub(super) const fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.lens.clear();
        self.read = 0;
    }
}

#[cfg(test)]
mod tests;
