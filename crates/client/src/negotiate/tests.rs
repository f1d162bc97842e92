use miso_ortc::{RouterRtpCodecCapability, router_rtp_capabilities};
use serde_json::json;

use super::*;
use crate::DeviceError;

fn router() -> RtpCapabilities {
    let codecs: Vec<RouterRtpCodecCapability> = serde_json::from_value(json!([
        { "kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2 },
        { "kind": "audio", "mimeType": "audio/multiopus", "clockRate": 48000, "channels": 4,
          "parameters": { "channel_mapping": "0,1,2,3", "num_streams": 2, "coupled_streams": 2 } },
        { "kind": "video", "mimeType": "video/VP8", "clockRate": 90000 },
        { "kind": "video", "mimeType": "video/H264", "clockRate": 90000,
          "parameters": { "packetization-mode": 1, "profile-level-id": "4d0032" } },
        { "kind": "video", "mimeType": "video/H264", "clockRate": 90000,
          "parameters": { "packetization-mode": 1, "profile-level-id": "42e01f" } },
    ]))
    .unwrap();
    router_rtp_capabilities(&codecs).unwrap()
}

fn device() -> Device {
    Device::load(&router()).unwrap()
}

fn names() -> StreamNames {
    StreamNames {
        mid: Mid::new(b"0").unwrap(),
        ssrc: Ssrc(1),
        rtx: Ssrc(2),
    }
}

#[test]
fn a_device_has_only_what_both_sides_know() {
    let device = device();
    let name = |it: &RtpCodecCapability| it.mime_type.as_str().to_lowercase();
    let received: Vec<_> = device.rtp_capabilities().codecs.iter().map(name).collect();
    let h264 = ["video/h264", "video/rtx", "video/h264", "video/rtx"];
    let expected = [&["audio/opus", "video/vp8", "video/rtx"][..], &h264[..]].concat();
    assert_eq!(received, expected);
    let extensions = &device.rtp_capabilities().header_extensions;
    let has = |kind, uri| extensions.iter().any(|it| it.kind == kind && it.uri == uri);
    assert!(has(MediaKind::Video, HeaderExtensionUri::TransportWideCc));
    assert!(!has(MediaKind::Audio, HeaderExtensionUri::TransportWideCc));
    assert!(device.can_produce(MediaKind::Audio));
}

#[test]
fn sound_may_be_asked_for_again_where_the_router_has_rtx_for_it_and_not_elsewhere() {
    let parameters = |codecs: serde_json::Value| {
        let codecs: Vec<RouterRtpCodecCapability> = serde_json::from_value(codecs).unwrap();
        let device = Device::load(&router_rtp_capabilities(&codecs).unwrap()).unwrap();
        let opus = device.codecs(MediaKind::Audio).next().unwrap();
        send_parameters(&device, opus, names(), "us")
    };
    let opus =
        json!({ "kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2 });
    let rtx = json!({ "kind": "audio", "mimeType": "audio/rtx", "clockRate": 48000 });
    let without = parameters(json!([opus]));
    assert!(!without.codecs[0].has_feedback("nack", ""));
    assert_eq!((without.codecs.len(), without.encodings[0].rtx), (1, None));
    let with = parameters(json!([opus, rtx]));
    assert!(with.codecs[0].has_feedback("nack", ""));
    let apt = with.codecs[1].parameters.apt();
    assert_eq!(apt, Some(with.codecs[0].payload_type));
    assert_eq!(with.encodings[0].rtx, Some(RtxParameters { ssrc: Ssrc(2) }));
}

#[test]
fn a_router_without_known_codecs_is_refused() {
    let mut router = router();
    router
        .codecs
        .retain(|it| it.mime_type.codec() == Codec::MultiOpus);
    let error = Device::load(&router).unwrap_err();
    assert_eq!(error, DeviceError::NothingInCommon);
}

#[test]
fn the_profile_decides_between_codecs_of_one_name() {
    let device = device();
    let profile = |level: &str| {
        let parameters = CodecParameters::from([
            ("packetization-mode", 1.into()),
            ("profile-level-id", level.into()),
        ]);
        let chosen = choose_codec(&device, MediaKind::Video, Some(Codec::H264), &parameters);
        chosen.map(|it| it.parameters.text("profile-level-id").unwrap().to_owned())
    };
    assert_eq!(profile("42e01f").unwrap(), "42e01f");
    assert_eq!(profile("4d001f").unwrap(), "4d0032");
    assert!(matches!(
        profile("64001f"),
        Err(TransportError::NoCodec(MediaKind::Video))
    ));
    let any = choose_codec(&device, MediaKind::Video, None, &CodecParameters::new());
    assert_eq!(any.unwrap().mime_type.codec(), Codec::Vp8);
}

#[test]
fn the_router_takes_what_is_said_of_a_stream() {
    let (router, device) = (router(), device());
    for kind in [MediaKind::Audio, MediaKind::Video] {
        let codec = choose_codec(&device, kind, None, &CodecParameters::new()).unwrap();
        let parameters = send_parameters(&device, codec, names(), "me");
        let json = serde_json::to_value(&parameters).unwrap();
        assert_eq!(
            serde_json::from_value::<RtpParameters>(json).unwrap(),
            parameters
        );
        let mut told = parameters.clone();
        miso_ortc::producer_rtp_mapping(&mut told, &router, &mut || 7).unwrap();
        let has_rtx = parameters.encodings[0].rtx.is_some();
        assert_eq!(has_rtx, kind == MediaKind::Video);
        assert_eq!(parameters.codecs[0].has_feedback("nack", ""), has_rtx);
    }
}
