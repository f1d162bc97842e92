//! What was received goes out: consumer by consumer, each for the whole batch, so that its packets lie side by side
//! (ARCHITECTURE, *How a packet travels*).

#![deny(clippy::indexing_slicing)]

mod begin;

use super::retransmit::Wanted;
use super::seal::{MAX_OVERHEAD, Outward};
use super::trace::{SentPacket, Traced, trace_sent};
use super::{MAX_DATAGRAM, Worker};
use crate::batch::Batch;
use crate::consumer::layers::{Layers, Verdict};
use crate::consumer::leg::{Current, Leg};
use crate::consumer::{Form, Terms};
use crate::drops::{DropReason, Drops};
use crate::event::{ConsumerEvent, Event};
use crate::event_queue::EventQueue;
use crate::keys::{ConsumerKey, ProducerKey};
use crate::packet::{PacketIndex, PacketMeta, PacketPool, PatchOffsets};
use crate::producer::Producer;
use crate::send_path::overhead_of;
use crate::send_stream::{Forward, Forwarded, Tally};
use crate::transport::{Kind, Transport};
use miso_bwe::SentNote;
use miso_ice::Tuple;
use miso_wire::{AbsSendTime, ExtSeq, Ssrc};
use std::collections::VecDeque;
use std::time::Instant;

/// Retransmissions that may wait. What comes on top is dropped: the peer asks again.
const MAX_WANTED: usize = 65_536;

/// Consumers whose state is touched together before they are served. More waits for more of the memory at once, fewer
/// keeps what was touched in the nearest cache until it is used.
const TOUCHED_AT_ONCE: usize = 8;

/// Bytes of a header without anything that is optional (RFC 3550, section 5.1).
const PADDING_HEADER: u16 = 12;

/// A packet of nothing but a byte of padding, all of which but the first byte of the header is filled in.
const PADDING: [u8; 13] = [0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// What is to be sent next.
#[derive(Debug, Default)]
pub(super) struct FanOut {
    /// Producers with packets that were not forwarded yet.
    dirty: VecDeque<ProducerKey>,
    /// Which consumer of the first of them comes next.
    next_consumer: usize,
    /// Consumers of the first of them up to this one were touched.
    touched: usize,
    /// Packets that peers asked for again.
    pub(super) wanted: VecDeque<Wanted>,
    /// Consumers that got other layers.
    switched: Vec<ConsumerKey>,
    /// Streams whose key frames the consumer that is being served waits for.
    awaited: Vec<Ssrc>,
    /// What the consumer that is being served was sent, for the estimation of its path: noting it all at the end
    /// touches the path's memory once.
    notes: Vec<SentNote>,
}

impl FanOut {
    /// A peer asks for a packet again. False when too many wait.
    pub(super) fn want(&mut self, wanted: Wanted) -> bool {
        let has_room = self.wanted.len() < MAX_WANTED;
        if has_room {
            self.wanted.push_back(wanted);
        }
        has_room
    }
}

/// What serving one leg of a consumer takes.
struct Serving<'a> {
    pool: &'a PacketPool,
    producer: &'a Producer,
    transport: &'a mut Transport,
    consumer: Traced,
    terms: &'a Terms,
    leg: &'a mut Leg,
    drops: &'a mut Drops,
    events: &'a mut EventQueue,
    send_time: AbsSendTime,
    /// Where its packets go; none for this process itself.
    path: Option<Tuple>,
    /// Whether the last datagram of the batch is its own.
    has_begun: bool,
    /// What it was sent in this batch.
    tally: Tally,
    /// The same, for the estimation of the path.
    notes: &'a mut Vec<SentNote>,
    now: Instant,
}

impl Worker {
    /// Puts a producer on the list of those with packets to forward.
    pub(super) fn mark_dirty(&mut self, key: ProducerKey) {
        if let Some(producer) = self.objects.producers.get_mut(key)
            && !std::mem::replace(&mut producer.is_dirty, true)
        {
            self.fan_out.dirty.push_back(key);
        }
    }

