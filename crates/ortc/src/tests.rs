use proptest::prelude::*;
use serde_json::json;

use crate::browsers::{
    capabilities, chromium_microphone, chromium_native, chromium_simulcast, counter,
    firefox_camera, firefox_for_router, parameters, router,
};
use crate::*;

mod audio;

fn prepared(kind: MediaKind, json: serde_json::Value) -> PreparedProducer {
    let options = ProducerOptions {
        kind,
        parameters: parameters(json),
        router: &router(),
    };
    prepare_producer(options, &mut TransportCname::default(), &mut counter()).unwrap()
}

#[test]
fn supported_list_has_every_codec_and_extension_once() {
    let supported = supported_rtp_capabilities();
    assert_eq!(supported.codecs.len(), 26);
    assert_eq!(supported.header_extensions.len(), 18);
    let json = serde_json::to_value(&supported).unwrap();
    assert_eq!(
        json["codecs"][1],
        json!({
            "kind": "audio", "mimeType": "audio/multiopus", "clockRate": 48000, "channels": 4,
            "parameters": {"channel_mapping": "0,1,2,3", "num_streams": 2, "coupled_streams": 2},
            "rtcpFeedback": [{"type": "nack", "parameter": ""}, {"type": "transport-cc", "parameter": ""}]
        })
    );
    let known = |it: &RtpHeaderExtension| !matches!(it.uri, HeaderExtensionUri::Other(_));
    assert!(supported.header_extensions.iter().all(known));
    // What it writes it also reads.
    assert_eq!(capabilities(json), supported);
}

#[test]
fn router_gives_payload_types_from_100_and_rtx_to_every_video_codec() {
    let router = router();
    let types: Vec<_> = router
        .codecs
        .iter()
        .map(|codec| {
            (
                codec.mime_type.to_string(),
                codec.preferred_payload_type.unwrap().0,
            )
        })
        .collect();
    let expected = [
        ("audio/opus", 100),
        ("video/VP8", 101),
        ("video/rtx", 102),
        ("video/VP9", 103),
        ("video/rtx", 104),
        ("video/H264", 105),
        ("video/rtx", 106),
        ("video/AV1", 107),
        ("video/rtx", 108),
    ];
    assert_eq!(types, expected.map(|(name, pt)| (name.to_owned(), pt)));
    assert_eq!(router.codecs[2].parameters.apt(), Some(miso_wire::Pt(101)));
    assert_eq!(router.codecs[2].rtcp_feedback, []);
    // Given parameters are laid over the supported ones; given feedback is not looked at.
    assert_eq!(
        router.codecs[5].parameters.int("level-asymmetry-allowed"),
        Some(1)
    );
    assert_eq!(
        router.codecs[5].parameters.int("packetization-mode"),
        Some(1)
    );
    assert_eq!(router.codecs[1].rtcp_feedback.len(), 5);
}

#[test]
fn router_refuses_what_it_cannot_have() {
    let codec = |name, rate, channels| RouterRtpCodecCapability::new(name, rate, channels).unwrap();
    let refusal = |codecs: &[RouterRtpCodecCapability]| {
        let error = router_rtp_capabilities(codecs).unwrap_err();
        (error.kind(), error.to_string())
    };
    assert_eq!(
        refusal(&[codec("video/H265", 90_000, 0)]),
        (
            OrtcErrorKind::UnsupportedError,
            "media codec not supported [mimeType:video/H265]".into()
        )
    );
    // Opus is always declared with two channels.
    assert_eq!(
        refusal(&[codec("audio/opus", 48_000, 1)]).0,
        OrtcErrorKind::UnsupportedError
    );
    let at_100 = codec("video/VP8", 90_000, 0).with_payload_type(miso_wire::Pt(100));
    assert_eq!(
        refusal(&[codec("audio/opus", 48_000, 2), at_100]),
        (
            OrtcErrorKind::TypeError,
            "duplicated codec.preferredPayloadType".into()
        )
    );
    assert_eq!(
        refusal(&vec![codec("audio/opus", 48_000, 2); 33]),
        (
            OrtcErrorKind::Error,
            "cannot allocate more dynamic codec payload types".into()
        )
    );
    assert_eq!(
        RouterRtpCodecCapability::new("text/plain", 1, 1)
            .unwrap_err()
            .to_string(),
        "invalid codec.mimeType"
    );
}

#[test]
fn explicit_payload_type_leaves_the_dynamic_pool_and_static_ones_stay() {
    let codec = |name, rate, channels| RouterRtpCodecCapability::new(name, rate, channels).unwrap();
    let router = router_rtp_capabilities(&[
        codec("audio/PCMU", 8_000, 1),
        codec("audio/opus", 48_000, 2).with_payload_type(miso_wire::Pt(100)),
        codec("video/VP8", 90_000, 0),
    ]);
    let types = router
        .unwrap()
        .codecs
        .iter()
        .map(|it| it.preferred_payload_type.unwrap().0)
        .collect::<Vec<_>>();
    assert_eq!(types, [0, 100, 101, 102]);
}

