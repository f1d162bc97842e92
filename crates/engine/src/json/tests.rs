use std::collections::BTreeMap;

use miso_ice::IceState;
use miso_ortc::MediaKind;
use miso_secure::DtlsState;
use miso_sfu::sctp::SctpState;
use miso_sfu::stats::{IceStats, StreamDirection, StreamStats, Traffic, TransportStats};
use miso_wire::{Bitrate, Rid, Ssrc};
use serde_json::{Value, json};

use super::{stream_stats, transport_stats};

fn names(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn transport(ice: Option<IceStats>) -> TransportStats {
    let traffic = |bytes| Traffic {
        bytes,
        bitrate: Bitrate(bytes * 8),
    };
    TransportStats {
        ice,
        plain: None,
        pipe: None,
        sctp_state: None,
        received: traffic(1),
        sent: traffic(2),
        rtp_received: traffic(3),
        rtp_sent: traffic(4),
        rtx_received: traffic(5),
        rtx_sent: traffic(6),
        probation_sent: traffic(7),
        available_outgoing_bitrate: None,
        available_incoming_bitrate: None,
        max_incoming_bitrate: None,
        max_outgoing_bitrate: None,
        min_outgoing_bitrate: None,
        packet_loss_received: None,
        packet_loss_sent: None,
    }
}

#[test]
fn a_direct_transports_stats_have_the_members_that_are_always_there_and_no_others() {
    let stats = transport_stats("t", 9, &transport(None), None);
    let expected = json!({
        "type": "direct-transport", "transportId": "t", "timestamp": 9,
        "bytesReceived": 1, "recvBitrate": 8, "bytesSent": 2, "sendBitrate": 16,
        "rtpBytesReceived": 3, "rtpRecvBitrate": 24, "rtpBytesSent": 4, "rtpSendBitrate": 32,
        "rtxBytesReceived": 5, "rtxRecvBitrate": 40, "rtxBytesSent": 6, "rtxSendBitrate": 48,
        "probationBytesSent": 7, "probationSendBitrate": 56,
    });
    assert_eq!(stats, expected);
}

#[test]
fn a_webrtc_transports_stats_add_ice_dtls_sctp_and_known_bitrates() {
    let ice = IceStats {
        ice_state: IceState::New,
        ice_selected_tuple: None,
        dtls_state: DtlsState::Connecting,
    };
    let stats = TransportStats {
        plain: None,
        pipe: None,
        sctp_state: Some(SctpState::Connected),
        available_outgoing_bitrate: Some(Bitrate(600_000)),
        max_incoming_bitrate: Some(Bitrate(1)),
        ..transport(Some(ice))
    };
    let stats = transport_stats("t", 9, &stats, None);
    assert_eq!(stats["type"], "webrtc-transport");
    assert_eq!(stats["iceRole"], "controlled");
    assert_eq!(stats["iceState"], "new");
    assert_eq!(stats["dtlsState"], "connecting");
    assert_eq!(stats["sctpState"], "connected");
    assert_eq!(stats["availableOutgoingBitrate"], 600_000);
    assert_eq!(stats["maxIncomingBitrate"], 1);
    assert!(!names(&stats).contains(&"iceSelectedTuple"));
    assert!(!names(&stats).contains(&"maxOutgoingBitrate"));
}

fn stream(direction: StreamDirection) -> StreamStats {
    StreamStats {
        direction,
        ssrc: Ssrc(1),
        kind: MediaKind::Video,
        mime_type: "video/VP8".to_owned(),
        rid: Rid::new(b"h").ok(),
        rtx_ssrc: Some(Ssrc(2)),
        packets_lost: 3,
        fraction_lost: 4,
        jitter: 5,
        packets_discarded: 6,
        packets_retransmitted: 7,
        packets_repaired: 8,
        nack_count: 9,
        nack_packet_count: 10,
        pli_count: 11,
        fir_count: 12,
        round_trip_time: Some(1.5),
        rtx_packets_discarded: 13,
        score: 10,
        packet_count: 14,
        byte_count: 15,
        bitrate: Bitrate(16),
        bitrate_by_layer: BTreeMap::from([("0.1".to_owned(), Bitrate(17))]),
    }
}

#[test]
fn a_streams_stats_have_mediasoups_members() {
    let stats = stream_stats(99, &[stream(StreamDirection::Recv)]);
    let expected = json!([{
        "type": "inbound-rtp", "timestamp": 99, "ssrc": 1, "kind": "video",
        "mimeType": "video/VP8", "rid": "h", "rtxSsrc": 2, "packetsLost": 3, "fractionLost": 4,
        "jitter": 5, "packetsDiscarded": 6, "packetsRetransmitted": 7, "packetsRepaired": 8,
        "nackCount": 9, "nackPacketCount": 10, "pliCount": 11, "firCount": 12,
        "roundTripTime": 1.5, "rtxPacketsDiscarded": 13, "score": 10, "packetCount": 14,
        "byteCount": 15, "bitrate": 16, "bitrateByLayer": { "0.1": 17 },
    }]);
    assert_eq!(Value::Array(stats), expected);
}

#[test]
fn sent_streams_are_outbound_without_layers_and_unknown_values_are_absent() {
    let unknown = StreamStats {
        rid: None,
        rtx_ssrc: None,
        round_trip_time: None,
        ..stream(StreamDirection::Send)
    };
    let stats = stream_stats(99, &[unknown]);
    assert_eq!(stats[0]["type"], "outbound-rtp");
    for absent in ["rid", "rtxSsrc", "roundTripTime", "bitrateByLayer"] {
        assert!(!names(&stats[0]).contains(&absent), "{absent}");
    }
}
