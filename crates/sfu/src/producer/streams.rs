//! The streams of a producer: which one a packet belongs to, and how new ones come about (fact sheet 3.2).

use super::Producer;
use super::codecs::ProducerCodec;
use crate::capture_clock::CaptureClock;
use crate::recv_stream::RecvStream;
use crate::ring::StreamRing;
use miso_wire::{DependencyStructure, Pt, Rid, Ssrc};

/// One encoding of a producer, as it arrives.
#[derive(Debug)]
pub(crate) struct ProducerStream {
    /// Reception: numbers, losses, reports.
    pub(crate) recv: RecvStream,
    /// The packets.
    pub(crate) ring: StreamRing,
    /// Its name inside the router.
    pub(crate) mapped_ssrc: Ssrc,
    /// Index in the RTP parameters.
    pub(crate) encoding_idx: usize,
    /// Its RID.
    pub(crate) rid: Option<Rid>,
    /// Templates of the dependency descriptor, once seen.
    pub(crate) structure: DependencyStructure,
    /// Number of the last FIR.
    pub(crate) fir_seq: u8,
    /// When its packets were captured.
    pub(crate) capture: CaptureClock,
}

impl ProducerStream {
    /// The SSRC of its media, as the peer calls it.
    pub(crate) fn ssrc(&self) -> Ssrc {
        self.recv.params().ssrc
    }
}

/// What a packet is to its producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Belongs {
    /// Media of an existing stream.
    Media(usize),
    /// A retransmission of an existing stream.
    Rtx(usize),
    /// Media of an encoding that has no stream yet.
    NewMedia(usize),
    /// The first retransmission of an existing stream.
    NewRtx(usize),
    /// Media of an encoding whose stream, this one, has another SSRC.
    Successor(usize),
    /// Nothing.
    Nobody,
}

impl Producer {
    /// What a packet is, by its SSRC, payload type and RID.
    pub(crate) fn classify(&self, ssrc: Ssrc, pt: Pt, rid: Option<Rid>) -> Belongs {
        if let Some(index) = self.stream_of_media(ssrc) {
            return Belongs::Media(index);
        }
        if let Some(index) = self.stream_of_rtx(ssrc) {
            return Belongs::Rtx(index);
        }
        let Some(codec) = self.codecs.get(pt) else {
            return Belongs::Nobody;
        };
        match self.encoding_of(ssrc, codec, rid) {
            Some(encoding) => self.join(encoding, codec),
            None => Belongs::Nobody,
        }
    }

    /// Index of the encoding whose first packet it is.
    fn encoding_of(&self, ssrc: Ssrc, codec: &ProducerCodec, rid: Option<Rid>) -> Option<usize> {
        let is_rtx = codec.apt.is_some();
        let encodings = &self.parameters.encodings;
        let by_ssrc = encodings.iter().position(|encoding| match is_rtx {
            false => encoding.ssrc == Some(ssrc),
            true => encoding.rtx.as_ref().is_some_and(|rtx| rtx.ssrc == ssrc),
        });
        if by_ssrc.is_some() {
            return by_ssrc;
        }
        if let Some(rid) = rid
            && let Some(index) = encodings
                .iter()
                .position(|encoding| encoding.rid == Some(rid))
        {
            return Some(index);
        }
        match encodings.as_slice() {
            // The one encoding that names neither takes whatever comes, as does a retransmission of an unnamed one.
            [only]
                if only.rid.is_none()
                    && (only.ssrc.is_none() || (is_rtx && only.rtx.is_none())) =>
            {
                Some(0)
            }
            _ => None,
        }
    }

    fn join(&self, encoding: usize, codec: &ProducerCodec) -> Belongs {
        let existing = self
            .streams
            .iter()
            .position(|stream| stream.encoding_idx == encoding);
        match existing {
            None if self.media_pt_of(encoding) == Some(self.codecs.carried(codec.pt)) => {
                Belongs::NewMedia(encoding)
            }
            Some(index)
                if self.streams.get(index).is_some_and(|stream| {
                    let carried = self.codecs.carried(stream.recv.params().pt);
                    let retransmitted = codec.apt.map(|apt| self.codecs.carried(apt));
                    stream.recv.rtx_ssrc().is_none() && retransmitted == Some(carried)
                }) =>
            {
                Belongs::NewRtx(index)
            }
            Some(index) if self.media_pt_of(encoding) == Some(codec.pt) => {
                Belongs::Successor(index)
            }
            _ => Belongs::Nobody,
        }
    }

    /// The payload type of an encoding's media. Others (comfort noise, tones) may come within a stream but begin none:
    /// its clock is that of the encoding's codec.
    fn media_pt_of(&self, encoding: usize) -> Option<Pt> {
        let encoding = self.parameters.encodings.get(encoding)?;
        let codec = self.parameters.codec_of(encoding)?;
        Some(codec.payload_type)
    }
}

#[cfg(test)]
mod tests;