#[test]
fn simulcast_of_chromium_becomes_one_stream_at_a_native_chromium() {
    let producer = prepared(MediaKind::Video, chromium_simulcast());
    assert_eq!(producer.producer_type, ProducerType::Simulcast);
    let json = serde_json::to_value(&producer.mapping).unwrap();
    assert_eq!(
        json,
        json!({
            "codecs": [{"payloadType": 96, "mappedPayloadType": 101}, {"payloadType": 97, "mappedPayloadType": 102}],
            "encodings": [
                {"rid": "r0", "mappedSsrc": 100_000_000}, {"rid": "r1", "mappedSsrc": 100_000_001},
                {"rid": "r2", "mappedSsrc": 100_000_002}
            ]
        })
    );
    let remote = capabilities(chromium_native());
    assert!(can_consume(&producer.consumable, &remote));
    let options = ConsumerOptions {
        consumable: &producer.consumable,
        remote: &remote,
        mid: MidAllocator::default().allocate(),
        enable_rtx: true,
        pipe: false,
    };
    let consumer = consumer_rtp_parameters(options, &mut counter()).unwrap();
    // Chromium's own ids agree with none of the router's, so no extension and no estimator is left.
    assert_eq!(
        serde_json::to_value(&consumer).unwrap(),
        json!({
            "mid": "0",
            "codecs": [
                {"mimeType": "video/VP8", "payloadType": 101, "clockRate": 90000,
                 "parameters": {"x-google-start-bitrate": 1000},
                 "rtcpFeedback": [{"type": "ccm", "parameter": "fir"}, {"type": "nack", "parameter": ""},
                    {"type": "nack", "parameter": "pli"}]},
                {"mimeType": "video/rtx", "payloadType": 102, "clockRate": 90000,
                 "parameters": {"apt": 101}, "rtcpFeedback": []}
            ],
            "headerExtensions": [],
            "encodings": [{"ssrc": 100_000_000, "rtx": {"ssrc": 100_000_001}, "scalabilityMode": "L3T3",
                "maxBitrate": 5_000_000}],
            "rtcp": {"cname": "dpyQcO4TpmEzhXfw", "reducedSize": true}
        })
    );
}

#[test]
fn h264_of_firefox_reaches_firefox_with_the_routers_extension_ids() {
    let producer = prepared(MediaKind::Video, firefox_camera());
    assert_eq!(producer.producer_type, ProducerType::Simple);
    let remote = capabilities(firefox_for_router());
    let options = ConsumerOptions {
        consumable: &producer.consumable,
        remote: &remote,
        mid: None,
        enable_rtx: true,
        pipe: false,
    };
    let consumer = consumer_rtp_parameters(options, &mut counter()).unwrap();
    let types: Vec<_> = consumer
        .codecs
        .iter()
        .map(|codec| codec.payload_type.0)
        .collect();
    assert_eq!(types, [105, 106]);
    let ids: Vec<_> = consumer
        .header_extensions
        .iter()
        .map(|it| it.id.0)
        .collect();
    assert_eq!(ids, [1, 4, 5, 9]);
    assert!(consumer.codecs[0].has_feedback("transport-cc", ""));
    assert!(!consumer.codecs[0].has_feedback("goog-remb", ""));
    // VP8 in the list is no match for H.264, and the RTX of VP8 alone would be no media.
    let mut no_h264 = remote.clone();
    no_h264
        .codecs
        .retain(|codec| codec.mime_type.codec() != Codec::H264);
    assert!(!can_consume(&producer.consumable, &no_h264));
}

#[test]
fn microphone_keeps_its_parameters_and_loses_plain_nack_without_rtx() {
    let producer = prepared(MediaKind::Audio, chromium_microphone());
    let remote = capabilities(json!({
        "codecs": [{"kind": "audio", "mimeType": "audio/OPUS", "clockRate": 48000, "channels": 2,
            "rtcpFeedback": [{"type": "nack"}, {"type": "transport-cc"}]}],
        "headerExtensions": [{"kind": "audio", "preferredId": 1, "uri": "urn:ietf:params:rtp-hdrext:sdes:mid"}]
    }));
    let mut options = ConsumerOptions {
        consumable: &producer.consumable,
        remote: &remote,
        mid: None,
        enable_rtx: true,
        pipe: false,
    };
    let with_rtx = consumer_rtp_parameters(options, &mut counter()).unwrap();
    assert_eq!(
        with_rtx.codecs[0].rtcp_feedback,
        [RtcpFeedback::new("nack", "")]
    );
    assert_eq!(with_rtx.codecs[0].parameters.int("usedtx"), Some(1));
    assert_eq!(with_rtx.encodings[0].rtx, None);
    assert_eq!(with_rtx.encodings[0].dtx, None);
    assert_eq!(with_rtx.msid, producer.parameters.msid);
    options.enable_rtx = false;
    let without = consumer_rtp_parameters(options, &mut counter()).unwrap();
    assert_eq!(without.codecs[0].rtcp_feedback, []);
}

