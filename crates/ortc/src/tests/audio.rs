//! Redundancy and retransmission of audio, of which mediasoup has neither.

use serde_json::{Value, json};

use crate::browsers::{capabilities, chromium_microphone, counter, parameters};
use crate::*;

fn router_of(codecs: Value) -> Result<RtpCapabilities, OrtcError> {
    let codecs: Vec<RouterRtpCodecCapability> = serde_json::from_value(codecs).unwrap();
    router_rtp_capabilities(&codecs)
}

/// Opus 100, VP8 101 with RTX 102, RED 103, RTX of Opus 104.
fn router() -> RtpCapabilities {
    router_of(json!([
        {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2},
        {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000},
        {"kind": "audio", "mimeType": "audio/red", "clockRate": 48000, "channels": 2},
        {"kind": "audio", "mimeType": "audio/rtx", "clockRate": 48000},
    ]))
    .unwrap()
}

/// Chromium's microphone with a further codec.
fn microphone_with(codec: Value) -> Value {
    let mut json = chromium_microphone();
    json["codecs"].as_array_mut().unwrap().push(codec);
    json
}

fn red(fmtp: Value) -> Value {
    json!({"mimeType": "audio/red", "payloadType": 63, "clockRate": 48000, "channels": 2, "parameters": fmtp})
}

fn rtx(apt: u8) -> Value {
    json!({"mimeType": "audio/rtx", "payloadType": 64, "clockRate": 48000, "parameters": {"apt": apt}})
}

fn prepare(json: Value, router: &RtpCapabilities) -> Result<PreparedProducer, OrtcError> {
    let options = ProducerOptions {
        kind: MediaKind::Audio,
        parameters: parameters(json),
        router,
    };
    prepare_producer(options, &mut TransportCname::default(), &mut counter())
}

fn consume(consumable: &RtpParameters, remote: Value) -> Result<RtpParameters, OrtcError> {
    let remote = capabilities(json!({ "codecs": remote }));
    let options = ConsumerOptions {
        consumable,
        remote: &remote,
        mid: None,
        enable_rtx: true,
        pipe: false,
    };
    let made = consumer_rtp_parameters(options, &mut counter());
    assert_eq!(can_consume(consumable, &remote), made.is_ok());
    made
}

