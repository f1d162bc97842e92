//! What browsers say, through mediasoup-client and natively; material of the tests.

use serde_json::{Value, json};

use crate::{RouterRtpCodecCapability, RtpCapabilities, RtpParameters, router_rtp_capabilities};

/// Random numbers that are not: 0, 1, 2 and so on.
pub(crate) fn counter() -> impl FnMut() -> u32 {
    let mut next = 0;
    move || {
        next += 1;
        next - 1
    }
}

fn feedback_of_video() -> Value {
    json!([
        {"type": "goog-remb"}, {"type": "transport-cc"}, {"type": "ccm", "parameter": "fir"},
        {"type": "nack"}, {"type": "nack", "parameter": "pli"}
    ])
}

fn video(name: &str, payload_type: u8, parameters: &Value) -> Value {
    json!({
        "kind": "video", "mimeType": format!("video/{name}"), "preferredPayloadType": payload_type,
        "clockRate": 90000, "parameters": parameters, "rtcpFeedback": feedback_of_video()
    })
}

fn rtx(payload_type: u8, apt: u8) -> Value {
    json!({
        "kind": "video", "mimeType": "video/rtx", "preferredPayloadType": payload_type,
        "clockRate": 90000, "parameters": {"apt": apt}, "rtcpFeedback": []
    })
}

fn h264(payload_type: u8, profile_level_id: &str, mode: u8) -> Value {
    let parameters = json!({
        "level-asymmetry-allowed": 1, "packetization-mode": mode, "profile-level-id": profile_level_id
    });
    video("H264", payload_type, &parameters)
}

fn extensions(kind: &str, list: &[(u8, &str)]) -> Vec<Value> {
    let extension = |(id, uri): &(u8, &str)| {
        json!({
            "kind": kind, "uri": uri, "preferredId": id, "preferredEncrypt": false,
            "direction": "sendrecv"
        })
    };
    list.iter().map(extension).collect()
}

const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
const SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
const WIDE_CC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
const ORIENTATION: &str = "urn:3gpp:video-orientation";

/// Chromium's own capabilities, as its SDP has them: its own payload types and ids, and much that nobody here knows.
pub(crate) fn chromium_native() -> Value {
    let codecs = json!([
        {"kind": "audio", "mimeType": "audio/opus", "preferredPayloadType": 111, "clockRate": 48000,
         "channels": 2, "parameters": {"minptime": 10, "useinbandfec": 1},
         "rtcpFeedback": [{"type": "transport-cc"}]},
        {"kind": "audio", "mimeType": "audio/red", "preferredPayloadType": 63, "clockRate": 48000,
         "channels": 2, "parameters": {"111/111": ""}, "rtcpFeedback": []},
        {"kind": "audio", "mimeType": "audio/PCMU", "preferredPayloadType": 0, "clockRate": 8000},
        {"kind": "audio", "mimeType": "audio/telephone-event", "preferredPayloadType": 126,
         "clockRate": 8000},
        video("VP8", 96, &json!({})), rtx(97, 96),
        h264(103, "42001f", 1), rtx(104, 103), h264(107, "42001f", 0), rtx(108, 107),
        h264(109, "42e01f", 1), rtx(114, 109), h264(115, "42e01f", 0), rtx(116, 115),
        h264(117, "4d001f", 1), rtx(118, 117), h264(39, "4d001f", 0), rtx(40, 39),
        h264(112, "64001f", 1), rtx(113, 112), h264(41, "f4001f", 1),
        video("AV1", 45, &json!({"level-idx": 5, "profile": 0, "tier": 0})), rtx(46, 45),
        video("VP9", 98, &json!({"profile-id": 0})), rtx(99, 98),
        video("VP9", 100, &json!({"profile-id": 2})), rtx(101, 100),
        video("H265", 49, &json!({"level-id": 93, "profile-id": 1, "tier-flag": 0, "tx-mode": "SRST"})),
        video("red", 123, &json!({})), video("ulpfec", 124, &json!({})),
        video("flexfec-03", 125, &json!({"repair-window": 10_000_000}))
    ]);
    let mut list = extensions(
        "audio",
        &[(1, LEVEL), (2, SEND_TIME), (3, WIDE_CC), (4, MID)],
    );
    list.extend(extensions(
        "video",
        &[
            (14, "urn:ietf:params:rtp-hdrext:toffset"),
            (2, SEND_TIME),
            (13, ORIENTATION),
            (3, WIDE_CC),
            (
                5,
                "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
            ),
            (
                6,
                "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
            ),
            (
                7,
                "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
            ),
            (
                8,
                "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
            ),
            (4, MID),
            (10, RID),
            (11, REPAIRED_RID),
        ],
    ));
    json!({"codecs": codecs, "headerExtensions": list})
}

/// What mediasoup-client makes of Firefox's capabilities for a router of [`router`]: its ids are the router's.
pub(crate) fn firefox_for_router() -> Value {
    let codecs = json!([
        {"kind": "audio", "mimeType": "audio/opus", "preferredPayloadType": 100, "clockRate": 48000,
         "channels": 2, "parameters": {"maxplaybackrate": 48000, "stereo": 1, "useinbandfec": 1},
         "rtcpFeedback": []},
        {"kind": "video", "mimeType": "video/VP8", "preferredPayloadType": 101, "clockRate": 90000,
         "parameters": {"max-fs": 12288, "max-fr": 60},
         "rtcpFeedback": [{"type": "nack"}, {"type": "nack", "parameter": "pli"},
            {"type": "ccm", "parameter": "fir"}, {"type": "goog-remb"}, {"type": "transport-cc"}]},
        rtx(102, 101),
        h264(105, "42e01f", 1), rtx(106, 105)
    ]);
    let mut list = extensions("audio", &[(1, MID), (6, LEVEL)]);
    list.extend(extensions(
        "video",
        &[
            (1, MID),
            (4, SEND_TIME),
            (5, WIDE_CC),
            (9, "urn:ietf:params:rtp-hdrext:toffset"),
        ],
    ));
    json!({"codecs": codecs, "headerExtensions": list})
}

