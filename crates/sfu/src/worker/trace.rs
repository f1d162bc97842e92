//! What is traced is told, where it is asked for. Nothing here is reached where it is not.

#![deny(clippy::indexing_slicing)]

use super::Worker;
use super::data::gone;
use super::rtp_in::{ClearPacket, Origin};
use super::seal::{Outward, RTX_OVERHEAD};
use crate::command::Response;
use crate::drops::{DropReason, Drops};
use crate::error::CommandError;
use crate::event::{ConsumerEvent, Event, ProducerEvent, TransportEvent};
use crate::event_queue::EventQueue;
use crate::ids::ConsumerId;
use crate::keys::{ConsumerKey, ProducerKey, TransportKey};
use crate::packet::PacketMeta;
use crate::trace::{
    MediaTrace, MediaTraceInfo, MediaTraceKind, MediaTraces, PacketTrace, TraceDirection,
    TransportTrace, TransportTraceInfo, TransportTraceKind, TransportTraces,
};
use miso_wire::{ExtensionKind, PayloadInfo, SenderInfo, read_mid, read_rid, read_transport_seq};
use std::time::Instant;

type Answer = Result<Response, CommandError>;

/// A packet that goes to a consumer's peer.
#[derive(Clone, Copy)]
pub(super) struct SentPacket<'a> {
    pub(super) outward: &'a Outward,
    pub(super) meta: &'a PacketMeta,
}

/// A consumer, as far as its traces need it.
#[derive(Clone, Copy)]
pub(super) struct Traced {
    pub(super) id: ConsumerId,
    pub(super) traces: MediaTraces,
}

impl Worker {
    /// Traces these kinds from now on, and no others.
    pub(super) fn trace_transport(
        &mut self,
        key: TransportKey,
        kinds: &[TransportTraceKind],
    ) -> Answer {
        let transport = self.objects.transports.get_mut(key).ok_or_else(gone)?;
        transport.traces = TransportTraces::new(kinds);
        Ok(Response::Done)
    }

    /// Traces these kinds from now on, and no others.
    pub(super) fn trace_producer(&mut self, key: ProducerKey, kinds: &[MediaTraceKind]) -> Answer {
        let producer = self.objects.producers.get_mut(key).ok_or_else(gone)?;
        producer.traces = MediaTraces::new(kinds);
        Ok(Response::Done)
    }

    /// Traces these kinds from now on, and no others.
    pub(super) fn trace_consumer(&mut self, key: ConsumerKey, kinds: &[MediaTraceKind]) -> Answer {
        let consumer = self.objects.consumers.get_mut(key).ok_or_else(gone)?;
        consumer.traces = MediaTraces::new(kinds);
        Ok(Response::Done)
    }

    /// The estimation of the path to the peer did something that may be traced.
    pub(super) fn trace_estimation(
        &mut self,
        key: TransportKey,
        info: TransportTraceInfo,
        now: Instant,
    ) {
        let Some(transport) = self.objects.transports.get(key) else {
            return;
        };
        if transport.traces.has(info.kind()) {
            let trace = Box::new(TransportTrace { at: now, info });
            let event = Event::Transport(transport.id, TransportEvent::Trace(trace));
            tell((&mut self.events, &mut self.drops), event);
        }
    }

    /// A producer's packet came, and its packets are traced.
    pub(super) fn trace_received(
        &mut self,
        key: ProducerKey,
        packet: &ClearPacket<'_>,
        info: &PayloadInfo,
        now: Instant,
    ) {
        let Some(producer) = self.objects.producers.get(key) else {
            return;
        };
        // Of a producer that is paused only what is asked for and reported is traced (fact sheet 3.2).
        if producer.paused || packet.origin == Origin::Copy {
            return;
        }
        let (header, bytes) = (&packet.header, packet.bytes);
        let value = |kind| producer.extensions.value(kind, header, bytes);
        let trace = PacketTrace {
            pt: header.pt,
            seq: header.seq,
            timestamp: header.timestamp,
            marker: header.marker,
            ssrc: header.ssrc,
            key_frame: info.key_frame,
            size: bytes.len(),
            payload_size: header.payload_len,
            spatial: info.spatial,
            temporal: info.temporal,
            mid: value(ExtensionKind::Mid).and_then(read_mid),
            rid: value(ExtensionKind::Rid).and_then(read_rid),
            rrid: value(ExtensionKind::RepairedRid).and_then(read_rid),
            transport_seq: value(ExtensionKind::TransportWideCc).and_then(read_transport_seq),
            is_rtx: packet.origin == Origin::Rtx,
        };
        if let Some(info) = producer.traces.told(trace) {
            self.tell_of_producer(key, (TraceDirection::In, info), now);
        }
    }