#[test]
fn consumable_extensions_are_those_a_router_sends() {
    let ids = |kind, json| {
        let consumable = prepared(kind, json).consumable;
        consumable
            .header_extensions
            .iter()
            .map(|it| it.id.0)
            .collect::<Vec<_>>()
    };
    // Without RIDs and descriptor, which are received only, and without a capture time that nobody declared.
    assert_eq!(
        ids(MediaKind::Video, chromium_simulcast()),
        [1, 4, 5, 8, 9, 11, 12]
    );
    assert_eq!(
        ids(MediaKind::Audio, chromium_microphone()),
        [1, 4, 6, 11, 12]
    );
    let mut captured = chromium_microphone();
    captured["headerExtensions"][0]["uri"] =
        json!("http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time");
    assert_eq!(ids(MediaKind::Audio, captured), [1, 4, 6, 10, 11, 12]);
}

#[test]
fn consumable_has_rtx_though_the_producer_has_none_and_keeps_layer_hints() {
    let mut json = chromium_simulcast();
    json["codecs"].as_array_mut().unwrap().pop();
    let consumable = prepared(MediaKind::Video, json).consumable;
    assert_eq!(consumable.codecs.len(), 2);
    assert!(consumable.codecs[1].is_rtx());
    let encodings = serde_json::to_value(&consumable.encodings).unwrap();
    assert_eq!(
        encodings[0],
        json!({"ssrc": 100_000_000, "dtx": false, "scalabilityMode": "L1T3",
            "scaleResolutionDownBy": 4.0, "maxBitrate": 500_000})
    );
    assert_eq!(consumable.mid, None);
}

#[test]
fn pipe_takes_all_streams_and_only_feedback_that_crosses_routers() {
    let consumable = prepared(MediaKind::Video, chromium_simulcast()).consumable;
    let piped = pipe_consumer_rtp_parameters(MediaKind::Video, &consumable, true, &mut counter());
    let ids: Vec<_> = piped.header_extensions.iter().map(|it| it.id.0).collect();
    assert_eq!(ids, [7, 8, 9, 11, 12]);
    let ssrcs: Vec<_> = piped
        .encodings
        .iter()
        .map(|it| (it.ssrc.unwrap().0, it.rtx.unwrap().ssrc.0))
        .collect();
    assert_eq!(
        ssrcs,
        [
            (100_000_000, 100_000_001),
            (100_000_001, 100_000_002),
            (100_000_002, 100_000_003)
        ]
    );
    assert_eq!(piped.codecs[0].rtcp_feedback.len(), 3);
    let plain = pipe_consumer_rtp_parameters(MediaKind::Video, &consumable, false, &mut counter());
    assert_eq!(plain.codecs.len(), 1);
    assert!(!plain.codecs[0].has_feedback("nack", ""));
    assert!(plain.codecs[0].has_feedback("nack", "pli"));
    assert!(plain.encodings.iter().all(|it| it.rtx.is_none()));
    // What a pipe's consumer gets, the next router takes as a producer's.
    let options = ProducerOptions {
        kind: MediaKind::Video,
        parameters: piped,
        router: &router(),
    };
    let next = prepare_producer(options, &mut TransportCname::default(), &mut counter()).unwrap();
    assert_eq!(next.producer_type, ProducerType::Simulcast);
}

#[test]
fn transport_has_one_cname() {
    let mut cname = TransportCname::default();
    let mut apply = |own: Option<&str>| {
        let mut it = RtpParameters::default();
        it.rtcp.cname = own.map(str::to_owned);
        cname.apply(&mut it, &mut || 0xdead_beef);
        it.rtcp.cname.unwrap()
    };
    assert_eq!(apply(None), "deadbeef");
    assert_eq!(apply(Some("own")), "deadbeef");
    let mut first = TransportCname::default();
    let mut it = parameters(chromium_microphone());
    first.apply(&mut it, &mut || 0);
    assert_eq!(first.get(), Some("dpyQcO4TpmEzhXfw"));
}

#[test]
fn mids_of_consumers_count_in_decimal() {
    let mut mids = MidAllocator::default();
    let texts: Vec<_> = (0..3)
        .map(|_| mids.allocate().unwrap().to_string())
        .collect();
    assert_eq!(texts, ["0", "1", "2"]);
}

