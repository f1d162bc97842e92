//! What a pipe to another router gets of a producer.

use crate::consumer::all_encodings;
use crate::ssrcs::RandomU32;
use crate::{
    CodecParameters, HeaderExtensionUri, MediaKind, RtpCodecParameters,
    RtpHeaderExtensionParameters, RtpParameters, supported_rtp_capabilities,
};

/// The parameters of a consumer on a pipe: everything that the producer sends, without what belongs to a single link
/// (MID, bandwidth estimation), with the dependency descriptor, which every router needs. The router at the other end
/// takes them as a producer's.
pub fn pipe_consumer_rtp_parameters(
    kind: MediaKind,
    consumable: &RtpParameters,
    enable_rtx: bool,
    random: &mut RandomU32<'_>,
) -> RtpParameters {
    let codecs = consumable
        .codecs
        .iter()
        .filter(|codec| enable_rtx || !codec.is_rtx());
    RtpParameters {
        mid: None,
        codecs: codecs.map(|codec| piped(codec, enable_rtx)).collect(),
        header_extensions: header_extensions(kind, consumable),
        encodings: all_encodings(&consumable.encodings, enable_rtx, random),
        rtcp: consumable.rtcp.clone(),
        msid: consumable.msid.clone(),
    }
}

fn piped(codec: &RtpCodecParameters, enable_rtx: bool) -> RtpCodecParameters {
    let feedback = codec.rtcp_feedback.iter().filter(|it| {
        it.is("nack", "pli") || it.is("ccm", "fir") || (enable_rtx && it.is("nack", ""))
    });
    RtpCodecParameters {
        rtcp_feedback: feedback.cloned().collect(),
        ..codec.clone()
    }
}

fn header_extensions(
    kind: MediaKind,
    consumable: &RtpParameters,
) -> Vec<RtpHeaderExtensionParameters> {
    use HeaderExtensionUri::{AbsSendTime, DependencyDescriptor, Mid, TransportWideCc};
    let of_the_stream = consumable.header_extensions.iter().filter(|extension| {
        let of_the_path = [Mid, AbsSendTime, TransportWideCc, DependencyDescriptor];
        !of_the_path.contains(&extension.uri)
    });
    let mut extensions: Vec<_> = of_the_stream.cloned().collect();
    let supported = supported_rtp_capabilities().header_extensions;
    let mut supported = supported.into_iter();
    let descriptor = supported.find(|it| it.uri == DependencyDescriptor && it.kind == kind);
    extensions.extend(descriptor.map(|extension| RtpHeaderExtensionParameters {
        uri: extension.uri,
        id: extension.preferred_id,
        encrypt: extension.preferred_encrypt,
        parameters: CodecParameters::new(),
    }));
    extensions.sort_by_key(|extension| extension.id);
    extensions
}
