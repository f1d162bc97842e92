//! JSON schemas of mediasoup's objects, whose types are not of this crate, and of what is checked by hand.
//!
//! mediasoup's objects are checked by mediasoup's own rules, which no schema can say: many a wrong member counts as
//! absent. Their schemas tell the shape and give an example.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

/// Any object.
pub(super) fn object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object" })
}

/// Any object, or nothing.
pub(super) fn maybe_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["object", "null"] })
}

/// A list of mediasoup's objects.
pub(super) fn objects(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "object" } })
}

/// The id of something that the server made.
pub(super) fn id(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$" })
}

/// An IP address, or nothing.
pub(super) fn maybe_ip(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [
        { "type": "string", "format": "ipv4" }, { "type": "string", "format": "ipv6" }, { "type": "null" },
    ] })
}

/// `audio` or `video`.
pub(super) fn kind(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["audio", "video"] })
}

/// mediasoup's `RtpParameters`.
pub(super) fn rtp_parameters(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "description": "mediasoup's RtpParameters. Described is one stream as ffmpeg sends it; whatever else they can \
            say, such as simulcast, RTX and header extensions, is taken too, by mediasoup's rules",
    })
}

/// Sound and pictures, each with the codecs for it.
pub(super) fn kinds_of_media() -> Value {
    let parameters = |names: &[&str], clock_rate: u32, channels: Option<u8>| {
        let mut codec = json!({
            "type": "object",
            "required": ["mimeType", "payloadType", "clockRate"],
            "properties": {
                "mimeType": { "type": "string", "enum": names },
                "payloadType": { "type": "integer", "minimum": 0, "maximum": 127 },
                "clockRate": { "type": "integer", "enum": [clock_rate] },
            },
        });
        if let Some(channels) = channels {
            codec["required"] = json!(["mimeType", "payloadType", "clockRate", "channels"]);
            codec["properties"]["channels"] = json!({ "type": "integer", "enum": [channels] });
        }
        let encoding = json!({
            "type": "object", "required": ["ssrc"],
            "properties": { "ssrc": { "type": "integer", "minimum": 0, "maximum": u32::MAX } },
        });
        json!({
            "type": "object",
            "required": ["codecs", "encodings"],
            "properties": {
                "codecs": { "type": "array", "minItems": 1, "maxItems": 1, "items": codec },
                "encodings": { "type": "array", "minItems": 1, "maxItems": 1, "items": encoding },
            },
        })
    };
    let kind = |kind: &str, parameters: Value| {
        json!({
            "required": ["kind", "rtpParameters"],
            "properties": { "kind": { "type": "string", "enum": [kind] }, "rtpParameters": parameters },
        })
    };
    json!([
        kind("audio", parameters(&["audio/opus"], 48_000, Some(2))),
        kind(
            "video",
            parameters(&["video/VP8", "video/AV1"], 90_000, None)
        ),
    ])
}

fn capabilities() -> Value {
    json!({ "codecs": [{
        "kind": "audio", "mimeType": "audio/opus", "preferredPayloadType": 100, "clockRate": 48000, "channels": 2,
    }] })
}

/// mediasoup's `RtpCapabilities`.
pub(super) fn rtp_capabilities(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "description": "mediasoup's RtpCapabilities: what the client can receive",
        "examples": [capabilities()],
    })
}

/// The same, or nothing.
pub(super) fn maybe_rtp_capabilities(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["object", "null"],
        "description": "mediasoup's RtpCapabilities: what the client can receive",
        "examples": [capabilities()],
    })
}

/// mediasoup's `SctpStreamParameters`.
pub(super) fn sctp_stream_parameters(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "description": "mediasoup's SctpStreamParameters: reliable, or with one of the limits maxPacketLifeTime (ms) \
            and maxRetransmits",
        "required": ["streamId"],
        "properties": { "streamId": { "type": "integer", "minimum": 0, "maximum": 65534 } },
        "examples": [{ "streamId": 0, "ordered": true }],
    })
}

/// mediasoup's `DtlsParameters`, or nothing.
pub(super) fn maybe_dtls_parameters(_: &mut SchemaGenerator) -> Schema {
    let digest = |name: &str, bytes: usize| {
        json!({
            "type": "object",
            "required": ["algorithm", "value"],
            "properties": {
                "algorithm": { "type": "string", "enum": [name] },
                "value": { "type": "string", "pattern": format!("^([0-9A-F]{{2}}:){{{}}}[0-9A-F]{{2}}$", bytes - 1) },
            },
        })
    };
    let fingerprint = json!({ "anyOf": [
        digest("sha-1", 20), digest("sha-224", 28), digest("sha-256", 32), digest("sha-384", 48),
        digest("sha-512", 64),
    ] });
    json_schema!({
        "type": ["object", "null"],
        "description": "mediasoup's DtlsParameters: the client's certificate and part in the handshake",
        "required": ["fingerprints"],
        "properties": {
            "role": { "type": "string", "enum": ["auto", "client", "server"] },
            "fingerprints": { "type": "array", "minItems": 1, "maxItems": 16, "items": fingerprint },
        },
    })
}
