//! What the path to a peer carries: feedback in, probes out.

use super::Worker;
use super::seal::MAX_OVERHEAD;
use crate::consumer::Consumer;
use crate::keys::{ConsumerKey, TransportKey};
use crate::send_path::{PathFeedback, SendPath, overhead_of, probation};
use crate::trace::TransportTraceInfo;
use crate::transport::Sealing;
use miso_bwe::{LOOK_INTERVAL, Probe};
use miso_ortc::{HeaderExtensionUri, MediaKind};
use miso_secure::RtpToSeal;
use miso_wire::{Bitrate, Ssrc, TransportFeedback};
use rand::Rng;
use std::time::{Duration, Instant};

/// Probes that are sent in one go. More makes a burst of them, fewer wakes the worker more often.
const PROBES_AT_ONCE: usize = 5;

impl Worker {
    /// A consumer was made: if it is the first whose peer tells of its reception, the path is estimated from now on.
    pub(super) fn begin_estimation(&mut self, key: ConsumerKey, now: Instant) {
        let Some(consumer) = self.objects.consumers.get(key) else {
            return;
        };
        let Some(transport) = self.objects.transports.get_mut(consumer.transport) else {
            return;
        };
        let Some(feedback) = feedback_of(consumer) else {
            return;
        };
        if transport.send_path.is_none() && !transport.is_direct() {
            let first = self.rng.random();
            transport.send_path = Some(Box::new(SendPath::new(feedback, transport, first, now)));
        }
    }

    /// Takes in when packets of ours arrived.
    pub(super) fn receive_transport_feedback(
        &mut self,
        key: TransportKey,
        feedback: &TransportFeedback<'_>,
        now: Instant,
    ) {
        if let Some(send_path) = self.send_path_mut(key)
            && send_path.feedback == PathFeedback::TransportCc
        {
            send_path.controller.handle_feedback(feedback, now);
            self.estimate_changed(key, now);
        }
    }

    /// Takes in what the peer estimates.
    pub(super) fn receive_remb(&mut self, key: TransportKey, bitrate: Bitrate, now: Instant) {
        if let Some(send_path) = self.send_path_mut(key)
            && send_path.feedback == PathFeedback::Remb
        {
            send_path.controller.handle_remb(bitrate, now);
            self.estimate_changed(key, now);
        }
    }

    /// Takes in what a report block says of a consumer's media; what is said of probes and retransmissions tells
    /// nothing of what viewers see.
    pub(super) fn receive_report_of_path(
        &mut self,
        key: TransportKey,
        (fraction_lost, rtt): (u8, Option<Duration>),
        now: Instant,
    ) {
        if let Some(send_path) = self.send_path_mut(key) {
            send_path
                .controller
                .handle_receiver_report(fraction_lost, rtt, now);
            self.estimate_changed(key, now);
        }
    }

    /// Does what is due of the estimation.
    pub(super) fn handle_estimation_timeout(&mut self, key: TransportKey, now: Instant) {
        let Some(send_path) = self.send_path_mut(key) else {
            return;
        };
        send_path.controller.handle_timeout(now);
        self.estimate_changed(key, now);
    }

    /// Acts on what is known now: shares it among consumers, and sends the probes that are due.
    pub(super) fn estimate_changed(&mut self, key: TransportKey, now: Instant) {
        let Some(send_path) = self.send_path_mut(key) else {
            return;
        };
        if send_path.is_sharing_due(now) {
            self.share_bitrate(key, now);
        }
        self.send_probes(key, now);
        self.wake_for_probes(key);
    }

