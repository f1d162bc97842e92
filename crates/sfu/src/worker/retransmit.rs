//! Packets that peers asked for again, out of the streams' rings.

#![deny(clippy::indexing_slicing)]

use super::Worker;
use super::seal::{MAX_OVERHEAD, Outward, RTX_OVERHEAD};
use super::trace::{SentPacket, Traced, trace_sent};
use crate::batch::Batch;
use crate::consumer::Form;
use crate::drops::DropReason;
use crate::keys::ConsumerKey;
use crate::send_path::overhead_of;
use miso_ortc::MediaKind;
use miso_wire::Seq;
use std::time::Instant;

/// A packet that a peer asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) consumer: ConsumerKey,
    /// Which leg of the consumer it asked.
    pub(super) leg: usize,
    /// Its number as the peer knows it.
    pub(super) seq: Seq,
}

impl Worker {
    /// Sends again what was asked for. False when the batch is full and more is left.
    pub(super) fn retransmit_into(&mut self, batch: &mut Batch, now: Instant) -> bool {
        while let Some(wanted) = self.fan_out.wanted.front().copied() {
            if !batch.has_room(super::MAX_DATAGRAM) {
                return false;
            }
            self.fan_out.wanted.pop_front();
            // What cannot be found any more is not sent; the peer gives up by itself.
            let _ = self.retransmit(wanted, batch, now);
        }
        true
    }

    fn retransmit(&mut self, wanted: Wanted, batch: &mut Batch, now: Instant) -> Option<()> {
        let send_time = self.send_time(now);
        let consumer = self.objects.consumers.get_mut(wanted.consumer)?;
        let transport = self.objects.transports.get_mut(consumer.transport)?;
        let producer = self.objects.producers.get(consumer.producer)?;
        if !transport.connected || !consumer.wants_media() {
            return None;
        }
        let leg = consumer.legs.get_mut(wanted.leg)?;
        let sent = leg.send.find_sent(wanted.seq, now)?;
        let stream = producer.streams.get(usize::from(sent.source))?;
        let (meta, packet) = self.pool.packet(stream.ring.get(sent.input)?)?;
        if consumer.kind == MediaKind::Video
            && let Some(send_path) = &mut transport.send_path
            && !send_path.may_repeat(meta.len(), now)
        {
            self.drops.count(DropReason::NoRoomToRepeat);
            return None;
        }
        let rtx_index = leg.send.resend(&sent, now);
        let params = *leg.send.params();
        let terms = &consumer.terms;
        let mut form = terms.form_of(meta)?;
        if params.rtx.is_some() && consumer.rtx_pt_of(form.pt).is_none() {
            // There is RTX of what is in RED, not of RED; of what is sent again, nobody needs the copies.
            form = Form::unpacked(meta).unwrap_or(form);
        }
        let rtx = rtx_index.zip(params.rtx);
        let stamp = |negotiated: bool| negotiated && rtx.is_some();
        let transport_seq = stamp(terms.extensions.transport_wide_cc && meta.patch.twcc.is_some())
            .then(|| transport.take_transport_seq());
        let outward = Outward {
            ssrc: rtx.map_or(params.ssrc, |(_, (ssrc, _))| ssrc),
            pt: rtx.map_or(form.pt, |(_, (_, pt))| {
                consumer.rtx_pt_of(form.pt).unwrap_or(pt)
            }),
            index: rtx.map_or(sent.ext_seq, |(index, _)| index),
            timestamp: sent.ts,
            marker: sent.marker,
            mid: terms.mid,
            send_time: stamp(terms.extensions.abs_send_time).then_some(send_time),
            transport_seq,
            skipped: form.skipped,
            vp8: sent.vp8,
            original: rtx.map(|_| sent.ext_seq.seq()),
        };
        let (sealing, tuple) = transport.sealing().zip(transport.selected_tuple())?;
        let room = batch.room(meta.len() + RTX_OVERHEAD + MAX_OVERHEAD)?;
        let len = outward.put(sealing, room, meta, packet)?;
        batch.commit(&tuple, len);
        if let (Some(seq), Some(send_path)) = (transport_seq, &mut transport.send_path) {
            let size = len + overhead_of(&tuple);
            send_path.controller.packet_sent(seq, size, None, now);
        }
        transport.traffic.rtx_sent.add(len, now);
        if consumer.traces.has_packets() {
            let sent = SentPacket {
                outward: &outward,
                meta,
            };
            let consumer = Traced {
                id: consumer.id,
                traces: consumer.traces,
            };
            trace_sent(consumer, sent, (&mut self.events, &mut self.drops), now);
        }
        self.see_to_looks(now);
        Some(())
    }
}