/// A router with Opus and the four video codecs; payload types 100 to 108.
pub(crate) fn router() -> RtpCapabilities {
    let codecs: Vec<RouterRtpCodecCapability> = serde_json::from_value(json!([
        {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2},
        {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000,
         "parameters": {"x-google-start-bitrate": 1000}},
        {"kind": "video", "mimeType": "video/VP9", "clockRate": 90000,
         "parameters": {"profile-id": 2}},
        {"kind": "video", "mimeType": "video/h264", "clockRate": 90000,
         "parameters": {"packetization-mode": 1, "profile-level-id": "42e01f",
            "level-asymmetry-allowed": 1}},
        {"kind": "video", "mimeType": "video/AV1", "clockRate": 90000}
    ]))
    .unwrap();
    router_rtp_capabilities(&codecs).unwrap()
}

/// Microphone of Chromium.
pub(crate) fn chromium_microphone() -> Value {
    json!({
        "mid": "0",
        "codecs": [{"mimeType": "audio/opus", "payloadType": 111, "clockRate": 48000, "channels": 2,
            "parameters": {"minptime": 10, "useinbandfec": 1, "sprop-stereo": 1, "usedtx": 1},
            "rtcpFeedback": [{"type": "transport-cc", "parameter": ""}, {"type": "nack", "parameter": ""}]}],
        "headerExtensions": [
            {"uri": MID, "id": 4, "encrypt": false, "parameters": {}},
            {"uri": SEND_TIME, "id": 2, "encrypt": false, "parameters": {}},
            {"uri": WIDE_CC, "id": 3, "encrypt": false, "parameters": {}},
            {"uri": LEVEL, "id": 1, "encrypt": false, "parameters": {}}
        ],
        "encodings": [{"ssrc": 2_731_890_451_u32, "dtx": false}],
        "rtcp": {"cname": "dpyQcO4TpmEzhXfw", "reducedSize": true},
        "msid": "- 4fd1cfd5-5f0c-4fc3-aa34-9ce4e5b0b0d1"
    })
}

/// Camera of Chromium: VP8 in three sizes, recognised by RID.
pub(crate) fn chromium_simulcast() -> Value {
    json!({
        "mid": "1",
        "codecs": [
            {"mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000,
             "parameters": {"x-google-start-bitrate": 1000}, "rtcpFeedback": feedback_of_video()},
            {"mimeType": "video/rtx", "payloadType": 97, "clockRate": 90000, "parameters": {"apt": 96},
             "rtcpFeedback": []}
        ],
        "headerExtensions": [
            {"uri": MID, "id": 4, "encrypt": false, "parameters": {}},
            {"uri": RID, "id": 10, "encrypt": false, "parameters": {}},
            {"uri": REPAIRED_RID, "id": 11, "encrypt": false, "parameters": {}},
            {"uri": SEND_TIME, "id": 2, "encrypt": false, "parameters": {}},
            {"uri": WIDE_CC, "id": 3, "encrypt": false, "parameters": {}},
            {"uri": ORIENTATION, "id": 13, "encrypt": false, "parameters": {}}
        ],
        "encodings": [
            {"active": true, "rid": "r0", "scaleResolutionDownBy": 4, "maxBitrate": 500_000,
             "scalabilityMode": "L1T3", "dtx": false},
            {"active": true, "rid": "r1", "scaleResolutionDownBy": 2, "maxBitrate": 1_000_000,
             "scalabilityMode": "L1T3", "dtx": false},
            {"active": true, "rid": "r2", "scaleResolutionDownBy": 1, "maxBitrate": 5_000_000,
             "scalabilityMode": "L1T3", "dtx": false}
        ],
        "rtcp": {"cname": "dpyQcO4TpmEzhXfw", "reducedSize": true}
    })
}

/// Camera of Firefox: one stream of H.264 with its SSRCs.
pub(crate) fn firefox_camera() -> Value {
    json!({
        "mid": "1",
        "codecs": [
            {"mimeType": "video/H264", "payloadType": 126, "clockRate": 90000,
             "parameters": {"profile-level-id": "42e01f", "level-asymmetry-allowed": 1,
                "packetization-mode": 1},
             "rtcpFeedback": feedback_of_video()},
            {"mimeType": "video/rtx", "payloadType": 127, "clockRate": 90000,
             "parameters": {"apt": 126}}
        ],
        "headerExtensions": [
            {"uri": MID, "id": 3}, {"uri": SEND_TIME, "id": 4},
            {"uri": WIDE_CC, "id": 7}, {"uri": "urn:ietf:params:rtp-hdrext:toffset", "id": 5}
        ],
        "encodings": [{"ssrc": 1_234_567, "rtx": {"ssrc": 7_654_321}}],
        "rtcp": {"cname": "{e9ebd4c9-2f2e-4b1c-9a8b-0d8b9d8f9b1a}", "reducedSize": true}
    })
}

/// Parameters read from JSON.
pub(crate) fn parameters(json: Value) -> RtpParameters {
    serde_json::from_value(json).unwrap()
}

/// Capabilities read from JSON.
pub(crate) fn capabilities(json: Value) -> RtpCapabilities {
    serde_json::from_value(json).unwrap()
}
