use serde_json::{Value, json};

use super::*;
use crate::browsers::{capabilities, counter, parameters, router};
use crate::{MediaKind, ProducerOptions, TransportCname, prepare_producer};

/// A producer that may switch between VP8 and H.264, with RTX for both.
fn two_codecs() -> RtpParameters {
    let parameters = parameters(json!({
        "mid": "1",
        "codecs": [
            {"mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000},
            {"mimeType": "video/rtx", "payloadType": 97, "clockRate": 90000, "parameters": {"apt": 96}},
            {"mimeType": "video/H264", "payloadType": 98, "clockRate": 90000,
             "parameters": {"packetization-mode": 1}},
            {"mimeType": "video/rtx", "payloadType": 99, "clockRate": 90000, "parameters": {"apt": 98}}
        ],
        "encodings": [{"scalabilityMode": "L1T2", "maxBitrate": 900.7}]
    }));
    let options = ProducerOptions {
        kind: MediaKind::Video,
        parameters,
        router: &router(),
    };
    let prepared = prepare_producer(options, &mut TransportCname::default(), &mut counter());
    prepared.unwrap().consumable
}

fn remote(codecs: Value, extensions: &[(&str, u8)]) -> RtpCapabilities {
    let extensions: Vec<_> = extensions
        .iter()
        .map(|(uri, id)| json!({"kind": "video", "uri": uri, "preferredId": id}))
        .collect();
    capabilities(json!({"codecs": codecs, "headerExtensions": extensions}))
}

fn codec(name: &str) -> Value {
    json!({"kind": "video", "mimeType": format!("video/{name}"), "clockRate": 90000,
        "parameters": {"packetization-mode": 1},
        "rtcpFeedback": [{"type": "goog-remb"}, {"type": "transport-cc"}, {"type": "nack"}]})
}

fn consume(remote: &RtpCapabilities) -> Result<RtpParameters, OrtcError> {
    let consumable = &two_codecs();
    let options = ConsumerOptions {
        consumable,
        remote,
        mid: None,
        enable_rtx: true,
        pipe: false,
    };
    consumer_rtp_parameters(options, &mut counter())
}

const WIDE_CC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

const DESCRIPTOR: &str =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

#[test]
fn all_common_codecs_stay_and_rtx_goes_with_its_codec() {
    let types = |names: &[&str]| {
        let codecs = names.iter().map(|name| codec(name)).collect();
        let consumer = consume(&remote(codecs, &[])).unwrap();
        consumer
            .codecs
            .iter()
            .map(|codec| codec.payload_type.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(types(&["VP8", "H264", "rtx"]), [101, 102, 105, 106]);
    assert_eq!(types(&["H264", "rtx"]), [105, 106]);
    assert_eq!(types(&["rtx", "VP8"]), [101, 102]);
    assert_eq!(types(&["VP8"]), [101]);
}

#[test]
fn rtx_of_another_codec_is_no_hindrance() {
    let remote = remote(json!([codec("H264"), codec("rtx")]), &[]);
    assert!(can_consume(&two_codecs(), &remote));
}

#[test]
fn nothing_in_common_is_an_error() {
    for codecs in [
        json!([]),
        json!([codec("VP9"), codec("rtx")]),
        json!([codec("rtx")]),
    ] {
        let remote = remote(codecs, &[]);
        let error = consume(&remote).unwrap_err();
        assert_eq!(error.to_string(), "no compatible media codecs");
        assert_eq!(error.kind(), crate::OrtcErrorKind::UnsupportedError);
        assert!(!can_consume(&two_codecs(), &remote));
    }
}

#[test]
fn one_estimator_is_left() {
    let feedback = |extensions: &[(&str, u8)]| {
        let consumer = consume(&remote(json!([codec("VP8")]), extensions)).unwrap();
        consumer.codecs[0]
            .rtcp_feedback
            .iter()
            .map(|it| it.kind.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        feedback(&[(WIDE_CC, 5), (SEND_TIME, 4)]),
        ["transport-cc", "nack"]
    );
    assert_eq!(feedback(&[(SEND_TIME, 4)]), ["goog-remb", "nack"]);
    assert_eq!(feedback(&[]), ["nack"]);
    // Under another id the extension would mean something else.
    assert_eq!(feedback(&[(WIDE_CC, 3)]), ["nack"]);
}

#[test]
fn single_stream_keeps_its_scalability_mode() {
    let consumer = consume(&remote(json!([codec("VP8")]), &[])).unwrap();
    let mode = consumer.encodings[0]
        .scalability_mode
        .as_ref()
        .map(ScalabilityMode::as_str);
    assert_eq!(mode, Some("L1T2"));
    assert_eq!(
        consumer.encodings[0].max_bitrate,
        Some(miso_wire::Bitrate(900))
    );
    assert_eq!(consumer.encodings[0].rtx, None);
}

#[test]
fn simulcast_without_modes_counts_one_temporal_layer() {
    let mut consumable = two_codecs();
    consumable.encodings = vec![RtpEncodingParameters::default(); 2];
    let remote = remote(json!([codec("VP8"), codec("rtx")]), &[]);
    let options = ConsumerOptions {
        consumable: &consumable,
        remote: &remote,
        mid: None,
        enable_rtx: true,
        pipe: false,
    };
    let consumer = consumer_rtp_parameters(options, &mut counter()).unwrap();
    let mode = consumer.encodings[0]
        .scalability_mode
        .as_ref()
        .map(ScalabilityMode::as_str);
    assert_eq!(mode, Some("L2T1"));
    let all = consumer_rtp_parameters(
        ConsumerOptions {
            pipe: true,
            ..options
        },
        &mut counter(),
    );
    let all = all.unwrap().encodings;
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].ssrc.map(|it| it.0), Some(100_000_001));
    assert_eq!(all[1].rtx.map(|it| it.ssrc.0), Some(100_000_002));
}

/// The ids of the dependency descriptor that a consumer of such a producer gets, the last for a pipe.
fn described(name: &str, own: Option<u8>, theirs: u8) -> (Vec<u8>, Vec<u8>) {
    let own: Vec<_> = own
        .map(|id| json!({"uri": DESCRIPTOR, "id": id}))
        .into_iter()
        .collect();
    let options = ProducerOptions {
        kind: MediaKind::Video,
        parameters: parameters(json!({
            "mid": "1", "headerExtensions": own, "encodings": [{"scalabilityMode": "L1T3"}],
            "codecs": [{"mimeType": format!("video/{name}"), "payloadType": 96, "clockRate": 90000}],
        })),
        router: &router(),
    };
    let prepared = prepare_producer(options, &mut TransportCname::default(), &mut counter());
    let consumable = &prepared.unwrap().consumable;
    let remote = &remote(json!([codec(name)]), &[(DESCRIPTOR, theirs)]);
    let options = ConsumerOptions {
        consumable,
        remote,
        mid: None,
        enable_rtx: true,
        pipe: false,
    };
    let ids = |parameters: &RtpParameters| {
        let extensions = parameters.header_extensions.iter();
        let described = extensions.filter(|it| it.uri == HeaderExtensionUri::DependencyDescriptor);
        described.map(|it| it.id.0).collect::<Vec<u8>>()
    };
    let consumer = consumer_rtp_parameters(options, &mut counter()).unwrap();
    let pipe =
        crate::pipe_consumer_rtp_parameters(MediaKind::Video, consumable, true, &mut counter());
    (ids(&consumer), ids(&pipe))
}

#[test]
fn dependency_descriptor_is_for_consumers_of_av1() {
    let (with, without) = ((vec![7], vec![7]), (vec![], vec![7]));
    assert_eq!(described("AV1", Some(12), 7), with);
    // Its sender has none, its receiver means something else by the id, or payloads tell their layers. Pipes have it
    // always, and once.
    assert_eq!(described("AV1", None, 7), without);
    assert_eq!(described("AV1", Some(12), 8), without);
    assert_eq!(described("VP8", Some(12), 7), without);
}
