use std::time::Duration;

use miso_media::{Codec, Frame, Kind, Track};
use miso_ortc::{RouterRtpCodecCapability, RtpCapabilities, router_rtp_capabilities};
use serde_json::json;

use super::{Unfit, judge};

fn room() -> RtpCapabilities {
    let codecs: Vec<RouterRtpCodecCapability> = serde_json::from_value(json!([
        { "kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2 },
        { "kind": "video", "mimeType": "video/VP8", "clockRate": 90000 },
        { "kind": "video", "mimeType": "video/VP9", "clockRate": 90000, "parameters": { "profile-id": 0 } },
        { "kind": "video", "mimeType": "video/H264", "clockRate": 90000, "parameters": {
            "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 } },
        { "kind": "video", "mimeType": "video/H264", "clockRate": 90000, "parameters": {
            "packetization-mode": 1, "profile-level-id": "640032", "level-asymmetry-allowed": 1 } },
    ]))
    .unwrap();
    router_rtp_capabilities(&codecs).unwrap()
}

fn track(codec: Codec) -> Track {
    let kind = if codec == Codec::Opus {
        Kind::Audio
    } else {
        Kind::Video
    };
    Track {
        codec,
        kind,
        width: 0,
        height: 0,
        sample_rate: 0,
        channels: if kind == Kind::Audio { 2 } else { 0 },
        codec_private: Vec::new(),
        duration: None,
        has_b_frames: false,
    }
}

fn frame(data: &[u8]) -> Frame {
    Frame {
        track: 0,
        data: data.to_vec(),
        pts: Duration::ZERO,
        dts: Duration::ZERO,
        duration: None,
        is_key_frame: true,
    }
}

#[test]
fn what_the_room_has_is_sent_as_it_is() {
    for codec in [Codec::Opus, Codec::Vp8] {
        let found = judge(&track(codec.clone()), None, &room()).unwrap();
        assert_eq!(Some(found.mime_type.as_str()), codec.mime_type());
    }
}

#[test]
fn h264_is_sent_as_the_rooms_codec_of_the_same_profile_whatever_its_level() {
    let h264 = |profile: [u8; 3]| {
        let mut h264 = track(Codec::H264);
        h264.codec_private = [&[1][..], &profile, &[0xff]].concat();
        judge(&h264, None, &room())
    };
    let high = h264([0x64, 0x00, 0x28]).unwrap();
    assert_eq!(high.parameters.text("profile-level-id"), Some("640032"));
    let baseline = h264([0x42, 0xc0, 0x33]).unwrap();
    assert_eq!(baseline.parameters.text("profile-level-id"), Some("42e01f"));
    let main = h264([0x4d, 0x40, 0x1e]).unwrap_err();
    assert_eq!(main, Unfit::Profile(Codec::H264, "4d401e".to_owned()));
}

#[test]
fn without_a_configuration_record_the_first_frame_tells_the_profile() {
    let first = frame(&[
        0, 0, 0, 1, 0x09, 0xf0, 0, 0, 0, 1, 0x67, 0x64, 0x00, 0x1f, 0xac,
    ]);
    let high = judge(&track(Codec::H264), Some(&first), &room()).unwrap();
    assert_eq!(high.parameters.text("profile-level-id"), Some("640032"));
    let vp9 = |first: u8| {
        judge(
            &track(Codec::Vp9),
            Some(&frame(&[first, 0x49, 0x83, 0x42])),
            &room(),
        )
    };
    assert!(vp9(0b1000_0010).is_ok());
    assert_eq!(
        vp9(0b1001_0010),
        Err(Unfit::Profile(Codec::Vp9, "2".to_owned()))
    );
}

#[test]
fn what_the_room_has_not_must_be_encoded() {
    let other = Codec::Other("AAC".to_owned());
    assert_eq!(
        judge(&track(other), None, &room()),
        Err(Unfit::Unknown("AAC".to_owned()))
    );
    assert_eq!(
        judge(&track(Codec::Av1), None, &room()),
        Err(Unfit::NotInRoom(Codec::Av1))
    );
    let mut reordered = track(Codec::H264);
    reordered.has_b_frames = true;
    assert_eq!(judge(&reordered, None, &room()), Err(Unfit::BFrames));
    let mut surround = track(Codec::Opus);
    surround.channels = 6;
    assert_eq!(judge(&surround, None, &room()), Err(Unfit::Channels(6)));
}