fn opus_of_remote() -> Value {
    json!({"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2})
}

fn red_of_remote() -> Value {
    json!({"kind": "audio", "mimeType": "audio/red", "clockRate": 48000, "channels": 2, "parameters": {"111/111": ""}})
}

fn names(parameters: &RtpParameters) -> Vec<(&str, u8)> {
    let codecs = parameters.codecs.iter();
    codecs
        .map(|it| (it.mime_type.as_str(), it.payload_type.0))
        .collect()
}

#[test]
fn red_is_offered_where_a_router_is_asked_for_it_and_changes_no_other_payload_type() {
    let router = router();
    let types: Vec<_> = router
        .codecs
        .iter()
        .map(|it| it.preferred_payload_type.unwrap().0)
        .collect();
    assert_eq!(types, [100, 101, 102, 103, 104]);
    assert_eq!(router.codecs[3].mime_type.as_str(), "audio/red");
}

#[test]
fn red_is_told_to_consumers_in_the_routers_payload_types_however_the_sender_wrote_it() {
    let lists = [
        json!({"111/111": ""}),
        json!({"": "111/111/111"}),
        json!({}),
    ];
    for list in lists {
        let producer = prepare(microphone_with(red(list)), &router()).unwrap();
        let remote = json!([opus_of_remote(), red_of_remote()]);
        let consumer = consume(&producer.consumable, remote).unwrap();
        assert_eq!(names(&consumer), [("audio/opus", 100), ("audio/red", 103)]);
        let json = serde_json::to_value(&consumer.codecs[1].parameters).unwrap();
        assert_eq!(json, json!({"": "100/100"}));
    }
}

#[test]
fn who_does_not_know_red_gets_the_codec_inside() {
    let producer = prepare(microphone_with(red(json!({"": "111/111"}))), &router()).unwrap();
    let consumer = consume(&producer.consumable, json!([opus_of_remote()])).unwrap();
    assert_eq!(names(&consumer), [("audio/opus", 100)]);
}

#[test]
fn who_only_repeats_the_routers_capabilities_does_not_know_red() {
    let producer = prepare(microphone_with(red(json!({}))), &router()).unwrap();
    let codecs = serde_json::to_value(router().codecs).unwrap();
    let consumer = consume(&producer.consumable, codecs).unwrap();
    assert_eq!(names(&consumer), [("audio/opus", 100), ("audio/rtx", 104)]);
}

#[test]
fn red_without_the_codec_inside_is_nothing_that_can_be_consumed_or_produced() {
    let producer = prepare(microphone_with(red(json!({}))), &router()).unwrap();
    let refused = consume(&producer.consumable, json!([red_of_remote()]));
    assert_eq!(refused, Err(OrtcError::NoCompatibleMediaCodecs));
    let mut alone = microphone_with(red(json!({})));
    alone["codecs"].as_array_mut().unwrap().remove(0);
    let refused = prepare(alone, &router()).unwrap_err();
    assert_eq!(refused, OrtcError::NoMediaCodecs);
}

#[test]
fn a_pipe_takes_red_as_the_next_router_understands_it() {
    let first = prepare(microphone_with(red(json!({"": "111/111"}))), &router()).unwrap();
    let piped =
        pipe_consumer_rtp_parameters(MediaKind::Audio, &first.consumable, false, &mut counter());
    assert_eq!(names(&piped), [("audio/opus", 100), ("audio/red", 103)]);
    let json = serde_json::to_value(&piped).unwrap();
    let second = prepare(json, &router()).unwrap();
    assert_eq!(second.consumable.codecs.len(), 3);
}

#[test]
fn audio_has_rtx_only_where_the_router_was_asked_for_it() {
    let opus = opus_of_remote();
    let without = router_of(json!([opus])).unwrap();
    let refused = prepare(microphone_with(rtx(111)), &without).unwrap_err();
    assert_eq!(refused, OrtcError::NoRtxCodec(miso_wire::Pt(100)));
    let rtx_first =
        router_of(json!([{"kind": "audio", "mimeType": "audio/rtx", "clockRate": 48000}, opus]));
    assert_eq!(rtx_first, Err(OrtcError::AptPointsToNothing));
    let elsewhere = json!({"kind": "audio", "mimeType": "audio/rtx", "clockRate": 48000, "parameters": {"apt": 101}});
    assert_eq!(
        router_of(json!([opus, elsewhere])),
        Err(OrtcError::AptPointsToNothing)
    );
    let video = json!({"kind": "video", "mimeType": "video/rtx", "clockRate": 90000});
    assert!(matches!(
        router_of(json!([opus, video])),
        Err(OrtcError::MediaCodecNotSupported(_))
    ));
}

#[test]
fn rtx_of_audio_reaches_those_who_declare_it_whatever_channels_they_give_it() {
    let producer = prepare(microphone_with(rtx(111)), &router()).unwrap();
    assert_eq!(producer.mapping.codecs[1].mapped_payload_type.0, 104);
    for channels in [json!(null), json!(2)] {
        let rtx = json!({"kind": "audio", "mimeType": "audio/rtx", "clockRate": 48000, "channels": channels,
            "parameters": {"apt": 7}});
        let consumer = consume(&producer.consumable, json!([opus_of_remote(), rtx])).unwrap();
        assert_eq!(names(&consumer), [("audio/opus", 100), ("audio/rtx", 104)]);
        assert!(consumer.encodings[0].rtx.is_some());
    }
    let unaware = consume(&producer.consumable, json!([opus_of_remote()])).unwrap();
    assert_eq!(names(&unaware), [("audio/opus", 100)]);
    assert_eq!(unaware.encodings[0].rtx, None);
}
