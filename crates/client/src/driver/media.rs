//! Streams that a transport sends and receives.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use miso_ortc::MediaKind;
use miso_wire::{Pt, Ssrc};
use str0m::Rtc;
use str0m::media::{KeyframeRequestKind, Mid};
use str0m::rtp::{ExtensionValues, RtpWrite};
use str0m::stats::{MediaEgressStats, MediaIngressStats};
use tokio::sync::mpsc;

use super::{RecvStream, SendStream};
use crate::producer::{OutgoingPacket, ProducerEvent};
use crate::rtp::RtpPacket;
use crate::stats::{ConsumerMeter, ProducerMeter};

/// Streams that are sent.
#[derive(Default)]
pub(super) struct Senders(HashMap<Ssrc, Sender>);

struct Sender {
    mid: Mid,
    pt: Pt,
    /// Whether it sends again what is asked for, which the stack does in a stream of its own only.
    has_rtx: bool,
    /// Extended sequence number of the next packet.
    next_seq: u64,
    events: mpsc::Sender<ProducerEvent>,
    meter: Arc<ProducerMeter>,
}

impl Senders {
    pub(super) fn add(&mut self, rtc: &mut Rtc, stream: SendStream) {
        let mid = mid_of(&stream.mid);
        let mut api = rtc.direct_api();
        api.declare_media(mid, str_kind(stream.kind));
        let rtx = stream.rtx.map(|it| it.0.into());
        api.declare_stream_tx(stream.ssrc.0.into(), rtx, mid, None);
        let sender = Sender {
            mid,
            pt: stream.pt,
            has_rtx: stream.rtx.is_some(),
            // The first number is random, and small enough not to wrap around at once (RFC 3711, section 3.3.1).
            next_seq: u64::from(fastrand::u16(1..0x8000)),
            events: stream.events,
            meter: stream.meter,
        };
        self.0.insert(stream.ssrc, sender);
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, rtc: &mut Rtc, ssrc: Ssrc) -> bool {
        let Some(sender) = self.0.remove(&ssrc) else {
            return false;
        };
        let mut api = rtc.direct_api();
        api.remove_stream_tx(ssrc.0.into());
        api.remove_media(sender.mid);
        true
    }

    pub(super) fn write(&mut self, rtc: &mut Rtc, ssrc: Ssrc, packets: Vec<OutgoingPacket>) {
        let Some(sender) = self.0.get_mut(&ssrc) else {
            return;
        };
        let now = Instant::now();
        let connected = rtc.is_connected();
        let mut api = rtc.direct_api();
        let Some(stream) = api.stream_tx(&ssrc.0.into()).filter(|_| connected) else {
            // Live media is not kept for later.
            sender.meter.discarded(packets.len());
            return;
        };
        for packet in packets {
            let seq = sender.next_seq;
            sender.next_seq += 1;
            let pt = sender.pt.0.into();
            let values = ExtensionValues {
                audio_level: packet.audio_level.map(|level| level.dbov),
                voice_activity: packet.audio_level.map(|level| level.is_voice),
                ..Default::default()
            };
            sender.meter.written();
            let captured = packet.captured.unwrap_or(now);
            let write = RtpWrite::new(pt, seq.into(), packet.timestamp, captured, packet.payload);
            stream.write_rtp(
                write
                    .marker(packet.marker)
                    .ext_vals(values)
                    .nackable(sender.has_rtx),
            );
        }
    }

    pub(super) fn key_frame_requested(&self, mid: Mid) {
        for sender in self.0.values().filter(|it| it.mid == mid) {
            // A full list has a request in it that was not heard yet.
            let _ = sender.events.try_send(ProducerEvent::KeyFrameRequested);
        }
    }

    pub(super) fn measure(&self, stats: &MediaEgressStats) {
        for sender in self.0.values().filter(|it| it.mid == stats.mid) {
            sender.meter.measure(stats);
        }
    }
}

/// Streams that are received.
#[derive(Default)]
pub(super) struct Receivers(HashMap<Ssrc, Receiver>);

struct Receiver {
    mid: Mid,
    packets: mpsc::Sender<RtpPacket>,
    meter: Arc<ConsumerMeter>,
}

impl Receivers {
    pub(super) fn add(&mut self, rtc: &mut Rtc, stream: RecvStream) {
        let mid = mid_of(&stream.mid);
        let mut api = rtc.direct_api();
        api.declare_media(mid, str_kind(stream.kind));
        let rtx = stream.rtx.map(|it| it.0.into());
        let expected = api.expect_stream_rx(stream.ssrc.0.into(), rtx, mid, None);
        expected.suppress_nack(!stream.nack);
        let receiver = Receiver {
            mid,
            packets: stream.packets,
            meter: stream.meter,
        };
        self.0.insert(stream.ssrc, receiver);
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, rtc: &mut Rtc, ssrc: Ssrc) -> bool {
        let Some(receiver) = self.0.remove(&ssrc) else {
            return false;
        };
        let mut api = rtc.direct_api();
        api.remove_stream_rx(ssrc.0.into());
        api.remove_media(receiver.mid);
        true
    }

    pub(super) fn request_key_frame(&self, rtc: &mut Rtc, ssrc: Ssrc) {
        if let Some(stream) = rtc.direct_api().stream_rx(&ssrc.0.into()) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    pub(super) fn receive(&self, packet: str0m::rtp::RtpPacket) {
        let Some(receiver) = self.0.get(&Ssrc(*packet.header.ssrc)) else {
            return;
        };
        receiver
            .meter
            .received(*packet.seq_no, packet.payload.len());
        if receiver.packets.try_send(RtpPacket::from(packet)).is_err() {
            receiver.meter.discarded();
        }
    }

    pub(super) fn measure(&self, stats: &MediaIngressStats) {
        for receiver in self.0.values().filter(|it| it.mid == stats.mid) {
            receiver.meter.measure(stats);
        }
    }
}

fn mid_of(mid: &miso_wire::Mid) -> Mid {
    Mid::from(mid.to_string().as_str())
}

const fn str_kind(kind: MediaKind) -> str0m::media::MediaKind {
    match kind {
        MediaKind::Audio => str0m::media::MediaKind::Audio,
        MediaKind::Video => str0m::media::MediaKind::Video,
    }
}
