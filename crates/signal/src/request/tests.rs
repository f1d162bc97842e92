use miso_ortc::{MediaKind, NumSctpStreams, RtpCapabilities, SctpParameters};
use serde_json::json;

use super::*;
use crate::{
    ConsumerId, DataProducerId, DisplayName, DtlsFingerprint, DtlsParameters, DtlsRole,
    FingerprintAlgorithm, IceCandidate, IceParameters, PeerDevice, PeerId, PeerInfo, ProducerId,
    TransportId, TransportProtocol,
};

fn parse(method: &str, data: Value) -> ClientRequest {
    ClientRequest::parse(method, data).unwrap()
}

fn refusal(method: &str, data: Value) -> (u16, String) {
    let error = ClientRequest::parse(method, data).unwrap_err();
    (error.code(), error.to_string())
}

fn invalid(method: &str, data: Value) -> String {
    let (code, reason) = refusal(method, data);
    assert_eq!(code, 500, "{reason}");
    reason
}

fn dtls() -> Value {
    let digest = [7; 32];
    let value = DtlsFingerprint::new(FingerprintAlgorithm::Sha256, &digest).value;
    json!({"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": value}]})
}

fn written<T: Serialize>(response: &T) -> Value {
    serde_json::to_value(response).unwrap()
}

#[test]
fn unknown_methods_are_refused_with_500() {
    for method in ["leave", "closeDataProducer", "closeTransport", "Join", ""] {
        let expected = (500, format!("unknown request.method \"{method}\""));
        assert_eq!(refusal(method, json!({})), expected);
    }
}

#[test]
fn data_must_be_an_object() {
    for data in [json!([]), json!(["t"]), json!(1), json!("x"), Value::Null] {
        assert_eq!(invalid("restartIce", data), "request.data is not an object");
    }
}

#[test]
fn capabilities_need_no_data_and_are_answered_bare_and_wrapped() {
    let request = parse("getRouterRtpCapabilities", json!({"whatever": 1}));
    assert_eq!(request, ClientRequest::GetRouterRtpCapabilities(NoData));
    let answer = written(&RouterRtpCapabilitiesResponse(RtpCapabilities::default()));
    let bare = json!({"codecs": [], "headerExtensions": []});
    assert_eq!(answer["codecs"], json!([]));
    assert_eq!(answer["routerRtpCapabilities"], bare);
}

#[test]
fn join_takes_what_clients_send_and_what_they_leave_out() {
    let ClientRequest::Join(join) = parse(
        "join",
        json!({"displayName": "Ann", "device": {"flag": "chrome", "name": "Chrome", "version": 131, "os": "x"},
            "rtpCapabilities": {"codecs": [], "headerExtensions": []},
            "sctpCapabilities": {"numStreams": {"OS": 1024, "MIS": 512}}}),
    ) else {
        panic!()
    };
    assert_eq!(join.display_name.as_str(), "Ann");
    assert_eq!(join.device.version.as_deref(), Some("131"));
    assert_eq!(join.rtp_capabilities, Some(RtpCapabilities::default()));
    let streams = join.sctp_capabilities.map(|it| it.num_streams);
    assert_eq!(streams, Some(NumSctpStreams { os: 1024, mis: 512 }));

    let nothing = Join {
        display_name: DisplayName::default(),
        device: PeerDevice::default(),
        rtp_capabilities: None,
        sctp_capabilities: None,
    };
    for data in [
        json!({}),
        json!({"displayName": null, "device": null, "rtpCapabilities": null, "sctpCapabilities": null}),
        json!({"device": {}, "rtpCapabilities": false, "sctpCapabilities": 0}),
        json!({"device": "x", "displayName": {}}),
    ] {
        assert_eq!(parse("join", data), ClientRequest::Join(nothing.clone()));
    }
}

#[test]
fn join_is_refused_for_broken_capabilities_and_endless_names() {
    assert_eq!(
        invalid(
            "join",
            json!({"rtpCapabilities": {"codecs": [{"clockRate": 1}]}})
        ),
        "missing codec.mimeType"
    );
    assert_eq!(
        invalid("join", json!({"displayName": "x".repeat(257)})),
        "displayName too long (maximum 256 bytes)"
    );
    let ClientRequest::Join(join) = parse("join", json!({"device": {"name": "é".repeat(100)}}))
    else {
        panic!()
    };
    assert_eq!(join.device.name, Some("é".repeat(32)));
}

