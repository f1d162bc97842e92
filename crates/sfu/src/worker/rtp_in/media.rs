//! A packet of a known stream: noted, and put into the stream's ring under the router's names.

use super::payload::Payload;
use super::{ClearPacket, Origin, StreamPlace};
use crate::capture_clock::SenderClock;
use crate::drops::DropReason;
use crate::event::{Event, ProducerEvent, VideoOrientation};
use crate::keys::ProducerKey;
use crate::packet::PacketMeta;
use crate::producer::Producer;
use crate::producer::mangle::{MangledHeader, MappedNames, write_header};
use crate::recv_stream::{Received, RecvPacket, RecvRefusal, RecvStream};
use crate::ring::Stored;
use crate::worker::seal::{MAX_OVERHEAD, RTX_OVERHEAD};
use crate::worker::{MAX_DATAGRAM, Worker};
use miso_ortc::MediaKind;
use miso_wire::{
    AbsCaptureTime, AudioLevel, ExtSeq, ExtensionKind, NtpTime, PayloadInfo, Pt,
    VideoOrientation as Orientation,
};
use rand::Rng;
use rand::rngs::StdRng;
use std::time::Instant;

impl Worker {
    /// Takes a packet of a known stream. Whether it begins a key frame.
    pub(super) fn receive_media(
        &mut self,
        place: StreamPlace,
        packet: &ClearPacket<'_>,
        now: Instant,
    ) -> Result<bool, DropReason> {
        let StreamPlace {
            producer: key,
            index,
        } = place;
        let producer = self
            .objects
            .producers
            .get_mut(key)
            .ok_or(DropReason::NoProducer)?;
        let (kind, transport_key) = (producer.kind, producer.transport);
        let codec = producer
            .codecs
            .get(packet.header.pt)
            .ok_or(DropReason::NoStream)?;
        let stream = producer
            .streams
            .get_mut(index)
            .ok_or(DropReason::NoStream)?;
        let descriptor = producer.extensions.value(
            ExtensionKind::DependencyDescriptor,
            &packet.header,
            packet.bytes,
        );
        let payload = Payload::read(
            codec,
            (&packet.header, packet.bytes),
            descriptor,
            &mut stream.structure,
        )?;
        let info = payload.info;
        let received = packet.received_by(&mut stream.recv, &info, now)?;
        let mapped_ssrc = stream.mapped_ssrc;
        let wake = stream.recv.poll_timeout();
        if let Some(transport) = self.objects.transports.get_mut(transport_key) {
            if packet.origin == Origin::Itself {
                transport.traffic.rtp_received.add(packet.bytes.len(), now);
            }
            transport.wake_at(wake);
        }
        if info.key_frame {
            producer.key_frames.received(mapped_ssrc);
        }
        if producer.traces.has_packets() {
            self.trace_received(key, packet, &info, now);
        }
        self.wake_at(wake);
        // Also where nobody takes the packet: what is missing is asked for after the batch.
        self.mark_dirty(key);
        if received.needs_key_frame {
            self.ask_for_key_frame(key, mapped_ssrc, now);
        }
        if received.score_changed {
            self.announce_scores(key, now);
        }
        if received.layers_changed {
            self.reconsider_consumers_of(key, now);
        }
        match kind {
            MediaKind::Audio => self.note_audio_level(key, packet, now),
            MediaKind::Video => self.note_orientation(key, packet),
        }
        if let Some(red) = payload.red.filter(|_| received.skipped > 0) {
            self.restore_lost(place, packet, (red, received.skipped), now);
        }
        self.store(place, packet, (payload, received.ext_seq), now)?;
        Ok(info.key_frame)
    }

    /// Puts the packet into the ring under the router's names, and its producer on the list to be forwarded.
    fn store(
        &mut self,
        StreamPlace {
            producer: key,
            index,
        }: StreamPlace,
        packet: &ClearPacket<'_>,
        (payload, ext_seq): (Payload, ExtSeq),
        now: Instant,
    ) -> Result<(), DropReason> {
        let ntp = self.ntp(now);
        let producer = self
            .objects
            .producers
            .get_mut(key)
            .ok_or(DropReason::NoProducer)?;
        if producer.paused || producer.consumers.is_empty() {
            return Ok(());
        }
        let packet_id = wants_packet_id(producer, packet)
            .then(|| take_packet_id(&mut self.next_packet_id, &mut self.rng));
        let clock = self
            .objects
            .transports
            .get(producer.transport)
            .map(|transport| &transport.sender_clock);
        let mangled = mangle(
            producer,
            index,
            packet,
            (clock, packet_id, ntp, now),
            self.scratch.as_mut_slice(),
        );
        let (mapped_pt, mangled) = mangled.ok_or(DropReason::NoRoom)?;
        let stream = producer
            .streams
            .get_mut(index)
            .ok_or(DropReason::NoStream)?;
        let header = self.scratch.get(..mangled.len).ok_or(DropReason::NoRoom)?;
        let body = packet.header.payload(packet.bytes);
        let meta = PacketMeta {
            ext_seq,
            ts: packet.header.timestamp,
            arrival: now,
            header_len: u16::try_from(mangled.len).map_err(|_| DropReason::NoRoom)?,
            payload_len: u16::try_from(body.len() + payload.added_bytes())
                .map_err(|_| DropReason::NoRoom)?,
            padding: 0,
            pt: mapped_pt,
            marker: packet.header.marker,
            key_frame: payload.info.key_frame,
            dtx: payload.info.dtx,
            patch: mangled.patch,
            red: payload.primary(),
            vp8: None,
            layer: payload.layer(),
        };
        if meta.len() > MAX_DATAGRAM - RTX_OVERHEAD - MAX_OVERHEAD {
            return Err(DropReason::NoRoom);
        }
        let block = self
            .pool
            .alloc(meta.len(), meta)
            .ok_or(DropReason::NoRoom)?;
        let (head, rest) = self.pool.block_mut(block).split_at_mut(mangled.len);
        head.copy_from_slice(header);
        let vp8 = payload.copy(body, rest, mangled.len);
        if let Some(meta) = self.pool.meta_mut(block) {
            meta.vp8 = vp8;
        }
        match stream.ring.insert(ext_seq, block, meta.ts, &mut self.pool) {
            Stored::New => Ok(()),
            Stored::Duplicate | Stored::TooOld => Err(DropReason::Sequence),
        }
    }

