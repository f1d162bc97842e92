//! What came of a probe: the rate at which its packets left, and that at which they arrived.

use std::time::Duration;

use miso_wire::Bitrate;

use super::PlannedProbe;
use crate::feedback::ArrivedPacket;

/// Share of the planned packets and bytes that must arrive for a probe to count. Higher loses more probes to loss.
const MIN_SHARE: f64 = 0.8;

/// Arriving faster than sent by more than this factor is no measurement but a queue that was let go at once.
const MAX_COMPRESSION: f64 = 2.0;

/// Arriving at less than this share of the rate sent means that the path was full.
const FULL_SHARE: f64 = 0.9;

/// What is taken of the rate of a path that was full. Lower leaves more of the link unused, higher fills queues.
const TARGET_SHARE: f64 = 0.90;

/// A probe whose packets are further apart is none.
const MAX_SPAN: Duration = Duration::from_secs(1);

/// Probes of which results may still come.
const MAX_OPEN: usize = 4;

/// A measured rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProbeResult {
    /// The rate that the path carries at least.
    pub(crate) rate: Bitrate,
    /// Whether the path was full: then it carries not much more.
    pub(crate) full: bool,
}

impl ProbeResult {
    /// The same for a path that loses such a share whatever is sent: more must be sent for as much to arrive.
    pub(crate) fn sent_for(self, lost: f64) -> Self {
        let rate = if self.full {
            self.rate.0 as f64 / (1.0 - lost)
        } else {
            self.rate.0 as f64
        };
        Self {
            rate: Bitrate(rate as u64),
            ..self
        }
    }
}

/// What has arrived of a probe.
#[derive(Clone, Copy, Debug)]
struct Open {
    plan: PlannedProbe,
    packets: u32,
    bytes: u64,
    /// Whether packets came since it was last looked at.
    news: bool,
    /// Whether it has given a result.
    counted: bool,
    /// Time and size of the first and last packet by sending and by arrival.
    first_sent: (Duration, u32),
    last_sent: (Duration, u32),
    first_at: (Duration, u32),
    last_at: (Duration, u32),
}

impl Open {
    fn add(&mut self, packet: &ArrivedPacket) {
        let size = packet.sent.size;
        let (sent, at) = ((packet.sent.at, size), (packet.at, size));
        if self.packets == 0 {
            (self.first_sent, self.last_sent) = (sent, sent);
            (self.first_at, self.last_at) = (at, at);
        }
        self.news = true;
        self.packets += 1;
        self.bytes += u64::from(size);
        if sent.0 < self.first_sent.0 {
            self.first_sent = sent;
        }
        if sent.0 >= self.last_sent.0 {
            self.last_sent = sent;
        }
        if at.0 < self.first_at.0 {
            self.first_at = at;
        }
        if at.0 >= self.last_at.0 {
            self.last_at = at;
        }
    }

    fn result(&self) -> Option<ProbeResult> {
        let enough = |have: f64, planned: f64| have >= planned * MIN_SHARE;
        if !enough(f64::from(self.packets), f64::from(self.plan.min_packets()))
            || !enough(self.bytes as f64, self.plan.min_bytes() as f64)
        {
            return None;
        }
        let sent = span_rate(
            self.bytes - u64::from(self.last_sent.1),
            self.last_sent.0 - self.first_sent.0,
        )?;
        let arrived = span_rate(
            self.bytes - u64::from(self.first_at.1),
            self.last_at.0 - self.first_at.0,
        )?;
        if arrived > sent * MAX_COMPRESSION {
            return None;
        }
        let full = arrived < sent * FULL_SHARE;
        let rate = if full {
            arrived * TARGET_SHARE
        } else {
            arrived.min(sent)
        };
        Some(ProbeResult {
            rate: Bitrate(rate as u64),
            full,
        })
    }
}

/// Bits per second; none for spans that are no measure.
fn span_rate(bytes: u64, span: Duration) -> Option<f64> {
    (span > Duration::ZERO && span <= MAX_SPAN).then(|| bytes as f64 * 8.0 / span.as_secs_f64())
}

/// Measures the last probes.
#[derive(Debug, Default)]
pub(crate) struct ProbeMeasurements {
    /// The probes, each in the place of its number modulo their count.
    open: [Option<Open>; MAX_OPEN],
    /// Probes that measured a rate.
    pub(crate) measured: u64,
}

impl ProbeMeasurements {
    /// Awaits results of a probe; those of the oldest are no longer awaited.
    pub(crate) fn expect(&mut self, plan: PlannedProbe) {
        if let Some(place) = self.open.get_mut(place(plan.id)) {
            *place = Some(Open {
                plan,
                packets: 0,
                bytes: 0,
                news: false,
                counted: false,
                first_sent: (Duration::ZERO, 0),
                last_sent: (Duration::ZERO, 0),
                first_at: (Duration::ZERO, 0),
                last_at: (Duration::ZERO, 0),
            });
        }
    }

    /// Takes packets in that arrived; the result of the latest probe that they complete.
    pub(crate) fn add(&mut self, arrived: &[ArrivedPacket]) -> Option<ProbeResult> {
        for packet in arrived {
            let Some(id) = packet.sent.probe else {
                continue;
            };
            let open = self.open.get_mut(place(id)).and_then(Option::as_mut);
            if let Some(open) = open.filter(|open| open.plan.id == id) {
                open.add(packet);
            }
        }
        let mut latest = None;
        for open in self.open.iter_mut().flatten() {
            if !std::mem::take(&mut open.news) {
                continue;
            }
            let Some(result) = open.result() else {
                continue;
            };
            self.measured += u64::from(!std::mem::replace(&mut open.counted, true));
            if latest.is_none_or(|(id, _)| open.plan.id > id) {
                latest = Some((open.plan.id, result));
            }
        }
        latest.map(|(_, result)| result)
    }
}

fn place(id: u32) -> usize {
    id as usize % MAX_OPEN
}

#[cfg(test)]
mod tests;