#[test]
fn join_is_answered_with_the_others() {
    let device = PeerDevice {
        flag: Some("broadcaster".into()),
        ..PeerDevice::default()
    };
    let peers = vec![PeerInfo::new(
        PeerId::new("b").unwrap(),
        DisplayName::new("B"),
        device,
    )];
    assert_eq!(
        written(&JoinResponse { peers }),
        json!({"peers": [{"id": "b", "peerId": "b", "displayName": "B",
            "device": {"flag": "broadcaster"}, "remoteAddress": ""}]})
    );
}

#[test]
fn transport_direction_is_read_in_both_dialects() {
    let direction = |data: Value| {
        let ClientRequest::CreateWebRtcTransport(it) = parse("createWebRtcTransport", data) else {
            panic!()
        };
        (
            it.force_tcp,
            it.producing,
            it.consuming,
            it.sctp_capabilities.is_some(),
        )
    };
    let sctp = json!({"numStreams": {"OS": 1024, "MIS": 1024}});
    assert_eq!(
        direction(
            json!({"forceTcp": false, "producing": true, "consuming": false, "sctpCapabilities": sctp})
        ),
        (false, true, false, true)
    );
    assert_eq!(
        direction(json!({"forceTcp": true, "appData": {"direction": "consumer"}})),
        (true, false, true, false)
    );
    assert_eq!(
        direction(json!({"appData": {"direction": "producer"}})),
        (false, true, false, false)
    );
    assert_eq!(
        direction(json!({"producing": 1, "forceTcp": "", "sctpCapabilities": null})),
        (false, true, false, false)
    );
    assert_eq!(direction(json!({})), (false, false, false, false));
}

#[test]
fn transport_is_answered_under_both_names() {
    let id = TransportId::new("t").unwrap();
    let mut options = TransportOptions {
        transport_id: id.clone(),
        id,
        ice_parameters: IceParameters {
            username_fragment: "u".into(),
            password: "p".into(),
            ice_lite: true,
        },
        ice_candidates: vec![IceCandidate::host("f", 1, "::1", TransportProtocol::Udp, 1)],
        dtls_parameters: serde_json::from_value::<DtlsParameters>(dtls()).unwrap(),
        sctp_parameters: None,
    };
    let json = written(&options);
    assert_eq!(
        (&json["id"], &json["transportId"]),
        (&json!("t"), &json!("t"))
    );
    assert_eq!(
        json["iceParameters"],
        json!({"usernameFragment": "u", "password": "p", "iceLite": true})
    );
    assert_eq!(json["dtlsParameters"], dtls());
    assert!(json.get("sctpParameters").is_none());
    options.sctp_parameters = Some(SctpParameters::default());
    assert_eq!(written(&options)["sctpParameters"]["OS"], 65_535);
}

#[test]
fn connect_wants_a_transport_and_a_certificate() {
    let data = json!({"transportId": "t", "dtlsParameters": dtls(), "iceParameters": null});
    let ClientRequest::ConnectWebRtcTransport(it) = parse("connectWebRtcTransport", data) else {
        panic!()
    };
    assert_eq!(
        (it.transport_id.as_str(), it.dtls_parameters.role),
        ("t", DtlsRole::Client)
    );
    let without = json!({"transportId": "t"});
    assert_eq!(
        invalid("connectWebRtcTransport", without),
        "missing field `dtlsParameters`"
    );
}

#[test]
fn ice_restart_is_answered_bare_and_wrapped() {
    let transport_id = TransportId::new("t").unwrap();
    let request = parse("restartIce", json!({"transportId": "t"}));
    assert_eq!(
        request,
        ClientRequest::RestartIce(RestartIce { transport_id })
    );
    let parameters = IceParameters {
        username_fragment: "u".into(),
        password: "p".into(),
        ice_lite: true,
    };
    let bare = json!({"usernameFragment": "u", "password": "p", "iceLite": true});
    let mut both = bare.clone();
    both["iceParameters"] = bare;
    assert_eq!(written(&RestartIceResponse(parameters)), both);
}

#[test]
fn ids_must_be_short_texts() {
    assert_eq!(
        invalid("restartIce", json!({})),
        "missing field `transportId`"
    );
    for id in [json!(7), Value::Null, json!({})] {
        assert_eq!(
            invalid("restartIce", json!({"transportId": id})),
            "transportId is not a string"
        );
    }
    assert_eq!(
        invalid("restartIce", json!({"transportId": ""})),
        "transportId is empty"
    );
    assert_eq!(
        invalid("closeProducer", json!({"producerId": "x".repeat(65)})),
        "producerId too long (maximum 64 bytes)"
    );
}