    fn note_audio_level(&mut self, key: ProducerKey, packet: &ClearPacket<'_>, now: Instant) {
        let Some(producer) = self.objects.producers.get(key) else {
            return;
        };
        if producer.paused || producer.observers.is_empty() {
            return;
        }
        let value =
            producer
                .extensions
                .value(ExtensionKind::AudioLevel, &packet.header, packet.bytes);
        if let Some(level) = value.and_then(AudioLevel::read) {
            self.observe_level(key, level, now);
        }
    }

    fn note_orientation(&mut self, key: ProducerKey, packet: &ClearPacket<'_>) {
        let Some(producer) = self.objects.producers.get_mut(key) else {
            return;
        };
        let value = producer.extensions.value(
            ExtensionKind::VideoOrientation,
            &packet.header,
            packet.bytes,
        );
        let Some(found) = value.and_then(Orientation::read) else {
            return;
        };
        let orientation = VideoOrientation {
            camera: found.camera,
            flip: found.flip,
            rotation: found.rotation,
        };
        if producer.orientation != Some(orientation) {
            producer.orientation = Some(orientation);
            let event = ProducerEvent::VideoOrientationChange(orientation);
            self.events.push_back(Event::Producer(producer.id, event));
        }
    }
}

impl ClearPacket<'_> {
    /// The stream takes note of the packet.
    fn received_by(
        &self,
        recv: &mut RecvStream,
        info: &PayloadInfo,
        now: Instant,
    ) -> Result<Received, DropReason> {
        let summary = RecvPacket {
            seq: self.header.seq,
            ts: self.header.timestamp,
            size: self.bytes.len(),
            payload_len: self.header.payload_len,
            key_frame: info.key_frame,
            spatial: info.spatial,
            temporal: info.temporal,
        };
        let received = match self.origin {
            Origin::Itself => recv.receive(&summary, now),
            Origin::Rtx => recv.receive_repair(&summary, now),
            Origin::Copy => recv.receive_copy(&summary, now),
        };
        received.map_err(|refusal| match refusal {
            RecvRefusal::Sequence => DropReason::Sequence,
            RecvRefusal::Unneeded => DropReason::RtxDiscarded,
        })
    }
}

/// Whether the packet has no packet id but is to have one (fact sheet 3.3).
fn wants_packet_id(producer: &Producer, packet: &ClearPacket<'_>) -> bool {
    if !producer.numbers_packets || producer.kind != MediaKind::Video {
        return false;
    }
    let own = producer
        .extensions
        .value(ExtensionKind::PacketId, &packet.header, packet.bytes);
    own.is_none_or(<[u8]>::is_empty)
}

/// The next packet id. The first one is below 2^31, so that it does not wrap soon.
fn take_packet_id(next: &mut Option<u32>, rng: &mut StdRng) -> u32 {
    let id = next.unwrap_or_else(|| rng.random::<u32>() >> 1);
    *next = Some(id.wrapping_add(1));
    id
}

/// Writes the header that the router gives a packet; its payload type there, and how the header looks.
fn mangle(
    producer: &mut Producer,
    index: usize,
    packet: &ClearPacket<'_>,
    (clock, packet_id, ntp, now): (Option<&SenderClock>, Option<u32>, NtpTime, Instant),
    out: &mut [u8],
) -> Option<(Pt, MangledHeader)> {
    let pt = producer.codecs.get(packet.header.pt)?.mapped_pt;
    let captured =
        producer
            .extensions
            .value(ExtensionKind::AbsCaptureTime, &packet.header, packet.bytes);
    let captured = captured.and_then(AbsCaptureTime::read);
    let stream = producer.streams.get_mut(index)?;
    stream
        .capture
        .packet(packet.header.timestamp, captured, now);
    let capture_time = captured.zip(clock).and_then(|(captured, clock)| {
        let clock_offset = clock.forwarded_offset(captured.clock_offset, ntp, now)?;
        Some(AbsCaptureTime {
            clock_offset: Some(clock_offset),
            ..captured
        })
    });
    let names = MappedNames {
        pt,
        ssrc: stream.mapped_ssrc,
        kind: producer.kind,
        capture_time,
        packet_id,
    };
    let mangled = write_header(
        &producer.extensions,
        &packet.header,
        packet.bytes,
        names,
        out,
    )?;
    Some((pt, mangled))
}
