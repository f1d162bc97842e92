//! The rate that follows from the state of the link: slow growth, quick retreat
//! (draft-ietf-rmcat-gcc-02, section 5.5), with a faster start.

use std::time::Duration;

use miso_wire::Bitrate;

use super::trend::LinkUsage;

/// Growth in a second later, far from where the link was full.
const GROWTH: f64 = 1.08;

/// Growth in a second where the link is known not to be full. Higher is back sooner after a reduction that was too deep.
const KNOWN_GROWTH: f64 = 1.16;

/// Growth in a second near the rate at which the link was full, at least and at most, as shares. Higher uses more of
/// the link and fills its queue more often.
const NEAR_GROWTH: f64 = 0.015;
const MAX_NEAR_GROWTH: f64 = 0.02;

/// Share of that rate from which on growth is slow. Higher uses more of the link, lower leaves queues more time to
/// drain.
const NEAR_FULL: f64 = 0.9;

/// What is left of the incoming rate when queues grow. Lower drains queues sooner and leaves more of the link unused.
const BACKOFF: f64 = 0.85;

/// How far the estimate may be above what arrives: a sender that does not use it proves nothing.
const HEADROOM: f64 = 1.5;
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

/// What a [`RateControl`] begins with.
#[derive(Clone, Copy, Debug)]
pub struct RateControlConfig {
    /// What is allowed before anything is known. Higher starts better on good links and worse on bad ones.
    pub start: Bitrate,
    /// The estimate never falls below.
    pub min: Bitrate,
    /// The estimate never rises above.
    pub max: Bitrate,
    /// Growth in a second until the link was full for the first time; none to grow as later, where probes find the
    /// rate. Higher finds the rate sooner and overshoots more.
    pub start_growth: Option<f64>,
    /// How far the estimate may be above what arrives in that time, as a factor.
    pub start_headroom: f64,
}

/// Controls the estimate.
#[derive(Debug)]
pub struct RateControl {
    /// The estimate in bit/s.
    target: f64,
    /// Its bounds.
    min: f64,
    max: f64,
    /// What it is doing.
    phase: Phase,
    /// Growth and headroom until the link was full for the first time; none afterwards.
    starting: Option<(f64, f64)>,
    /// Whether the sender has too little to send for the estimate to be put to the test.
    application_limited: bool,
    /// Mean and normalised variance of the incoming rate when the link was full, in kbit/s.
    full: Option<(f64, f64)>,
    /// When the estimate was last looked at.
    updated: Option<Duration>,
    /// When it was last reduced.
    reduced: Option<Duration>,
    /// The round trip.
    rtt: Duration,
}

impl RateControl {
    /// A control that has seen nothing.
    pub fn new(config: &RateControlConfig) -> Self {
        Self {
            target: config.start.0.max(config.min.0) as f64,
            min: config.min.0 as f64,
            max: config.max.0.max(config.min.0) as f64,
            phase: Phase::Increase,
            starting: config
                .start_growth
                .map(|growth| (growth, config.start_headroom)),
            application_limited: false,
            full: None,
            updated: None,
            reduced: None,
            rtt: DEFAULT_RTT,
        }
    }

    /// The estimate.
    pub fn target(&self) -> Bitrate {
        Bitrate(self.target as u64)
    }

    /// Sets the bounds; the greater one wins where they contradict each other.
    pub fn set_limits(&mut self, min: Bitrate, max: Bitrate) {
        (self.min, self.max) = (min.0 as f64, max.0.max(min.0) as f64);
        self.target = self.target.clamp(self.min, self.max);
    }

    /// Sets the estimate to what was measured otherwise.
    pub fn set_target(&mut self, target: Bitrate) {
        self.target = (target.0 as f64).clamp(self.min, self.max);
    }

    /// Says whether the sender has too little to send: then nothing grows, for nothing is proved.
    pub fn set_application_limited(&mut self, limited: bool) {
        self.application_limited = limited;
    }

    /// Takes a measured round trip: how long a reduction takes to show.
    pub fn set_rtt(&mut self, rtt: Duration) {
        self.rtt = rtt;
    }

    /// Follows the state of the link. `incoming` is what arrives, none while unknown; `now` counts from any moment.
    pub fn update(&mut self, usage: LinkUsage, incoming: Option<Bitrate>, now: Duration) {
        let elapsed = now
            .saturating_sub(self.updated.replace(now).unwrap_or(now))
            .min(Duration::from_secs(1));
        let incoming = incoming.map(|rate| rate.0 as f64);
        match (usage, self.phase) {
            (LinkUsage::Over, _) => {
                self.phase = Phase::Hold;
                if self.may_reduce(incoming, now) {
                    self.reduce(incoming);
                    self.reduced = Some(now);
                }
            }
            (LinkUsage::Under, _) => self.phase = Phase::Hold,
            (LinkUsage::Normal, Phase::Hold) => self.phase = Phase::Increase,
            (LinkUsage::Normal, Phase::Increase) if self.application_limited => {}
            (LinkUsage::Normal, Phase::Increase) => self.increase(incoming, elapsed.as_secs_f64()),
        }
        self.target = self.target.clamp(self.min, self.max);
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
        self.starting = None;
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
            (Some((growth, _)), _) => self.target * growth.powf(seconds),
            (None, None) => {
                (self.target * GROWTH.powf(seconds)).max(self.target + 1_000.0 * seconds)
            }
            (None, Some((mean, _))) => {
                let near = NEAR_FULL * mean * 1_000.0;
                let slow = self.target + self.near_full_growth() * seconds;
                slow.max((self.target * KNOWN_GROWTH.powf(seconds)).min(near))
            }
        };
        let headroom = self.starting.map_or(HEADROOM, |(_, headroom)| headroom);
        let limit = incoming.map_or(0.0, |incoming| headroom * incoming + HEADROOM_BPS);
        self.target = grown.min(limit.max(self.target));
    }

    /// Bits per second that are added in a second where the link was full before: one packet per response time.
    fn near_full_growth(&self) -> f64 {
        let frame_bits = self.target / 30.0;
        let packet_bits = frame_bits / (frame_bits / PACKET_BITS).ceil().max(1.0);
        let packets = packet_bits / (self.rtt + RESPONSE).as_secs_f64();
        packets.clamp(NEAR_GROWTH * self.target, MAX_NEAR_GROWTH * self.target)
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
