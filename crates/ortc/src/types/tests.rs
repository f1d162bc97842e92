use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::OrtcError;
use crate::browsers::{capabilities, chromium_native, chromium_simulcast, parameters};

fn caps_error(json: Value) -> String {
    RtpCapabilities::try_from(json).unwrap_err().to_string()
}

fn params_error(json: Value) -> String {
    RtpParameters::try_from(json).unwrap_err().to_string()
}

fn opus(more: Value) -> Value {
    let mut json = json!({"mimeType": "audio/opus", "clockRate": 48000, "payloadType": 100});
    json.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json
}

#[test]
fn unknown_codecs_extensions_and_members_are_read() {
    let caps = capabilities(chromium_native());
    assert_eq!(caps.codecs.len(), 31);
    let unknown = caps
        .codecs
        .iter()
        .filter(|it| it.mime_type.codec() == Codec::Unknown);
    let unknown: Vec<_> = unknown.map(|it| it.mime_type.subtype()).collect();
    assert_eq!(unknown, ["H265", "flexfec-03"]);
    let other = |it: &&RtpHeaderExtension| matches!(it.uri, HeaderExtensionUri::Other(_));
    assert_eq!(caps.header_extensions.iter().filter(other).count(), 3);
    // And written as they came.
    let json = serde_json::to_value(&caps).unwrap();
    assert_eq!(
        json["headerExtensions"],
        chromium_native()["headerExtensions"]
    );
}

#[test]
fn absent_lists_of_capabilities_are_empty() {
    for json in [json!({}), json!({"codecs": null, "headerExtensions": "x"})] {
        assert_eq!(capabilities(json), RtpCapabilities::default());
    }
    for json in [json!(null), json!([]), json!("x"), json!(1)] {
        assert_eq!(caps_error(json), "caps is not an object");
    }
}

#[test]
fn codec_capability_is_normalised() {
    let read = |json| RtpCodecCapability::try_from(json).unwrap();
    let audio = read(opus(
        json!({"kind": "video", "parameters": [], "rtcpFeedback": {}}),
    ));
    assert_eq!((audio.kind, audio.channels), (MediaKind::Audio, Some(1)));
    assert_eq!((audio.parameters.len(), audio.rtcp_feedback.len()), (0, 0));
    let video = read(
        json!({"mimeType": "VIDEO/vp8", "clockRate": 90000.0, "channels": 2,
        "parameters": {"empty": null, "text": "a", "double": 1.5, "int": -3}}),
    );
    assert_eq!(
        (video.kind, video.channels, video.clock_rate),
        (MediaKind::Video, None, 90_000)
    );
    assert_eq!(video.mime_type.codec(), Codec::Vp8);
    assert_eq!(video.parameters.text("empty"), Some(""));
    assert_eq!(
        video.parameters.get("double"),
        Some(&CodecParameterValue::Double(1.5))
    );
    assert_eq!(video.parameters.int("int"), Some(-3));
}

#[test]
fn errors_of_codecs_name_the_member() {
    let error = |more: Value| caps_error(json!({"codecs": [opus(more)]}));
    assert_eq!(caps_error(json!({"codecs": [1]})), "codec is not an object");
    assert_eq!(error(json!({"mimeType": null})), "missing codec.mimeType");
    assert_eq!(error(json!({"mimeType": 7})), "missing codec.mimeType");
    for wrong in ["opus", "audio/", "text/opus", "/opus", "xaudio/opus"] {
        assert_eq!(
            error(json!({"mimeType": wrong})),
            "invalid codec.mimeType",
            "{wrong}"
        );
    }
    assert_eq!(
        error(json!({"clockRate": "48000"})),
        "missing codec.clockRate"
    );
    assert_eq!(
        error(json!({"preferredPayloadType": "100"})),
        "invalid codec.preferredPayloadType"
    );
    assert_eq!(
        error(json!({"preferredPayloadType": 128})),
        "invalid codec.preferredPayloadType"
    );
    assert_eq!(
        error(json!({"preferredPayloadType": 1.5})),
        "invalid codec.preferredPayloadType"
    );
    assert_eq!(error(json!({"channels": 256})), "invalid codec.channels");
    assert_eq!(
        error(json!({"parameters": {"a": []}})),
        "invalid codec parameter"
    );
    assert_eq!(
        error(json!({"parameters": {"a": true}})),
        "invalid codec parameter"
    );
    assert_eq!(
        error(json!({"parameters": {"apt": "100"}})),
        "invalid codec apt parameter"
    );
    assert_eq!(error(json!({"rtcpFeedback": [1]})), "fb is not an object");
    assert_eq!(
        error(json!({"rtcpFeedback": [{"parameter": "pli"}]})),
        "missing fb.type"
    );
}

