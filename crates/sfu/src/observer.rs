//! RTP observers: who is loud, and who speaks. Both read nothing but the level that senders write into their packets
//! (RFC 6464), so they work on encrypted media.
//!
//! They are generic over the key of a producer and know no clock: give `now` to each call, look at `poll_timeout`
//! after each call and call `handle_timeout` then.

mod active_speaker;
mod audio_level;
mod roster;

pub use active_speaker::ActiveSpeakerObserver;
pub use audio_level::{AudioLevelObserver, AudioLevelReport, Volume};

use std::time::{Duration, Instant};

/// Highest value of the level field, that is, silence at -127 dBov (RFC 6464, section 3).
const QUIETEST: u8 = 127;

/// Ticks of an observer, which stop while it is paused.
struct Ticker {
    interval: Duration,
    /// The next tick; `None` while paused.
    due: Option<Instant>,
}

impl Ticker {
    fn new(interval: Duration, now: Instant) -> Self {
        Self {
            interval,
            due: Some(now + interval),
        }
    }

    /// Whether a tick is due. The rhythm is kept when called a little late, and begun anew when late by a whole
    /// interval, so that ticks never come in a burst.
    fn take(&mut self, now: Instant) -> bool {
        let Some(due) = self.due.filter(|due| *due <= now) else {
            return false;
        };
        let next = due + self.interval;
        self.due = Some(if next > now {
            next
        } else {
            now + self.interval
        });
        true
    }

    fn pause(&mut self) {
        self.due = None;
    }

    fn resume(&mut self, now: Instant) {
        if self.due.is_none() {
            self.due = Some(now + self.interval);
        }
    }

    fn is_paused(&self) -> bool {
        self.due.is_none()
    }
}
