use serde_json::{Value, json};

use super::*;
use crate::PeerDevice;

fn peer() -> PeerId {
    PeerId::new("p").unwrap()
}

fn consumer() -> ConsumerId {
    ConsumerId::new("c").unwrap()
}

/// The data of a notification, which must have this method.
fn data(method: &str, notification: &ServerNotification) -> Value {
    assert_eq!(notification.method(), method);
    let mut json = serde_json::to_value(notification).unwrap();
    assert_eq!(json["method"], method);
    json["data"].take()
}

#[test]
fn peers_come_and_go_and_change_names() {
    let device = PeerDevice {
        flag: Some("chrome".into()),
        ..PeerDevice::default()
    };
    let info = PeerInfo::new(peer(), DisplayName::new("Ann"), device);
    let bare = json!({"id": "p", "peerId": "p", "displayName": "Ann", "device": {"flag": "chrome"}, "remoteAddress": ""});
    let mut both = bare.clone();
    both["peer"] = bare;
    assert_eq!(
        data("newPeer", &ServerNotification::NewPeer(NewPeer(info))),
        both
    );
    let closed = ServerNotification::PeerClosed(PeerClosed { peer_id: peer() });
    assert_eq!(data("peerClosed", &closed), json!({"peerId": "p"}));
    let renamed = ServerNotification::PeerDisplayNameChanged(PeerDisplayNameChanged {
        peer_id: peer(),
        display_name: DisplayName::new("Bob"),
        old_display_name: DisplayName::new(""),
    });
    assert_eq!(
        data("peerDisplayNameChanged", &renamed),
        json!({"peerId": "p", "displayName": "Bob", "oldDisplayName": ""})
    );
}

#[test]
fn first_message_tells_the_version() {
    let it = ServerNotification::MediasoupVersion(MediasoupVersion {
        version: "3.27.1".into(),
    });
    assert_eq!(data("mediasoup-version", &it), json!({"version": "3.27.1"}));
}

#[test]
fn scores_have_mediasoups_shape() {
    let producer = ServerNotification::ProducerScoreChanged(ProducerScoreChanged {
        producer_id: ProducerId::new("x").unwrap(),
        score: vec![
            ProducerScore {
                encoding_idx: 0,
                ssrc: 7,
                rid: Some("r0".into()),
                score: 10,
            },
            ProducerScore {
                encoding_idx: 1,
                ssrc: 8,
                rid: None,
                score: 0,
            },
        ],
    });
    assert_eq!(
        data("producerScore", &producer),
        json!({"producerId": "x", "score": [
            {"encodingIdx": 0, "ssrc": 7, "rid": "r0", "score": 10},
            {"encodingIdx": 1, "ssrc": 8, "score": 0}
        ]})
    );
    let score = ConsumerScore {
        score: 9,
        producer_score: 10,
        producer_scores: vec![10, 0],
    };
    let consumer = ServerNotification::ConsumerScoreChanged(ConsumerScoreChanged {
        consumer_id: consumer(),
        score,
    });
    assert_eq!(
        data("consumerScore", &consumer),
        json!({"consumerId": "c",
            "score": {"score": 9, "producerScore": 10, "producerScores": [10, 0]}})
    );
}

#[test]
fn layers_are_null_when_none_can_be_sent() {
    let changed = |layers| {
        let it = ConsumerLayersChanged::new(consumer(), layers);
        data(
            "consumerLayersChanged",
            &ServerNotification::ConsumerLayersChanged(it),
        )
    };
    assert_eq!(
        changed(None),
        json!({"consumerId": "c", "spatialLayer": null, "temporalLayer": null})
    );
    assert_eq!(
        changed(Some(Layers {
            spatial_layer: 2,
            temporal_layer: 0
        })),
        json!({"consumerId": "c", "spatialLayer": 2, "temporalLayer": 0,
            "layers": {"spatialLayer": 2, "temporalLayer": 0}})
    );
}

#[test]
fn consumers_follow_their_producers() {
    use ServerNotification as N;
    let expected = json!({"consumerId": "c"});
    let paused = N::ConsumerPaused(ConsumerPaused {
        consumer_id: consumer(),
    });
    assert_eq!(data("consumerPaused", &paused), expected);
    let resumed = N::ConsumerResumed(ConsumerResumed {
        consumer_id: consumer(),
    });
    assert_eq!(data("consumerResumed", &resumed), expected);
    let closed = N::ConsumerClosed(ConsumerClosed {
        consumer_id: consumer(),
    });
    assert_eq!(data("consumerClosed", &closed), expected);
    let data_consumer_id = DataConsumerId::new("d").unwrap();
    let closed = N::DataConsumerClosed(DataConsumerClosed { data_consumer_id });
    assert_eq!(
        data("dataConsumerClosed", &closed),
        json!({"dataConsumerId": "d"})
    );
}

#[test]
fn silence_has_a_null_peer_and_no_volume() {
    let speaker = |peer_id, volume| {
        data(
            "activeSpeaker",
            &ServerNotification::ActiveSpeaker(ActiveSpeaker { peer_id, volume }),
        )
    };
    assert_eq!(
        speaker(Some(peer()), Some(-42)),
        json!({"peerId": "p", "volume": -42})
    );
    assert_eq!(speaker(None, None), json!({"peerId": null}));
}

#[test]
fn downlink_is_told_in_three_rates() {
    let it = ServerNotification::DownlinkBwe(DownlinkBwe {
        desired_bitrate: 3,
        effective_desired_bitrate: 2,
        available_bitrate: 1,
    });
    assert_eq!(
        data("downlinkBwe", &it),
        json!({"desiredBitrate": 3, "effectiveDesiredBitrate": 2, "availableBitrate": 1})
    );
}
