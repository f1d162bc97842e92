//! What clients say they send.

use serde_json::{Value, json};

/// Opus with this SSRC.
pub(crate) fn audio(ssrc: u32) -> Value {
    json!({
        "mid": ssrc.to_string(),
        "codecs": [{
            "mimeType": "audio/opus", "payloadType": 111, "clockRate": 48000, "channels": 2,
            "parameters": { "useinbandfec": 1 }, "rtcpFeedback": [],
        }],
        "headerExtensions": [],
        "encodings": [{ "ssrc": ssrc }],
        "rtcp": { "cname": "test" },
    })
}

/// VP8 with this SSRC.
pub(crate) fn video(ssrc: u32) -> Value {
    json!({
        "mid": ssrc.to_string(),
        "codecs": [{
            "mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000,
            "parameters": {}, "rtcpFeedback": [{ "type": "nack" }, { "type": "nack", "parameter": "pli" }],
        }],
        "headerExtensions": [],
        "encodings": [{ "ssrc": ssrc }],
        "rtcp": { "cname": "test" },
    })
}
