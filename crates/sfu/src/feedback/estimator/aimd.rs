//! The rate that follows from the state of the link: slow growth, quick retreat
//! (draft-ietf-rmcat-gcc-02, section 5.5), with a faster start.

use std::time::Duration;

use miso_wire::Bitrate;

use super::trend::Usage;

/// What is allowed before anything is known. Higher starts better on good links and worse on bad ones.
const START: f64 = 600_000.0;

/// The estimate stays within these.
const MIN: f64 = 30_000.0;
const MAX: f64 = 1_000_000_000.0;

/// Growth in a second until the link was full for the first time. Higher finds the rate sooner and overshoots more.
const START_GROWTH: f64 = 2.5;

/// Growth in a second later, far from where the link was full.
const GROWTH: f64 = 1.08;

/// What is left of the incoming rate when queues grow. Lower drains queues sooner and leaves more of the link unused.
const BACKOFF: f64 = 0.85;

/// How far the estimate may be above what arrives: a sender that does not use it proves nothing.
const HEADROOM: f64 = 1.5;
const START_HEADROOM: f64 = 2.5;
const HEADROOM_BPS: f64 = 10_000.0;

/// Weight of a new sample in the mean of the rates at which the link was full.
const FULL_WEIGHT: f64 = 0.05;

/// Bits of a typical packet; near the full link the rate grows by half of it per response time at least.
const PACKET_BITS: f64 = 8.0 * 1_200.0;

/// Added to a round trip: how long the sender takes to respond.
const RESPONSE: Duration = Duration::from_millis(100);

/// Round trip until one was measured.
const DEFAULT_RTT: Duration = Duration::from_millis(200);

/// What the rate is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Queues drain: wait.
    Hold,
    /// Nothing stands against more.
    Increase,
}

/// Controls the estimate.
#[derive(Debug)]
pub(super) struct RateControl {
    /// The estimate in bit/s.
    target: f64,
    /// What it is doing.
    phase: Phase,
    /// Whether the link was never full.
    starting: bool,
    /// Mean and normalised variance of the incoming rate when the link was full, in kbit/s.
    full: Option<(f64, f64)>,
    /// When the estimate was last looked at.
    updated: Option<Duration>,
    /// When it was last reduced.
    reduced: Option<Duration>,
    /// The round trip.
    rtt: Duration,
}

impl Default for RateControl {
    fn default() -> Self {
        Self {
            target: START,
            phase: Phase::Increase,
            starting: true,
            full: None,
            updated: None,
            reduced: None,
            rtt: DEFAULT_RTT,
        }
    }
}

impl RateControl {
    /// The estimate.
    pub(super) fn target(&self) -> Bitrate {
        Bitrate(self.target as u64)
    }

    pub(super) fn set_rtt(&mut self, rtt: Duration) {
        self.rtt = rtt;
    }

    /// Follows the state of the link. `incoming` is what arrives, none while unknown; `now` counts from any moment.
    pub(super) fn update(&mut self, usage: Usage, incoming: Option<Bitrate>, now: Duration) {
        let elapsed = now
            .saturating_sub(self.updated.replace(now).unwrap_or(now))
            .min(Duration::from_secs(1));
        let incoming = incoming.map(|rate| rate.0 as f64);
        match (usage, self.phase) {
            (Usage::Over, _) => {
                self.phase = Phase::Hold;
                if self.may_reduce(incoming, now) {
                    self.reduce(incoming);
                    self.reduced = Some(now);
                }
            }
            (Usage::Under, _) => self.phase = Phase::Hold,
            (Usage::Normal, Phase::Hold) => self.phase = Phase::Increase,
            (Usage::Normal, Phase::Increase) => self.increase(incoming, elapsed.as_secs_f64()),
        }
        self.target = self.target.clamp(MIN, MAX);
    }

    /// A reduction must have had time to show, unless it was far too small.
    fn may_reduce(&self, incoming: Option<f64>, now: Duration) -> bool {
        let Some(reduced) = self.reduced else {
            return true;
        };
        let patience = self
            .rtt
            .clamp(Duration::from_millis(10), Duration::from_millis(200));
        now.saturating_sub(reduced) >= patience
            || incoming.is_some_and(|incoming| incoming < 0.5 * self.target)
    }

    fn reduce(&mut self, incoming: Option<f64>) {
        self.starting = false;
        let Some(incoming) = incoming else {
            self.target /= 2.0;
            return;
        };
        let mut reduced = BACKOFF * incoming;
        if reduced > self.target
            && let Some((mean, _)) = self.full
        {
            reduced = BACKOFF * mean * 1_000.0;
        }
        self.target = self.target.min(reduced);
        self.note_full(incoming);
    }

    fn increase(&mut self, incoming: Option<f64>, seconds: f64) {
        let above = |(mean, variance): &(f64, f64), sigmas: f64| {
            (mean + sigmas * (variance * mean).sqrt()) * 1_000.0
        };
        if let (Some(full), Some(incoming)) = (&self.full, incoming)
            && incoming > above(full, 3.0)
        {
            // The link has become faster than it was when it was full.
            self.full = None;
        }
        let grown = match (self.starting, &self.full) {
            (true, _) => self.target * START_GROWTH.powf(seconds),
            (false, None) => {
                (self.target * GROWTH.powf(seconds)).max(self.target + 1_000.0 * seconds)
            }
            (false, Some(_)) => self.target + self.near_full_growth() * seconds,
        };
        let headroom = if self.starting {
            START_HEADROOM
        } else {
            HEADROOM
        };
        let limit = incoming.map_or(START, |incoming| headroom * incoming + HEADROOM_BPS);
        self.target = grown.min(limit.max(self.target));
    }

    /// Bits per second that are added in a second where the link was full before: one packet per response time.
    fn near_full_growth(&self) -> f64 {
        let frame_bits = self.target / 30.0;
        let packet_bits = frame_bits / (frame_bits / PACKET_BITS).ceil().max(1.0);
        (packet_bits / (self.rtt + RESPONSE).as_secs_f64()).max(4_000.0)
    }

    fn note_full(&mut self, incoming: f64) {
        let sample = incoming / 1_000.0;
        let (mean, variance) = match self.full {
            Some((mean, variance)) if sample >= mean - 3.0 * (variance * mean).sqrt() => {
                ((1.0 - FULL_WEIGHT) * mean + FULL_WEIGHT * sample, variance)
            }
            _ => (sample, 0.4),
        };
        let error = mean - sample;
        let variance = (1.0 - FULL_WEIGHT) * variance + FULL_WEIGHT * error * error / mean.max(1.0);
        self.full = Some((mean, variance.clamp(0.4, 2.5)));
    }
}
