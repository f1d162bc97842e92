//! Timers. Every object knows when it is next due; transports and the worker keep a lower bound of that, so that
//! nothing is sorted and a packet costs one comparison.

use super::Worker;
use crate::keys::{ProducerKey, TransportKey};
use std::time::{Duration, Instant};

/// Timers that are due this soon after another are served with it. Longer makes a busy worker wake up less often and
/// its timers less exact.
const SLACK: Duration = Duration::from_millis(2);

impl Worker {
    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.deadline.is_none_or(|deadline| deadline > now) {
            return;
        }
        self.deadline = None;
        let limit = now + SLACK;
        let mut next: Option<Instant> = None;
        let mut due = std::mem::take(&mut self.due);
        for (key, transport) in &self.objects.transports {
            match transport.deadline {
                Some(at) if at <= limit => due.push(key),
                Some(at) => next = Some(next.map_or(at, |next| next.min(at))),
                None => {}
            }
        }
        self.wake_at(next);
        for key in due.drain(..) {
            self.handle_transport_timeout(key, now, limit);
        }
        self.due = due;
        self.look_at_paths(now, limit);
        self.drive_sctp(now);
        self.handle_observer_timeouts(now);
    }

    fn handle_transport_timeout(&mut self, key: TransportKey, now: Instant, limit: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        transport.deadline = None;
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= limit);
        let rtcp = is_due(transport.rtcp_at);
        if let Some(webrtc) = transport.webrtc_mut() {
            webrtc.ice.handle_timeout(now);
            // Not due, it would cost as much as a small packet.
            if is_due(webrtc.dtls.poll_timeout()) {
                webrtc.dtls.handle_timeout(now);
            }
        }
        if let Some(sctp) = &mut transport.sctp
            && is_due(sctp.association.poll_timeout())
        {
            sctp.association.handle_timeout(now);
        }
        self.drive_ice(key, now);
        self.drive_dtls(key, now);
        self.queue_sctp(key);
        if rtcp {
            self.send_reports(key, now);
            self.schedule_rtcp(key, now);
            // What consumers want changes with what producers send.
            self.share_bitrate(key, now);
        }
        self.send_rate_feedback(key, now);
        self.handle_estimation_timeout(key, now);
        let mut index = 0;
        while let Some(producer) = self
            .objects
            .transports
            .get(key)
            .and_then(|t| t.producers.get(index).copied())
        {
            self.handle_producer_timeout(producer, now);
            index += 1;
        }
        self.rearm(key);
    }

    fn handle_producer_timeout(&mut self, key: ProducerKey, now: Instant) {
        let Some(producer) = self.objects.producers.get_mut(key) else {
            return;
        };
        let mut scores_changed = false;
        let streams = producer.streams.iter();
        let newest = streams.filter_map(|it| it.recv.active_at()).max();
        for stream in &mut producer.streams {
            scores_changed |= stream.recv.handle_timeout(newest, now);
        }
        producer.key_frames.handle_timeout(now);
        self.send_nacks(key, now);
        self.send_key_frame_requests(key, now);
        if scores_changed {
            self.announce_scores(key, now);
        }
    }

    /// Notes when the transport and what hangs on it is next due.
    fn rearm(&mut self, key: TransportKey) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let producers = transport
            .producers
            .iter()
            .filter_map(|key| self.objects.producers.get(*key));
        let streams = producers
            .clone()
            .flat_map(|producer| producer.streams.iter());
        let at = streams
            .filter_map(|stream| stream.recv.poll_timeout())
            .chain(producers.filter_map(|producer| producer.key_frames.poll_timeout()))
            .chain(transport.own_timeout())
            .min();
        transport.deadline = at;
        self.wake_at(at);
    }
}
