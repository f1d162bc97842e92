//! One flow of ours: source, estimator, receiver.

use std::time::{Duration, Instant};

use miso_wire::{RtcpPacket, RtcpPackets, Seq};

use super::receiver::Receiver;
use super::source::Source;
use crate::subject::{Estimator, Padding};

/// What arrived or was sent in a step of time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    /// Bytes of media that arrived, with overhead.
    pub(super) arrived: u64,
    /// Bytes of media that were sent.
    pub(super) media: u64,
    /// Bytes of padding that were sent.
    pub(super) padding: u64,
    /// Packets of media that were sent, and that arrived.
    pub(super) packets: u64,
    pub(super) packets_arrived: u64,
}

/// Length of a step.
pub(super) const STEP: Duration = Duration::from_millis(100);

/// A flow.
pub(super) struct Flow {
    pub(super) estimator: Box<dyn Estimator>,
    pub(super) source: Source,
    pub(super) receiver: Receiver,
    start: Instant,
    overhead: usize,
    next_seq: Seq,
    /// What happened in each step.
    pub(super) steps: Vec<Step>,
}

impl Flow {
    pub(super) fn new(
        estimator: Box<dyn Estimator>,
        source: Source,
        receiver: Receiver,
        overhead: usize,
        start: Instant,
    ) -> Self {
        Self {
            estimator,
            source,
            receiver,
            start,
            overhead,
            // Numbers wrap early in each run.
            next_seq: Seq(65_000),
            steps: Vec::new(),
        }
    }

    pub(super) fn poll_timeout(&self) -> Instant {
        let source = self.source.poll_timeout();
        let others = [self.estimator.poll_timeout(), self.receiver.poll_timeout()];
        others.into_iter().flatten().fold(source, Instant::min)
    }

    /// Number, payload and purpose of a packet to be sent now.
    pub(super) fn poll(&mut self, now: Instant) -> Option<(Seq, usize, bool)> {
        if let Some(padding) = self.estimator.poll_padding(now) {
            let payload = padding.size.saturating_sub(self.overhead);
            return Some(self.sent(payload, Some(padding), now));
        }
        let payload = self.source.poll(self.estimator.available(), now)?;
        Some(self.sent(payload, None, now))
    }

    fn sent(
        &mut self,
        payload: usize,
        padding: Option<Padding>,
        now: Instant,
    ) -> (Seq, usize, bool) {
        let seq = self.next_seq;
        self.next_seq = seq.wrapping_add(1);
        let size = payload + self.overhead;
        self.estimator.packet_sent(seq, size, padding, now);
        let media = padding.is_none();
        let step = self.step(now);
        if media {
            step.media += size as u64;
            step.packets += 1;
        } else {
            step.padding += size as u64;
        }
        (seq, payload, media)
    }

    pub(super) fn arrived(&mut self, seq: Seq, payload: usize, media: bool, now: Instant) {
        let size = (payload + self.overhead) as u64;
        self.receiver.packet_arrived(seq, now);
        if media {
            let step = self.step(now);
            step.arrived += size;
            step.packets_arrived += 1;
        }
    }

    pub(super) fn feedback(&mut self, message: &[u8], now: Instant) {
        for packet in RtcpPackets::new(message).flatten() {
            if let RtcpPacket::TransportFeedback(feedback) = packet {
                self.estimator.handle_feedback(&feedback, now);
            }
        }
    }

    fn step(&mut self, now: Instant) -> &mut Step {
        let elapsed = now.saturating_duration_since(self.start);
        let index = usize::try_from(elapsed.as_millis() / STEP.as_millis()).unwrap_or(0);
        if self.steps.len() <= index {
            self.steps.resize(index + 1, Step::default());
        }
        &mut self.steps[index]
    }
}
