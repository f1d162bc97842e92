//! The path to one peer: what it carries, and how that is shared among the consumers on it.

#![deny(clippy::indexing_slicing)]

mod desired;
mod hold;
pub(crate) mod probation;

use crate::consumer::allotment::Offer;
use crate::trace::{BweTrace, BweType};
use crate::transport::{BitrateLimits, Transport};
use desired::DesiredBitrate;
use miso_bwe::{Allotment, Controller, ControllerConfig};
use miso_ice::{Protocol, Tuple};
use miso_wire::{Bitrate, Seq};
use probation::Probation;
use std::time::{Duration, Instant};

pub(crate) use hold::RiseHold;

/// How much less must be available for a new sharing at once, in percent of what was shared last.
const FALL_PERCENT: u64 = 95;
/// Shortest time between sharings of about the same or more. Shorter follows a rise sooner, longer moves layers less.
const SHARING_INTERVAL: Duration = Duration::from_millis(250);
/// How much more than what consumers want is looked for, in percent: layers vary.
const HEADROOM_PERCENT: u64 = 135;
/// Share of that up to which the path is filled up with probes, as mediasoup tells it.
const PADDING_PERCENT: u64 = 85;

/// What the peer tells of its reception; fixed by its first consumer that allows one (fact sheet 3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutgoingFeedback {
    /// When each packet arrived.
    TransportCc,
    /// An estimate of its own.
    Remb,
}

/// Estimation and sharing.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) feedback: OutgoingFeedback,
    pub(crate) controller: Controller,
    pub(crate) probation: Probation,
    pub(crate) desired: DesiredBitrate,
    /// Kept for its memory.
    pub(crate) allotment: Allotment,
    /// Those of one consumer; kept for its memory.
    pub(crate) offers: Vec<Offer>,
    /// What was shared last, and when.
    shared: Option<(Bitrate, Instant)>,
}

impl Outgoing {
    /// Nothing is known yet. `first_probe` is a random number.
    pub(crate) fn new(
        feedback: OutgoingFeedback,
        transport: &Transport,
        first_probe: u16,
        now: Instant,
    ) -> Self {
        let config = ControllerConfig {
            initial: transport.initial_outgoing,
            ..limits_of(&transport.limits)
        };
        Self {
            feedback,
            controller: Controller::new(config, now),
            probation: Probation::new(first_probe),
            desired: DesiredBitrate::default(),
            allotment: Allotment::default(),
            offers: Vec::new(),
            shared: None,
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

    /// A packet was sent under a number; `len` is what UDP or TCP carries.
    #[inline]
    pub(crate) fn packet_sent(&mut self, seq: Seq, len: usize, tuple: &Tuple, now: Instant) {
        self.controller
            .packet_sent(seq, len + overhead_of(tuple), None, now);
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

    /// What there is to tell of the estimate.
    pub(crate) fn trace(&self, transport: &Transport, now: Instant) -> BweTrace {
        let ControllerConfig { min, max, .. } = limits_of(&transport.limits);
        let effective_desired = self.desired.get(now);
        let ceiling = with_headroom(effective_desired).max(transport.initial_outgoing);
        let max = max.map_or(ceiling, |max| max.min(ceiling));
        BweTrace {
            bwe_type: match self.feedback {
                OutgoingFeedback::TransportCc => BweType::TransportCc,
                OutgoingFeedback::Remb => BweType::Remb,
            },
            desired: self.desired.latest(),
            effective_desired,
            min,
            max,
            start: transport.initial_outgoing,
            max_padding: Bitrate(max.0 / 100 * PADDING_PERCENT),
            available: self.controller.available(),
        }
    }

    /// Notes that what is available is shared now.
    pub(crate) fn share_now(&mut self, now: Instant) -> Bitrate {
        let available = self.controller.available();
        self.shared = Some((available, now));
        available
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