    /// Sees to it that probes leave in time: an input may have begun some.
    pub(super) fn wake_for_probes(&mut self, key: TransportKey) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let at = transport.probe_timeout();
        transport.wake_at(at);
        self.wake_at(at);
    }

    /// Something was sent: sees to it that the paths are looked at, all together.
    #[inline]
    pub(super) fn see_to_looks(&mut self, now: Instant) {
        if self.look_at.is_none() {
            let at = now + LOOK_INTERVAL;
            self.look_at = Some(at);
            self.wake_at(Some(at));
        }
    }

    /// Looks at all paths on which something is going on, if it is time. Those that are not need no timer.
    pub(super) fn look_at_paths(&mut self, now: Instant, limit: Instant) {
        let Some(at) = self.look_at else {
            return;
        };
        if at <= limit {
            self.look_at = None;
            let mut busy = std::mem::take(&mut self.due);
            for (key, transport) in &self.objects.transports {
                let path = transport.send_path.as_ref();
                if path.is_some_and(|path| path.controller.is_busy()) && transport.connected {
                    busy.push(key);
                }
            }
            if !busy.is_empty() {
                self.see_to_looks(now);
            }
            for key in busy.drain(..) {
                self.handle_estimation_timeout(key, now);
            }
            self.due = busy;
        }
        self.wake_at(self.look_at);
    }

    fn send_path_mut(&mut self, key: TransportKey) -> Option<&mut SendPath> {
        self.objects
            .transports
            .get_mut(key)
            .filter(|transport| transport.connected)?
            .send_path
            .as_deref_mut()
    }

    fn send_probes(&mut self, key: TransportKey, now: Instant) {
        for _ in 0..PROBES_AT_ONCE {
            let Some(probe) = self
                .send_path_mut(key)
                .and_then(|send_path| send_path.controller.poll_probe(now))
            else {
                return;
            };
            if self.send_probe(key, probe, now).is_none() {
                return;
            }
        }
    }

    fn send_probe(&mut self, key: TransportKey, probe: Probe, now: Instant) -> Option<()> {
        let send_time = self.send_time(now);
        let transport = self.objects.transports.get_mut(key)?;
        let tuple = transport.selected_tuple()?;
        let overhead = overhead_of(&tuple);
        let is_numbered = transport.send_path.as_ref()?.feedback == PathFeedback::TransportCc;
        let seq = is_numbered.then(|| transport.take_transport_seq());
        let mut send_path = transport.send_path.take()?;
        let wanted = probe.size.saturating_sub(overhead + MAX_OVERHEAD);
        let out = self.scratch.as_mut_slice();
        let written = send_path.probation.write(out, wanted, send_time, seq);
        let len = written.and_then(|packet| {
            let to_seal = RtpToSeal {
                header_len: packet.header_len,
                patched: 0,
                payload: packet.payload,
                index: packet.index,
                ssrc: probation::SSRC,
            };
            match transport.sealing()? {
                Sealing::Srtp(keys) => keys.seal_rtp(out, to_seal).ok(),
                Sealing::Clear => copy(out, &to_seal),
            }
        });
        if let (Some(len), Some(seq)) = (len, seq) {
            let controller = &mut send_path.controller;
            controller.packet_sent(seq, len + overhead, Some(probe.id), now);
        }
        transport.send_path = Some(send_path);
        let len = len?;
        if self
            .outbox
            .push(&tuple, self.scratch.get(..len).unwrap_or_default())
        {
            transport.traffic.probation_sent.add(len, now);
        }
        self.trace_estimation(key, TransportTraceInfo::Probation, now);
        Some(())
    }
}

/// Puts the payload behind the header. The length of both.
fn copy(out: &mut [u8], packet: &RtpToSeal<'_>) -> Option<usize> {
    let end = packet.header_len + packet.payload.len();
    out.get_mut(packet.header_len..end)?
        .copy_from_slice(packet.payload);
    Some(end)
}

/// How the consumer's peer tells of its reception, by which its transport is estimated; video only (fact sheet 3.12).
fn feedback_of(consumer: &Consumer) -> Option<PathFeedback> {
    if consumer.kind != MediaKind::Video {
        return None;
    }
    let parameters = &consumer.parameters;
    let has = |uri: HeaderExtensionUri| parameters.extension_id(&uri).is_some();
    let gives = |kind: &str| {
        let mut codecs = parameters.codecs.iter();
        codecs.any(|codec| codec.has_feedback(kind, ""))
    };
    if has(HeaderExtensionUri::TransportWideCc) && gives("transport-cc") {
        Some(PathFeedback::TransportCc)
    } else if has(HeaderExtensionUri::AbsSendTime) && gives("goog-remb") {
        Some(PathFeedback::Remb)
    } else {
        None
    }
}

/// Whether probes use the SSRC, so that nothing else may: an SRTP index serves one packet.
pub(in crate::worker) fn is_of_probes(ssrc: Ssrc) -> bool {
    ssrc == probation::SSRC
}
