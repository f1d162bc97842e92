//! What this software can forward.

use miso_wire::Pt;

use crate::{
    Codec, CodecParameterValue, CodecParameters, Direction, HeaderExtensionId, HeaderExtensionUri,
    MediaKind, MimeType, RtcpFeedback, RtpCapabilities, RtpCodecCapability, RtpHeaderExtension,
};

const AUDIO: MediaKind = MediaKind::Audio;
const VIDEO: MediaKind = MediaKind::Video;

/// What a router can forward: codecs without payload types but for the static ones (RFC 3551, section 6), and all
/// header extensions. Directions are the router's: what it only receives is never offered to consumers.
pub fn supported_rtp_capabilities() -> RtpCapabilities {
    let codecs = audio_codecs().into_iter().chain(video_codecs()).collect();
    RtpCapabilities {
        codecs,
        header_extensions: header_extensions(),
    }
}

fn audio_codecs() -> Vec<RtpCodecCapability> {
    let mut codecs = vec![
        audio("opus", None, 48_000, 2, &["nack", "transport-cc"]),
        multiopus(4, "0,1,2,3", 2, 2),
        multiopus(6, "0,4,1,2,3,5", 4, 2),
        multiopus(8, "0,6,1,2,3,4,5,7", 5, 3),
        audio("PCMU", Some(Pt(0)), 8_000, 1, &["transport-cc"]),
        audio("PCMA", Some(Pt(8)), 8_000, 1, &["transport-cc"]),
        audio("ISAC", None, 32_000, 1, &["transport-cc"]),
        audio("ISAC", None, 16_000, 1, &["transport-cc"]),
        audio("G722", Some(Pt(9)), 8_000, 1, &["transport-cc"]),
        audio("iLBC", None, 8_000, 1, &["transport-cc"]),
    ];
    let silk = [24_000, 16_000, 12_000, 8_000];
    codecs.extend(silk.map(|rate| audio("SILK", None, rate, 1, &["transport-cc"])));
    let comfort_noise = [32_000, 16_000, 8_000];
    codecs.extend(comfort_noise.map(|rate| audio("CN", Some(Pt(13)), rate, 1, &[])));
    let telephone_event = [48_000, 32_000, 16_000, 8_000];
    codecs.extend(telephone_event.map(|rate| audio("telephone-event", None, rate, 1, &[])));
    // Not in mediasoup: redundancy around Opus. Last, so that everything before is as there.
    codecs.push(audio("red", None, 48_000, 2, &["nack", "transport-cc"]));
    codecs
}

fn audio(
    subtype: &str,
    payload_type: Option<Pt>,
    clock_rate: u32,
    channels: u8,
    feedback: &[&str],
) -> RtpCodecCapability {
    RtpCodecCapability {
        kind: AUDIO,
        mime_type: MimeType::of(AUDIO, subtype),
        preferred_payload_type: payload_type,
        clock_rate,
        channels: Some(channels),
        parameters: CodecParameters::new(),
        rtcp_feedback: feedback
            .iter()
            .map(|kind| RtcpFeedback::new(kind, ""))
            .collect(),
    }
}

fn multiopus(channels: u8, mapping: &str, streams: i64, coupled: i64) -> RtpCodecCapability {
    let mut codec = audio(
        "multiopus",
        None,
        48_000,
        channels,
        &["nack", "transport-cc"],
    );
    codec.parameters = CodecParameters::from([
        ("channel_mapping", mapping.into()),
        ("num_streams", streams.into()),
        ("coupled_streams", coupled.into()),
    ]);
    codec
}

fn video_codecs() -> [RtpCodecCapability; 4] {
    ["VP8", "VP9", "H264", "AV1"].map(|subtype| {
        let mime_type = MimeType::of(VIDEO, subtype);
        let asymmetry = ("level-asymmetry-allowed", CodecParameterValue::Int(1));
        RtpCodecCapability {
            kind: VIDEO,
            preferred_payload_type: None,
            clock_rate: 90_000,
            channels: None,
            parameters: match mime_type.codec() {
                Codec::H264 => CodecParameters::from([asymmetry]),
                _ => CodecParameters::new(),
            },
            rtcp_feedback: vec![
                RtcpFeedback::new("nack", ""),
                RtcpFeedback::new("nack", "pli"),
                RtcpFeedback::new("ccm", "fir"),
                RtcpFeedback::new("goog-remb", ""),
                RtcpFeedback::new("transport-cc", ""),
            ],
            mime_type,
        }
    })
}

fn header_extensions() -> Vec<RtpHeaderExtension> {
    use Direction::{RecvOnly, SendRecv};
    use HeaderExtensionUri as Uri;
    let extension = |kind, uri, id, direction| RtpHeaderExtension {
        kind,
        uri,
        preferred_id: HeaderExtensionId(id),
        preferred_encrypt: false,
        direction,
    };
    vec![
        extension(AUDIO, Uri::Mid, 1, SendRecv),
        extension(VIDEO, Uri::Mid, 1, SendRecv),
        extension(VIDEO, Uri::RtpStreamId, 2, RecvOnly),
        extension(VIDEO, Uri::RepairedRtpStreamId, 3, RecvOnly),
        extension(AUDIO, Uri::AbsSendTime, 4, SendRecv),
        extension(VIDEO, Uri::AbsSendTime, 4, SendRecv),
        // Received from audio, too, but sent with video only: estimates of a link come from its video.
        extension(AUDIO, Uri::TransportWideCc, 5, RecvOnly),
        extension(VIDEO, Uri::TransportWideCc, 5, SendRecv),
        extension(AUDIO, Uri::SsrcAudioLevel, 6, SendRecv),
        // mediasoup only takes it. Browsers cannot put spatial layers of AV1 together without it.
        extension(VIDEO, Uri::DependencyDescriptor, 7, SendRecv),
        extension(VIDEO, Uri::VideoOrientation, 8, SendRecv),
        extension(VIDEO, Uri::TimeOffset, 9, SendRecv),
        extension(AUDIO, Uri::AbsCaptureTime, 10, SendRecv),
        extension(VIDEO, Uri::AbsCaptureTime, 10, SendRecv),
        extension(AUDIO, Uri::PlayoutDelay, 11, SendRecv),
        extension(VIDEO, Uri::PlayoutDelay, 11, SendRecv),
        extension(AUDIO, Uri::PacketId, 12, SendRecv),
        extension(VIDEO, Uri::PacketId, 12, SendRecv),
    ]
}
