//! Ours.

use std::collections::HashMap;
use std::time::Instant;

use miso_bwe::{Controller, ControllerConfig, ProbeId};
use miso_wire::{Bitrate, Seq, TransportFeedback};

use super::{Estimator, INITIAL, MIN, Padding};

pub(super) struct Miso {
    controller: Controller,
    /// The probes that paddings belong to.
    probes: HashMap<u32, ProbeId>,
    /// Number of the next.
    next: u32,
}

impl Miso {
    pub(super) fn new(now: Instant) -> Self {
        let config = ControllerConfig {
            initial: INITIAL,
            min: MIN,
            max: None,
        };
        Self {
            controller: Controller::new(config, now),
            probes: HashMap::new(),
            next: 0,
        }
    }
}

impl Estimator for Miso {
    fn set_desired(&mut self, desired: Bitrate, now: Instant) {
        self.controller.set_desired(desired, now);
    }

    fn packet_sent(&mut self, seq: Seq, size: usize, padding: Option<Padding>, now: Instant) {
        let probe = padding.and_then(|padding| self.probes.remove(&padding.probe));
        self.controller.packet_sent(seq, size, probe, now);
    }

    fn handle_feedback(&mut self, feedback: &TransportFeedback<'_>, now: Instant) {
        self.controller.handle_feedback(feedback, now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.controller.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.controller.handle_timeout(now);
    }

    fn poll_padding(&mut self, now: Instant) -> Option<Padding> {
        let probe = self.controller.poll_probe(now)?;
        self.next = self.next.wrapping_add(1);
        self.probes.insert(self.next, probe.id);
        Some(Padding {
            probe: self.next,
            size: probe.size,
        })
    }

    fn available(&self) -> Bitrate {
        self.controller.available()
    }

    fn describe(&self) -> String {
        let stats = self.controller.stats();
        format!(
            "delay {} loss {:?} acked {:?} {:?} limited {} lost {:.3} probes {}/{} rtt {:?} queue {:?}",
            stats.delay_based.0 / 1_000,
            stats.loss_based.map(|rate| rate.0 / 1_000),
            stats.acknowledged.map(|rate| rate.0 / 1_000),
            stats.usage,
            stats.application_limited,
            stats.loss,
            stats.probes_measured,
            stats.probes_sent,
            stats.rtt,
            stats.queue,
        )
    }
}
