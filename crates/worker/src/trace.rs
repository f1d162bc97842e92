//! Trace events: what is traced, and how it is told (fact sheet 1.6.1, 1.11, 1.12).

use miso_sfu::command::{ConsumerCommand, ProducerCommand, TransportCommand};
use miso_sfu::trace::{
    BweType, MediaTrace, MediaTraceInfo, MediaTraceKind, PacketTrace, TraceDirection,
    TransportTrace, TransportTraceInfo, TransportTraceKind,
};
use miso_worker_schema::fbs::notification::{self, Body};
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::{common, consumer, producer, rtp_packet, transport};

use crate::clock::Clock;
use crate::core::Core;
use crate::entity;
use crate::request::{Answer, Context, body};

/// Traces what the library wants of a transport.
pub(crate) fn enable_transport(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let mut kinds = Vec::new();
    for kind in body!(request, TransportEnableTraceEventRequest).events()? {
        kinds.push(match kind? {
            transport::TraceEventType::Probation => TransportTraceKind::Probation,
            transport::TraceEventType::Bwe => TransportTraceKind::Bwe,
        });
    }
    entity::transport::ask(core, context, TransportCommand::Trace(kinds))?;
    Ok(None)
}

/// Traces what the library wants of a producer.
pub(crate) fn enable_producer(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let mut kinds = Vec::new();
    for kind in body!(request, ProducerEnableTraceEventRequest).events()? {
        kinds.push(match kind? {
            producer::TraceEventType::Keyframe => MediaTraceKind::KeyFrame,
            producer::TraceEventType::Fir => MediaTraceKind::Fir,
            producer::TraceEventType::Nack => MediaTraceKind::Nack,
            producer::TraceEventType::Pli => MediaTraceKind::Pli,
            producer::TraceEventType::Rtp => MediaTraceKind::Rtp,
            producer::TraceEventType::Sr => MediaTraceKind::SenderReport,
        });
    }
    entity::producer::ask(core, context, ProducerCommand::Trace(kinds))?;
    Ok(None)
}

/// Traces what the library wants of a consumer.
pub(crate) fn enable_consumer(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let mut kinds = Vec::new();
    for kind in body!(request, ConsumerEnableTraceEventRequest).events()? {
        kinds.push(match kind? {
            consumer::TraceEventType::Keyframe => MediaTraceKind::KeyFrame,
            consumer::TraceEventType::Fir => MediaTraceKind::Fir,
            consumer::TraceEventType::Nack => MediaTraceKind::Nack,
            consumer::TraceEventType::Pli => MediaTraceKind::Pli,
            consumer::TraceEventType::Rtp => MediaTraceKind::Rtp,
        });
    }
    entity::consumer::ask(core, context, ConsumerCommand::Trace(kinds))?;
    Ok(None)
}

/// What is traced of a transport.
pub(crate) fn transport_kinds(kinds: &[TransportTraceKind]) -> Vec<transport::TraceEventType> {
    kinds.iter().copied().map(transport_kind).collect()
}

/// What is traced of a producer.
pub(crate) fn producer_kinds(kinds: &[MediaTraceKind]) -> Vec<producer::TraceEventType> {
    let kind = |kind: &MediaTraceKind| match kind {
        MediaTraceKind::Rtp => producer::TraceEventType::Rtp,
        MediaTraceKind::KeyFrame => producer::TraceEventType::Keyframe,
        MediaTraceKind::Nack => producer::TraceEventType::Nack,
        MediaTraceKind::Pli => producer::TraceEventType::Pli,
        MediaTraceKind::Fir => producer::TraceEventType::Fir,
        MediaTraceKind::SenderReport => producer::TraceEventType::Sr,
    };
    kinds.iter().map(kind).collect()
}

/// What is traced of a consumer.
pub(crate) fn consumer_kinds(kinds: &[MediaTraceKind]) -> Vec<consumer::TraceEventType> {
    let kind = |kind: &MediaTraceKind| match kind {
        MediaTraceKind::Rtp => Some(consumer::TraceEventType::Rtp),
        MediaTraceKind::KeyFrame => Some(consumer::TraceEventType::Keyframe),
        MediaTraceKind::Nack => Some(consumer::TraceEventType::Nack),
        MediaTraceKind::Pli => Some(consumer::TraceEventType::Pli),
        MediaTraceKind::Fir => Some(consumer::TraceEventType::Fir),
        // Never enabled for a consumer.
        MediaTraceKind::SenderReport => None,
    };
    kinds.iter().filter_map(kind).collect()
}

const fn transport_kind(kind: TransportTraceKind) -> transport::TraceEventType {
    match kind {
        TransportTraceKind::Probation => transport::TraceEventType::Probation,
        TransportTraceKind::Bwe => transport::TraceEventType::Bwe,
    }
}

/// Something that was traced of a transport.
pub(crate) fn of_transport(clock: &Clock, trace: &TransportTrace) -> (notification::Event, Body) {
    let info = match trace.info {
        TransportTraceInfo::Probation => None,
        TransportTraceInfo::Bwe(it) => Some(transport::TraceInfo::BweTraceInfo(Box::new(
            transport::BweTraceInfo {
                bwe_type: match it.bwe_type {
                    BweType::TransportCc => transport::BweType::TransportCc,
                    BweType::Remb => transport::BweType::Remb,
                },
                desired_bitrate: it.desired.0,
                effective_desired_bitrate: it.effective_desired.0,
                min_bitrate: it.min.0,
                max_bitrate: it.max.0,
                start_bitrate: it.start.0,
                max_padding_bitrate: it.max_padding.0,
                available_bitrate: it.available.0,
            },
        ))),
    };
    let body = transport::TraceNotification {
        type_: transport_kind(trace.info.kind()),
        timestamp: clock.millis(trace.at),
        direction: common::TraceDirection::DirectionOut,
        info,
    };
    (
        notification::Event::TransportTrace,
        Body::TransportTraceNotification(Box::new(body)),
    )
}