#[test]
fn produce_is_read_with_mediasoups_rules() {
    let data = |kind: Value, parameters: Value| json!({"transportId": "t", "kind": kind, "rtpParameters": parameters, "appData": {"share": true}});
    let ClientRequest::Produce(it) = parse("produce", data(json!("video"), json!({"codecs": []})))
    else {
        panic!()
    };
    assert_eq!(
        (it.kind, it.app_data.get("share")),
        (MediaKind::Video, Some(&json!(true)))
    );
    assert_eq!(
        invalid("produce", data(json!("text"), json!({"codecs": []}))),
        "invalid kind \"text\""
    );
    assert_eq!(
        invalid("produce", data(json!(1), json!({"codecs": []}))),
        "invalid kind"
    );
    assert_eq!(
        invalid("produce", data(json!("audio"), json!({}))),
        "missing params.codecs"
    );
    assert_eq!(
        invalid("produce", data(json!("audio"), json!(1))),
        "params is not an object"
    );
    let id = ProducerId::new("x").unwrap();
    assert_eq!(
        written(&ProduceResponse::from(id)),
        json!({"id": "x", "producerId": "x"})
    );
}

#[test]
fn producers_and_consumers_are_named_by_id() {
    let producer_id = ProducerId::new("x").unwrap();
    let of_producer = |method| parse(method, json!({"producerId": "x"}));
    assert_eq!(
        of_producer("closeProducer"),
        ClientRequest::CloseProducer(CloseProducer {
            producer_id: producer_id.clone()
        })
    );
    assert_eq!(
        of_producer("pauseProducer"),
        ClientRequest::PauseProducer(PauseProducer {
            producer_id: producer_id.clone()
        })
    );
    assert_eq!(
        of_producer("resumeProducer"),
        ClientRequest::ResumeProducer(ResumeProducer { producer_id })
    );
    let consumer_id = ConsumerId::new("x").unwrap();
    let of_consumer = |method| parse(method, json!({"consumerId": "x"}));
    assert_eq!(
        of_consumer("pauseConsumer"),
        ClientRequest::PauseConsumer(PauseConsumer {
            consumer_id: consumer_id.clone()
        })
    );
    assert_eq!(
        of_consumer("resumeConsumer"),
        ClientRequest::ResumeConsumer(ResumeConsumer {
            consumer_id: consumer_id.clone()
        })
    );
    assert_eq!(
        of_consumer("requestConsumerKeyFrame"),
        ClientRequest::RequestConsumerKeyFrame(RequestConsumerKeyFrame { consumer_id })
    );
    assert_eq!(written(&Empty {}), json!({}));
}

#[test]
fn layers_and_priority_are_numbers_in_range() {
    let layers = |spatial: Value, temporal: Value| json!({"consumerId": "c", "spatialLayer": spatial, "temporalLayer": temporal});
    let method = "setConsumerPreferredLayers";
    let ClientRequest::SetConsumerPreferredLayers(it) = parse(method, layers(json!(2), json!(1)))
    else {
        panic!()
    };
    assert_eq!((it.spatial_layer, it.temporal_layer), (2, Some(1)));
    let ClientRequest::SetConsumerPreferredLayers(it) =
        parse(method, layers(json!(0), Value::Null))
    else {
        panic!()
    };
    assert_eq!((it.spatial_layer, it.temporal_layer), (0, None));
    assert_eq!(
        invalid(method, layers(Value::Null, json!(1))),
        "missing spatialLayer"
    );
    assert_eq!(
        invalid(method, layers(json!("2"), json!(1))),
        "spatialLayer is not a whole number from 0 to 255"
    );
    assert_eq!(
        invalid(method, layers(json!(2), json!(-1))),
        "temporalLayer is not a whole number from 0 to 255"
    );
    let priority = |priority: Value| json!({"consumerId": "c", "priority": priority});
    let ClientRequest::SetConsumerPriority(it) = parse("setConsumerPriority", priority(json!(255)))
    else {
        panic!()
    };
    assert_eq!(it.priority.get(), 255);
    assert_eq!(
        invalid("setConsumerPriority", priority(json!(0))),
        "wrong priority (must be higher than 0)"
    );
    assert_eq!(
        invalid("setConsumerPriority", priority(json!(256))),
        "priority is not a whole number from 0 to 255"
    );
}

