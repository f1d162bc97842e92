use std::time::{Duration, Instant};

use miso_sfu::trace::BweTrace;
use miso_wire::{Bitrate, NtpTime, RtpTime, SenderInfo, Ssrc};

use super::*;

#[test]
fn an_estimate_is_told_with_all_its_bitrates() {
    let start = Instant::now();
    let trace = TransportTrace {
        at: start + Duration::from_millis(1_234),
        info: TransportTraceInfo::Bwe(BweTrace {
            bwe_type: BweType::Remb,
            desired: Bitrate(1),
            effective_desired: Bitrate(2),
            min: Bitrate(3),
            max: Bitrate(4),
            start: Bitrate(5),
            max_padding: Bitrate(6),
            available: Bitrate(7),
        }),
    };
    let clock = Clock::starting_at(start);
    let (event, body) = of_transport(&clock, &trace);
    assert_eq!(event, notification::Event::TransportTrace);
    let Body::TransportTraceNotification(told) = body else {
        panic!("another body");
    };
    assert_eq!(told.type_, transport::TraceEventType::Bwe);
    assert_eq!(told.timestamp, clock.millis(trace.at));
    let Some(transport::TraceInfo::BweTraceInfo(it)) = told.info else {
        panic!("no estimate");
    };
    assert_eq!(it.bwe_type, transport::BweType::Remb);
    assert_eq!((it.desired_bitrate, it.effective_desired_bitrate), (1, 2));
    assert_eq!((it.min_bitrate, it.max_bitrate), (3, 4));
    assert_eq!((it.start_bitrate, it.max_padding_bitrate), (5, 6));
    assert_eq!(it.available_bitrate, 7);
}

#[test]
fn a_probing_packet_is_told_without_more() {
    let at = Instant::now();
    let info = TransportTraceInfo::Probation;
    let (_, body) = of_transport(&Clock::starting_at(at), &TransportTrace { at, info });
    let Body::TransportTraceNotification(told) = body else {
        panic!("another body");
    };
    assert_eq!(told.type_, transport::TraceEventType::Probation);
    assert_eq!(told.direction, common::TraceDirection::DirectionOut);
    assert!(told.info.is_none());
}

#[test]
fn a_sender_report_is_told_with_its_time_in_halves_and_never_of_a_consumer() {
    let at = Instant::now();
    let trace = MediaTrace {
        at,
        direction: TraceDirection::In,
        info: MediaTraceInfo::SenderReport(SenderInfo {
            ssrc: Ssrc(1),
            ntp: NtpTime(0x0000_0002_0000_0003),
            rtp_time: RtpTime(4),
            packet_count: 5,
            octet_count: 6,
        }),
    };
    let clock = Clock::starting_at(at);
    let (_, body) = of_producer(&clock, &trace);
    let Body::ProducerTraceNotification(told) = body else {
        panic!("another body");
    };
    let Some(producer::TraceInfo::SrTraceInfo(it)) = told.info else {
        panic!("no report");
    };
    assert_eq!((it.ssrc, it.ntp_sec, it.ntp_frac), (1, 2, 3));
    assert_eq!((it.rtp_ts, it.packet_count, it.octet_count), (4, 5, 6));
    assert!(of_consumer(&clock, &trace).is_none());
}
