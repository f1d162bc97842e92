//! Which packets of a transport arrived and when, told to their sender
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::PacketLoss;
use miso_wire::{ExtSeq, FeedbackTime, RtcpWriter, Seq, Ssrc, TransportFeedbackHead};

/// Time between feedback. Longer makes the sender react later, shorter costs the return path more.
const INTERVAL: Duration = Duration::from_millis(100);

/// Unreported packets at which feedback does not wait: about what fits one message. More makes several messages at a
/// time, fewer makes more messages.
const ENOUGH: u64 = 400;

/// How long a reported arrival is remembered, for late packets to be told in their place. Longer repeats more.
const WINDOW: Duration = Duration::from_millis(500);

/// Numbers remembered at most. A longer jump starts anew.
const MAX_TRACKED: u64 = 4_096;

/// Numbers start here, so that packets from before the first one have a number too.
const FIRST_CYCLE: u64 = 1 << 16;

/// Collects the arrivals of a transport and writes them up.
#[derive(Debug, Default)]
pub(crate) struct TransportCcFeedback {
    /// When times of arrival begin to count: the first packet.
    epoch: Option<Instant>,
    /// Arrivals of the numbers from `base` on; none for packets that did not arrive. The last one did.
    arrivals: VecDeque<Option<FeedbackTime>>,
    /// Number of the first of `arrivals`.
    base: u64,
    /// Number of the first packet that the next feedback tells of.
    next: u64,
    /// Number of the next message.
    count: u8,
    /// SSRC of the packet that came last.
    media: Option<Ssrc>,
    /// What was lost on the way here.
    loss: PacketLoss,
    /// When feedback is due; none while there is nothing new.
    due: Option<Instant>,
}

impl TransportCcFeedback {
    /// Notes a packet with a transport-wide sequence number.
    pub(crate) fn packet_arrived(&mut self, seq: Seq, ssrc: Ssrc, now: Instant) {
        let epoch = *self.epoch.get_or_insert(now);
        let time = FeedbackTime::from_duration(now.saturating_duration_since(epoch));
        self.media = Some(ssrc);
        let number = self.number_of(seq);
        if !self.place(number, time) {
            return;
        }
        self.next = self.next.min(number);
        self.forget(time);
        let enough = self.end() - self.next >= ENOUGH;
        let due = *self.due.get_or_insert(now + INTERVAL);
        if enough && due > now {
            self.due = Some(now);
        }
    }

    /// Writes one feedback message, if one is due; false when nothing was written. To be repeated, with room in the
    /// writer, until it is false: one message may not hold everything.
    pub(crate) fn write(&mut self, writer: &mut RtcpWriter<'_>, now: Instant) -> bool {
        let (Some(media), true) = (self.media, self.due.is_some_and(|due| due <= now)) else {
            return false;
        };
        let head = TransportFeedbackHead {
            sender: Ssrc(0),
            media,
            base: ExtSeq(self.next).seq(),
            feedback_count: self.count,
        };
        let skip = usize::try_from(self.next - self.base).unwrap_or(usize::MAX);
        let pending = self.arrivals.make_contiguous().get(skip..).unwrap_or(&[]);
        let Ok(told) = writer.transport_feedback(&head, pending) else {
            return false;
        };
        let (reported, rest) = pending.split_at(told.min(pending.len()));
        let lost = reported.iter().filter(|arrival| arrival.is_none()).count();
        let saturated = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        self.loss.add(saturated(lost), saturated(told));
        if told == 0 || rest.iter().all(Option::is_none) {
            self.next = self.end();
            self.due = None;
        } else {
            self.next += told as u64;
        }
        self.count = self.count.wrapping_add(u8::from(told > 0));
        told > 0
    }

    /// When [`write`](Self::write) wants to be called next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// The share of packets that were lost on the way here.
    pub(crate) fn loss(&self) -> f64 {
        self.loss.ratio()
    }

    /// One past the highest number.
    fn end(&self) -> u64 {
        self.base + self.arrivals.len() as u64
    }

    fn number_of(&self, seq: Seq) -> u64 {
        match self.arrivals.is_empty() && self.base == 0 {
            true => FIRST_CYCLE | u64::from(seq.0),
            false => ExtSeq(self.end()).closest(seq).0,
        }
    }

    /// Puts an arrival in its place; false for one that is there already or too old.
    fn place(&mut self, number: u64, time: FeedbackTime) -> bool {
        if self.base == 0 || number.saturating_sub(self.base) >= MAX_TRACKED {
            self.arrivals.clear();
            (self.base, self.next) = (number, number);
        }
        if self.end().saturating_sub(number) > MAX_TRACKED {
            return false;
        }
        while number < self.base {
            self.arrivals.push_front(None);
            self.base -= 1;
        }
        while self.end() <= number {
            self.arrivals.push_back(None);
        }
        let place = usize::try_from(number - self.base).unwrap_or(usize::MAX);
        match self.arrivals.get_mut(place) {
            Some(arrival @ None) => {
                *arrival = Some(time);
                true
            }
            _ => false,
        }
    }

    /// Drops what was reported and is older than the window.
    fn forget(&mut self, now: FeedbackTime) {
        let young = |arrival: FeedbackTime| now.micros_since(arrival) <= WINDOW.as_micros() as i64;
        while self.base < self.next
            && self
                .arrivals
                .front()
                .is_some_and(|arrival| !arrival.is_some_and(young))
        {
            self.arrivals.pop_front();
            self.base += 1;
        }
    }
}

#[cfg(test)]
mod tests;