    /// Forwards what was received. False when the batch is full and more is left.
    pub(super) fn fan_out_into(&mut self, batch: &mut Batch, now: Instant) -> bool {
        let send_time = self.send_time(now);
        while let Some(key) = self.fan_out.dirty.front().copied() {
            self.level(key);
            while let Some(consumer) = self.consumer_at(key, self.fan_out.next_consumer) {
                self.touch_next(key);
                if !self.serve(key, consumer, batch, (send_time, now)) {
                    return false;
                }
                self.fan_out.next_consumer += 1;
            }
            self.send_nacks(key, now);
            self.fan_out.dirty.pop_front();
            self.fan_out.next_consumer = 0;
            self.fan_out.touched = 0;
            if let Some(producer) = self.objects.producers.get_mut(key) {
                producer.is_dirty = false;
            }
        }
        while let Some(consumer) = self.fan_out.switched.pop() {
            self.announce_layers(consumer);
        }
        true
    }

    /// Makes what arrived of a producer equally long, before anyone gets it.
    fn level(&mut self, key: ProducerKey) {
        let producer = self.objects.producers.get_mut(key);
        for stream in producer.into_iter().flat_map(|it| &mut it.streams) {
            stream.ring.level(&mut self.pool);
        }
    }

    /// Reads a bit of everything that serving the next consumers needs. With many of them their state has left the
    /// cache since the last batch; reading that of several side by side lets the processor wait for all of it at once,
    /// instead of at every step of serving each (figures in `docs/benchmarks.md`).
    fn touch_next(&mut self, producer: ProducerKey) {
        let (next, end) = (self.fan_out.next_consumer, self.fan_out.touched);
        if next < end {
            return;
        }
        self.fan_out.touched = next + TOUCHED_AT_ONCE;
        let mut sum = 0;
        for index in next..next + TOUCHED_AT_ONCE {
            let Some(key) = self.consumer_at(producer, index) else {
                break;
            };
            let consumer = self.objects.consumers.get(key);
            sum ^= consumer.map_or(0, |consumer| consumer.touch());
            let transport = consumer.and_then(|it| self.objects.transports.get(it.transport));
            sum ^= transport.map_or(0, |transport| transport.touch());
        }
        std::hint::black_box(sum);
    }

    /// Time of day as packets carry it.
    pub(super) fn send_time(&self, now: Instant) -> AbsSendTime {
        let since_start = now.saturating_duration_since(self.config.start);
        AbsSendTime::from_duration(self.config.unix_time_at_start + since_start)
    }

    fn consumer_at(&self, producer: ProducerKey, index: usize) -> Option<ConsumerKey> {
        self.objects
            .producers
            .get(producer)?
            .consumers
            .get(index)
            .copied()
    }

    fn serve(
        &mut self,
        producer: ProducerKey,
        key: ConsumerKey,
        batch: &mut Batch,
        (send_time, now): (AbsSendTime, Instant),
    ) -> bool {
        let Some(producer) = self.objects.producers.get(producer) else {
            return true;
        };
        let Some(consumer) = self.objects.consumers.get_mut(key) else {
            return true;
        };
        let Some(transport) = self.objects.transports.get_mut(consumer.transport) else {
            return true;
        };
        if !consumer.wants_media() || !transport.connected {
            return true;
        }
        let path = transport.selected_tuple();
        let (mut done, mut has_begun) = (true, false);
        for leg in consumer.legs.iter_mut() {
            let mut serving = Serving {
                pool: &self.pool,
                producer,
                transport: &mut *transport,
                consumer: Traced {
                    id: consumer.id,
                    traces: consumer.traces,
                },
                terms: &consumer.terms,
                leg,
                drops: &mut self.drops,
                events: &mut self.events,
                send_time,
                path,
                has_begun,
                tally: Tally::default(),
                notes: &mut self.fan_out.notes,
                now,
            };
            let before = serving.layers();
            serving.begin_awaited();
            done &= serving.forward_all(batch);
            if serving.layers() != before {
                self.fan_out.switched.push(key);
            }
            has_begun = serving.has_begun;
            self.fan_out.awaited.extend(serving.awaited());
        }
        let notes = &mut self.fan_out.notes;
        if let (Some(send_path), Some(path)) = (&mut transport.send_path, &path) {
            send_path.packets_sent(notes, overhead_of(path), now);
        }
        let has_sent = !notes.is_empty();
        notes.clear();
        let producer = consumer.producer;
        if has_sent {
            self.see_to_looks(now);
        }
        while let Some(mapped) = self.fan_out.awaited.pop() {
            self.remind_of_key_frame(producer, mapped, now);
        }
        done
    }
}

