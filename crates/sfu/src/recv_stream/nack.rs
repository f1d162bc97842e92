//! Which packets to ask for again.
//!
//! mediasoup's rules (fact sheet 3.6): a gap is asked for at the first packet at least 10 ms after it was seen, then
//! at most once per round trip on a 40 ms timer, ten times at most.

use std::time::{Duration, Instant};

use miso_wire::{ExtSeq, Seq};

/// Entries further behind the newest packet than this are given up. Higher asks longer for packets that no decoder
/// waits for.
const MAX_PACKET_AGE: u64 = 10_000;

/// Most packets missing at a time. Higher asks for more of a long outage instead of for a key frame.
const MAX_MISSING: usize = 1_000;

/// Requests for one packet. Higher fights longer on a lossy link, lower frees its return path.
const MAX_TRIES: u8 = 10;

/// Key frames remembered: where a shortened list may begin. More only helps streams with very frequent key frames.
const MAX_KEY_FRAMES: usize = 64;

/// How often requests are repeated while something is missing. Longer is lazier, shorter costs wake-ups.
const INTERVAL: Duration = Duration::from_millis(40);

/// How long a gap may close by itself. Longer spares requests on reordering links, shorter repairs sooner.
const SEND_DELAY: Duration = Duration::from_millis(10);

/// Round trip until one was measured.
const DEFAULT_RTT: Duration = Duration::from_millis(100);

/// What a packet was for the list of missing ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NackOutcome {
    /// The newest so far.
    New,
    /// The newest so far, and its gap is too long to ask for: a key frame is needed instead.
    Overflow,
    /// It was missing and had been asked for.
    Repaired,
    /// It was missing and came by itself.
    Reordered,
    /// Neither new nor missing.
    Unneeded,
}

/// A packet that did not arrive.
#[derive(Clone, Copy, Debug)]
struct Missing {
    /// Its number.
    ext_seq: ExtSeq,
    /// When the gap was seen.
    since: Instant,
    /// When it was last asked for.
    asked: Option<Instant>,
    /// How often it was asked for.
    tries: u8,
}

/// The missing packets of one stream.
#[derive(Debug)]
pub(super) struct NackGenerator {
    /// In order of their numbers.
    missing: Vec<Missing>,
    /// How many of them were never asked for.
    unasked: usize,
    /// Numbers of key frames, ascending.
    key_frames: Vec<ExtSeq>,
    /// The newest packet.
    last: Option<ExtSeq>,
    /// Between a request and its answer.
    rtt: Duration,
    /// When requests are repeated; none while nothing is missing.
    timer: Option<Instant>,
    /// The requests of the last call, kept for its memory.
    requests: Vec<Seq>,
}

impl Default for NackGenerator {
    fn default() -> Self {
        Self {
            missing: Vec::with_capacity(64),
            unasked: 0,
            key_frames: Vec::with_capacity(MAX_KEY_FRAMES),
            last: None,
            rtt: DEFAULT_RTT,
            timer: None,
            requests: Vec::with_capacity(64),
        }
    }
}

impl NackGenerator {
    /// Takes note of a packet.
    pub(super) fn receive(
        &mut self,
        ext_seq: ExtSeq,
        key_frame: bool,
        now: Instant,
    ) -> NackOutcome {
        let Some(last) = self.last else {
            self.last = Some(ext_seq);
            self.remember_key_frame(ext_seq, key_frame);
            return NackOutcome::New;
        };
        if ext_seq <= last {
            return self.found(ext_seq);
        }
        self.last = Some(ext_seq);
        self.remember_key_frame(ext_seq, key_frame);
        self.forget_before(ExtSeq(ext_seq.0.saturating_sub(MAX_PACKET_AGE)));
        if self.add_gap(last.0 + 1, ext_seq.0, now) {
            NackOutcome::New
        } else {
            NackOutcome::Overflow
        }
    }

