use std::time::{Duration, Instant};

use miso_media::Codec;
use miso_ortc::{MediaKind, RouterRtpCodecCapability, RtpCapabilities, router_rtp_capabilities};
use miso_wire::{NtpTime, ReportBlock, RtcpPacket, RtcpPackets, RtpHeader, Seq};
use serde_json::json;

use super::{KEPT, Outlet};
use crate::link::{LinkStats, Shot};
use crate::plan;
use crate::source::Stream;

fn room() -> RtpCapabilities {
    let codecs: Vec<RouterRtpCodecCapability> = serde_json::from_value(json!([
        { "kind": "video", "mimeType": "video/VP8", "clockRate": 90000 },
    ]))
    .unwrap();
    router_rtp_capabilities(&codecs).unwrap()
}

fn outlet(epoch: Instant) -> Outlet {
    let (room, codec) = (room(), Codec::Vp8);
    let capability = plan::find(&room, &codec).unwrap();
    Outlet::new(&Stream { codec, capability }, &room, epoch).unwrap()
}

fn shot(len: usize, captured: Instant) -> Shot {
    Shot {
        kind: MediaKind::Video,
        data: vec![0x10; len],
        captured,
        is_key_frame: true,
    }
}

#[test]
fn packets_of_a_frame_are_numbered_and_have_one_timestamp_and_one_marker() {
    let epoch = Instant::now();
    let mut outlet = outlet(epoch);
    let first = outlet.packets(&shot(3_000, epoch), None).unwrap();
    let second = outlet
        .packets(&shot(10, epoch + Duration::from_secs(1)), None)
        .unwrap();
    let headers: Vec<_> = first
        .iter()
        .chain(&second)
        .map(|it| RtpHeader::parse(it).unwrap())
        .collect();
    assert_eq!(headers.len(), 4);
    assert!(
        headers
            .windows(2)
            .all(|it| it[1].seq == it[0].seq.wrapping_add(1))
    );
    assert_eq!(
        headers.iter().map(|it| it.marker).collect::<Vec<_>>(),
        [false, false, true, true]
    );
    assert_eq!(headers[0].timestamp, headers[2].timestamp);
    assert_eq!(
        headers[3].timestamp.0.wrapping_sub(headers[0].timestamp.0),
        90_000
    );
}

#[test]
fn a_lost_packet_is_sent_again_byte_for_byte_while_it_is_kept() {
    let epoch = Instant::now();
    let mut outlet = outlet(epoch);
    let packets: Vec<_> = (0..=KEPT)
        .flat_map(|_| outlet.packets(&shot(10, epoch), None).unwrap())
        .collect();
    let seq = |index: usize| RtpHeader::parse(&packets[index]).unwrap().seq;
    assert_eq!(outlet.again(seq(1)).as_ref(), Some(&packets[1]));
    assert_eq!(outlet.again(seq(0)), None);
    assert_eq!(outlet.again(Seq(seq(0).0.wrapping_sub(1))), None);
}

#[test]
fn reports_put_the_streams_clock_beside_the_worlds() {
    let epoch = Instant::now();
    let mut outlet = outlet(epoch);
    let ntp = NtpTime::from_unix(Duration::from_secs(1_000));
    assert!(outlet.report((epoch, ntp), "name", false).is_none());
    let first = outlet.packets(&shot(100, epoch), None).unwrap();
    let timestamp = RtpHeader::parse(&first[0]).unwrap().timestamp.0;
    let report = outlet
        .report((epoch + Duration::from_secs(2), ntp), "name", true)
        .unwrap();
    let packets: Vec<_> = RtcpPackets::new(&report).map(Result::unwrap).collect();
    let RtcpPacket::SenderReport(report) = &packets[0] else {
        panic!("{packets:?}");
    };
    assert_eq!(report.info.ntp, ntp);
    assert_eq!(report.info.rtp_time.0.wrapping_sub(timestamp), 180_000);
    assert_eq!(report.info.packet_count, 1);
    let RtcpPacket::Sdes(names) = &packets[1] else {
        panic!("{packets:?}");
    };
    assert_eq!(names.chunks().next().unwrap().cname, Some(&b"name"[..]));
    assert!(matches!(packets[2], RtcpPacket::Bye(_)));
}

#[test]
fn the_servers_report_tells_loss_and_the_time_there_and_back() {
    let mut outlet = outlet(Instant::now());
    let sent = NtpTime::from_unix(Duration::from_secs(100));
    let now = NtpTime::from_unix(Duration::from_millis(100_350));
    let mut block = ReportBlock {
        ssrc: outlet.ssrc(),
        fraction_lost: 10,
        cumulative_lost: 3,
        highest_seq: 0,
        jitter: 0,
        last_sr: sent.middle(),
        // A quarter of a second.
        delay_since_last_sr: 1 << 14,
    };
    let time = outlet.take_report(&block, now).unwrap();
    assert!(
        time.abs_diff(Duration::from_millis(100)) < Duration::from_millis(1),
        "{time:?}"
    );
    let mut sum = LinkStats::default();
    outlet.add_to(&mut sum);
    assert_eq!(sum.lost, 3);
    block.last_sr = 0;
    block.cumulative_lost = -2;
    assert_eq!(outlet.take_report(&block, now), None);
}
