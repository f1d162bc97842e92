use serde_json::{Value, json};

use super::*;
use crate::browsers::{chromium_simulcast, counter, firefox_camera, parameters, router};

fn changed(mut json: Value, change: impl FnOnce(&mut Value)) -> Value {
    change(&mut json);
    json
}

fn prepare(json: Value) -> Result<PreparedProducer, OrtcError> {
    let options = ProducerOptions {
        kind: MediaKind::Video,
        parameters: parameters(json),
        router: &router(),
    };
    prepare_producer(options, &mut TransportCname::default(), &mut counter())
}

fn refusal(json: Value) -> String {
    prepare(json).unwrap_err().to_string()
}

#[test]
fn codec_that_the_router_lacks_is_unsupported() {
    let json = changed(chromium_simulcast(), |it| {
        it["codecs"][0]["mimeType"] = json!("video/H265")
    });
    let error = prepare(json).unwrap_err();
    assert_eq!(error.kind(), crate::OrtcErrorKind::UnsupportedError);
    assert_eq!(
        error.to_string(),
        "unsupported codec [mimeType:video/H265, payloadType:96]"
    );
}

#[test]
fn rtx_must_lead_to_a_codec() {
    let lost = changed(chromium_simulcast(), |it| {
        it["codecs"][1]["parameters"]["apt"] = json!(98)
    });
    assert_eq!(refusal(lost), "missing media codec found for RTX PT 97");
    let without = changed(chromium_simulcast(), |it| {
        it["codecs"][1]["parameters"] = json!({})
    });
    assert_eq!(refusal(without), "missing media codec found for RTX PT 97");
    let mut no_rtx = router();
    no_rtx.codecs.retain(|codec| !codec.is_rtx());
    let mut it = parameters(chromium_simulcast());
    let error = producer_rtp_mapping(&mut it, &no_rtx, &mut counter()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no RTX codec for capability codec PT 101"
    );
}

#[test]
fn h264_producer_takes_over_the_answered_level() {
    let low = changed(firefox_camera(), |it| {
        it["codecs"][0]["parameters"] =
            json!({"profile-level-id": "42c02a", "packetization-mode": 1});
    });
    let prepared = prepare(low).unwrap();
    let text = |it: &RtpParameters| {
        it.codecs[0]
            .parameters
            .text("profile-level-id")
            .map(str::to_owned)
    };
    assert_eq!(text(&prepared.parameters), Some("42e01f".into()));
    assert_eq!(text(&prepared.consumable), Some("42e01f".into()));
}

#[test]
fn media_mappings_come_before_rtx_mappings() {
    let json = changed(chromium_simulcast(), |it| {
        it["codecs"].as_array_mut().unwrap().reverse()
    });
    let mapped = prepare(json).unwrap().mapping.codecs;
    assert_eq!(
        mapped
            .iter()
            .map(|it| it.payload_type.0)
            .collect::<Vec<_>>(),
        [96, 97]
    );
}

#[test]
fn producer_without_encodings_has_one() {
    let json = changed(firefox_camera(), |it| it["encodings"] = json!([]));
    let prepared = prepare(json).unwrap();
    assert_eq!(
        prepared.parameters.encodings,
        [RtpEncodingParameters::default()]
    );
    assert_eq!(
        prepared.consumable.encodings[0].ssrc.map(|it| it.0),
        Some(100_000_000)
    );
}

#[test]
fn encodings_must_be_recognisable() {
    let nameless = changed(firefox_camera(), |it| {
        it["encodings"] = json!([{}]);
        it["mid"] = json!(null);
    });
    assert_eq!(
        refusal(nameless),
        "wrong entry in rtpMapping.encodings (missing ssrc or rid, or rtpParameters.mid)"
    );
    let two = changed(firefox_camera(), |it| {
        it["encodings"] = json!([{"ssrc": 1}, {}])
    });
    assert_eq!(
        refusal(two),
        "wrong entry in rtpMapping.encodings (missing ssrc or rid)"
    );
}

#[test]
fn mapping_must_fit_the_parameters() {
    let prepared = prepare(firefox_camera()).unwrap();
    let mut mapping = prepared.mapping.clone();
    mapping.encodings[0].mapped_ssrc.0 = 0;
    let error = check_rtp_mapping(&prepared.parameters, &mapping).unwrap_err();
    assert_eq!(error, OrtcError::MappingWithoutMappedSsrc);
    mapping.encodings.clear();
    let error = check_rtp_mapping(&prepared.parameters, &mapping).unwrap_err();
    assert_eq!(error, OrtcError::MappingSizeMismatch);
}

#[test]
fn kind_must_be_that_of_the_codecs() {
    let options = ProducerOptions {
        kind: MediaKind::Audio,
        parameters: parameters(firefox_camera()),
        router: &router(),
    };
    let error = prepare_producer(options, &mut TransportCname::default(), &mut counter());
    assert_eq!(error.unwrap_err().to_string(), "invalid kind");
}

