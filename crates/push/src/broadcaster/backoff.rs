//! How long to wait before trying again. Pure.

use std::time::Duration;

/// The first pause. Less hammers a server that starts; more delays what could go on.
const FIRST: Duration = Duration::from_millis(300);
/// The longest pause. Less costs a dead server work; more lets a picture stay away after the server is back.
const LONGEST: Duration = Duration::from_secs(5);

/// Pauses that grow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff(Duration);

impl Backoff {
    pub(super) const fn new() -> Self {
        Self(FIRST)
    }

    /// The next pause. `jitter` between 0 and 1 keeps broadcasters from coming all at once.
    pub(super) fn next(&mut self, jitter: f32) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(LONGEST);
        pause - pause.mul_f32(0.5 * jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Backoff, LONGEST};

    #[test]
    fn pauses_double_up_to_a_limit() {
        let mut backoff = Backoff::new();
        let pauses: Vec<_> = (0..7).map(|_| backoff.next(0.0)).collect();
        assert_eq!(pauses[1], pauses[0] * 2);
        assert_eq!(pauses[6], LONGEST);
    }

    #[test]
    fn jitter_shortens_a_pause_by_half_at_most() {
        let pause = Backoff::new().next(1.0);
        assert_eq!(pause, Duration::from_millis(150));
    }
}
