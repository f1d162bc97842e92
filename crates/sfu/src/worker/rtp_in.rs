//! RTP from the peer into the ring of its stream.

use super::Worker;
use crate::capture_clock::{CaptureClock, SenderClock};
use crate::drops::DropReason;
use crate::event::{Event, ProducerEvent, VideoOrientation};
use crate::keys::{ProducerKey, TransportKey};
use crate::packet::PacketMeta;
use crate::producer::Producer;
use crate::producer::codecs::ProducerCodec;
use crate::producer::mangle::{MangledHeader, MappedNames, write_header};
use crate::producer::streams::{Belongs, ProducerStream};
use crate::recv_stream::{RecvPacket, RecvRefusal, RecvStream, RecvStreamParams};
use crate::ring::{AUDIO_MAX_AGE_MS, Stored, StreamRing, VIDEO_MAX_AGE_MS};
use crate::transport::listener::PacketNames;
use crate::transport::{RateFeedback, Transport};
use miso_ice::Tuple;
use miso_ortc::MediaKind;
use miso_secure::{RtpToOpen, SrtpError};
use miso_wire::{
    AbsCaptureTime, AbsSendTime, AudioLevel, DependencyStructure, ExtSeq, ExtensionKind, NtpTime,
    Pt, Rid, RtpHeader, Ssrc, VideoOrientation as Orientation, read_mid, read_rid,
    read_transport_seq,
};
use std::time::Instant;

mod payload;

use payload::Payload;

/// A stream of a producer.
#[derive(Clone, Copy)]
struct StreamPlace {
    producer: ProducerKey,
    index: usize,
}

/// A clear packet with what was read of it.
struct ClearPacket<'a> {
    bytes: &'a [u8],
    header: RtpHeader,
    is_repair: bool,
}

impl Worker {
    /// Takes an SRTP packet that came by a tuple of the transport.
    pub(super) fn receive_rtp(
        &mut self,
        key: TransportKey,
        tuple: Tuple,
        datagram: &mut [u8],
        now: Instant,
    ) {
        match self.open_rtp(key, tuple, datagram, now) {
            Ok((len, header)) => {
                self.receive_clear_rtp(key, datagram.get_mut(..len).unwrap_or(&mut []), header, now)
            }
            Err(reason) => self.drops.count(reason),
        }
    }

    fn open_rtp(
        &mut self,
        key: TransportKey,
        tuple: Tuple,
        datagram: &mut [u8],
        now: Instant,
    ) -> Result<(usize, RtpHeader), DropReason> {
        let mut header = RtpHeader::parse_header(datagram).map_err(|_| DropReason::MalformedRtp)?;
        let transport = self
            .objects
            .transports
            .get_mut(key)
            .ok_or(DropReason::UnknownTuple)?;
        let webrtc = transport.webrtc_mut().ok_or(DropReason::NoKeys)?;
        let srtp = webrtc.srtp.as_mut().ok_or(DropReason::NoKeys)?;
        let to_open = RtpToOpen {
            header_len: header.header_len,
            seq: header.seq,
            ssrc: header.ssrc,
        };
        let opened = srtp.recv.open_rtp(datagram, to_open);
        let (len, _) = opened.map_err(|error| match error {
            SrtpError::Replayed | SrtpError::Late => DropReason::SrtpReplay,
            _ => DropReason::SrtpAuth,
        })?;
        webrtc.ice.select_by_media(tuple);
        let clear = datagram.get(..len).ok_or(DropReason::MalformedRtp)?;
        header.finish(clear).map_err(|_| DropReason::MalformedRtp)?;
        let feedback_at = note_arrival(transport, &header, clear, now);
        self.wake_at(feedback_at);
        Ok((len, header))
    }

    /// Takes a clear RTP packet: from SRTP, or from a direct transport.
    pub(super) fn receive_clear_rtp(
        &mut self,
        key: TransportKey,
        packet: &mut [u8],
        header: RtpHeader,
        now: Instant,
    ) {
        let Some(found) = self.find_producer(key, &header, packet) else {
            self.drops.count(DropReason::NoProducer);
            self.forget_ssrc(key, header.ssrc);
            return;
        };
        if let Err(reason) = self.receive_for_producer(found, packet, header, now) {
            self.drops.count(reason);
        }
    }

    fn find_producer(
        &mut self,
        key: TransportKey,
        header: &RtpHeader,
        packet: &[u8],
    ) -> Option<(ProducerKey, Option<Rid>)> {
        let transport = self.objects.transports.get_mut(key)?;
        if let Some(producer) = transport.listener.find_by_ssrc(header.ssrc) {
            let known = self.objects.producers.get(producer)?;
            let is_new = known.stream_of_media(header.ssrc).is_none()
                && known.stream_of_rtx(header.ssrc).is_none();
            let rid = if is_new {
                read_names(transport, header, packet).rid
            } else {
                None
            };
            return Some((producer, rid));
        }
        let names = read_names(transport, header, packet);
        transport
            .listener
            .find_by_names(&names)
            .map(|producer| (producer, names.rid))
    }