#[test]
fn refused_producer_does_not_fix_the_cname() {
    let mut cname = TransportCname::default();
    let json = changed(firefox_camera(), |it| {
        it["headerExtensions"][0]["id"] = json!(0)
    });
    let options = ProducerOptions {
        kind: MediaKind::Video,
        parameters: parameters(json),
        router: &router(),
    };
    let error = prepare_producer(options, &mut cname, &mut counter()).unwrap_err();
    assert_eq!(error.to_string(), "RTP extension id cannot be 0");
    assert_eq!(cname.get(), None);
}

/// The type of a producer with this codec and these scalability modes, one per encoding.
fn type_of(codec: &str, modes: &[Option<&str>]) -> Result<ProducerType, String> {
    let encodings: Vec<_> = modes
        .iter()
        .map(|mode| json!({"scalabilityMode": mode}))
        .collect();
    let rate = if codec.starts_with("audio") {
        48_000
    } else {
        90_000
    };
    let it = parameters(json!({
        "codecs": [{"mimeType": codec, "payloadType": 96, "clockRate": rate}], "encodings": encodings
    }));
    producer_type(&it).map_err(|error| error.to_string())
}

#[test]
fn type_follows_from_encodings_and_layers() {
    use ProducerType::{Simple, Simulcast, Svc};
    assert_eq!(type_of("video/VP8", &[None]), Ok(Simple));
    assert_eq!(type_of("audio/opus", &[None]), Ok(Simple));
    assert_eq!(type_of("video/AV1", &[Some("nonsense")]), Ok(Simple));
    assert_eq!(type_of("video/VP8", &[Some("L1T3")]), Ok(Svc));
    assert_eq!(type_of("video/H264", &[Some("L1T2")]), Ok(Svc));
    assert_eq!(type_of("video/VP9", &[Some("L3T3_KEY")]), Ok(Svc));
    assert_eq!(type_of("video/AV1", &[Some("S2T1")]), Ok(Svc));
    assert_eq!(type_of("video/VP8", &[Some("L1T3"), None]), Ok(Simulcast));
    assert_eq!(type_of("video/h264", &[None, None, None]), Ok(Simulcast));
}

#[test]
fn codecs_that_cannot_be_layered_are_refused() {
    let none = [None, None];
    assert_eq!(
        type_of("video/VP9", &none).unwrap_err(),
        "video/VP9 codec not supported for simulcast"
    );
    assert_eq!(
        type_of("audio/opus", &none).unwrap_err(),
        "audio/opus codec not supported for simulcast"
    );
    assert_eq!(
        type_of("audio/opus", &[Some("L1T2")]).unwrap_err(),
        "invalid RTP parameters"
    );
    assert_eq!(
        type_of("video/VP8", &[None, Some("L2T1")]).unwrap_err(),
        "cannot use both simulcast and encodings with multiple SVC spatial layers"
    );
    assert_eq!(type_of("video/VP8", &[]).unwrap_err(), "empty encodings");
}

#[test]
fn worker_checks_name_what_is_wrong() {
    let check = |change: fn(&mut RtpParameters)| {
        let mut it = prepare(chromium_simulcast()).unwrap().parameters;
        change(&mut it);
        check_rtp_parameters(&it).map_err(|error| error.to_string())
    };
    let refused = |change| check(change).unwrap_err();
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(refused(|it| it.codecs.clear()), "empty codecs");
    assert_eq!(refused(|it| it.encodings.clear()), "empty encodings");
    assert_eq!(
        refused(|it| it.codecs[1].payload_type = Pt(96)),
        "duplicated payloadType"
    );
    assert_eq!(
        refused(|it| it.codecs[1].parameters.remove("apt")),
        "missing apt parameter in RTX codec"
    );
    assert_eq!(
        refused(|it| it.codecs[1].parameters.insert("apt", 97)),
        "apt in RTX codec points to a RTX codec"
    );
    assert_eq!(
        refused(|it| it.codecs[1].parameters.insert("apt", 1)),
        "apt in RTX codec points to a non existing codec"
    );
    assert_eq!(
        refused(|it| it.codecs[0].mime_type = "video/ulpfec".parse().unwrap()),
        "apt in RTX codec points to a ULPFEC codec"
    );
    assert_eq!(
        refused(|it| {
            it.codecs.truncate(1);
            it.codecs[0].mime_type = "video/red".parse().unwrap();
        }),
        "no media codecs found"
    );
    assert_eq!(
        refused(|it| it.codecs[0].mime_type = "video/XYZ".parse().unwrap()),
        "unknown codec MIME subtype 'XYZ'"
    );
    assert_eq!(
        refused(|it| it.encodings[1].codec_payload_type = Some(Pt(97))),
        "invalid codecPayloadType"
    );
    assert_eq!(
        refused(|it| it.encodings[1].codec_payload_type = Some(Pt(1))),
        "unknown codecPayloadType"
    );
    assert_eq!(refused(|it| it.rtcp.cname = None), "missing cname");
    assert_eq!(
        refused(|it| it.rtcp.cname = Some(String::new())),
        "empty cname"
    );
}