/// A producer of any video codec of [`router`] with 1 to 4 encodings.
fn any_producer() -> impl Strategy<Value = RtpParameters> {
    let codec = (0..4_usize, any::<bool>(), 0..30_u8);
    (codec, 1..5_usize, any::<bool>()).prop_map(|((which, with_rtx, base), count, extensions)| {
        let (name, fmtp) = [
            ("VP8", json!({})),
            ("VP9", json!({"profile-id": 2})),
            (
                "H264",
                json!({"packetization-mode": 1, "profile-level-id": "42c01f"}),
            ),
            ("AV1", json!({})),
        ][which]
            .clone();
        let count = if which % 2 == 0 { count } else { 1 };
        let mut codecs = vec![
            json!({"mimeType": format!("video/{name}"), "payloadType": 35 + base,
            "clockRate": 90000, "parameters": fmtp}),
        ];
        if with_rtx {
            codecs.push(
                json!({"mimeType": "video/rtx", "payloadType": 70 + base, "clockRate": 90000,
                "parameters": {"apt": 35 + base}}),
            );
        }
        let encodings: Vec<_> = (0..count)
            .map(|it| json!({"rid": format!("r{it}")}))
            .collect();
        let extensions = if extensions {
            chromium_simulcast()["headerExtensions"].clone()
        } else {
            json!([])
        };
        parameters(json!({"mid": "v", "codecs": codecs, "encodings": encodings,
            "headerExtensions": extensions}))
    })
}

/// Any part of what routers and Chromium know, in any order.
fn any_remote() -> impl Strategy<Value = RtpCapabilities> {
    let mut all = capabilities(chromium_native());
    let router = router();
    all.codecs.extend(router.codecs);
    all.header_extensions.extend(router.header_extensions);
    let codecs = proptest::sample::subsequence(all.codecs.clone(), 0..=all.codecs.len());
    let extensions = all.header_extensions.clone();
    let extensions = proptest::sample::subsequence(extensions.clone(), 0..=extensions.len());
    (codecs.prop_shuffle(), extensions.prop_shuffle()).prop_map(|(codecs, header_extensions)| {
        RtpCapabilities {
            codecs,
            header_extensions,
        }
    })
}

proptest! {
    #[test]
    fn consumer_gets_only_what_the_remote_side_knows(
        producer in any_producer(), remote in any_remote(), enable_rtx: bool, pipe: bool, seed: u32,
    ) {
        let options = ProducerOptions { kind: MediaKind::Video, parameters: producer, router: &router() };
        let streams = options.parameters.encodings.len();
        let mut cname = TransportCname::default();
        let mut random = move || seed;
        let prepared = prepare_producer(options, &mut cname, &mut random).unwrap();
        let consumable = &prepared.consumable;
        let options = ConsumerOptions { consumable, remote: &remote, mid: None, enable_rtx, pipe };
        let result = consumer_rtp_parameters(options, &mut random);
        prop_assert_eq!(can_consume(consumable, &remote), result.is_ok());
        let Ok(consumer) = result else { return Ok(()) };

        check_rtp_parameters(&consumer).unwrap();
        for codec in &consumer.codecs {
            let known = remote.codecs.iter().any(|it| match_codecs(it, codec, Strictness::Strict).is_some());
            prop_assert!(known, "{codec:?}");
            prop_assert!(consumable.codecs.iter().any(|it| it.payload_type == codec.payload_type));
            prop_assert!(enable_rtx || !codec.is_rtx() && !codec.has_feedback("nack", ""));
        }
        for extension in &consumer.header_extensions {
            let same = |it: &RtpHeaderExtension| it.uri == extension.uri && it.preferred_id == extension.id;
            prop_assert!(remote.header_extensions.iter().any(same));
        }
        let estimators = ["goog-remb", "transport-cc"].map(|it| consumer.codecs[0].has_feedback(it, ""));
        prop_assert!(estimators != [true, true]);
        prop_assert_eq!(consumer.encodings.len(), if pipe { streams } else { 1 });
        let has_rtx = consumer.codecs.iter().any(RtpCodecParameters::is_rtx);
        for encoding in &consumer.encodings {
            let ssrc = encoding.ssrc.unwrap().0;
            prop_assert!((100_000_000..1_000_000_010).contains(&ssrc));
            prop_assert_eq!(encoding.rtx.is_some(), has_rtx);
            prop_assert_eq!(encoding.rid, None);
        }
        // It can be written and read again.
        let read: RtpParameters = serde_json::from_value(serde_json::to_value(&consumer).unwrap()).unwrap();
        prop_assert_eq!(read.codecs, consumer.codecs);
    }
}
