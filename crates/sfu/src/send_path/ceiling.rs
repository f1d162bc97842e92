//! Up to where consumers may rise together after they held more than the path carried: layers that do not last are worse
//! than lower ones that do, and what is too much for a path is so whoever has it.

use miso_wire::Bitrate;
use std::time::{Duration, Instant};

/// Wait after the first fall. Longer leaves a good link unused, shorter tries in vain sooner.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// Longest wait. Longer flaps less on a link that is always a little too narrow, and finds later that it no longer is.
const LONGEST_WAIT: Duration = Duration::from_secs(40);
/// A fall within this time after the wait was for the rise that followed: the next wait is twice as long. Longer takes
/// more falls for mistakes.
const FAILED_RISE: Duration = Duration::from_secs(15);
/// Share of what was too much up to which consumers may rise meanwhile, in percent. More uses more of the path and falls
/// sooner.
const MARGIN_PERCENT: u64 = 95;
/// A fall from less than this share of what was too much before, in percent, is another path's. Less takes more falls
/// for repeated.
const SAME_PERCENT: u64 = 90;
/// What is available all the time lately lifts the ceiling when it is more than was too much by this share, in percent:
/// the path is another. More waits in vain longer, less believes estimates that jump.
const LIFTED_PERCENT: u64 = 130;

/// What was too much.
#[derive(Clone, Copy, Debug)]
struct Failed {
    /// How much consumers held.
    total: Bitrate,
    /// Until when they may not again.
    until: Instant,
    /// How long that was.
    wait: Duration,
    /// Whether they rose since, though not as far.
    has_risen: bool,
}

/// The ceiling.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ceiling {
    /// The last fall.
    failed: Option<Failed>,
}

impl Ceiling {
    /// Consumers held so much, and must give some of it up.
    pub(super) fn fell(&mut self, total: Bitrate, now: Instant) {
        let before = self.failed.filter(|failed| {
            now < failed.until + FAILED_RISE && total.0 >= percent(failed.total, SAME_PERCENT).0
        });
        let (total, wait) = match before {
            // One fall in several steps.
            Some(failed) if now < failed.until && !failed.has_risen => (failed.total, failed.wait),
            Some(failed) => (total, (failed.wait * 2).min(LONGEST_WAIT)),
            None => (total, FIRST_WAIT),
        };
        self.failed = Some(Failed {
            total,
            until: now + wait,
            wait,
            has_risen: false,
        });
    }

    /// Consumers have more from now on.
    pub(super) fn rose(&mut self) {
        if let Some(failed) = &mut self.failed {
            failed.has_risen = true;
        }
    }

    /// Up to where consumers may rise. `steady` is what has been available all the time lately.
    pub(super) fn get(&mut self, steady: Bitrate, now: Instant) -> Bitrate {
        let Some(failed) = self.failed.filter(|failed| now < failed.until) else {
            return Bitrate(u64::MAX);
        };
        // An estimate that was wrong so once is not believed again.
        let may_lift = failed.wait == FIRST_WAIT;
        if may_lift && steady.0 >= percent(failed.total, LIFTED_PERCENT).0 {
            self.failed = Some(Failed {
                until: now,
                ..failed
            });
            return Bitrate(u64::MAX);
        }
        percent(failed.total, MARGIN_PERCENT)
    }
}

fn percent(bitrate: Bitrate, percent: u64) -> Bitrate {
    Bitrate((bitrate.0 / 100).saturating_mul(percent))
}

#[cfg(test)]
mod tests;
