//! What this client can send to a router and receive from it.

use std::sync::Arc;

use miso_ortc::{
    Codec, HeaderExtensionUri, MediaKind, RtpCapabilities, RtpCodecCapability, SctpCapabilities,
};

use crate::DeviceError;

/// One end of a router's transports: knows what both it and the router can do.
///
/// It uses the router's payload types and header extension ids in both directions.
#[derive(Clone, Debug)]
pub struct Device {
    router: Arc<RtpCapabilities>,
    recv: Arc<RtpCapabilities>,
}

impl Device {
    /// A device for the router with these capabilities.
    ///
    /// # Errors
    /// [`DeviceError::NothingInCommon`] when not one of the codecs is known here.
    pub fn load(router: &RtpCapabilities) -> Result<Self, DeviceError> {
        let known = known_part(router);
        if known.codecs.is_empty() {
            return Err(DeviceError::NothingInCommon);
        }
        let mut recv = known.clone();
        // The directions are the router's.
        recv.header_extensions.retain(|it| it.direction.can_send());
        Ok(Self {
            router: Arc::new(known),
            recv: Arc::new(recv),
        })
    }

    /// What it can receive: for the request to join, or to make a broadcaster.
    pub fn rtp_capabilities(&self) -> &RtpCapabilities {
        &self.recv
    }

    /// What its SCTP can do.
    pub fn sctp_capabilities(&self) -> SctpCapabilities {
        SctpCapabilities::default()
    }

    /// Whether the router takes media of this kind from it.
    pub fn can_produce(&self, kind: MediaKind) -> bool {
        self.codecs(kind).next().is_some()
    }

    /// What the router takes of this kind, best first.
    pub fn codecs(&self, kind: MediaKind) -> impl Iterator<Item = &RtpCodecCapability> {
        let codecs = self.router.codecs.iter();
        codecs.filter(move |it| it.kind == kind && !it.is_rtx())
    }

    /// All that is known of the router.
    pub(crate) fn router(&self) -> &RtpCapabilities {
        &self.router
    }
}

/// The part of a router's capabilities that this client knows too.
fn known_part(router: &RtpCapabilities) -> RtpCapabilities {
    let media: Vec<_> = router
        .codecs
        .iter()
        .filter(|it| it.preferred_payload_type.is_some() && is_known(it.mime_type.codec()))
        .cloned()
        .collect();
    let repairs = |it: &&RtpCodecCapability| {
        let apt = it.parameters.apt();
        it.is_rtx() && apt.is_some() && media.iter().any(|it| it.preferred_payload_type == apt)
    };
    let mut codecs = Vec::new();
    for codec in &media {
        codecs.push(codec.clone());
        let mut rtx = router.codecs.iter().filter(repairs);
        codecs.extend(
            rtx.find(|it| it.parameters.apt() == codec.preferred_payload_type)
                .cloned(),
        );
    }
    let mut header_extensions = router.header_extensions.clone();
    header_extensions.retain(|it| is_known_extension(&it.uri));
    RtpCapabilities {
        codecs,
        header_extensions,
    }
}

const fn is_known(codec: Codec) -> bool {
    use Codec::{Av1, G722, H264, Opus, Pcma, Pcmu, Vp8, Vp9};
    matches!(codec, Opus | Pcmu | Pcma | G722 | Vp8 | Vp9 | H264 | Av1)
}

const fn is_known_extension(uri: &HeaderExtensionUri) -> bool {
    use HeaderExtensionUri as Uri;
    matches!(
        uri,
        Uri::Mid
            | Uri::AbsSendTime
            | Uri::TransportWideCc
            | Uri::SsrcAudioLevel
            | Uri::VideoOrientation
    )
}
