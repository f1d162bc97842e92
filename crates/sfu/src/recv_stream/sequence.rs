//! Which sequence numbers a source may send (RFC 3550, appendix A.1).

use miso_wire::{ExtSeq, Seq};

/// The longest jump ahead that is believed. Higher survives longer outages without a resync, lower sees a restarted
/// source sooner.
const MAX_DROPOUT: u16 = 3_000;

/// How far behind the newest a packet may be. Higher accepts later packets, lower sees a restarted source sooner.
const MAX_MISORDER: u16 = 1_500;

/// Extended numbers start here, so that packets from before the first one have a number too.
const FIRST_CYCLE: u64 = 1 << 16;

/// What a sequence number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sequenced {
    /// Newer than all before.
    InOrder(ExtSeq),
    /// Older than the newest, or the newest once more.
    Late(ExtSeq),
    /// The source restarted its numbers; extended ones go on in the next cycle.
    Resynced(ExtSeq),
    /// A jump that is not believed until the next packet confirms it.
    Rejected,
}

/// Extends the sequence numbers of one source and counts what it should have sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct SequenceTracker {
    /// What began with the first packet, or with the last resync.
    run: Option<Run>,
    /// The number that would confirm a rejected jump.
    awaited: Option<Seq>,
    /// Packets rejected.
    discarded: u64,
    /// Packets that should have arrived in earlier runs.
    past: u64,
}

/// A run of numbers without restart.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// First number.
    base: ExtSeq,
    /// Highest number.
    max: ExtSeq,
}

impl Run {
    /// Packets from the first to the highest.
    fn len(&self) -> u64 {
        self.max.0 - self.base.0 + 1
    }
}

impl SequenceTracker {
    /// Judges the number of a packet that arrived.
    pub(crate) fn receive(&mut self, seq: Seq) -> Sequenced {
        let Some(run) = &mut self.run else {
            let first = ExtSeq(FIRST_CYCLE | u64::from(seq.0));
            self.run = Some(Run {
                base: first,
                max: first,
            });
            return Sequenced::InOrder(first);
        };
        let ahead = run.max.seq().distance_to(seq);
        let behind = seq.distance_to(run.max.seq());
        if ahead == 0 {
            Sequenced::Late(run.max)
        } else if ahead < MAX_DROPOUT {
            run.max = ExtSeq(run.max.0 + u64::from(ahead));
            Sequenced::InOrder(run.max)
        } else if behind < MAX_MISORDER {
            Sequenced::Late(ExtSeq(run.max.0 - u64::from(behind)))
        } else if self.awaited == Some(seq) {
            self.past += run.len();
            let first = ExtSeq((((run.max.0 >> 16) + 1) << 16) | u64::from(seq.0));
            self.run = Some(Run {
                base: first,
                max: first,
            });
            self.awaited = None;
            Sequenced::Resynced(first)
        } else {
            self.awaited = Some(seq.wrapping_add(1));
            self.discarded += 1;
            Sequenced::Rejected
        }
    }

    /// Packets that should have arrived since the first one.
    pub(crate) fn expected(&self) -> u64 {
        self.past + self.run.map_or(0, |run| run.len())
    }

    /// Highest number, with its wraps since the run began in the upper half, as reports carry it (RFC 3550, section
    /// 6.4.1).
    pub(crate) fn reported_highest(&self) -> u32 {
        self.run.map_or(0, |run| {
            let first_cycle = run.base.0 & !0xffff;
            ((run.max.0 - first_cycle) & 0xffff_ffff) as u32
        })
    }

    /// Highest number; none before the first packet.
    pub(crate) fn highest(&self) -> Option<ExtSeq> {
        self.run.map(|run| run.max)
    }

    /// Packets rejected so far.
    pub(crate) fn discarded(&self) -> u64 {
        self.discarded
    }
}

#[cfg(test)]
mod tests;
