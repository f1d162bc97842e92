//! Frames at a steady rate.

#[cfg(test)]
mod tests;

use std::thread;
use std::time::{Duration, Instant};

/// Tells when the next frame is due.
///
/// It sleeps between frames as a server would, so that each frame meets caches as cold as in
/// earnest; a frame that is late is not made up for by sending others earlier.
#[derive(Debug)]
pub struct Pace {
    /// From one frame to the next.
    period: Duration,
    /// When the next frame is due.
    next: Instant,
    /// Frames that were due before the one before was finished.
    late: u32,
}

impl Pace {
    /// Begins with a frame that is due at once. The rate must not be 0.
    #[must_use]
    pub fn new(frames_per_second: u32) -> Self {
        Self {
            period: Duration::from_secs(1) / frames_per_second,
            next: Instant::now(),
            late: 0,
        }
    }

    /// Sleeps until the next frame is due.
    pub fn wait(&mut self) {
        let now = Instant::now();
        match self.next.checked_duration_since(now) {
            Some(left) => {
                thread::sleep(left);
                self.next += self.period;
            }
            None => {
                self.late += u32::from(now > self.next + self.period);
                self.next = now + self.period;
            }
        }
    }

    /// Frames that came later than a whole period: the machine cannot keep the rate.
    #[must_use]
    pub fn late(&self) -> u32 {
        self.late
    }
}
