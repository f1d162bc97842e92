//! Sending a probe: padding in small portions beside the media that is sent anyway.

use std::collections::VecDeque;
use std::time::Duration;

use miso_wire::Bitrate;

use super::PlannedProbe;

/// What is sent of a probe at a time. Longer makes fewer and larger packets.
const PORTION: Duration = Duration::from_millis(2);

/// Sizes of a padding packet, overhead included. Smaller ones would be mostly header, larger ones do not fit paths.
const MIN_PACKET: u64 = 200;
const MAX_PACKET: u64 = 1_200;

/// A probe that takes longer by this factor than planned is given up: the owner does not send it.
const PATIENCE: u32 = 10;

/// A probe that waits for longer has lost its reason.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Probes that may wait. The schedule never asks for more than two at a time.
const MAX_WAITING: usize = 4;

/// A probe that is being sent.
#[derive(Clone, Copy, Debug)]
struct Cluster {
    /// What was planned.
    plan: PlannedProbe,
    /// When it began.
    since: Duration,
    /// Bytes so far, media among them.
    bytes: u64,
    /// Packets so far, media among them.
    packets: u32,
}

impl Cluster {
    /// When its next packet is due, so that it keeps its rate.
    fn due(&self) -> Duration {
        self.since + duration_of(self.bytes, self.plan.rate)
    }

    /// Whether enough was sent, and over a time that can be measured: a picture that leaves in one go is enough at once.
    fn is_complete(&self, now: Duration) -> bool {
        let length = duration_of(self.plan.min_bytes(), self.plan.rate);
        self.bytes >= self.plan.min_bytes()
            && self.packets >= self.plan.min_packets()
            && now + 2 * PORTION >= self.since + length
    }

    /// When it is given up.
    fn deadline(&self) -> Duration {
        let bytes = self
            .plan
            .min_bytes()
            .max(MIN_PACKET * u64::from(self.plan.min_packets()));
        self.since + duration_of(bytes, self.plan.rate) * PATIENCE
    }
}

/// Sends one probe after the other.
#[derive(Debug)]
pub(crate) struct Prober {
    /// What is being sent.
    current: Option<Cluster>,
    /// What waits, and since when.
    waiting: VecDeque<(PlannedProbe, Duration)>,
    /// Probes that were begun.
    pub(crate) begun: u64,
}

impl Prober {
    pub(crate) fn new() -> Self {
        Self {
            current: None,
            waiting: VecDeque::with_capacity(MAX_WAITING),
            begun: 0,
        }
    }

    /// Takes a probe to be sent after those before it.
    pub(crate) fn push(&mut self, probe: PlannedProbe, now: Duration) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back((probe, now));
        }
    }

    /// Drops all that is not complete.
    pub(crate) fn clear(&mut self) {
        self.current = None;
        self.waiting.clear();
    }

    /// The probe that a packet sent now belongs to. Media counts: it puts the path to the same test as padding.
    pub(crate) fn packet_sent(&mut self, size: u32, now: Duration) -> Option<u32> {
        let cluster = self.current.as_mut()?;
        cluster.bytes += u64::from(size);
        cluster.packets += 1;
        let id = cluster.plan.id;
        if cluster.is_complete(now) {
            self.current = None;
        }
        Some(id)
    }

    /// When a packet is due; none when there is nothing to send.
    pub(crate) fn due(&self) -> Option<Duration> {
        match &self.current {
            Some(cluster) => Some(cluster.due()),
            None => self.waiting.front().map(|(_, since)| *since),
        }
    }

    /// Number and size of a packet to be sent now.
    pub(crate) fn poll(&mut self, now: Duration) -> Option<(u32, usize)> {
        self.give_up(now);
        if self.current.is_none() {
            let (plan, _) = self.waiting.pop_front()?;
            self.begun += 1;
            self.current = Some(Cluster {
                plan,
                since: now,
                bytes: 0,
                packets: 0,
            });
        }
        let cluster = self
            .current
            .as_ref()
            .filter(|cluster| cluster.due() <= now)?;
        let portion = u128::from(cluster.plan.rate.0) * PORTION.as_micros() / 8_000_000;
        let size = u64::try_from(portion)
            .unwrap_or(u64::MAX)
            .clamp(MIN_PACKET, MAX_PACKET);
        Some((cluster.plan.id, usize::try_from(size).unwrap_or(0)))
    }

    /// Drops what the owner has not sent in time.
    pub(crate) fn give_up(&mut self, now: Duration) {
        if self.current.is_some_and(|cluster| now > cluster.deadline()) {
            self.current = None;
        }
        while self
            .waiting
            .front()
            .is_some_and(|(_, since)| now.saturating_sub(*since) > MAX_WAIT)
        {
            self.waiting.pop_front();
        }
    }
}

/// How long so many bytes take at a rate.
fn duration_of(bytes: u64, rate: Bitrate) -> Duration {
    let nanos = u128::from(bytes) * 8_000_000_000 / u128::from(rate.0.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
