//! What rooms forward.

use miso_engine::RouterRtpCodecCapability;
use serde_json::json;

/// Every codec that browsers have in common, the best known first. The start bitrate, in kbit/s, is for Chromium.
///
/// What only some know stands last, so that it changes no payload type of the others: RED (RFC 2198), which is sent by
/// who chooses to, and RTX of Opus, which native clients may have.
///
/// # Errors
/// None but by a mistake in the list, which a test excludes.
pub(crate) fn media_codecs() -> Result<Vec<RouterRtpCodecCapability>, serde_json::Error> {
    let video = |name: &str, mut parameters: serde_json::Value| {
        if let Some(parameters) = parameters.as_object_mut() {
            parameters.insert("x-google-start-bitrate".to_owned(), json!(1000));
        }
        json!({ "kind": "video", "mimeType": name, "clockRate": 90_000, "parameters": parameters })
    };
    let h264 = |profile: &str| {
        video(
            "video/H264",
            json!({
                "packetization-mode": 1,
                "profile-level-id": profile,
                "level-asymmetry-allowed": 1,
            }),
        )
    };
    serde_json::from_value(json!([
        { "kind": "audio", "mimeType": "audio/opus", "clockRate": 48_000, "channels": 2 },
        video("video/VP8", json!({})),
        video("video/VP9", json!({ "profile-id": 0 })),
        video("video/VP9", json!({ "profile-id": 2 })),
        h264("42e01f"),
        h264("4d0032"),
        h264("640032"),
        video("video/AV1", json!({})),
        { "kind": "audio", "mimeType": "audio/red", "clockRate": 48_000, "channels": 2 },
        { "kind": "audio", "mimeType": "audio/rtx", "clockRate": 48_000 },
    ]))
}

#[cfg(test)]
mod tests;
