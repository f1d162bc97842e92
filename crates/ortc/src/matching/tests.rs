use serde_json::{Value, json};

use super::*;

fn codec(json: Value) -> RtpCodecCapability {
    serde_json::from_value(json).unwrap()
}

fn matches(a: &Value, b: &Value, strictness: Strictness) -> bool {
    let base = |more: &Value| {
        let mut json = json!({"kind": "video", "clockRate": 90000});
        json.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        codec(json)
    };
    match_codecs(&base(a), &base(b), strictness).is_some()
}

fn video(name: &str, parameters: &Value) -> Value {
    json!({"mimeType": format!("video/{name}"), "parameters": parameters})
}

#[test]
fn names_are_compared_without_case_but_rates_and_channels_exactly() {
    let opus = json!({"mimeType": "audio/opus", "clockRate": 48000, "channels": 2});
    let with = |key: &str, value: Value| {
        let mut it = opus.clone();
        it[key] = value;
        it
    };
    let strict = Strictness::Strict;
    assert!(matches(
        &opus,
        &with("mimeType", json!("AUDIO/Opus")),
        strict
    ));
    assert!(matches(
        &opus,
        &with("parameters", json!({"stereo": 1, "usedtx": 1})),
        strict
    ));
    assert!(!matches(&opus, &with("clockRate", json!(16000)), strict));
    assert!(!matches(&opus, &with("channels", json!(1)), strict));
    // No number of channels is one channel.
    assert!(!matches(&opus, &with("channels", json!(null)), strict));
}

#[test]
fn multiopus_needs_the_same_streams_even_loosely() {
    let multiopus = |streams: u8, mapping: &str| {
        json!({"mimeType": "audio/multiopus", "clockRate": 48000, "channels": 6, "parameters":
            {"num_streams": streams, "coupled_streams": 2, "channel_mapping": mapping}})
    };
    let loose = Strictness::Loose;
    assert!(matches(
        &multiopus(4, "0,4,1,2,3,5"),
        &multiopus(4, "0,1,2,3,4,5"),
        loose
    ));
    assert!(!matches(
        &multiopus(4, "0,4,1,2,3,5"),
        &multiopus(5, "0,4,1,2,3,5"),
        loose
    ));
}

#[test]
fn vp9_needs_the_same_profile_only_strictly() {
    let profile = |id: Value| video("VP9", &json!({"profile-id": id}));
    assert!(matches(
        &profile(json!(0)),
        &video("VP9", &json!({})),
        Strictness::Strict
    ));
    assert!(matches(
        &profile(json!(2)),
        &profile(json!("2")),
        Strictness::Strict
    ));
    assert!(!matches(
        &profile(json!(2)),
        &profile(json!(0)),
        Strictness::Strict
    ));
    assert!(matches(
        &profile(json!(2)),
        &profile(json!(0)),
        Strictness::Loose
    ));
}

#[test]
fn av1_matches_whatever_its_profile() {
    let (a, b) = (
        json!({"profile": 0, "level-idx": 5}),
        json!({"profile": 1, "tier": 1}),
    );
    assert!(matches(
        &video("AV1", &a),
        &video("AV1", &b),
        Strictness::Strict
    ));
}

#[test]
fn h264_needs_packetization_mode_and_profile_only_strictly() {
    let h264 = |mode: u8, id: &str| {
        video(
            "H264",
            &json!({"packetization-mode": mode, "profile-level-id": id}),
        )
    };
    assert!(matches(
        &h264(1, "42e01f"),
        &h264(1, "42c01f"),
        Strictness::Strict
    ));
    assert!(!matches(
        &h264(1, "42e01f"),
        &h264(0, "42e01f"),
        Strictness::Strict
    ));
    assert!(!matches(
        &h264(1, "42e01f"),
        &h264(1, "640c1f"),
        Strictness::Strict
    ));
    assert!(matches(
        &h264(1, "42e01f"),
        &h264(0, "640c1f"),
        Strictness::Loose
    ));
    // No mode is mode 0, no profile is constrained baseline 3.1.
    assert!(matches(
        &h264(0, "42e01f"),
        &video("H264", &json!({})),
        Strictness::Strict
    ));
}

#[test]
fn unknown_codecs_never_match_not_even_themselves() {
    let h265 = video("H265", &json!({}));
    assert!(!matches(&h265, &h265, Strictness::Loose));
}

#[test]
fn rtx_matches_by_clock_rate_alone() {
    let rtx = |apt: u8| video("rtx", &json!({"apt": apt}));
    assert!(matches(&rtx(96), &rtx(101), Strictness::Strict));
}