/// Something that was traced of a producer.
pub(crate) fn of_producer(clock: &Clock, trace: &MediaTrace) -> (notification::Event, Body) {
    use producer::{TraceEventType, TraceInfo};
    let (type_, info) = match &trace.info {
        MediaTraceInfo::Rtp(it) => {
            let info = producer::RtpTraceInfo {
                rtp_packet: packet(it),
                is_rtx: it.is_rtx,
            };
            let info = TraceInfo::RtpTraceInfo(Box::new(info));
            (TraceEventType::Rtp, Some(info))
        }
        MediaTraceInfo::KeyFrame(it) => {
            let info = producer::KeyFrameTraceInfo {
                rtp_packet: packet(it),
                is_rtx: it.is_rtx,
            };
            let info = TraceInfo::KeyFrameTraceInfo(Box::new(info));
            (TraceEventType::Keyframe, Some(info))
        }
        MediaTraceInfo::Nack => (TraceEventType::Nack, None),
        MediaTraceInfo::Pli(ssrc) => {
            let info = producer::PliTraceInfo { ssrc: ssrc.0 };
            let info = TraceInfo::PliTraceInfo(Box::new(info));
            (TraceEventType::Pli, Some(info))
        }
        MediaTraceInfo::Fir(ssrc) => {
            let info = producer::FirTraceInfo { ssrc: ssrc.0 };
            let info = TraceInfo::FirTraceInfo(Box::new(info));
            (TraceEventType::Fir, Some(info))
        }
        MediaTraceInfo::SenderReport(it) => {
            let [n0, n1, n2, n3, f0, f1, f2, f3] = it.ntp.0.to_be_bytes();
            let info = producer::SrTraceInfo {
                ssrc: it.ssrc.0,
                ntp_sec: u32::from_be_bytes([n0, n1, n2, n3]),
                ntp_frac: u32::from_be_bytes([f0, f1, f2, f3]),
                rtp_ts: it.rtp_time.0,
                packet_count: it.packet_count,
                octet_count: it.octet_count,
            };
            let info = TraceInfo::SrTraceInfo(Box::new(info));
            (TraceEventType::Sr, Some(info))
        }
    };
    let body = producer::TraceNotification {
        type_,
        timestamp: clock.millis(trace.at),
        direction: direction(trace.direction),
        info,
    };
    (
        notification::Event::ProducerTrace,
        Body::ProducerTraceNotification(Box::new(body)),
    )
}

/// Something that was traced of a consumer; none for what cannot be.
pub(crate) fn of_consumer(
    clock: &Clock,
    trace: &MediaTrace,
) -> Option<(notification::Event, Body)> {
    use consumer::{TraceEventType, TraceInfo};
    let (type_, info) = match &trace.info {
        MediaTraceInfo::Rtp(it) => {
            let info = consumer::RtpTraceInfo {
                rtp_packet: packet(it),
                is_rtx: it.is_rtx,
            };
            let info = TraceInfo::RtpTraceInfo(Box::new(info));
            (TraceEventType::Rtp, Some(info))
        }
        MediaTraceInfo::KeyFrame(it) => {
            let info = consumer::KeyFrameTraceInfo {
                rtp_packet: packet(it),
                is_rtx: it.is_rtx,
            };
            let info = TraceInfo::KeyFrameTraceInfo(Box::new(info));
            (TraceEventType::Keyframe, Some(info))
        }
        MediaTraceInfo::Nack => (TraceEventType::Nack, None),
        MediaTraceInfo::Pli(ssrc) => {
            let info = consumer::PliTraceInfo { ssrc: ssrc.0 };
            let info = TraceInfo::PliTraceInfo(Box::new(info));
            (TraceEventType::Pli, Some(info))
        }
        MediaTraceInfo::Fir(ssrc) => {
            let info = consumer::FirTraceInfo { ssrc: ssrc.0 };
            let info = TraceInfo::FirTraceInfo(Box::new(info));
            (TraceEventType::Fir, Some(info))
        }
        MediaTraceInfo::SenderReport(_) => return None,
    };
    let body = consumer::TraceNotification {
        type_,
        timestamp: clock.millis(trace.at),
        direction: direction(trace.direction),
        info,
    };
    Some((
        notification::Event::ConsumerTrace,
        Body::ConsumerTraceNotification(Box::new(body)),
    ))
}

const fn direction(direction: TraceDirection) -> common::TraceDirection {
    match direction {
        TraceDirection::In => common::TraceDirection::DirectionIn,
        TraceDirection::Out => common::TraceDirection::DirectionOut,
    }
}

fn packet(it: &PacketTrace) -> Box<rtp_packet::Dump> {
    Box::new(rtp_packet::Dump {
        payload_type: it.pt.0,
        sequence_number: it.seq.0,
        timestamp: it.timestamp.0,
        marker: it.marker,
        ssrc: it.ssrc.0,
        is_key_frame: it.key_frame,
        size: it.size as u64,
        payload_size: it.payload_size as u64,
        spatial_layer: it.spatial,
        temporal_layer: it.temporal,
        mid: it.mid.map(|mid| mid.to_string()),
        rid: it.rid.map(|rid| rid.to_string()),
        rrid: it.rrid.map(|rrid| rrid.to_string()),
        wide_sequence_number: it.transport_seq.map(|seq| seq.0),
    })
}

#[cfg(test)]
mod tests;
