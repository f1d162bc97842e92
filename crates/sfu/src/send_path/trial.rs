//! When less is available than consumers hold, and they need not fall at once. A rise that proves too much is taken back
//! first: with it goes what had filled the path, and the others need not fall for a moment's queue. And what lacks
//! little for a moment lacks nothing: bitrates of layers vary as much.

use miso_wire::Bitrate;
use std::time::{Duration, Instant};

/// A fall so long after a rise is for that. Longer takes falls of the path for failed rises, shorter failed rises for
/// falls of the path.
const TRIAL: Duration = Duration::from_secs(4);
/// Time for the path to get over it, before the others fall, too. Longer leaves queues on a path that has become slower,
/// shorter gives up layers that fit.
const GRACE: Duration = Duration::from_millis(1_200);
/// Rises so soon after each other are one.
const TOGETHER: Duration = Duration::from_secs(1);
/// How much more than before the same layers may cost, in percent.
const VARIATION_PERCENT: u64 = 105;

/// What is held may be more than what is available by this much, in percent. More keeps layers through deeper dips and
/// lengthens queues.
const DIP_PERCENT: u64 = 108;
/// For so long. Longer keeps layers through longer dips and lengthens queues.
const DIP: Duration = Duration::from_secs(1);

/// The same, and the time, after a rise, which begins with a key frame that fills the path for a moment. More keeps layers
/// that fit, and those that do not for longer.
const SETTLING_PERCENT: u64 = 120;
const SETTLING: Duration = Duration::from_secs(1);

/// The last rise.
#[derive(Clone, Copy, Debug)]
struct Rise {
    at: Instant,
    /// What consumers held before.
    before: Bitrate,
    /// When it proved too much.
    failed: Option<Instant>,
}

/// Rises, and what came of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trial {
    last: Option<Rise>,
    /// Since when less is available than is held.
    dips_since: Option<Instant>,
}

impl Trial {
    /// Consumers that held `before` have more from now on.
    pub(super) fn rose(&mut self, before: Bitrate, now: Instant) {
        let goes_on = self.last.filter(|last| {
            last.failed.is_none() && now.saturating_duration_since(last.at) < TOGETHER
        });
        self.last = Some(Rise {
            at: now,
            before: goes_on.map_or(before, |last| last.before),
            failed: None,
        });
    }

    /// What they may keep of `held` when only so much is available.
    pub(super) fn spared(&mut self, available: Bitrate, held: Bitrate, now: Instant) -> Bitrate {
        if available >= held {
            self.dips_since = None;
            return available;
        }
        let since = *self.dips_since.get_or_insert(now);
        let lasts = |percentage, since, time| {
            percent(available, percentage) >= held && now.saturating_duration_since(since) < time
        };
        let risen = self.last.filter(|last| last.failed.is_none());
        let is_settling = risen.is_some_and(|last| lasts(SETTLING_PERCENT, last.at, SETTLING));
        if is_settling || lasts(DIP_PERCENT, since, DIP) {
            return held;
        }
        let Some(last) = &mut self.last else {
            return available;
        };
        if last.failed.is_none() && now.saturating_duration_since(last.at) >= TRIAL {
            self.last = None;
            return available;
        }
        let failed = *last.failed.get_or_insert(now);
        if now.saturating_duration_since(failed) >= GRACE {
            self.last = None;
            return available;
        }
        available.max(percent(last.before, VARIATION_PERCENT).min(held))
    }
}

fn percent(bitrate: Bitrate, percent: u64) -> Bitrate {
    Bitrate((bitrate.0 / 100).saturating_mul(percent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::base;

    const BEFORE: Bitrate = Bitrate::kbps(1_000);
    const HELD: Bitrate = Bitrate::kbps(2_000);
    const AVAILABLE: Bitrate = Bitrate::kbps(600);
    const SPARED: Bitrate = Bitrate::kbps(1_050);

    fn at(millis: u64) -> Instant {
        base() + Duration::from_millis(millis)
    }

    #[test]
    fn what_was_held_before_a_failed_rise_is_kept_for_a_moment() {
        let (mut trial, start) = (Trial::default(), base());
        let at = |millis| start + Duration::from_millis(millis);
        trial.rose(BEFORE, at(0));
        assert_eq!(trial.spared(HELD, HELD, at(500)), HELD, "enough");
        assert_eq!(trial.spared(AVAILABLE, HELD, at(1_000)), SPARED);
        assert_eq!(trial.spared(AVAILABLE, SPARED, at(2_100)), SPARED);
        assert_eq!(trial.spared(AVAILABLE, SPARED, at(2_300)), AVAILABLE);
        assert_eq!(trial.spared(AVAILABLE, SPARED, at(2_400)), AVAILABLE);
    }

    #[test]
    fn a_rise_has_a_moment_to_settle() {
        let (mut trial, start) = (Trial::default(), base());
        let at = |millis| start + Duration::from_millis(millis);
        let dip = Bitrate::kbps(1_700);
        trial.rose(BEFORE, at(0));
        assert_eq!(trial.spared(dip, HELD, at(300)), HELD);
        assert_eq!(trial.spared(dip, HELD, at(900)), HELD);
        assert_eq!(trial.spared(dip, HELD, at(1_100)), dip, "it is taken back");
    }

    #[test]
    fn a_fall_long_after_a_rise_or_without_one_is_followed_at_once() {
        let mut trial = Trial::default();
        assert_eq!(trial.spared(AVAILABLE, HELD, at(0)), AVAILABLE);
        trial.rose(BEFORE, at(0));
        assert_eq!(trial.spared(AVAILABLE, HELD, at(60_000)), AVAILABLE);
    }

    #[test]
    fn what_lacks_little_lacks_nothing_for_a_moment() {
        let (mut trial, start) = (Trial::default(), base());
        let at = |millis| start + Duration::from_millis(millis);
        let little = Bitrate::kbps(1_900);
        assert_eq!(trial.spared(little, HELD, at(0)), HELD);
        assert_eq!(trial.spared(little, HELD, at(900)), HELD);
        assert_eq!(trial.spared(little, HELD, at(1_000)), little);
        assert_eq!(trial.spared(HELD, HELD, at(1_100)), HELD);
        assert_eq!(trial.spared(little, HELD, at(1_200)), HELD, "it is over");
        assert_eq!(trial.spared(AVAILABLE, HELD, at(1_300)), AVAILABLE);
    }

    #[test]
    fn rises_one_after_the_other_are_taken_back_together() {
        let (mut trial, start) = (Trial::default(), base());
        trial.rose(BEFORE, start);
        trial.rose(HELD, start + Duration::from_millis(250));
        let later = start + Duration::from_millis(500);
        assert_eq!(trial.spared(AVAILABLE, HELD, later), SPARED);
    }
}
