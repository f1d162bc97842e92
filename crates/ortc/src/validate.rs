//! Making a value that was built in Rust as valid as one that was read from JSON.

use miso_wire::Pt;

use crate::limits::{
    MAX_CNAME_BYTES, MAX_CODECS, MAX_ENCODINGS, MAX_HEADER_EXTENSIONS, MAX_MSID_BYTES,
};
use crate::{CodecParameters, MediaKind, MimeType, OrtcError, RtpCapabilities, RtpParameters};

/// Normalises capabilities: each codec's kind follows its MIME type, audio has a channel, video has none.
///
/// # Errors
/// More of anything than [`crate::limits`] allow, a payload type over 127, an `apt` that is no payload type.
pub fn validate_rtp_capabilities(capabilities: &mut RtpCapabilities) -> Result<(), OrtcError> {
    at_most("caps.codecs", capabilities.codecs.len(), MAX_CODECS)?;
    let extensions = capabilities.header_extensions.len();
    at_most("caps.headerExtensions", extensions, MAX_HEADER_EXTENSIONS)?;
    for codec in &mut capabilities.codecs {
        codec.kind = codec.mime_type.kind();
        normalise_channels(&codec.mime_type, &mut codec.channels);
        check_apt(&codec.parameters)?;
        if let Some(payload_type) = codec.preferred_payload_type {
            check_payload_type(payload_type, "codec.preferredPayloadType")?;
        }
    }
    Ok(())
}

/// Normalises parameters: audio has a channel, video has none.
///
/// # Errors
/// More of anything than [`crate::limits`] allow, a payload type over 127, an `apt` that is no payload type.
pub fn validate_rtp_parameters(parameters: &mut RtpParameters) -> Result<(), OrtcError> {
    at_most("params.codecs", parameters.codecs.len(), MAX_CODECS)?;
    let extensions = parameters.header_extensions.len();
    at_most("params.headerExtensions", extensions, MAX_HEADER_EXTENSIONS)?;
    at_most(
        "params.encodings",
        parameters.encodings.len(),
        MAX_ENCODINGS,
    )?;
    not_longer(
        "rtcp.cname",
        parameters.rtcp.cname.as_deref(),
        MAX_CNAME_BYTES,
    )?;
    not_longer("params.msid", parameters.msid.as_deref(), MAX_MSID_BYTES)?;
    for codec in &mut parameters.codecs {
        normalise_channels(&codec.mime_type, &mut codec.channels);
        check_apt(&codec.parameters)?;
        check_payload_type(codec.payload_type, "codec.payloadType")?;
    }
    Ok(())
}

fn at_most(what: &'static str, count: usize, max: usize) -> Result<(), OrtcError> {
    if count > max {
        Err(OrtcError::TooMany { what, max })
    } else {
        Ok(())
    }
}

fn not_longer(what: &'static str, text: Option<&str>, max: usize) -> Result<(), OrtcError> {
    if text.is_some_and(|text| text.len() > max) {
        Err(OrtcError::TooLong { what, max })
    } else {
        Ok(())
    }
}

fn normalise_channels(mime_type: &MimeType, channels: &mut Option<u8>) {
    match mime_type.kind() {
        MediaKind::Audio => *channels = Some(channels.unwrap_or(1)),
        MediaKind::Video => *channels = None,
    }
}

fn check_apt(parameters: &CodecParameters) -> Result<(), OrtcError> {
    if parameters.get("apt").is_some() && parameters.apt().is_none() {
        return Err(OrtcError::Invalid("codec apt parameter"));
    }
    Ok(())
}

const fn check_payload_type(payload_type: Pt, name: &'static str) -> Result<(), OrtcError> {
    if payload_type.0 > 127 {
        Err(OrtcError::Invalid(name))
    } else {
        Ok(())
    }
}
