//! Settings of broadcasters and of the HTTP API.

use std::time::Duration;

use serde::Serialize;

use super::{Seconds, settings};

settings! {
    /// Broadcasters and the HTTP API.
    BroadcasterSettings {
        /// Silence after which a broadcaster is removed, in seconds; 0: never. Requests and media are signs of life [default: 60]
        #[arg(long, env = "MISO_BROADCASTER_TIMEOUT", value_name = "SECONDS")]
        broadcaster_timeout: Seconds,
        /// How long a request over HTTP keeps a room open in which nobody is, in seconds [default: 30]
        #[arg(long, env = "MISO_ROOM_IDLE_TIMEOUT", value_name = "SECONDS")]
        room_idle_timeout: Seconds,
        /// Whether a room must be open already for a request over HTTP to find it [default: false]
        #[arg(long, env = "MISO_STRICT_ROOMS", num_args = 0..=1, default_missing_value = "true")]
        strict_rooms: bool,
        /// Whether HTTP behaves as the seed's native client needs it: GET deletes broadcasters, success is always 200,
        /// and the old names of the listing of data producers are served [default: false]
        #[arg(long, env = "MISO_LEGACY_SEED_API", num_args = 0..=1, default_missing_value = "true")]
        legacy_seed_api: bool,
        /// Whether clients elsewhere may have plain RTP sent to other addresses than their own; those on this machine
        /// always may [default: false]
        #[arg(long, env = "MISO_PLAIN_TO_ANY", num_args = 0..=1, default_missing_value = "true")]
        plain_to_any: bool,
    }
}

/// Broadcasters and the HTTP API: complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct BroadcasterConfig {
    /// Silence after which one is removed; zero for never.
    pub(crate) broadcaster_timeout: Seconds,
    /// How long requests keep an empty room open.
    pub(crate) room_idle_timeout: Seconds,
    /// Whether requests find open rooms only.
    pub(crate) strict_rooms: bool,
    /// Whether HTTP behaves as the seed's native client needs it.
    pub(crate) legacy_seed_api: bool,
    /// Whether clients elsewhere may have plain RTP sent anywhere.
    pub(crate) plain_to_any: bool,
}

/// How long broadcasters and rooms without people live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BroadcasterTimes {
    /// Silence after which a broadcaster is removed; none for never.
    pub(crate) silence: Option<Duration>,
    /// How long requests keep an empty room open.
    pub(crate) room_idle: Duration,
}

impl BroadcasterConfig {
    /// The times among the settings.
    pub(crate) fn times(&self) -> BroadcasterTimes {
        let silence = self.broadcaster_timeout.duration();
        BroadcasterTimes {
            silence: (!silence.is_zero()).then_some(silence),
            room_idle: self.room_idle_timeout.duration(),
        }
    }
}

impl BroadcasterSettings {
    /// Completed by defaults.
    pub(super) fn complete(self) -> BroadcasterConfig {
        BroadcasterConfig {
            broadcaster_timeout: self.broadcaster_timeout.unwrap_or(Seconds::new(60)),
            room_idle_timeout: self.room_idle_timeout.unwrap_or(Seconds::new(30)),
            strict_rooms: self.strict_rooms.unwrap_or(false),
            legacy_seed_api: self.legacy_seed_api.unwrap_or(false),
            plain_to_any: self.plain_to_any.unwrap_or(false),
        }
    }
}
