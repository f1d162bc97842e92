//! RTP from the peer: opened, and given to the producer and the stream that it belongs to.

use super::Worker;
use crate::drops::DropReason;
use crate::keys::{ProducerKey, TransportKey};
use crate::producer::Producer;
use crate::producer::streams::Belongs;
use crate::transport::listener::PacketNames;
use crate::transport::{RateFeedback, Transport};
use miso_ice::Tuple;
use miso_secure::{RtpToOpen, SrtpError};
use miso_wire::{AbsSendTime, Rid, RtpHeader, Ssrc, read_mid, read_rid, read_transport_seq};
use std::time::Instant;

mod media;
mod new_stream;
mod payload;
mod red;

use new_stream::new_stream;

/// A stream of a producer.
#[derive(Clone, Copy)]
struct StreamPlace {
    producer: ProducerKey,
    index: usize,
}

/// A clear packet with what was read of it.
pub(super) struct ClearPacket<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) header: RtpHeader,
    /// How it came.
    pub(super) origin: Origin,
}

/// How a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// As it is.
    Itself,
    /// As a retransmission in a stream of its own.
    Rtx,
    /// As a copy in a later packet.
    Copy,
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
        let clear = datagram.get(..len).ok_or(DropReason::MalformedRtp)?;
        let finished = header.finish(clear);
        let is_other_path = webrtc.ice.selected_tuple() != Some(tuple);
        let feedback_at = note_arrival(transport, &header, clear, now);
        self.wake_at(feedback_at);
        if is_other_path {
            self.follow_path(key, tuple, now);
        }
        finished.map_err(|_| DropReason::MalformedRtp)?;
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

    pub(super) fn find_producer(
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

    pub(super) fn receive_for_producer(
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
                    origin: Origin::Itself,
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
                    origin: Origin::Itself,
                };
                let place = StreamPlace {
                    producer: key,
                    index,
                };
                self.begin_stream(place, &packet, now)
            }
            Belongs::NewRtx(index) => {
                let stream = producer
                    .streams
                    .get_mut(index)
                    .ok_or(DropReason::NoStream)?;
                let codec = producer.codecs.get(header.pt);
                let apt = codec.and_then(|it| it.apt).ok_or(DropReason::NoStream)?;
                stream.recv.bind_rtx(header.ssrc, header.pt, apt);
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
            Belongs::Successor(index) => {
                let packet = ClearPacket {
                    bytes: packet,
                    header,
                    origin: Origin::Itself,
                };
                let place = StreamPlace {
                    producer: key,
                    index,
                };
                self.replace_stream(place, header.ssrc, now)?;
                self.begin_stream(place, &packet, now)
            }
            Belongs::Nobody => Err(DropReason::NoStream),
        }
    }

    /// Takes the first packet of a stream.
    fn begin_stream(
        &mut self,
        place: StreamPlace,
        packet: &ClearPacket<'_>,
        now: Instant,
    ) -> Result<(), DropReason> {
        let key = place.producer;
        let Some(mapped) = producer_stream_name(self.objects.producers.get(key), place.index)
        else {
            return Err(DropReason::NoStream);
        };
        // Before the packet is stored, so that consumers are served it.
        self.adopt_new_stream(key, mapped, now);
        let is_key_frame = self.receive_media(place, packet, now)?;
        if !is_key_frame {
            self.force_key_frame(key, mapped, now);
        }
        Ok(())
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
            origin: Origin::Rtx,
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

    pub(super) fn forget_ssrc(&mut self, key: TransportKey, ssrc: Ssrc) {
        let transport = self.objects.transports.get_mut(key);
        if let Some(srtp) = transport.and_then(|transport| transport.srtp_mut()) {
            srtp.recv.forget(ssrc);
        }
    }
}

/// Counts the packet for the feedback about the peer's sending rate. When that is due.
pub(super) fn note_arrival(
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

pub(super) fn read_names(transport: &Transport, header: &RtpHeader, packet: &[u8]) -> PacketNames {
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