impl Serving<'_> {
    /// What is forwarded: which stream, and which layers of it.
    fn layers(&self) -> Option<(usize, Layers)> {
        let layers = self.leg.filter.as_ref()?.current()?;
        Some((self.leg.begun()?, layers))
    }

    fn forward_all(&mut self, batch: &mut Batch) -> bool {
        let Some(mut current) = self.leg.current else {
            return true;
        };
        let Some(stream) = self.producer.streams.get(current.stream) else {
            return true;
        };
        let (mut sent, mut done) = (0, true);
        while let Some(number) = current.replay {
            if !batch.has_room(MAX_DATAGRAM) {
                done = false;
                break;
            }
            if let Some(index) = stream.ring.get(number) {
                sent += self.forward(batch, &mut current, number, index);
            }
            let next = ExtSeq(number.0 + 1);
            current.replay = stream
                .ring
                .newest()
                .filter(|newest| *newest >= next)
                .map(|_| next);
            current.cursor = stream.ring.cursor();
        }
        for (behind, number, index) in stream.ring.since(current.cursor) {
            // A replay that is not over comes first.
            if !done || !batch.has_room(MAX_DATAGRAM) {
                done = false;
                break;
            }
            sent += self.forward(batch, &mut current, number, index);
            current.cursor = behind;
        }
        self.leg.current = Some(current);
        self.leg.send.count(&self.tally, self.now);
        if sent > 0 {
            self.transport.traffic.rtp_sent.add(sent, self.now);
        }
        done
    }

    /// Forwards one packet. The bytes that went into the batch.
    fn forward(
        &mut self,
        batch: &mut Batch,
        current: &mut Current,
        ext_seq: ExtSeq,
        index: PacketIndex,
    ) -> usize {
        let Some((meta, packet)) = self.pool.packet(index) else {
            return 0;
        };
        let unwanted = self.terms.ignore_dtx && meta.dtx;
        let form = self.terms.form_of(meta).filter(|_| !unwanted);
        // Padding alone is never forwarded; its number is taken out of the sequence.
        let Some(form) = form.filter(|form| meta.payload_len > form.skipped) else {
            // What comes before the first packet has no number.
            return if current.must_sync {
                0
            } else {
                self.leave_out(batch, ext_seq, meta)
            };
        };
        if current.must_sync {
            current.must_sync = false;
            self.sync(current.stream, meta);
        }
        let judged = match &mut self.leg.filter {
            Some(filter) => filter.judge(meta),
            None => Verdict::Forward {
                marker: meta.marker,
                vp8: None,
            },
        };
        let Verdict::Forward { marker, vp8 } = judged else {
            return self.leave_out(batch, ext_seq, meta);
        };
        let forward = Forward {
            input: ext_seq,
            source: u8::try_from(current.stream).unwrap_or(u8::MAX),
            ts: meta.ts,
            marker,
            vp8,
            size: meta.len() - usize::from(form.skipped),
            payload_len: usize::from(meta.payload_len - form.skipped),
        };
        let Some(forwarded) = self.leg.send.forward(&forward, self.now) else {
            return 0;
        };
        self.tally.add(&forward);
        if let Some(filter) = &mut self.leg.filter {
            filter.sent(current.stream, meta, (forwarded.ts, marker));
        }
        let outward = self.outward((&forward, form), forwarded, meta);
        if self.consumer.traces.has_packets() {
            let sent = SentPacket {
                outward: &outward,
                meta,
            };
            trace_sent(self.consumer, sent, (self.events, self.drops), self.now);
        }
        self.put(batch, &outward, meta, packet)
    }

    /// Leaves a packet out on purpose. One that comes late has left a gap where it should have been, for which the peer
    /// would ask in vain: padding takes its place. The bytes that went into the batch.
    fn leave_out(&mut self, batch: &mut Batch, ext_seq: ExtSeq, meta: &PacketMeta) -> usize {
        let gap = self.leg.send.drop_packet(ext_seq, meta.ts);
        let Some(gap) = gap.filter(|_| !matches!(self.transport.kind, Kind::Direct(_))) else {
            return 0;
        };
        let meta = PacketMeta {
            header_len: PADDING_HEADER,
            payload_len: 1,
            padding: 0,
            patch: PatchOffsets::default(),
            vp8: None,
            ..*meta
        };
        let outward = Outward {
            ssrc: self.leg.send.params().ssrc,
            pt: meta.pt,
            index: gap.ext_seq,
            timestamp: gap.ts,
            marker: false,
            mid: None,
            send_time: None,
            transport_seq: None,
            skipped: 0,
            vp8: None,
            original: None,
        };
        self.put(batch, &outward, &meta, &PADDING)
    }

    /// The numbers go on from this packet: it begins a stream, or goes on after a pause.
    fn sync(&mut self, stream: usize, meta: &PacketMeta) {
        let (gap, offset) = self.leg.resume(stream, meta.ts, self.now);
        let before = ExtSeq(meta.ext_seq.0.saturating_sub(gap));
        self.leg.send.sync(before, offset);
    }

    fn outward(
        &mut self,
        (forward, form): (&Forward, Form),
        forwarded: Forwarded,
        meta: &PacketMeta,
    ) -> Outward {
        let params = self.leg.send.params();
        // Without RTX a retransmission is the same packet under the same SRTP index, so nothing in it may differ.
        let stamped = params.rtx.is_some() || !params.use_nack;
        let extensions = self.terms.extensions;
        // A number that is not written would look like a lost packet.
        let is_numbered = stamped && extensions.transport_wide_cc && meta.patch.twcc.is_some();
        let transport_seq = is_numbered.then(|| self.transport.take_transport_seq());
        Outward {
            ssrc: params.ssrc,
            pt: form.pt,
            index: forwarded.ext_seq,
            timestamp: forwarded.ts,
            marker: forward.marker,
            mid: self.terms.mid,
            send_time: (stamped && extensions.abs_send_time).then_some(self.send_time),
            transport_seq,
            skipped: form.skipped,
            vp8: forward.vp8,
            original: None,
        }
    }

    fn put(
        &mut self,
        batch: &mut Batch,
        outward: &Outward,
        meta: &PacketMeta,
        packet: &[u8],
    ) -> usize {
        let Some(room) = batch.room(meta.len() + MAX_OVERHEAD) else {
            return 0;
        };
        match &self.transport.kind {
            Kind::WebRtc(_) | Kind::Plain(_) | Kind::Pipe(_) => {
                let (Some(sealing), Some(path)) = (self.transport.sealing(), &self.path) else {
                    return 0;
                };
                let Some(len) = outward.put(sealing, room, meta, packet) else {
                    self.drops.count(DropReason::NoRoom);
                    return 0;
                };
                if let Some(seq) = outward.transport_seq {
                    let size = len as u32;
                    self.notes.push(SentNote { seq, size });
                }
                if self.has_begun {
                    batch.commit_again(len);
                } else {
                    batch.commit(path, len);
                    self.has_begun = true;
                }
                len
            }
            Kind::Direct(_) => {
                let Some(len) = outward.copy(room, meta, packet) else {
                    return 0;
                };
                let bytes = Box::from(room.get(..len).unwrap_or(&[]));
                let event = Event::Consumer(self.consumer.id, ConsumerEvent::Rtp(bytes));
                if !self.events.push_bulk(event) {
                    self.drops.count(DropReason::EventsFull);
                    return 0;
                }
                len
            }
        }
    }
}
