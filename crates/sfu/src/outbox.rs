//! Small packets that wait to be sent: STUN answers, DTLS, RTCP, SCTP. Media does not pass here; it is sealed straight
//! into the batch.

use crate::batch::Batch;
use miso_ice::Tuple;
use std::collections::VecDeque;
use std::ops::Range;

/// Bytes that may wait. What comes on top is dropped: its protocol repeats it.
const MAX_BYTES: usize = 4 << 20;

/// A queue of datagrams in one buffer, which keeps its size once grown and starts anew whenever it runs empty.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    entries: VecDeque<(Tuple, Range<usize>)>,
}

impl Outbox {
    /// Queues a datagram. False when the box is full.
    pub(crate) fn push(&mut self, tuple: &Tuple, datagram: &[u8]) -> bool {
        let start = self.bytes.len();
        if start + datagram.len() > MAX_BYTES {
            return false;
        }
        self.bytes.extend_from_slice(datagram);
        self.entries.push_back((*tuple, start..self.bytes.len()));
        true
    }

    /// Moves what fits into the batch. False when some had to stay.
    pub(crate) fn drain_into(&mut self, batch: &mut Batch) -> bool {
        while let Some((tuple, range)) = self.entries.front() {
            let Some(datagram) = self.bytes.get(range.clone()) else {
                break;
            };
            let Some(room) = batch.room(datagram.len()) else {
                return false;
            };
            room.copy_from_slice(datagram);
            batch.commit(tuple, datagram.len());
            self.entries.pop_front();
        }
        self.bytes.clear();
        self.entries.clear();
        true
    }
}

#[cfg(test)]
mod tests;