    /// The numbers to ask for now. To be called after each receive batch, and at [`poll_timeout`](Self::poll_timeout).
    pub(super) fn requests(&mut self, now: Instant) -> &[Seq] {
        self.requests.clear();
        let repeat = self.timer.is_some_and(|at| at <= now);
        if repeat || self.unasked > 0 {
            self.collect(repeat, now);
        }
        self.timer = match self.timer {
            _ if self.missing.is_empty() => None,
            Some(at) if !repeat => Some(at),
            _ => Some(now + INTERVAL),
        };
        &self.requests
    }

    /// When [`requests`](Self::requests) wants to be called next.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.timer
    }

    /// Takes a measured round trip.
    pub(super) fn set_rtt(&mut self, rtt: Duration) {
        self.rtt = rtt;
    }

    /// Starts anew with the next packet.
    pub(super) fn reset(&mut self) {
        self.missing.clear();
        self.unasked = 0;
        self.key_frames.clear();
        self.last = None;
        self.timer = None;
    }

    fn found(&mut self, ext_seq: ExtSeq) -> NackOutcome {
        let Ok(place) = self
            .missing
            .binary_search_by_key(&ext_seq, |missing| missing.ext_seq)
        else {
            return NackOutcome::Unneeded;
        };
        if self.missing.remove(place).asked.is_some() {
            NackOutcome::Repaired
        } else {
            self.unasked -= 1;
            NackOutcome::Reordered
        }
    }

    fn remember_key_frame(&mut self, ext_seq: ExtSeq, key_frame: bool) {
        if key_frame {
            if self.key_frames.len() == MAX_KEY_FRAMES {
                self.key_frames.remove(0);
            }
            self.key_frames.push(ext_seq);
        }
    }

    /// Drops what is missing, and the key frames, before `first`.
    fn forget_before(&mut self, first: ExtSeq) {
        let old = self
            .key_frames
            .partition_point(|&key_frame| key_frame < first);
        self.key_frames.drain(..old);
        self.drop_missing_before(first);
    }

    fn drop_missing_before(&mut self, first: ExtSeq) -> bool {
        let old = self
            .missing
            .partition_point(|missing| missing.ext_seq < first);
        let unasked = self
            .missing
            .drain(..old)
            .filter(|missing| missing.asked.is_none())
            .count();
        self.unasked -= unasked;
        old > 0
    }

    /// Notes that everything from `first` up to but without `end` is missing. False when that is too much.
    fn add_gap(&mut self, first: u64, end: u64, now: Instant) -> bool {
        let gap = usize::try_from(end - first).unwrap_or(usize::MAX);
        while self.missing.len().saturating_add(gap) > MAX_MISSING && self.shorten() {}
        if self.missing.len().saturating_add(gap) > MAX_MISSING {
            self.missing.clear();
            self.unasked = 0;
            return false;
        }
        self.missing.extend((first..end).map(|number| Missing {
            ext_seq: ExtSeq(number),
            since: now,
            asked: None,
            tries: 0,
        }));
        self.unasked += gap;
        if gap > 0 && self.timer.is_none() {
            self.timer = Some(now + INTERVAL);
        }
        true
    }

    /// Gives up what is missing before the oldest key frame that has something missing before it.
    fn shorten(&mut self) -> bool {
        while let Some(&key_frame) = self.key_frames.first() {
            if self.drop_missing_before(key_frame) {
                return true;
            }
            self.key_frames.remove(0);
        }
        false
    }

    fn collect(&mut self, repeat: bool, now: Instant) {
        let Self {
            missing,
            unasked,
            requests,
            rtt,
            ..
        } = self;
        missing.retain_mut(|missing| {
            let early = now.saturating_duration_since(missing.since) < SEND_DELAY;
            let due = match missing.asked {
                None => true,
                Some(asked) => repeat && now.saturating_duration_since(asked) >= *rtt,
            };
            if early || !due {
                return true;
            }
            requests.push(missing.ext_seq.seq());
            *unasked -= usize::from(missing.asked.is_none());
            missing.asked = Some(now);
            missing.tries += 1;
            missing.tries < MAX_TRIES
        });
    }
}

#[cfg(test)]
mod tests;
