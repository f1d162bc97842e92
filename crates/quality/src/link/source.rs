//! Video as an encoder makes it that follows a target bitrate at once.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use fastrand::Rng;
use miso_wire::Bitrate;

/// Frames each second.
const FRAME_RATE: u32 = 30;
/// Payload of a packet at most.
const MAX_PACKET: usize = 1_200;
/// Payload of a frame at least.
const MIN_FRAME: usize = 100;
/// Frames differ in size by up to this share, in either direction.
const VARIATION: f64 = 0.2;

/// Makes frames.
pub(super) struct Source {
    rng: Rng,
    /// What it has to send at most.
    supply: Bitrate,
    /// Rates that it can send at, lowest first; any when empty. The lowest is sent whatever is allowed.
    levels: Vec<Bitrate>,
    /// Share of the time between frames over which the packets of one are spread; zero for all at once. Browsers send
    /// at two and a half times the rate, which is 0.4.
    spread: f64,
    /// Bytes of each packet on the link besides its payload.
    overhead: usize,
    next_frame: Instant,
    /// The level of the last frame, and when it was another before.
    level: Option<Bitrate>,
    switches: Vec<Instant>,
    /// Packets to be sent, with their time.
    pending: VecDeque<(Instant, usize)>,
}

impl Source {
    pub(super) fn new(
        supply: Bitrate,
        spread: f64,
        overhead: usize,
        seed: u64,
        at: Instant,
    ) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            supply,
            levels: Vec::new(),
            spread,
            overhead,
            next_frame: at,
            level: None,
            switches: Vec::new(),
            pending: VecDeque::new(),
        }
    }

    /// One that sends at these rates only, lowest first, as layers of a simulcast have them.
    pub(super) fn with_levels(self, levels: &[Bitrate]) -> Self {
        Self {
            levels: levels.to_vec(),
            ..self
        }
    }

    /// When it changed from one of these rates to another; none for a source of any rate.
    pub(super) fn switches(&self) -> Option<&[Instant]> {
        (!self.levels.is_empty()).then_some(&self.switches)
    }

    pub(super) fn poll_timeout(&self) -> Instant {
        let pending = self.pending.front().map(|(at, _)| *at);
        pending.map_or(self.next_frame, |at| at.min(self.next_frame))
    }

    /// Payload of a packet to be sent now. `target` is what may be sent.
    pub(super) fn poll(&mut self, target: Bitrate, now: Instant) -> Option<usize> {
        while self.next_frame <= now {
            self.make_frame(target);
        }
        self.pending.front().filter(|(at, _)| *at <= now)?;
        self.pending.pop_front().map(|(_, size)| size)
    }

    /// What it sends when so much is allowed.
    fn rate(&self, target: Bitrate) -> Bitrate {
        let fitting = self.levels.iter().rev().find(|level| **level <= target);
        let level = fitting.or(self.levels.first());
        level.copied().unwrap_or(target.min(self.supply))
    }

    fn make_frame(&mut self, target: Bitrate) {
        let interval = Duration::from_secs(1) / FRAME_RATE;
        let rate = self.rate(target);
        if !self.levels.is_empty() && self.level.replace(rate).is_some_and(|level| level != rate) {
            self.switches.push(self.next_frame);
        }
        let factor = 1.0 + VARIATION * (2.0 * self.rng.f64() - 1.0);
        let budget = rate.0 as f64 / 8.0 / f64::from(FRAME_RATE) * factor;
        // What was allotted counts headers.
        let packets = (budget / (MAX_PACKET + self.overhead) as f64)
            .ceil()
            .max(1.0);
        let payload = (budget - packets * self.overhead as f64).max(MIN_FRAME as f64) as usize;
        let count = payload.div_ceil(MAX_PACKET);
        let gap = interval.mul_f64(self.spread) / u32::try_from(count).unwrap_or(u32::MAX).max(1);
        let mut left = payload;
        let mut at = self.next_frame;
        while left > 0 {
            let size = left.min(MAX_PACKET);
            self.pending.push_back((at, size));
            left -= size;
            at += gap;
        }
        self.next_frame += interval;
    }
}
