//! What a worker demands of parameters, whoever made them.

use crate::{Codec, OrtcError, RtpCodecParameters, RtpMapping, RtpParameters};

/// Whether a worker can work with these parameters, of a producer or of a consumer.
///
/// # Errors
/// No codec or encoding, payload types that repeat or lead nowhere, no CNAME, header extensions with id 0.
pub fn check_rtp_parameters(parameters: &RtpParameters) -> Result<(), OrtcError> {
    check_codecs(&parameters.codecs)?;
    check_encodings(parameters)?;
    if parameters
        .header_extensions
        .iter()
        .any(|extension| extension.id.0 == 0)
    {
        return Err(OrtcError::ExtensionIdZero);
    }
    match parameters.rtcp.cname.as_deref() {
        None => Err(OrtcError::MissingCname),
        Some("") => Err(OrtcError::EmptyCname),
        Some(_) => Ok(()),
    }
}

fn check_codecs(codecs: &[RtpCodecParameters]) -> Result<(), OrtcError> {
    if codecs.is_empty() {
        return Err(OrtcError::EmptyCodecs);
    }
    for (index, codec) in codecs.iter().enumerate() {
        if codec.mime_type.codec() == Codec::Unknown {
            return Err(OrtcError::UnknownMimeSubtype(
                codec.mime_type.subtype().to_owned(),
            ));
        }
        let mut before = codecs.iter().take(index);
        if before.any(|other| other.payload_type == codec.payload_type) {
            return Err(OrtcError::DuplicatedPayloadType);
        }
    }
    for codec in codecs.iter().filter(|codec| codec.is_rtx()) {
        check_apt(codec, codecs)?;
    }
    if codecs
        .iter()
        .any(|codec| codec.mime_type.codec().is_media())
    {
        Ok(())
    } else {
        Err(OrtcError::NoMediaCodecs)
    }
}

fn check_apt(rtx: &RtpCodecParameters, codecs: &[RtpCodecParameters]) -> Result<(), OrtcError> {
    let apt = rtx.parameters.apt().ok_or(OrtcError::MissingApt)?;
    let target = codecs.iter().find(|codec| codec.payload_type == apt);
    match target.map(|codec| codec.mime_type.codec()) {
        None => Err(OrtcError::AptPointsToNothing),
        Some(Codec::Rtx) => Err(OrtcError::AptPointsTo("RTX")),
        Some(Codec::Ulpfec) => Err(OrtcError::AptPointsTo("ULPFEC")),
        Some(Codec::Flexfec) => Err(OrtcError::AptPointsTo("FLEXFEC")),
        Some(_) => Ok(()),
    }
}

fn check_encodings(parameters: &RtpParameters) -> Result<(), OrtcError> {
    if parameters.encodings.is_empty() {
        return Err(OrtcError::EmptyEncodings);
    }
    let named = parameters
        .encodings
        .iter()
        .filter_map(|encoding| encoding.codec_payload_type);
    for payload_type in named {
        let codec = parameters
            .codecs
            .iter()
            .find(|codec| codec.payload_type == payload_type);
        match codec {
            None => return Err(OrtcError::UnknownCodecPayloadType),
            Some(codec) if !codec.mime_type.codec().is_media() => {
                return Err(OrtcError::InvalidCodecPayloadType);
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whether received packets can be assigned to the encodings of a mapping.
///
/// # Errors
/// Another number of encodings than the parameters have, encodings that neither SSRC nor RID tells apart (a single
/// one may rely on the MID), a mapped SSRC of zero.
pub fn check_rtp_mapping(
    parameters: &RtpParameters,
    mapping: &RtpMapping,
) -> Result<(), OrtcError> {
    if parameters.encodings.len() != mapping.encodings.len() {
        return Err(OrtcError::MappingSizeMismatch);
    }
    let several = mapping.encodings.len() > 1;
    for encoding in &mapping.encodings {
        let told_apart = encoding.ssrc.is_some() || encoding.rid.is_some();
        if several && !told_apart {
            return Err(OrtcError::MappingWithoutSsrcOrRid);
        }
        if !told_apart && parameters.mid.is_none() {
            return Err(OrtcError::MappingWithoutSsrcOrRidOrMid);
        }
        if encoding.mapped_ssrc.0 == 0 {
            return Err(OrtcError::MappingWithoutMappedSsrc);
        }
    }
    Ok(())
}