#[test]
fn produce_data_is_read_with_mediasoups_rules() {
    let data = |stream: Value| json!({"transportId": "t", "sctpStreamParameters": stream});
    let ClientRequest::ProduceData(it) = parse(
        "produceData",
        data(json!({"streamId": 3, "ordered": false, "maxRetransmits": 1})),
    ) else {
        panic!()
    };
    assert_eq!((it.label.as_str(), it.protocol.as_str()), ("", ""));
    assert_eq!(it.sctp_stream_parameters.max_retransmits, Some(1));
    assert_eq!(
        invalid("produceData", data(json!({}))),
        "missing params.streamId"
    );
    assert_eq!(
        invalid("produceData", json!({"transportId": "t"})),
        "missing field `sctpStreamParameters`"
    );
    let mut long = data(json!({"streamId": 3}));
    long["label"] = json!("l".repeat(257));
    assert_eq!(
        invalid("produceData", long),
        "label too long (maximum 256 bytes)"
    );
    let id = DataProducerId::new("x").unwrap();
    let expected = json!({"id": "x", "dataProducerId": "x"});
    assert_eq!(written(&ProduceDataResponse::from(id)), expected);
}

#[test]
fn statistics_are_asked_for_by_id_and_always_a_list() {
    for (method, member) in [
        ("getTransportStats", "transportId"),
        ("getProducerStats", "producerId"),
        ("getConsumerStats", "consumerId"),
        ("getDataProducerStats", "dataProducerId"),
        ("getDataConsumerStats", "dataConsumerId"),
    ] {
        let request = parse(method, json!({member: "x"}));
        assert_eq!(request.method(), method);
        assert!(!request.needs_join());
        assert_eq!(
            invalid(method, json!({})),
            format!("missing field `{member}`")
        );
    }
    assert_eq!(written(&Stats::default()), json!([]));
}

#[test]
fn throttle_takes_numbers_texts_and_nothing() {
    let ClientRequest::ApplyNetworkThrottle(it) = parse("applyNetworkThrottle", json!({})) else {
        panic!()
    };
    assert_eq!(
        (it.secret.as_str(), it.uplink, it.downlink, it.rtt),
        ("", 1_000_000, 1_000_000, 0)
    );
    let data =
        json!({"secret": "s", "uplink": 500, "downlink": "0", "rtt": "80", "packetLoss": 250});
    let ClientRequest::ApplyNetworkThrottle(it) = parse("applyNetworkThrottle", data) else {
        panic!()
    };
    assert_eq!(
        (it.secret.as_str(), it.uplink, it.downlink, it.rtt),
        ("s", 500, 1_000_000, 80)
    );
    assert!((it.packet_loss - 100.0).abs() < f64::EPSILON);
    let reset = parse("resetNetworkThrottle", json!({"secret": "s"}));
    assert!(matches!(reset, ClientRequest::ResetNetworkThrottle(it) if it.secret == "s"));
}

#[test]
fn nine_methods_come_as_notifications_too() {
    let data = json!({"producerId": "x", "consumerId": "x", "spatialLayer": 0, "priority": 1,
        "displayName": "n"});
    for method in [
        "closeProducer",
        "pauseProducer",
        "resumeProducer",
        "pauseConsumer",
        "resumeConsumer",
        "setConsumerPreferredLayers",
        "setConsumerPriority",
        "requestConsumerKeyFrame",
        "changeDisplayName",
    ] {
        let notified = ClientRequest::parse_notification(method, data.clone());
        assert_eq!(
            notified,
            ClientRequest::parse(method, data.clone()),
            "{method}"
        );
        let request = notified.unwrap();
        assert_eq!(request.method(), method);
        assert!(request.needs_join());
    }
    for other in ["join", "produce", "getTransportStats", "nonsense"] {
        let error = ClientRequest::parse_notification(other, data.clone()).unwrap_err();
        assert_eq!(error, RequestError::unknown_method(other));
    }
}

#[test]
fn joining_is_needed_to_produce_but_not_to_prepare() {
    let stream = json!({"streamId": 0});
    let produce_data = json!({"transportId": "t", "sctpStreamParameters": stream});
    assert!(parse("produceData", produce_data).needs_join());
    let produce = json!({"transportId": "t", "kind": "audio", "rtpParameters": {"codecs": []}});
    assert!(parse("produce", produce).needs_join());
    for method in [
        "getRouterRtpCapabilities",
        "join",
        "createWebRtcTransport",
        "resetNetworkThrottle",
    ] {
        assert!(!parse(method, json!({})).needs_join(), "{method}");
    }
}
