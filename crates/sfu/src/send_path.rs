//! The path to one peer: what it carries, and how that is shared among the consumers on it.

#![deny(clippy::indexing_slicing)]

mod ceiling;
mod desired;
pub(crate) mod probation;
mod repeats;
mod steady;
mod trial;

use crate::consumer::allotment::Offer;
use crate::trace::{BweTrace, BweType};
use crate::transport::{BitrateLimits, Transport};
use ceiling::Ceiling;
use desired::DesiredBitrate;
use miso_bwe::{Allotment, Controller, ControllerConfig, SentNote};
use miso_ice::{Protocol, Tuple};
use miso_wire::Bitrate;
use probation::Probation;
use repeats::Repeats;
use std::time::{Duration, Instant};
use steady::Steady;
use trial::Trial;

/// How much less must be available for a new sharing at once, in percent of what was shared last.
const FALL_PERCENT: u64 = 95;
/// Shortest time between sharings of about the same or more. Shorter follows a rise sooner, longer moves layers less.
const SHARING_INTERVAL: Duration = Duration::from_millis(250);
/// Longest time without a trace of the estimate while it is shared (fact sheet 3.12).
const TRACE_INTERVAL: Duration = Duration::from_secs(1);
/// How much more than what consumers want is looked for, in percent: layers vary.
const HEADROOM_PERCENT: u64 = 135;
/// Share of that up to which the path is filled up with probes, as mediasoup tells it.
const PADDING_PERCENT: u64 = 85;

/// What the peer tells of its reception; fixed by its first consumer that allows one (fact sheet 3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathFeedback {
    /// When each packet arrived.
    TransportCc,
    /// An estimate of its own.
    Remb,
}

/// Estimation and sharing.
#[derive(Debug)]
pub(crate) struct SendPath {
    pub(crate) feedback: PathFeedback,
    pub(crate) controller: Controller,
    /// Where the estimate began.
    start: Bitrate,
    pub(crate) probation: Probation,
    pub(crate) desired: DesiredBitrate,
    /// Kept for its memory.
    pub(crate) allotment: Allotment,
    /// Those of one consumer; kept for its memory.
    pub(crate) offers: Vec<Offer>,
    /// What was shared last, and when.
    shared: Option<(Bitrate, Instant)>,
    /// What has been available lately.
    steady: Steady,
    /// What may be sent again.
    repeats: Repeats,
    /// What has lately been too much.
    ceiling: Ceiling,
    /// What consumers held before they rose.
    trial: Trial,
    /// What was told last of the estimate, and when.
    told: Option<(Bitrate, Instant)>,
}

impl SendPath {
    /// Nothing is known yet. `first_probe` is a random number.
    pub(crate) fn new(
        feedback: PathFeedback,
        transport: &Transport,
        first_probe: u16,
        now: Instant,
    ) -> Self {
        let limits = limits_of(&transport.limits);
        let initial = Some(transport.initial_outgoing).filter(|initial| *initial > Bitrate::ZERO);
        let config = ControllerConfig {
            initial: initial.unwrap_or(limits.initial),
            ..limits
        };
        Self {
            feedback,
            controller: Controller::new(config, now),
            start: config.initial,
            probation: Probation::new(first_probe),
            desired: DesiredBitrate::default(),
            allotment: Allotment::default(),
            offers: Vec::new(),
            shared: None,
            steady: Steady::new(now),
            repeats: Repeats::new(now),
            ceiling: Ceiling::default(),
            trial: Trial::default(),
            told: None,
        }
    }

    /// The owner set other limits.
    pub(crate) fn set_limits(&mut self, limits: &BitrateLimits) {
        let ControllerConfig { min, max, .. } = limits_of(limits);
        self.controller.set_limits(min, max);
    }

    /// Tells the estimation what is wanted.
    pub(crate) fn want(&mut self, desired: Bitrate, now: Instant) {
        self.desired.update(desired, now);
        self.controller
            .set_desired(with_headroom(self.desired.get(now)), now);
    }

    /// Packets were sent under numbers, each with so many bytes around what the notes say; they are changed.
    pub(crate) fn packets_sent(&mut self, packets: &mut [SentNote], overhead: usize, now: Instant) {
        for packet in &mut *packets {
            packet.size += overhead as u32;
        }
        self.controller.packets_sent(packets, now);
    }

