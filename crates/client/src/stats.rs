//! How producers and consumers are doing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use miso_wire::Bitrate;
use str0m::stats::{MediaEgressStats, MediaIngressStats};

/// How a producer is doing. Figures of the network are renewed once a second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProducerStats {
    /// Packets sent, retransmissions included.
    pub packets: u64,
    /// Bytes sent, retransmissions included.
    pub bytes: u64,
    /// Packets sent again because the server asked for them.
    pub retransmitted: u64,
    /// Packets that were given to it while the transport was not connected.
    pub discarded: u64,
    /// What was sent in the last second.
    pub bitrate: Bitrate,
    /// Share of packets that did not arrive at the server, from 0 to 1, by its reports.
    pub loss: Option<f32>,
    /// Packets that did not arrive, by its reports.
    pub lost: Option<u64>,
    /// There and back, by its reports.
    pub round_trip: Option<Duration>,
    /// Requests for lost packets.
    pub nacks: u64,
    /// Requests for key frames.
    pub key_frame_requests: u64,
}

/// How a consumer is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerStats {
    /// Packets received, each once.
    pub packets: u64,
    /// Bytes of payload received.
    pub bytes: u64,
    /// Packets that did not arrive, also not when asked for again.
    pub lost: u64,
    /// Packets that arrived while the application did not take them.
    pub discarded: u64,
    /// What was received in the last second.
    pub bitrate: Bitrate,
    /// How unevenly packets arrive, in ticks of the codec's clock (RFC 3550, section 6.4.1).
    pub jitter: Option<u32>,
}

/// A producer's figures, between its handle and its transport's task.
#[derive(Debug, Default)]
pub(crate) struct ProducerMeter(Mutex<ProducerFigures>);

#[derive(Debug, Default)]
struct ProducerFigures {
    stats: ProducerStats,
    /// Packets that the application wrote.
    written: u64,
    /// When figures were taken last.
    measured: Option<Instant>,
}

impl ProducerMeter {
    pub(crate) fn stats(&self) -> ProducerStats {
        lock(&self.0).stats.clone()
    }

    pub(crate) fn written(&self) {
        lock(&self.0).written += 1;
    }

    pub(crate) fn discarded(&self, packets: usize) {
        // Exact: as many packets fit no memory.
        lock(&self.0).stats.discarded += packets as u64;
    }

    pub(crate) fn measure(&self, taken: &MediaEgressStats) {
        let mut figures = lock(&self.0);
        let since = figures.measured.replace(taken.timestamp);
        let bytes = taken.bytes.saturating_sub(figures.stats.bytes);
        let retransmitted = taken.packets.saturating_sub(figures.written);
        let stats = &mut figures.stats;
        stats.bitrate = rate(bytes, since, taken.timestamp).unwrap_or(stats.bitrate);
        stats.packets = taken.packets;
        stats.bytes = taken.bytes;
        stats.retransmitted = stats.retransmitted.max(retransmitted);
        stats.loss = taken.loss;
        stats.lost = taken.remote.as_ref().map(|it| it.packets_lost);
        stats.round_trip = taken.rtt;
        stats.nacks = taken.nacks;
        stats.key_frame_requests = taken.plis + taken.firs;
    }
}

/// A consumer's figures, between its handle and its transport's task.
#[derive(Debug, Default)]
pub(crate) struct ConsumerMeter(Mutex<ConsumerFigures>);

#[derive(Debug, Default)]
struct ConsumerFigures {
    stats: ConsumerStats,
    /// The lowest and highest extended sequence number.
    range: Option<(u64, u64)>,
    /// When figures were taken last, and how many bytes there were.
    measured: Option<(Instant, u64)>,
}

impl ConsumerMeter {
    pub(crate) fn stats(&self) -> ConsumerStats {
        lock(&self.0).stats.clone()
    }

    pub(crate) fn received(&self, seq: u64, bytes: usize) {
        let mut figures = lock(&self.0);
        let (low, high) = figures.range.unwrap_or((seq, seq));
        let (low, high) = (low.min(seq), high.max(seq));
        figures.range = Some((low, high));
        let stats = &mut figures.stats;
        stats.packets += 1;
        stats.bytes += bytes as u64;
        stats.lost = (high - low + 1).saturating_sub(stats.packets);
    }

    pub(crate) fn discarded(&self) {
        lock(&self.0).stats.discarded += 1;
    }

    pub(crate) fn measure(&self, taken: &MediaIngressStats) {
        let mut figures = lock(&self.0);
        let now = (taken.timestamp, figures.stats.bytes);
        let before = figures.measured.replace(now);
        let bytes = before.map_or(0, |(_, bytes)| now.1.saturating_sub(bytes));
        let stats = &mut figures.stats;
        stats.bitrate = rate(bytes, before.map(|(at, _)| at), now.0).unwrap_or(stats.bitrate);
        stats.jitter = Some(taken.jitter);
    }
}

fn rate(bytes: u64, since: Option<Instant>, until: Instant) -> Option<Bitrate> {
    let time = until.checked_duration_since(since?)?.as_secs_f64();
    // Saturating, and far below 2^53.
    (time > 0.0).then(|| Bitrate((bytes as f64 * 8.0 / time) as u64))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Figures stay figures, whoever panicked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
