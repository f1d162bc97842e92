use super::media::{Packet, audio, consume, video};
use super::rig::Rig;
use crate::command::TransportCommand;
use miso_wire::{Bitrate, RtcpPacket};
use serde_json::json;
use std::time::Duration;

fn is_remb(packet: &RtcpPacket<'_>) -> bool {
    matches!(packet, RtcpPacket::Remb(_))
}

fn is_receiver_report(packet: &RtcpPacket<'_>) -> bool {
    matches!(packet, RtcpPacket::ReceiverReport(_))
}

#[test]
fn limit_set_before_the_peer_is_there_waits_without_a_busy_timer_and_is_told_on_connect() {
    let mut rig = Rig::new();
    rig.make_transport(1);
    rig.tell(
        1,
        TransportCommand::SetMaxIncomingBitrate(Bitrate::kbps(500)),
    );
    rig.advance(Duration::from_secs(5));
    rig.connect(1);
    rig.advance(Duration::ZERO);
    assert_eq!(rig.count_rtcp(1, is_remb), 1);
    rig.advance(Duration::from_millis(3_100));
    assert_eq!(rig.count_rtcp(1, is_remb), 2);
}

#[test]
fn limit_of_a_connected_peer_is_told_at_once_beside_transport_cc() {
    let mut rig = Rig::new();
    rig.join(1);
    let options = video("1", json!([{"ssrc": 50, "rtx": {"ssrc": 51}}]));
    rig.produce(1, 10, &options);
    rig.send(1, &Packet::vp8(50, 1, true).numbered(1));
    rig.tell(
        1,
        TransportCommand::SetMaxIncomingBitrate(Bitrate::kbps(500)),
    );
    rig.advance(Duration::ZERO);
    assert_eq!(rig.count_rtcp(1, is_remb), 1);
    rig.advance(Duration::from_millis(1_600));
    assert_eq!(rig.count_rtcp(1, is_remb), 1);
}

#[test]
fn feedback_of_a_lost_peer_keeps_no_timer_busy() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    rig.send(1, &Packet::opus(40, 1).numbered(1));
    let tuple = rig.transport(1).selected_tuple().unwrap();
    let key = *rig.worker.demux.tuples.get(&tuple).unwrap();
    let ice = &mut rig.worker.objects.transports[key].webrtc_mut().unwrap().ice;
    ice.remove_tuple(tuple, rig.now);
    rig.worker.drive_ice(key, rig.now);
    assert!(!rig.transport(1).connected);
    rig.advance(Duration::from_secs(2));
}

#[test]
fn sparse_packets_are_acknowledged_within_100_ms_each() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    for number in 1..=3 {
        rig.send(1, &Packet::opus(40, number).numbered(number));
        rig.advance(Duration::from_millis(101));
        let feedback = rig.count_rtcp(1, |packet| {
            matches!(packet, RtcpPacket::TransportFeedback(_))
        });
        assert_eq!(feedback, 1, "packet {number}");
        rig.advance(Duration::from_millis(300));
        rig.take_rtcp(1);
    }
}

#[test]
fn reports_start_half_a_second_after_connecting_and_come_every_1_to_1_5_s() {
    let mut rig = Rig::new();
    rig.join(1);
    let connected = rig.now;
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    rig.send(1, &Packet::opus(40, 1));
    let mut times = Vec::new();
    for _ in 0..1_000 {
        rig.advance(Duration::from_millis(10));
        if rig.count_rtcp(1, is_receiver_report) > 0 {
            times.push(rig.now);
        }
    }
    let millis =
        |from: std::time::Instant, to: std::time::Instant| to.duration_since(from).as_millis();
    // Transports are served together, at most 50 ms late.
    let first = millis(connected, times[0]);
    assert!((500..=560).contains(&first), "{first}");
    for pair in times.windows(2) {
        let gap = millis(pair[0], pair[1]);
        assert!((990..=1_560).contains(&gap), "{gap}");
    }
}

#[test]
fn paused_producer_is_still_reported_on_and_still_asked_for_what_is_missing() {
    let mut rig = Rig::new();
    rig.join(1);
    let mut options = video("1", json!([{"ssrc": 50, "rtx": {"ssrc": 51}}]));
    options.paused = true;
    rig.produce(1, 10, &options);
    rig.send(1, &Packet::vp8(50, 1, true));
    rig.send(1, &Packet::vp8(50, 3, false));
    rig.advance(Duration::from_millis(15));
    rig.send(1, &Packet::vp8(50, 4, false));
    let nacks = rig.count_rtcp(1, |packet| matches!(packet, RtcpPacket::Nack(_)));
    assert_eq!(nacks, 1);
    rig.advance(Duration::from_millis(600));
    assert_eq!(rig.count_rtcp(1, is_receiver_report), 1);
}

#[test]
fn sender_report_of_a_consumer_carries_the_name() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let options = audio("0", json!([{"ssrc": 40}]));
    rig.produce(1, 10, &options);
    rig.consume(2, 20, consume(10, &options, 700, false));
    rig.send(1, &Packet::opus(40, 1));
    rig.advance(Duration::from_millis(600));
    let compounds = rig.take_rtcp(2);
    let packets: Vec<_> = compounds
        .iter()
        .flat_map(|bytes| miso_wire::RtcpPackets::new(bytes))
        .map(Result::unwrap)
        .collect();
    let Some(RtcpPacket::SenderReport(report)) = packets.first() else {
        panic!("no sender report");
    };
    assert_eq!((report.info.ssrc.0, report.info.packet_count), (700, 1));
    let named = packets.iter().any(|packet| match packet {
        RtcpPacket::Sdes(sdes) => sdes
            .chunks()
            .any(|chunk| chunk.cname == Some(b"us".as_slice())),
        _ => false,
    });
    assert!(named);
}
