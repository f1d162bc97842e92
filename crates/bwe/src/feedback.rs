//! Transport-wide feedback checked against what was sent, its times made continuous.

use std::time::Duration;

use miso_wire::{FeedbackTime, TransportFeedback};

use crate::history::{MAX_CAPACITY, SentPacket, SentPackets, Told};

/// How far the peer's clock may be from where ours expects it before it counts as set anew. More lets a peer disturb
/// the estimate longer, less takes a path that stood still for a clock that was set.
const MAX_CLOCK_SLIP: Duration = Duration::from_secs(10);

/// The peer's clock begins here for us, so that packets from before the first have a time too.
const CLOCK_START: Duration = Duration::from_secs(3_600);

/// Feedback, or packets in it, that were not believed. Totals since the controller was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefusedFeedback {
    /// Messages on more packets than are remembered, which were passed over.
    pub too_long: u64,
    /// Packets said to have arrived that were never sent, or so long ago that they are forgotten.
    pub unknown_packets: u64,
    /// Times at which the peer's clock was taken to be set anew, because it ran back or ahead too far.
    pub clock_jumps: u64,
    /// Packets with times of arrival that no clock can have shown.
    pub implausible_times: u64,
}

/// A packet that arrived, with the time on the peer's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArrivedPacket {
    /// The packet.
    pub(crate) sent: SentPacket,
    /// When it arrived; the peer's clock since any fixed moment.
    pub(crate) at: Duration,
    /// Bytes of packets sent before it that no message has told of: taken to have arrived, for it is messages that are
    /// missing.
    pub(crate) untold: u32,
}

impl ArrivedPacket {
    /// Its bytes, with those of packets before it that were not told of.
    pub(crate) fn bytes(&self) -> u64 {
        u64::from(self.sent.size) + u64::from(self.untold)
    }
}

/// What one message said that is new.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Packets that arrived, in the order of arrival.
    pub(crate) arrived: Vec<ArrivedPacket>,
    /// Packets that did not.
    pub(crate) lost: Vec<SentPacket>,
    /// How many of those that arrived were said to be lost before.
    pub(crate) recovered: u32,
}

/// Where the peer's clock is.
#[derive(Clone, Copy, Debug)]
struct PeerClock {
    /// A moment on it, without wraps.
    shown: FeedbackTime,
    /// The same on the continuous clock that is made of it.
    continuous: Duration,
    /// Our time when we heard.
    heard: Duration,
}

/// Reads feedback messages.
#[derive(Debug, Default)]
pub(crate) struct FeedbackReader {
    /// The peer's clock before the message that is read.
    clock: Option<PeerClock>,
    /// The newest time on it, in that message or before.
    newest: Option<PeerClock>,
    /// Number of the last message.
    count: Option<u8>,
    /// What the last message said, kept for its memory.
    news: News,
    /// What was not believed.
    pub(crate) refused: RefusedFeedback,
}

impl FeedbackReader {
    /// Takes a message in. What it says of packets goes to `sent`; what is new comes back.
    pub(crate) fn read(
        &mut self,
        feedback: &TransportFeedback<'_>,
        sent: &mut SentPackets,
        now: Duration,
    ) -> &News {
        self.clock = self.newest;
        self.news.arrived.clear();
        self.news.lost.clear();
        self.news.recovered = 0;
        if usize::from(feedback.status_count) > MAX_CAPACITY {
            self.refused.too_long += 1;
            return &self.news;
        }
        let expected = self.count.map(|count| count.wrapping_add(1));
        let follows = expected == Some(feedback.feedback_count);
        self.count = Some(feedback.feedback_count);
        let mut untold = 0;
        if follows {
            sent.skipped_before(feedback.base, &mut self.news.lost);
        } else {
            untold = sent.untold_before(feedback.base);
        }
        for (seq, arrival) in feedback.arrivals() {
            match (sent.report(seq, arrival.is_some()), arrival) {
                (Told::Arrived { packet, missing }, Some(shown)) => {
                    self.news.recovered += u32::from(missing);
                    if let Some(at) = self.continuous(shown, now) {
                        self.news.arrived.push(ArrivedPacket {
                            sent: packet,
                            at,
                            untold: std::mem::take(&mut untold),
                        });
                    }
                }
                (Told::Lost(packet), None) => self.news.lost.push(packet),
                (Told::Unknown, Some(_)) => self.refused.unknown_packets += 1,
                _ => {}
            }
        }
        self.news
            .arrived
            .sort_unstable_by_key(|packet| (packet.at, packet.sent.at));
        &self.news
    }

    /// A time of arrival on a clock that neither wraps nor jumps; none for one that does not fit its message.
    fn continuous(&mut self, shown: FeedbackTime, now: Duration) -> Option<Duration> {
        let first = PeerClock {
            shown,
            continuous: CLOCK_START,
            heard: now,
        };
        let clock = *self.clock.get_or_insert(first);
        let newest = *self.newest.get_or_insert(clock);
        let shown = shown.unwrapped(clock.shown);
        let expected = clock.continuous + now.saturating_sub(clock.heard);
        let at = shifted(clock.continuous, shown.micros_since(clock.shown));
        if at.abs_diff(expected) <= MAX_CLOCK_SLIP {
            if at > newest.continuous {
                self.newest = Some(PeerClock {
                    shown,
                    continuous: at,
                    heard: now,
                });
            }
            return Some(at);
        }
        if clock.heard == now || newest.heard == now {
            // The same message set the clock, or agreed with it, a moment ago.
            self.refused.implausible_times += 1;
            return None;
        }
        self.refused.clock_jumps += 1;
        let anew = PeerClock {
            shown,
            continuous: expected,
            heard: now,
        };
        (self.clock, self.newest) = (Some(anew), Some(anew));
        Some(expected)
    }
}

fn shifted(time: Duration, micros: i64) -> Duration {
    let distance = Duration::from_micros(micros.unsigned_abs());
    if micros < 0 {
        time.saturating_sub(distance)
    } else {
        time.saturating_add(distance)
    }
}

#[cfg(test)]
mod tests;
