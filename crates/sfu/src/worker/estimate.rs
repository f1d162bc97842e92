//! What the path to a peer carries: feedback in, probes out, layers allotted.

use super::Worker;
use super::seal::MAX_OVERHEAD;
use crate::consumer::Consumer;
use crate::event::{BweTrace, Event, TransportEvent};
use crate::keys::{ConsumerKey, TransportKey};
use crate::outgoing::{Outgoing, OutgoingFeedback, overhead_of, probation};
use crate::transport::{Sealing, Transport};
use miso_bwe::{Claimant, Probe};
use miso_ortc::{HeaderExtensionUri, MediaKind, RtpParameters};
use miso_secure::RtpToSeal;
use miso_wire::{Bitrate, TransportFeedback};
use rand::Rng;
use std::time::{Duration, Instant};

/// Probes that are sent in one go. More makes a burst of them, fewer wakes the worker more often.
const PROBES_AT_ONCE: usize = 5;

impl Worker {
    /// A consumer was made: if it is the first whose peer tells of its reception, the path is estimated from now on.
    pub(super) fn begin_estimation(&mut self, key: TransportKey, consumer: ConsumerKey, now: Instant) {
        let Some(consumer) = self.objects.consumers.get(consumer) else {
            return;
        };
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let Some(feedback) = feedback_of(consumer) else {
            return;
        };
        if transport.outgoing.is_none() && !transport.is_direct() {
            let first = self.rng.random();
            transport.outgoing = Some(Box::new(Outgoing::new(feedback, transport, first, now)));
        }
    }
}