#[test]
fn header_extension_is_normalised_and_its_errors_name_the_member() {
    let json = |more: Value| {
        let mut it = json!({"kind": "audio", "uri": "urn:x", "preferredId": 5});
        it.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        it
    };
    let read = RtpHeaderExtension::try_from(json(json!({}))).unwrap();
    assert_eq!(
        (read.preferred_encrypt, read.direction),
        (false, Direction::SendRecv)
    );
    let error = |more| {
        RtpHeaderExtension::try_from(json(more))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(error(json!({"kind": ""})), "invalid ext.kind");
    assert_eq!(error(json!({"kind": "text"})), "invalid ext.kind");
    assert_eq!(error(json!({"uri": ""})), "missing ext.uri");
    assert_eq!(
        error(json!({"preferredId": null})),
        "missing ext.preferredId"
    );
    assert_eq!(
        error(json!({"preferredId": 256})),
        "invalid ext.preferredId"
    );
    assert_eq!(
        error(json!({"preferredEncrypt": "yes"})),
        "invalid ext.preferredEncrypt"
    );
    assert_eq!(error(json!({"direction": 1})), "invalid ext.direction");
    let odd = RtpHeaderExtension::try_from(json(json!({"direction": "stopped"}))).unwrap();
    assert_eq!(odd.direction, Direction::Inactive);
}

#[test]
fn parameters_need_codecs_and_nothing_else() {
    let read =
        parameters(json!({"codecs": [], "mid": "", "msid": "", "rtcp": 3, "encodings": null}));
    assert_eq!(read, RtpParameters::default());
    assert!(read.rtcp.reduced_size);
    for json in [json!({}), json!({"codecs": {}}), json!({"codecs": null})] {
        assert_eq!(params_error(json), "missing params.codecs");
    }
    assert_eq!(params_error(json!(null)), "params is not an object");
    assert_eq!(
        params_error(json!({"codecs": [], "mid": 3})),
        "params.mid is not a string"
    );
    assert_eq!(
        params_error(json!({"codecs": [], "msid": 3})),
        "params.msid is not a string"
    );
    let without_type = opus(json!({"payloadType": null}));
    assert_eq!(
        params_error(json!({"codecs": [without_type]})),
        "missing codec.payloadType"
    );
}

#[test]
fn encoding_is_normalised_and_its_errors_name_the_member() {
    let json = |encoding: Value| json!({"codecs": [], "encodings": [encoding]});
    let read = |encoding| parameters(json(encoding)).encodings.remove(0);
    assert_eq!(read(json!({"dtx": "yes"})).dtx, Some(false));
    assert_eq!(read(json!({"dtx": true})).dtx, Some(true));
    assert_eq!(read(json!({"maxBitrate": -1, "rid": ""})).max_bitrate, None);
    assert_eq!(
        read(json!({"ssrc": 4_294_967_295_u32})).ssrc.map(|it| it.0),
        Some(u32::MAX)
    );
    let error = |encoding| params_error(json(encoding));
    assert_eq!(error(json!(1)), "encoding is not an object");
    assert_eq!(error(json!({"ssrc": "1"})), "invalid encoding.ssrc");
    assert_eq!(
        error(json!({"ssrc": 4_294_967_296_u64})),
        "invalid encoding.ssrc"
    );
    assert_eq!(error(json!({"ssrc": -1})), "invalid encoding.ssrc");
    assert_eq!(error(json!({"rid": 1})), "invalid encoding.rid");
    assert_eq!(error(json!({"rtx": 1})), "invalid encoding.rtx");
    assert_eq!(error(json!({"rtx": {}})), "missing encoding.rtx.ssrc");
    assert_eq!(
        error(json!({"scalabilityMode": 1})),
        "invalid encoding.scalabilityMode"
    );
}

#[test]
fn error_text_reaches_whoever_reads_by_serde() {
    let error = serde_json::from_value::<RtpParameters>(json!({})).unwrap_err();
    assert_eq!(error.to_string(), "missing params.codecs");
}

#[test]
fn limits_are_kept() {
    let error = |json: Value| RtpParameters::try_from(json).unwrap_err();
    let many = |count: usize, item: Value| Value::Array(vec![item; count]);
    assert_eq!(
        error(json!({"codecs": many(129, opus(json!({})))})),
        OrtcError::TooMany {
            what: "params.codecs",
            max: 128
        }
    );
    assert_eq!(
        error(json!({"codecs": [], "encodings": many(17, json!({}))})),
        OrtcError::TooMany {
            what: "params.encodings",
            max: 16
        }
    );
    assert_eq!(
        error(json!({"codecs": [], "headerExtensions": many(129, json!({"uri": "a", "id": 1}))})),
        OrtcError::TooMany {
            what: "params.headerExtensions",
            max: 128
        }
    );
    assert_eq!(
        error(json!({"codecs": [], "mid": "m".repeat(33)})).to_string(),
        "params.mid too long (maximum 32 bytes)"
    );
    assert_eq!(
        error(json!({"codecs": [], "rtcp": {"cname": "c".repeat(256)}})).to_string(),
        "rtcp.cname too long (maximum 255 bytes)"
    );
    let long = opus(json!({"parameters": {"sprop": "x".repeat(2049)}}));
    assert_eq!(
        error(json!({"codecs": [long]})).to_string(),
        "codec parameter too long (maximum 2048 bytes)"
    );
    let names: serde_json::Map<_, _> = (0..65).map(|it| (it.to_string(), json!(1))).collect();
    assert_eq!(
        error(json!({"codecs": [opus(json!({"parameters": names}))]})).to_string(),
        "too many codec parameters (maximum 64)"
    );
}

#[test]
fn what_is_none_is_not_written() {
    let json = serde_json::to_value(RtpParameters::default()).unwrap();
    assert_eq!(
        json,
        json!({"codecs": [], "headerExtensions": [], "encodings": [], "rtcp": {"reducedSize": true}})
    );
    assert_eq!(
        serde_json::to_value(RtpEncodingParameters::default()).unwrap(),
        json!({})
    );
}

#[test]
fn simulcast_parameters_are_written_as_they_were_read() {
    let written = serde_json::to_value(parameters(chromium_simulcast())).unwrap();
    let original = chromium_simulcast();
    assert_eq!(written["headerExtensions"], original["headerExtensions"]);
    assert_eq!(written["encodings"][1]["rid"], "r1");
    assert_eq!(written["codecs"][1], original["codecs"][1]);
    assert_eq!(written["mid"], "1");
}

#[test]
fn codec_of_an_encoding_is_the_named_one_or_the_first_media_codec() {
    let mut it = parameters(chromium_simulcast());
    it.codecs.reverse();
    let codec = it.codec_of(&it.encodings[0]).unwrap();
    assert_eq!(codec.payload_type.0, 96);
    assert_eq!(
        it.rtx_codec_for(codec.payload_type).unwrap().payload_type.0,
        97
    );
    it.encodings[0].codec_payload_type = Some(miso_wire::Pt(97));
    assert_eq!(it.codec_of(&it.encodings[0]), None);
    assert_eq!(
        it.extension_id(&HeaderExtensionUri::RtpStreamId),
        Some(HeaderExtensionId(10))
    );
}

#[test]
fn scalability_modes_are_understood_from_their_beginning() {
    let layers = |text| {
        let it = parse_scalability_mode(text);
        (it.spatial, it.temporal, it.ksvc)
    };
    assert_eq!(layers("L1T3"), (1, 3, false));
    assert_eq!(layers("S3T3"), (3, 3, false));
    assert_eq!(layers("L3T3_KEY"), (3, 3, true));
    assert_eq!(layers("L3T2_KEY_SHIFT"), (3, 2, true));
    assert_eq!(layers("L2T3h"), (2, 3, false));
    assert_eq!(layers("L99T10"), (99, 10, false));
    // A third digit is something that may follow.
    assert_eq!(layers("L1T100"), (1, 10, false));
    for wrong in [
        "", "L", "T3", "L0T1", "L1T0", "L01T1", "L100T1", "l1t3", "xL1T3", "L1T", "L1_T3",
    ] {
        assert_eq!(layers(wrong), (1, 1, false), "{wrong}");
    }
    let mode = ScalabilityMode::from("L3T3_KEY".to_owned());
    assert_eq!((mode.as_str(), mode.layers().spatial), ("L3T3_KEY", 3));
}

#[test]
fn sctp_stream_is_completed() {
    let read = |json| {
        let it = SctpStreamParameters::try_from(json).unwrap();
        (it.ordered, it.max_packet_life_time, it.max_retransmits)
    };
    assert_eq!(read(json!({"streamId": 0})), (true, None, None));
    assert_eq!(
        read(json!({"streamId": 0, "ordered": "x"})),
        (true, None, None)
    );
    assert_eq!(
        read(json!({"streamId": 1, "maxRetransmits": 1})),
        (false, None, Some(1))
    );
    assert_eq!(
        read(
            json!({"streamId": 1, "ordered": false, "maxPacketLifeTime": 2000, "maxRetransmits": null})
        ),
        (false, Some(2000), None)
    );
    // Zero is "none" on an ordered stream, "send once" on an unordered one.
    assert_eq!(
        read(json!({"streamId": 1, "ordered": true, "maxRetransmits": 0})),
        (true, None, None)
    );
    assert_eq!(
        read(json!({"streamId": 1, "maxRetransmits": 0})),
        (true, None, None)
    );
    assert_eq!(
        read(json!({"streamId": 1, "ordered": false, "maxRetransmits": 0})),
        (false, None, Some(0))
    );
    assert_eq!(
        read(json!({"streamId": 1, "ordered": false, "maxPacketLifeTime": 9, "maxRetransmits": 0})),
        (false, Some(9), None)
    );
    assert_eq!(
        read(json!({"streamId": 1, "ordered": false, "maxPacketLifeTime": 0, "maxRetransmits": 2})),
        (false, None, Some(2))
    );
}

#[test]
fn sctp_stream_that_cannot_be_is_refused() {
    let error = |json: Value| {
        SctpStreamParameters::try_from(json)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(error(json!([])), "params is not an object");
    assert_eq!(error(json!({"streamId": "0"})), "missing params.streamId");
    assert_eq!(
        error(json!({"streamId": 65535})),
        "streamId must not be greater than 65534"
    );
    assert_eq!(error(json!({"streamId": 65536})), "invalid params.streamId");
    assert_eq!(
        error(json!({"streamId": 1, "maxRetransmits": 65536})),
        "invalid params.maxRetransmits"
    );
    assert_eq!(
        error(json!({"streamId": 1, "maxRetransmits": 1, "maxPacketLifeTime": 1})),
        "cannot provide both maxPacketLifeTime and maxRetransmits"
    );
    assert_eq!(
        error(json!({"streamId": 1, "ordered": true, "maxRetransmits": 1})),
        "cannot be ordered with maxPacketLifeTime or maxRetransmits"
    );
}

#[test]
fn sctp_objects_have_mediasoups_names() {
    assert_eq!(
        serde_json::to_value(SctpParameters::default()).unwrap(),
        json!({"port": 5000, "maxSendMessageSize": 262_144, "maxReceiveMessageSize": 262_144,
            "OS": 65535, "MIS": 65535, "maxMessageSize": 262_144})
    );
    let read: SctpCapabilities = serde_json::from_value(json!({"numStreams": {"OS": 16}})).unwrap();
    assert_eq!(read.num_streams, NumSctpStreams { os: 16, mis: 1024 });
    assert_eq!(
        serde_json::from_value::<SctpCapabilities>(json!({})).unwrap(),
        SctpCapabilities::default()
    );
}

/// Any JSON, with the keys that are looked at more often than chance would have them.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        Just(json!("video/VP8")),
        Just(json!(96)),
    ];
    let key = prop_oneof![
        Just("codecs"),
        Just("encodings"),
        Just("headerExtensions"),
        Just("rtcp"),
        Just("mid"),
        Just("mimeType"),
        Just("payloadType"),
        Just("clockRate"),
        Just("parameters"),
        Just("apt"),
        Just("rtcpFeedback"),
        Just("rtx"),
        Just("ssrc"),
        Just("uri"),
        Just("id"),
        Just("maxBitrate"),
    ];
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_reading_panic_and_what_is_read_can_be_read_again(json in any_json()) {
        if let Ok(read) = RtpParameters::try_from(json.clone()) {
            let again = RtpParameters::try_from(serde_json::to_value(&read).unwrap()).unwrap();
            prop_assert_eq!(again, read);
        }
        let _ = RtpCapabilities::try_from(json.clone());
        let _ = SctpStreamParameters::try_from(json);
    }

    #[test]
    fn no_text_makes_scalability_modes_panic(text in "[LST0-9_KEY]{0,8}|.{0,8}") {
        let layers = parse_scalability_mode(&text);
        prop_assert!((1..=99).contains(&layers.spatial) && (1..=99).contains(&layers.temporal));
    }
}