    /// Whether a packet of so many bytes may be sent again, which counts as done. Always where the peer tells nothing of
    /// what the path carries.
    pub(crate) fn may_repeat(&mut self, bytes: usize, now: Instant) -> bool {
        let available = self.controller.available();
        !self.controller.is_told() || self.repeats.take(bytes, available, now)
    }

    /// Consumers came, went, or want something else: what they wanted before counts no more.
    pub(crate) fn demand_changed(&mut self) {
        self.desired.forget_peak();
        self.shared = None;
    }

    /// Whether what is available differs enough from what was shared for another sharing.
    pub(crate) fn is_sharing_due(&self, now: Instant) -> bool {
        let available = self.controller.available();
        self.shared.is_none_or(|(shared, at)| {
            let has_fallen = available.0 < shared.0 / 100 * FALL_PERCENT;
            let is_over = now.saturating_duration_since(at) >= SHARING_INTERVAL;
            has_fallen || is_over && available != shared
        })
    }

    /// What there is to tell of the estimate, if it is time: every second, and at once when it changed a lot.
    pub(crate) fn poll_trace(&mut self, transport: &Transport, now: Instant) -> Option<BweTrace> {
        let available = self.controller.available();
        let is_due = self.told.is_none_or(|(told, at)| {
            let is_old = now.saturating_duration_since(at) >= TRACE_INTERVAL;
            let has_changed = available.0 < told.0 / 4 * 3 || available.0 > told.0 / 2 * 3;
            is_old || has_changed
        });
        is_due.then(|| {
            self.told = Some((available, now));
            self.trace(transport, now)
        })
    }

    fn trace(&self, transport: &Transport, now: Instant) -> BweTrace {
        let ControllerConfig { min, max, .. } = limits_of(&transport.limits);
        let effective_desired = self.desired.get(now);
        let ceiling = with_headroom(effective_desired).max(self.start);
        let max = max.map_or(ceiling, |max| max.min(ceiling));
        BweTrace {
            bwe_type: match self.feedback {
                PathFeedback::TransportCc => BweType::TransportCc,
                PathFeedback::Remb => BweType::Remb,
            },
            desired: self.desired.latest(),
            effective_desired,
            min,
            max,
            start: self.start,
            max_padding: Bitrate(max.0 / 100 * PADDING_PERCENT),
            available: self.controller.available(),
        }
    }

    /// Shares what is available now among the claims, if consumers hold so much of it: what is held as long as it is
    /// available, and more when that has been available for a while and was not too much lately. When a rise proves too
    /// much it is taken back first. Consumers without a choice have `fixed` of it.
    pub(crate) fn share(&mut self, held: Bitrate, fixed: Bitrate, now: Instant) {
        let available = self.controller.available();
        self.shared = Some((available, now));
        let steady = self.steady.add(available, now);
        let all = Bitrate(held.0.saturating_add(fixed.0));
        let spared = self.trial.spared(available, all, now);
        if spared < all {
            self.ceiling.fell(all, now);
        }
        let without = |bitrate: Bitrate| Bitrate(bitrate.0.saturating_sub(fixed.0));
        let shared = without(spared.min(all).max(steady));
        let most = without(self.ceiling.get(steady, now));
        let left = self.allotment.share(shared, most);
        if shared.0 - left.0 > held.0 {
            self.trial.rose(all, now);
            self.ceiling.rose();
        }
    }
}

/// What consumers want, with some reserve.
pub(crate) fn with_headroom(desired: Bitrate) -> Bitrate {
    Bitrate(desired.0 / 100 * HEADROOM_PERCENT)
}

/// Bytes around a packet that the path carries, too: IP, UDP or TCP with the framing of RFC 4571.
pub(crate) fn overhead_of(tuple: &Tuple) -> usize {
    let ip = if tuple.remote().is_ipv4() { 20 } else { 40 };
    let transport = match tuple.protocol() {
        Protocol::Udp => 8,
        Protocol::Tcp => 22,
    };
    ip + transport
}

fn limits_of(limits: &BitrateLimits) -> ControllerConfig {
    let set = |bitrate: Bitrate| (bitrate > Bitrate::ZERO).then_some(bitrate);
    let defaults = ControllerConfig::default();
    ControllerConfig {
        min: set(limits.min_outgoing).unwrap_or(defaults.min),
        max: set(limits.max_outgoing),
        ..defaults
    }
}