    fn receive_for_producer(
        &mut self,
        (key, rid): (ProducerKey, Option<Rid>),
        packet: &mut [u8],
        header: RtpHeader,
        now: Instant,
    ) -> Result<(), DropReason> {
        let producer = self
            .objects
            .producers
            .get_mut(key)
            .ok_or(DropReason::NoProducer)?;
        match producer.classify(header.ssrc, header.pt, rid) {
            Belongs::Media(index) => {
                let packet = ClearPacket {
                    bytes: packet,
                    header,
                    is_repair: false,
                };
                self.receive_media(
                    StreamPlace {
                        producer: key,
                        index,
                    },
                    &packet,
                    now,
                )
                .map(|_| ())
            }
            Belongs::NewMedia(encoding) => {
                let index = new_stream(producer, encoding, header.ssrc, header.pt, now)
                    .ok_or(DropReason::NoStream)?;
                let packet = ClearPacket {
                    bytes: packet,
                    header,
                    is_repair: false,
                };
                self.announce_scores(key, now);
                self.adopt_new_stream(key, now);
                let mapped = producer_stream_name(self.objects.producers.get(key), index);
                let is_key_frame = self.receive_media(
                    StreamPlace {
                        producer: key,
                        index,
                    },
                    &packet,
                    now,
                )?;
                if let Some(mapped) = mapped.filter(|_| !is_key_frame) {
                    self.force_key_frame(key, mapped, now);
                }
                Ok(())
            }
            Belongs::NewRtx(index) => {
                let stream = producer
                    .streams
                    .get_mut(index)
                    .ok_or(DropReason::NoStream)?;
                stream.recv.bind_rtx(header.ssrc, header.pt);
                self.receive_rtx(
                    StreamPlace {
                        producer: key,
                        index,
                    },
                    packet,
                    &header,
                    now,
                )
            }
            Belongs::Rtx(index) => self.receive_rtx(
                StreamPlace {
                    producer: key,
                    index,
                },
                packet,
                &header,
                now,
            ),
            Belongs::Nobody => Err(DropReason::NoStream),
        }
    }

    fn receive_rtx(
        &mut self,
        place: StreamPlace,
        packet: &mut [u8],
        header: &RtpHeader,
        now: Instant,
    ) -> Result<(), DropReason> {
        let StreamPlace {
            producer: key,
            index,
        } = place;
        let producer = self
            .objects
            .producers
            .get_mut(key)
            .ok_or(DropReason::NoProducer)?;
        if let Some(transport) = self.objects.transports.get_mut(producer.transport) {
            transport.traffic.rtx_received.add(packet.len(), now);
        }
        let stream = producer
            .streams
            .get_mut(index)
            .ok_or(DropReason::NoStream)?;
        let original = stream
            .recv
            .unwrap_rtx(packet, header)
            .ok_or(DropReason::RtxDiscarded)?;
        let header = RtpHeader::parse(original).map_err(|_| DropReason::MalformedRtp)?;
        let packet = ClearPacket {
            bytes: original,
            header,
            is_repair: true,
        };
        self.receive_media(
            StreamPlace {
                producer: key,
                index,
            },
            &packet,
            now,
        )
        .map(|_| ())
    }

    /// Takes a packet of a known stream. Whether it begins a key frame.
    fn receive_media(
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
            codec.payload,
            (&packet.header, packet.bytes),
            descriptor,
            &mut stream.structure,
        );
        let info = payload.info;
        let summary = RecvPacket {
            seq: packet.header.seq,
            ts: packet.header.timestamp,
            size: packet.bytes.len(),
            payload_len: packet.header.payload_len,
            key_frame: info.key_frame,
            spatial: info.spatial,
            temporal: info.temporal,
        };
        let received = match packet.is_repair {
            false => stream.recv.receive(&summary, now),
            true => stream.recv.receive_repair(&summary, now),
        };
        let received = received.map_err(|refusal| match refusal {
            RecvRefusal::Sequence => DropReason::Sequence,
            RecvRefusal::Unneeded => DropReason::RtxDiscarded,
        })?;
        let mapped_ssrc = stream.mapped_ssrc;
        let wake = stream.recv.poll_timeout();
        if let Some(transport) = self.objects.transports.get_mut(transport_key) {
            if !packet.is_repair {
                transport.traffic.rtp_received.add(packet.bytes.len(), now);
            }
            transport.wake_at(wake);
        }
        if info.key_frame {
            producer.key_frames.received(mapped_ssrc);
        }
        self.wake_at(wake);
        if received.needs_key_frame {
            self.ask_for_key_frame(key, mapped_ssrc, now);
        }
        if received.score_changed {
            self.announce_scores(key, now);
        }
        match kind {
            MediaKind::Audio => self.note_audio_level(key, packet, now),
            MediaKind::Video => self.note_orientation(key, packet),
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
        let clock = self
            .objects
            .transports
            .get(producer.transport)
            .map(|transport| &transport.sender_clock);
        let mangled = mangle(
            producer,
            index,
            packet,
            (clock, ntp, now),
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
            pt: mapped_pt,
            marker: packet.header.marker,
            key_frame: payload.info.key_frame,
            dtx: payload.info.dtx,
            patch: mangled.patch,
            vp8: None,
        };
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
            Stored::New => self.mark_dirty(key),
            Stored::Duplicate | Stored::TooOld => return Err(DropReason::Sequence),
        }
        Ok(())
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

