//! The order in which packets arrived.

use miso_wire::ExtSeq;

/// Arrivals that are remembered. It must exceed what one receive batch can hold of one stream; more costs 8 bytes each.
const LOG_LEN: usize = 1_024;

/// A place in the arrival log of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ArrivalCursor(u64);

/// The last arrivals of a stream.
#[derive(Debug, Default)]
pub(super) struct ArrivalLog {
    /// Numbers, indexed by arrival modulo [`LOG_LEN`].
    numbers: Vec<ExtSeq>,
    /// Arrivals so far.
    end: u64,
}

impl ArrivalLog {
    pub(super) fn push(&mut self, ext_seq: ExtSeq) {
        if self.numbers.len() < LOG_LEN {
            if self.numbers.is_empty() {
                // All at once: growing later would be on the packet path.
                self.numbers.reserve_exact(LOG_LEN);
            }
            self.numbers.push(ext_seq);
        } else if let Some(number) = self.numbers.get_mut(place_of(self.end)) {
            *number = ext_seq;
        }
        self.end += 1;
    }

    pub(super) fn end(&self) -> ArrivalCursor {
        ArrivalCursor(self.end)
    }

    /// What arrived since `cursor`, each with the cursor behind it.
    pub(super) fn since(
        &self,
        cursor: ArrivalCursor,
    ) -> impl Iterator<Item = (ArrivalCursor, ExtSeq)> + '_ {
        let first = cursor.0.max(self.end.saturating_sub(LOG_LEN as u64));
        (first..self.end).filter_map(|arrival| {
            let number = self.numbers.get(place_of(arrival)).copied()?;
            Some((ArrivalCursor(arrival + 1), number))
        })
    }
}

fn place_of(arrival: u64) -> usize {
    (arrival % LOG_LEN as u64) as usize
}