    /// A sender report of a producer's stream came.
    pub(super) fn trace_sender_report(
        &mut self,
        key: ProducerKey,
        report: SenderInfo,
        now: Instant,
    ) {
        let producer = self.objects.producers.get(key);
        if producer.is_some_and(|it| it.traces.has(MediaTraceKind::SenderReport)) {
            let info = MediaTraceInfo::SenderReport(report);
            self.tell_of_producer(key, (TraceDirection::In, info), now);
        }
    }

    /// Something is asked of a producer's peer.
    pub(super) fn trace_asked(&mut self, key: ProducerKey, info: MediaTraceInfo, now: Instant) {
        let Some(producer) = self.objects.producers.get(key) else {
            return;
        };
        let transport = self.objects.transports.get(producer.transport);
        let is_sent = transport.is_some_and(|transport| transport.connected);
        if is_sent && kind_of(&info).is_some_and(|kind| producer.traces.has(kind)) {
            self.tell_of_producer(key, (TraceDirection::Out, info), now);
        }
    }

    /// A consumer's peer asks for something.
    pub(super) fn trace_asking(&mut self, key: ConsumerKey, info: MediaTraceInfo, now: Instant) {
        let Some(consumer) = self.objects.consumers.get(key) else {
            return;
        };
        if kind_of(&info).is_some_and(|kind| consumer.traces.has(kind)) {
            let event = consumer_event(consumer.id, (TraceDirection::In, info), now);
            tell((&mut self.events, &mut self.drops), event);
        }
    }

    fn tell_of_producer(
        &mut self,
        key: ProducerKey,
        (direction, info): (TraceDirection, MediaTraceInfo),
        now: Instant,
    ) {
        if let Some(producer) = self.objects.producers.get(key) {
            let at = now;
            let trace = Box::new(MediaTrace {
                at,
                direction,
                info,
            });
            let event = Event::Producer(producer.id, ProducerEvent::Trace(trace));
            tell((&mut self.events, &mut self.drops), event);
        }
    }
}

/// The kind of what is not about a packet.
const fn kind_of(info: &MediaTraceInfo) -> Option<MediaTraceKind> {
    match info {
        MediaTraceInfo::Rtp(_) | MediaTraceInfo::KeyFrame(_) => None,
        MediaTraceInfo::Nack => Some(MediaTraceKind::Nack),
        MediaTraceInfo::Pli(_) => Some(MediaTraceKind::Pli),
        MediaTraceInfo::Fir(_) => Some(MediaTraceKind::Fir),
        MediaTraceInfo::SenderReport(_) => Some(MediaTraceKind::SenderReport),
    }
}

/// A packet goes to the peer of a consumer whose packets are traced.
#[cold]
pub(super) fn trace_sent(
    consumer: Traced,
    sent: SentPacket<'_>,
    told: (&mut EventQueue, &mut Drops),
    now: Instant,
) {
    let SentPacket { outward, meta } = sent;
    let is_rtx = outward.original.is_some();
    let added = if is_rtx { RTX_OVERHEAD } else { 0 };
    let skipped = usize::from(outward.skipped);
    let trace = PacketTrace {
        pt: outward.pt,
        seq: outward.index.seq(),
        timestamp: outward.timestamp,
        marker: outward.marker,
        ssrc: outward.ssrc,
        key_frame: meta.key_frame,
        size: (meta.len() + added).saturating_sub(skipped),
        payload_size: (usize::from(meta.payload_len) + added).saturating_sub(skipped),
        spatial: meta.layer.spatial,
        temporal: meta.layer.temporal,
        mid: outward.mid.filter(|_| meta.patch.mid.is_some()),
        rid: None,
        rrid: None,
        transport_seq: outward.transport_seq,
        is_rtx,
    };
    if let Some(info) = consumer.traces.told(trace) {
        tell(
            told,
            consumer_event(consumer.id, (TraceDirection::Out, info), now),
        );
    }
}

fn consumer_event(
    id: ConsumerId,
    (direction, info): (TraceDirection, MediaTraceInfo),
    now: Instant,
) -> Event {
    let at = now;
    let trace = Box::new(MediaTrace {
        at,
        direction,
        info,
    });
    Event::Consumer(id, ConsumerEvent::Trace(trace))
}

/// What is traced comes in any number, so it is told only to an owner that takes it.
fn tell((events, drops): (&mut EventQueue, &mut Drops), event: Event) {
    if !events.push_bulk(event) {
        drops.count(DropReason::EventsFull);
    }
}
