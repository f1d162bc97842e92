//! What a link is like.

use std::time::Duration;

use miso_wire::Bitrate;

use crate::loss::GilbertElliott;

/// How much waits in front of the bottleneck. What does not fit is dropped at the tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buffer {
    /// Everything.
    Unlimited,
    /// So many bytes, besides the packet that is being transmitted.
    Bytes(usize),
    /// What is transmitted within this time at the rate of the moment.
    Time(Duration),
}

/// A token bucket in front of the queue, as operators put it on subscriber lines: it never delays, only drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policer {
    /// Lasting rate.
    pub rate: Bitrate,
    /// Bytes that may come at once.
    pub burst: usize,
}

/// One direction of a path. The default is a perfect one: no delay, no loss, no limit.
///
/// Probabilities are 0 to 1 per packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkConfig {
    /// Bits per second of the bottleneck; `None` for no bottleneck, zero for one that stands still.
    pub rate: Option<Bitrate>,
    /// Room in front of the bottleneck.
    pub buffer: Buffer,
    /// Drops in front of the queue.
    pub policer: Option<Policer>,
    /// Larger payloads are dropped, as where a path blocks fragments; `None` for no limit.
    pub mtu: Option<usize>,
    /// Bytes that each packet has besides its payload. Default 28: IPv4 and UDP.
    pub overhead: usize,
    /// Propagation delay.
    pub delay: Duration,
    /// Up to this much is added to the delay of each packet, evenly distributed.
    pub jitter: Duration,
    /// Whether jitter lets packets overtake. Otherwise a packet arrives no earlier than the one before it.
    pub jitter_reorders: bool,
    /// Probability that a packet is lost on the wire, each for itself.
    pub random_loss: f64,
    /// Loss in bursts, on top.
    pub burst_loss: Option<GilbertElliott>,
    /// Probability that a packet is held back by `reorder_by`, so that others overtake it.
    pub reorder: f64,
    /// How long such a packet is held back.
    pub reorder_by: Duration,
    /// Probability that a packet arrives twice.
    pub duplicate: f64,
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self {
            rate: None,
            buffer: Buffer::Unlimited,
            policer: None,
            mtu: None,
            overhead: 28,
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            jitter_reorders: false,
            random_loss: 0.0,
            burst_loss: None,
            reorder: 0.0,
            reorder_by: Duration::ZERO,
            duplicate: 0.0,
        }
    }
}

impl LinkConfig {
    /// With this bottleneck.
    pub fn rate(self, rate: Bitrate) -> Self {
        Self {
            rate: Some(rate),
            ..self
        }
    }

    /// With this room in front of the bottleneck.
    pub fn buffer(self, buffer: Buffer) -> Self {
        Self { buffer, ..self }
    }

    /// With this policer.
    pub fn policer(self, rate: Bitrate, burst: usize) -> Self {
        Self {
            policer: Some(Policer { rate, burst }),
            ..self
        }
    }

    /// With this propagation delay.
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// With this jitter, which keeps the order.
    pub fn jitter(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
    }

    /// With this probability of loss for each packet.
    pub fn random_loss(self, probability: f64) -> Self {
        Self {
            random_loss: probability,
            ..self
        }
    }

    /// With this burst loss.
    pub fn burst_loss(self, model: GilbertElliott) -> Self {
        Self {
            burst_loss: Some(model),
            ..self
        }
    }

    /// With this probability that a packet is held back for so long.
    pub fn reorder(self, probability: f64, by: Duration) -> Self {
        Self {
            reorder: probability,
            reorder_by: by,
            ..self
        }
    }

    /// With this probability that a packet arrives twice.
    pub fn duplicate(self, probability: f64) -> Self {
        Self {
            duplicate: probability,
            ..self
        }
    }

    /// With this largest payload.
    pub fn mtu(self, bytes: usize) -> Self {
        Self {
            mtu: Some(bytes),
            ..self
        }
    }
}
