use miso_ortc::{ConsumerType, MediaKind, RtpParameters, SctpStreamParameters};
use serde_json::{Value, json};

use super::Dialect::{self, JavaScript, TypeScript, Unknown};
use crate::*;

fn peer() -> PeerId {
    PeerId::new("p").unwrap()
}

fn shown(method: &str, data: Value) -> Dialect {
    ClientRequest::parse(method, data).unwrap().shows()
}

/// Method and data of a notification as a client of a dialect gets it.
fn told(notification: &ServerNotification, dialect: Dialect) -> Option<(String, Value)> {
    let text = encode_notification(notification, dialect)?;
    let mut frame: Value = serde_json::from_str(&text).unwrap();
    let method = frame["method"].as_str().unwrap().to_owned();
    Some((method, frame["data"].take()))
}

/// Data of a request as a client of a dialect gets it.
fn asked(request: &ServerRequest, dialect: Dialect) -> Value {
    let text = encode_request(1, request.clone(), dialect);
    serde_json::from_str::<Value>(&text).unwrap()["data"].take()
}

#[test]
fn what_was_shown_first_stays() {
    assert_eq!(Unknown.or(Unknown), Unknown);
    for known in [JavaScript, TypeScript] {
        assert_eq!(Unknown.or(known), known);
        for shown in Dialect::ALL {
            assert_eq!(known.or(shown), known);
        }
    }
}

#[test]
fn transports_show_the_dialect_by_how_they_say_their_direction() {
    let create = |data| shown("createWebRtcTransport", data);
    let newer = json!({ "direction": "producer" });
    assert_eq!(
        create(json!({ "producing": true, "consuming": false })),
        JavaScript
    );
    assert_eq!(create(json!({ "consuming": true })), JavaScript);
    assert_eq!(create(json!({ "appData": newer })), TypeScript);
    assert_eq!(
        create(json!({ "appData": { "direction": "consumer" } })),
        TypeScript
    );
    assert_eq!(
        create(json!({ "producing": true, "appData": newer })),
        Unknown
    );
    assert_eq!(
        create(json!({ "appData": { "direction": "sideways" } })),
        Unknown
    );
    assert_eq!(create(json!({})), Unknown);
}

#[test]
fn methods_of_one_dialect_show_it_and_others_show_nothing() {
    for method in ["stopNetworkThrottle", "getRtcStatsUrl"] {
        assert_eq!(shown(method, json!({})), TypeScript, "{method}");
    }
    assert_eq!(shown("resetNetworkThrottle", json!({})), JavaScript);
    // The other one notifies of these.
    let producer = json!({ "producerId": "x" });
    for method in ["closeProducer", "pauseProducer", "resumeProducer"] {
        assert_eq!(shown(method, producer.clone()), JavaScript, "{method}");
    }
    for method in ["getRouterRtpCapabilities", "join", "applyNetworkThrottle"] {
        assert_eq!(shown(method, json!({})), Unknown, "{method}");
    }
}

#[test]
fn the_version_has_a_name_in_each_dialect_and_both_at_first() {
    let version = MediasoupVersion {
        version: "3".into(),
    };
    let older = ServerNotification::MediasoupVersion(version.clone());
    let newer = ServerNotification::MediasoupVersionToo(version);
    let data = json!({ "version": "3" });
    let expected = Some(("mediasoup-version".to_owned(), data.clone()));
    assert_eq!(told(&older, Unknown), expected);
    assert_eq!(told(&older, JavaScript), expected);
    assert_eq!(told(&older, TypeScript), None);
    let expected = Some(("mediasoupVersion".to_owned(), data));
    assert_eq!(told(&newer, Unknown), expected);
    assert_eq!(told(&newer, TypeScript), expected);
    assert_eq!(told(&newer, JavaScript), None);
}

#[test]
fn who_speaks_is_told_by_volume_or_by_who_holds_the_floor() {
    let loudest = ServerNotification::ActiveSpeaker(ActiveSpeaker {
        peer_id: Some(peer()),
        volume: Some(-20),
    });
    let expected = json!({ "peerId": "p", "volume": -20 });
    for dialect in [Unknown, JavaScript] {
        let (method, data) = told(&loudest, dialect).unwrap();
        assert_eq!((method.as_str(), &data), ("activeSpeaker", &expected));
    }
    assert_eq!(told(&loudest, TypeScript), None);

    let dominant = |peer_id| ServerNotification::DominantSpeaker(DominantSpeaker { peer_id });
    let expected = ("activeSpeaker".to_owned(), json!({ "peerId": "p" }));
    assert_eq!(told(&dominant(Some(peer())), TypeScript), Some(expected));
    assert_eq!(told(&dominant(None), TypeScript).unwrap().1, json!({}));
    assert_eq!(told(&dominant(None), Unknown), None);
    assert_eq!(told(&dominant(None), JavaScript), None);

    let speaking = ServerNotification::SpeakingPeers(SpeakingPeers {
        peer_volumes: vec![PeerVolume {
            peer_id: peer(),
            volume: -20,
        }],
    });
    let expected = json!({ "peerVolumes": [{ "peerId": "p", "volume": -20 }] });
    for dialect in [Unknown, TypeScript] {
        let (method, data) = told(&speaking, dialect).unwrap();
        assert_eq!((method.as_str(), &data), ("speakingPeers", &expected));
    }
    assert_eq!(told(&speaking, JavaScript), None);
}

