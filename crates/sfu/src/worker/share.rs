//! The available bitrate of a transport becomes layers of its consumers.

use super::{Objects, Worker};
use crate::consumer::Consumer;
use crate::consumer::allotment::Allotted;
use crate::consumer::layers::Layers;
use crate::keys::{ConsumerKey, TransportKey};
use crate::send_path::SendPath;
use crate::trace::TransportTraceInfo;
use miso_bwe::{ClaimIndex, Claimant, OperatingPoint};
use miso_wire::Bitrate;
use std::time::Instant;

/// What is known of a transport's consumers before the bitrate is shared.
#[derive(Debug, Default)]
struct Demand {
    /// All that they would take.
    desired: Bitrate,
    /// What goes to those without a choice: sound, and pictures without layers.
    fixed: Bitrate,
    /// What goes to the others at present.
    held: Bitrate,
}

impl Worker {
    /// The consumers of a transport want something else than before: its bitrate is shared anew with the next feedback
    /// or timer.
    pub(super) fn demand_changed(&mut self, key: TransportKey) {
        let transport = self.objects.transports.get_mut(key);
        if let Some(send_path) = transport.and_then(|it| it.send_path.as_deref_mut()) {
            send_path.demand_changed();
        }
    }

    /// Sets how much a consumer may have.
    pub(super) fn allot(&mut self, key: ConsumerKey, allotted: Allotted, now: Instant) {
        let consumer = self.objects.consumers.get_mut(key);
        if consumer.is_some_and(|consumer| consumer.allot(allotted, now)) {
            self.reconsider_layers(key, now);
        }
    }

    /// As [`Self::demand_changed`], of the transport that a consumer is on.
    pub(super) fn demand_of_consumer_changed(&mut self, key: ConsumerKey) {
        if let Some(transport) = self.objects.consumers.get(key).map(|it| it.transport) {
            self.demand_changed(transport);
        }
    }

    /// The owner set other limits of what goes out.
    pub(super) fn send_limits_changed(&mut self, key: TransportKey, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        if let Some(send_path) = &mut transport.send_path {
            send_path.set_limits(&transport.limits);
            self.share_bitrate(key, now);
        }
    }

    /// Gives each consumer of a transport what it may have of the available bitrate.
    pub(super) fn share_bitrate(&mut self, key: TransportKey, now: Instant) {
        let transport = self.objects.transports.get_mut(key);
        let Some(mut send_path) = transport.and_then(|transport| transport.send_path.take()) else {
            return;
        };
        let mut claims = std::mem::take(&mut self.claims);
        let demand = collect(&self.objects, key, (&mut send_path, &mut claims), now);
        send_path.want(demand.desired, now);
        send_path.share(demand.held, demand.fixed, now);
        for (consumer_key, claim) in claims.drain(..) {
            let layers = |point: OperatingPoint| Layers {
                spatial: point.spatial,
                temporal: point.temporal,
            };
            let given = send_path.allotment.given(claim).map(layers);
            let allotted = given.map_or(Allotted::Nothing, Allotted::UpTo);
            self.allot(consumer_key, allotted, now);
        }
        self.claims = claims;
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let trace = send_path.poll_trace(transport, now);
        transport.send_path = Some(send_path);
        if let Some(trace) = trace {
            self.trace_estimation(key, TransportTraceInfo::Bwe(trace), now);
        }
        self.wake_for_probes(key);
    }
}

/// Adds up what consumers want, and makes a claim for each that has a choice.
fn collect(
    objects: &Objects,
    key: TransportKey,
    (send_path, claims): (&mut SendPath, &mut Vec<(ConsumerKey, ClaimIndex)>),
    now: Instant,
) -> Demand {
    let SendPath {
        allotment, offers, ..
    } = send_path;
    allotment.clear();
    let mut demand = Demand::default();
    let transport = objects.transports.get(key);
    let Some(transport) = transport.filter(|transport| transport.connected) else {
        return demand;
    };
    for key in &transport.consumers {
        let Some(consumer) = objects.consumers.get(*key) else {
            continue;
        };
        let Some(producer) = objects.producers.get(consumer.producer) else {
            continue;
        };
        if !consumer.wants_media() {
            continue;
        }
        demand.desired.0 += consumer.desired_bitrate(producer, now).0;
        offers.clear();
        consumer.offers(producer, now, offers);
        if offers.is_empty() {
            // Nothing comes yet. What will come first is forwarded, and shared when more is known.
            continue;
        }
        if consumer.has_layers() {
            consumer.choose_offers(producer.content_hint, offers);
            demand.held.0 += consumer.held_of(offers).0;
            let points = offers.iter().map(|offer| OperatingPoint {
                bitrate: offer.bitrate,
                spatial: offer.layers.spatial,
                temporal: offer.layers.temporal,
            });
            claims.push((*key, allotment.claim(claimant(consumer), points)));
        } else {
            demand.fixed.0 += offers.iter().map(|offer| offer.bitrate.0).sum::<u64>();
        }
    }
    demand
}

fn claimant(consumer: &Consumer) -> Claimant {
    Claimant {
        priority: consumer.priority,
        held: match consumer.allotted {
            Allotted::UpTo(layers) => Some((layers.spatial, layers.temporal)),
            Allotted::Unlimited | Allotted::Nothing => None,
        },
    }
}
