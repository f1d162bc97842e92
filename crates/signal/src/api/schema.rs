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

/// The same, or nothing.
pub(super) fn maybe_id(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$" })
}

/// `audio` or `video`.
pub(super) fn kind(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["audio", "video"] })
}

/// mediasoup's `RtpParameters`.
pub(super) fn rtp_parameters(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "description": "mediasoup's RtpParameters: what is sent",
        "examples": [{
            "codecs": [{ "mimeType": "video/VP8", "payloadType": 101, "clockRate": 90000 }],
            "encodings": [{ "ssrc": 2222 }],
        }],
    })
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
        "description": "mediasoup's SctpStreamParameters",
        "examples": [{ "streamId": 0, "ordered": true }],
    })
}

/// mediasoup's `DtlsParameters`, or nothing.
pub(super) fn maybe_dtls_parameters(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["object", "null"],
        "description": "mediasoup's DtlsParameters: the client's certificate and part in the handshake",
    })
}