#[test]
fn the_link_is_told_of_in_the_older_dialect_only() {
    let link = ServerNotification::DownlinkBwe(DownlinkBwe {
        desired_bitrate: 3,
        effective_desired_bitrate: 2,
        available_bitrate: 1,
    });
    assert!(told(&link, JavaScript).is_some());
    assert_eq!(told(&link, TypeScript), None);
}

#[test]
fn peers_and_layers_have_the_names_of_both() {
    let info = PeerInfo::new(peer(), DisplayName::new("Ann"), PeerDevice::default());
    let joined = ServerNotification::NewPeer(NewPeer(info));
    let layers = Layers {
        spatial_layer: 1,
        temporal_layer: 2,
    };
    let changed = ConsumerLayersChanged::new(ConsumerId::new("c").unwrap(), Some(layers));
    let changed = ServerNotification::ConsumerLayersChanged(changed);
    for dialect in Dialect::ALL {
        let (_, data) = told(&joined, dialect).unwrap();
        assert_eq!(
            (&data["id"], &data["displayName"]),
            (&json!("p"), &json!("Ann"))
        );
        let peer = &data["peer"];
        assert_eq!(
            (&peer["peerId"], &peer["remoteAddress"]),
            (&json!("p"), &json!(""))
        );
        let (_, data) = told(&changed, dialect).unwrap();
        assert_eq!(
            (&data["spatialLayer"], &data["temporalLayer"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(
            data["layers"],
            json!({ "spatialLayer": 1, "temporalLayer": 2 })
        );
    }
}

fn new_consumer(kind: MediaKind, app_data: Value) -> ServerRequest {
    let rtp_parameters: RtpParameters = serde_json::from_value(json!({ "codecs": [] })).unwrap();
    let id = ConsumerId::new("c").unwrap();
    ServerRequest::NewConsumer(NewConsumer {
        peer_id: peer(),
        transport_id: TransportId::new("t").unwrap(),
        producer_id: ProducerId::new("x").unwrap(),
        consumer_id: id.clone(),
        id,
        kind,
        rtp_parameters,
        consumer_type: ConsumerType::Simple,
        app_data: serde_json::from_value(app_data).unwrap(),
        producer_paused: false,
        consumer_score: ConsumerScore {
            score: 10,
            producer_score: 10,
            producer_scores: vec![10],
        },
    })
}

#[test]
fn media_of_either_dialect_says_what_it_shows_in_that_of_the_receiver() {
    let seen = |kind, app_data: Value| {
        let request = new_consumer(kind, app_data);
        Dialect::ALL.map(|dialect| asked(&request, dialect)["appData"].clone())
    };
    let (audio, video) = (MediaKind::Audio, MediaKind::Video);
    // Unknown, JavaScript, TypeScript.
    let camera = json!({ "source": "video" });
    assert_eq!(
        seen(video, json!({})),
        [camera.clone(), json!({}), camera.clone()]
    );
    let nonsense = json!({ "source": 5 });
    assert_eq!(
        seen(video, nonsense.clone()),
        [camera.clone(), nonsense, camera]
    );
    let voice = json!({ "source": "audio" });
    assert_eq!(
        seen(audio, json!({})),
        [voice.clone(), json!({}), voice.clone()]
    );
    assert_eq!(
        seen(audio, voice.clone()),
        [voice.clone(), voice.clone(), voice]
    );
    let both = json!({ "share": true, "source": "screensharing" });
    let older = json!({ "share": true });
    assert_eq!(
        seen(video, older.clone()),
        [both.clone(), older, both.clone()]
    );
    let newer = json!({ "source": "screensharing" });
    assert_eq!(seen(video, newer.clone()), [both.clone(), both, newer]);
}

#[test]
fn data_says_what_it_is_for_by_label_or_by_channel() {
    let offered = |peer_id, label: &str, route| {
        let id = DataConsumerId::new("d").unwrap();
        let request = ServerRequest::NewDataConsumer(NewDataConsumer {
            peer_id: Some(peer_id),
            transport_id: TransportId::new("t").unwrap(),
            data_producer_id: DataProducerId::new("x").unwrap(),
            data_consumer_id: id.clone(),
            id,
            sctp_stream_parameters: SctpStreamParameters::new(3, None, None, Some(1)).unwrap(),
            label: label.to_owned(),
            protocol: String::new(),
            app_data: AppData::default(),
            route,
        });
        Dialect::ALL.map(|dialect| {
            let data = asked(&request, dialect);
            assert_eq!(
                (&data["id"], &data["dataConsumerId"]),
                (&json!("d"), &json!("d"))
            );
            assert!(data.get("route").is_none());
            let member = |name: &str| data.get(name).map(Value::to_string);
            let channel = data["appData"].get("channel").map(Value::to_string);
            [member("peerId"), member("label"), channel].map(|it| it.unwrap_or_default())
        })
    };
    let texts = |it: [[&str; 3]; 3]| it.map(|it| it.map(str::to_owned));
    assert_eq!(
        offered(None, "bot", DataRoute::Bot),
        texts([
            ["null", "\"bot\"", "\"bot\""],
            ["null", "\"bot\"", ""],
            ["", "\"bot\"", "\"bot\""],
        ])
    );
    assert_eq!(
        offered(Some(peer()), "mine", DataRoute::Chat),
        texts([
            ["\"p\"", "\"chat\"", "\"chat\""],
            ["\"p\"", "\"chat\"", ""],
            ["\"p\"", "\"mine\"", "\"chat\""],
        ])
    );
    let other = ["\"p\"", "\"mine\"", ""];
    assert_eq!(
        offered(Some(peer()), "mine", DataRoute::Other),
        texts([other, other, other])
    );
}

#[test]
fn messages_are_routed_by_label_in_one_dialect_and_by_channel_in_the_other() {
    use DataRoute::{Bot, Chat, Nobody, Other};
    let routes = |label: Value, channel: Value| {
        let data = json!({
            "transportId": "t", "sctpStreamParameters": { "streamId": 1 }, "label": label,
            "appData": { "channel": channel },
        });
        let Ok(ClientRequest::ProduceData(it)) = ClientRequest::parse("produceData", data) else {
            panic!()
        };
        Dialect::ALL.map(|dialect| it.route(dialect))
    };
    let nothing = Value::Null;
    assert_eq!(routes(json!("chat"), nothing.clone()), [Chat; 3]);
    assert_eq!(routes(json!("bot"), nothing.clone()), [Bot; 3]);
    assert_eq!(routes(nothing.clone(), json!("chat")), [Chat; 3]);
    assert_eq!(routes(json!("x"), json!("bot")), [Bot; 3]);
    // Unknown, JavaScript, TypeScript.
    assert_eq!(routes(json!("chat"), json!("bot")), [Bot, Chat, Bot]);
    assert_eq!(routes(json!("chat"), json!("x")), [Chat, Chat, Nobody]);
    assert_eq!(routes(json!("x"), nothing.clone()), [Other, Other, Nobody]);
    assert_eq!(routes(nothing, json!(5)), [Other, Other, Nobody]);
}

#[test]
fn statistics_are_a_list_or_in_an_object() {
    let stats = Stats(vec![json!({ "type": "transport" })]);
    let list = json!([{ "type": "transport" }]);
    assert_eq!(stats.clone().in_dialect(Unknown), list);
    assert_eq!(stats.clone().in_dialect(JavaScript), list);
    assert_eq!(stats.in_dialect(TypeScript), json!({ "stats": list }));
}

#[test]
fn refusals_have_the_words_of_the_clients_own_server() {
    let worded = |error: RequestError| Dialect::ALL.map(|dialect| error.reason(dialect));
    let not_found = |entity| worded(RequestError::not_found(entity, "i"))[2].clone();
    assert_eq!(
        not_found(Entity::Transport),
        "WebRtcTransport 'i' not found"
    );
    assert_eq!(not_found(Entity::Producer), "Producer 'i' not found");
    assert_eq!(not_found(Entity::Consumer), "Consumer 'i' not found");
    assert_eq!(
        not_found(Entity::DataProducer),
        "DataProducer 'i' not found"
    );
    assert_eq!(
        not_found(Entity::DataConsumer),
        "DataConsumer 'i' not found"
    );
    let older = "Peer not yet joined";
    assert_eq!(
        worded(RequestError::PeerNotYetJoined),
        [older, older, "Peer not joined"]
    );
    let same = "Peer already joined";
    assert_eq!(worded(RequestError::PeerAlreadyJoined), [same; 3]);
}

#[test]
fn the_throttle_is_read_in_both_dialects() {
    let throttle = |data: Value| {
        let request = ClientRequest::parse("applyNetworkThrottle", data).unwrap();
        let ClientRequest::ApplyNetworkThrottle(it) = request else {
            panic!()
        };
        (it.secret, it.uplink, it.downlink, it.rtt)
    };
    let expected = ("s".to_owned(), 500, 600, 80);
    let older = json!({ "secret": "s", "uplink": 500, "downlink": 600, "rtt": 80 });
    assert_eq!(throttle(older), expected);
    let options = json!({ "up": 500, "down": 600, "rtt": 80, "packetLoss": 1, "localhost": true });
    assert_eq!(
        throttle(json!({ "secret": "s", "options": options })),
        expected
    );
    let nothing = (String::new(), 1_000_000, 1_000_000, 0);
    assert_eq!(throttle(json!({ "options": null })), nothing);
}