    fn forget_ssrc(&mut self, key: TransportKey, ssrc: Ssrc) {
        let transport = self.objects.transports.get_mut(key);
        if let Some(srtp) = transport
            .and_then(|t| t.webrtc_mut())
            .and_then(|webrtc| webrtc.srtp.as_mut())
        {
            srtp.recv.forget(ssrc);
        }
    }
}

/// Writes the header that the router gives a packet; its payload type there, and how the header looks.
fn mangle(
    producer: &mut Producer,
    index: usize,
    packet: &ClearPacket<'_>,
    (clock, ntp, now): (Option<&SenderClock>, NtpTime, Instant),
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

/// Counts the packet for the feedback about the peer's sending rate. When that is due.
fn note_arrival(
    transport: &mut Transport,
    header: &RtpHeader,
    packet: &[u8],
    now: Instant,
) -> Option<Instant> {
    let ids = transport.recv_extension_ids;
    let find = |id: Option<u8>| {
        header
            .extensions
            .find(packet, id?)
            .and_then(|range| packet.get(range))
    };
    match &mut transport.rate_feedback {
        RateFeedback::None => {}
        RateFeedback::TransportCc(feedback) => {
            if let Some(seq) = find(ids.transport_wide_cc).and_then(read_transport_seq) {
                feedback.packet_arrived(seq, header.ssrc, now);
            }
        }
        RateFeedback::Remb(estimator) => {
            if let Some(sent) = find(ids.abs_send_time).and_then(AbsSendTime::read) {
                estimator.packet_arrived(sent, packet.len(), now);
            }
        }
    }
    let at = transport.feedback_timeout();
    transport.wake_at(at);
    at
}

fn producer_stream_name(producer: Option<&Producer>, index: usize) -> Option<Ssrc> {
    producer?
        .streams
        .get(index)
        .map(|stream| stream.mapped_ssrc)
}

fn read_names(transport: &Transport, header: &RtpHeader, packet: &[u8]) -> PacketNames {
    let ids = transport.recv_extension_ids;
    let find = |id: Option<u8>| {
        header
            .extensions
            .find(packet, id?)
            .and_then(|range| packet.get(range))
    };
    PacketNames {
        ssrc: header.ssrc,
        mid: find(ids.mid).and_then(read_mid),
        rid: find(ids.rid).or_else(|| find(ids.rrid)).and_then(read_rid),
    }
}

fn new_stream(
    producer: &mut Producer,
    encoding: usize,
    ssrc: Ssrc,
    pt: Pt,
    now: Instant,
) -> Option<usize> {
    let codec: &ProducerCodec = producer.codecs.get(pt)?;
    let parameters = producer.parameters.encodings.get(encoding)?;
    let layers = parameters
        .scalability_mode
        .as_ref()
        .map(|mode| mode.layers())
        .unwrap_or_default();
    let params = RecvStreamParams {
        ssrc,
        pt,
        clock_rate: codec.clock_rate,
        use_nack: codec.nack,
        use_dtx: codec.dtx || parameters.dtx == Some(true),
        check_inactivity: producer.parameters.encodings.len() > 1,
        spatial_layers: layers.spatial,
        temporal_layers: layers.temporal,
    };
    let has_capture_time = producer
        .extensions
        .id(ExtensionKind::AbsCaptureTime)
        .is_some();
    let max_age = if producer.kind == MediaKind::Video {
        VIDEO_MAX_AGE_MS
    } else {
        AUDIO_MAX_AGE_MS
    };
    producer.streams.push(ProducerStream {
        recv: RecvStream::new(params, now),
        ring: StreamRing::new(codec.clock_rate, max_age),
        mapped_ssrc: producer.mapping.encodings.get(encoding)?.mapped_ssrc,
        encoding_idx: encoding,
        rid: parameters.rid,
        structure: DependencyStructure::default(),
        fir_seq: 0,
        capture: CaptureClock::new(codec.clock_rate, has_capture_time),
    });
    Some(producer.streams.len() - 1)
}
