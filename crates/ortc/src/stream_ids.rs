//! Which SCTP streams of a transport are taken by data consumers.

use crate::{OrtcError, SctpStreamId};

/// The outgoing SCTP streams of a transport. Ids rotate, so that one just released is not given out at once, while
/// the other side may still be closing it.
#[derive(Clone, Debug, Default)]
pub struct SctpStreamIds {
    /// A bit for each id, set while it is taken. Grows with the highest id given out.
    taken: Vec<u64>,
    /// Where the next search starts.
    cursor: u16,
}

impl SctpStreamIds {
    /// A free stream id below `max_streams`, the negotiated number of outgoing streams, when that is known yet.
    ///
    /// # Errors
    /// `no sctpStreamId available`.
    pub fn allocate(&mut self, max_streams: Option<u16>) -> Result<SctpStreamId, OrtcError> {
        // 65535 ids at most: the highest number is reserved.
        let count = max_streams.unwrap_or(u16::MAX);
        let start = if self.cursor < count { self.cursor } else { 0 };
        let id = (start..count)
            .chain(0..start)
            .find(|id| !self.is_taken(*id))
            .ok_or(OrtcError::NoSctpStreamId)?;
        self.mark(id);
        self.cursor = id + 1;
        Ok(SctpStreamId(id))
    }

    /// Makes an id free again.
    pub fn release(&mut self, id: SctpStreamId) {
        if let Some(word) = self.taken.get_mut(usize::from(id.0 / 64)) {
            *word &= !(1 << (id.0 % 64));
        }
    }

    fn is_taken(&self, id: u16) -> bool {
        let word = self.taken.get(usize::from(id / 64)).copied().unwrap_or(0);
        word & (1 << (id % 64)) != 0
    }

    fn mark(&mut self, id: u16) {
        let index = usize::from(id / 64);
        if index >= self.taken.len() {
            self.taken.resize(index + 1, 0);
        }
        if let Some(word) = self.taken.get_mut(index) {
            *word |= 1 << (id % 64);
        }
    }
}

#[cfg(test)]
mod tests;
