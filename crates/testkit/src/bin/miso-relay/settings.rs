//! What the links are like, as told in JSON.

use miso_netsim::{Buffer, LinkConfig};
use miso_wire::Bitrate;
use serde::Deserialize;
use std::time::Duration;

/// One direction. What is not said is as on a perfect link.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LinkSettings {
    /// Bottleneck, kilobits per second.
    kbps: Option<u64>,
    /// Propagation delay, milliseconds.
    #[serde(default)]
    delay_ms: u64,
    /// Jitter, milliseconds.
    #[serde(default)]
    jitter_ms: u64,
    /// Probability of loss.
    #[serde(default)]
    loss: f64,
    /// Time that the queue holds, milliseconds; 300 unless said.
    buffer_ms: Option<u64>,
}

/// Room of a queue unless said: as much as home routers have.
const DEFAULT_BUFFER_MS: u64 = 300;

impl LinkSettings {
    pub(crate) fn config(&self) -> LinkConfig {
        let buffer = Duration::from_millis(self.buffer_ms.unwrap_or(DEFAULT_BUFFER_MS));
        let config = LinkConfig::default()
            .delay(Duration::from_millis(self.delay_ms))
            .jitter(Duration::from_millis(self.jitter_ms))
            .random_loss(self.loss.clamp(0.0, 1.0))
            .buffer(Buffer::Time(buffer));
        match self.kbps {
            Some(kbps) => config.rate(Bitrate(kbps.saturating_mul(1_000))),
            None => config,
        }
    }
}

/// Which links become others.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// From the target to the clients.
    pub(crate) down: Option<LinkSettings>,
    /// From the clients to the target.
    pub(crate) up: Option<LinkSettings>,
}
