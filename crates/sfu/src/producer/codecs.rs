//! The codecs of a producer by payload type.

use miso_ortc::{Codec, RtpCodecParameters, RtpMapping, RtpParameters};
use miso_wire::Pt;

/// What the blocks in packets of RED are (RFC 2198).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RedBlocks {
    /// Their payload type as the peer calls it.
    pub(crate) pt: Pt,
    /// As the router calls it.
    pub(crate) mapped_pt: Pt,
}

/// What a payload type of the peer means.
#[derive(Clone, Debug)]
pub(crate) struct ProducerCodec {
    /// As the peer calls it.
    pub(crate) pt: Pt,
    /// As the router calls it.
    pub(crate) mapped_pt: Pt,
    /// Which codec.
    pub(crate) codec: Codec,
    /// Of RED: what is in it. The rest of this then tells of that, too.
    pub(crate) red: Option<RedBlocks>,
    /// How its payloads are read.
    pub(crate) payload: miso_wire::Codec,
    /// For instance `video/VP8`.
    pub(crate) mime_type: String,
    /// RTP clock, Hz.
    pub(crate) clock_rate: u32,
    /// Of RTX: which payload type it retransmits.
    pub(crate) apt: Option<Pt>,
    /// Lost packets may be asked for.
    pub(crate) nack: bool,
    /// Key frames are asked for by PLI.
    pub(crate) pli: bool,
    /// Key frames are asked for by FIR.
    pub(crate) fir: bool,
    /// Opus repairs some losses by itself.
    pub(crate) in_band_fec: bool,
    /// Opus falls silent.
    pub(crate) dtx: bool,
}

/// All payload types of a producer.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProducerCodecs(Vec<ProducerCodec>);

impl ProducerCodecs {
    /// Of these parameters. Payload types without a mapping are left out, as is RED around nothing that is known: their
    /// packets are dropped.
    pub(crate) fn new(parameters: &RtpParameters, mapping: &RtpMapping) -> Self {
        let codec = |codec: &RtpCodecParameters| {
            let (red, inner) = if codec.is_audio_red() {
                let inner = parameters.codec_in_red(codec)?;
                let blocks = RedBlocks {
                    pt: inner.payload_type,
                    mapped_pt: mapping.mapped_payload_type(inner.payload_type)?,
                };
                (Some(blocks), inner)
            } else {
                (None, codec)
            };
            let flag = |name: &str| inner.parameters.int(name) == Some(1);
            Some(ProducerCodec {
                pt: codec.payload_type,
                mapped_pt: mapping.mapped_payload_type(codec.payload_type)?,
                codec: codec.mime_type.codec(),
                red,
                payload: miso_wire::Codec::from_mime_type(inner.mime_type.as_str()),
                mime_type: codec.mime_type.as_str().to_owned(),
                clock_rate: codec.clock_rate,
                apt: codec.is_rtx().then(|| codec.parameters.apt()).flatten(),
                nack: codec.has_feedback("nack", "") || inner.has_feedback("nack", ""),
                pli: codec.has_feedback("nack", "pli"),
                fir: codec.has_feedback("ccm", "fir"),
                in_band_fec: flag("useinbandfec"),
                dtx: flag("usedtx"),
            })
        };
        Self(parameters.codecs.iter().filter_map(codec).collect())
    }

    /// What a payload type means.
    pub(crate) fn get(&self, pt: Pt) -> Option<&ProducerCodec> {
        self.0.iter().find(|codec| codec.pt == pt)
    }

    /// What packets of a payload type carry: of RED what is in it, else itself.
    pub(crate) fn carried(&self, pt: Pt) -> Pt {
        let red = self.get(pt).and_then(|codec| codec.red);
        red.map_or(pt, |blocks| blocks.pt)
    }

    /// The first codec that is media.
    pub(crate) fn first_media(&self) -> Option<&ProducerCodec> {
        self.0.iter().find(|codec| codec.codec.is_media())
    }
}
