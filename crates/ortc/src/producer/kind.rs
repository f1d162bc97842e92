//! In how many versions a producer sends.

use crate::{Codec, OrtcError, ProducerType, RtpEncodingParameters, RtpParameters};

/// In how many versions a producer with these parameters sends.
///
/// # Errors
/// Simulcast with a codec other than VP8 and H.264, or with several spatial layers in an encoding; layers in a codec
/// that has none; encodings that name no codec.
pub fn producer_type(parameters: &RtpParameters) -> Result<ProducerType, OrtcError> {
    match parameters.encodings.as_slice() {
        [] => Err(OrtcError::EmptyEncodings),
        [encoding] => single_type(parameters, encoding),
        encodings => simulcast(parameters, encodings),
    }
}

fn single_type(
    parameters: &RtpParameters,
    encoding: &RtpEncodingParameters,
) -> Result<ProducerType, OrtcError> {
    let layers = encoding
        .scalability_mode
        .as_ref()
        .map(|mode| mode.layers())
        .unwrap_or_default();
    if layers.spatial == 1 && layers.temporal == 1 {
        return Ok(ProducerType::Simple);
    }
    let codec = parameters
        .codec_of(encoding)
        .ok_or(OrtcError::UnknownCodecPayloadType)?;
    match codec.mime_type.codec() {
        Codec::Vp8 | Codec::Vp9 | Codec::H264 | Codec::Av1 => Ok(ProducerType::Svc),
        _ => Err(OrtcError::InvalidRtpParameters),
    }
}

fn simulcast(
    parameters: &RtpParameters,
    encodings: &[RtpEncodingParameters],
) -> Result<ProducerType, OrtcError> {
    let mut modes = encodings
        .iter()
        .filter_map(|encoding| encoding.scalability_mode.as_ref());
    if modes.any(|mode| mode.layers().spatial > 1) {
        return Err(OrtcError::SimulcastAndSvc);
    }
    for encoding in encodings {
        let codec = parameters
            .codec_of(encoding)
            .ok_or(OrtcError::UnknownCodecPayloadType)?;
        if !matches!(codec.mime_type.codec(), Codec::Vp8 | Codec::H264) {
            let mime_type = codec.mime_type.clone();
            return Err(OrtcError::CodecNotSupportedFor {
                mime_type,
                way: "simulcast",
            });
        }
    }
    Ok(ProducerType::Simulcast)
}
