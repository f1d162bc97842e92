//! Inbound media of one peer: its streams, and what is needed to call them by the router's names.

pub(crate) mod codecs;
pub(crate) mod mangle;
pub(crate) mod streams;

use crate::command::ContentHint;
use crate::event::{StreamScore, VideoOrientation};
use crate::ids::ProducerId;
use crate::key_frame::KeyFrameRequests;
use crate::keys::{ConsumerKey, ObserverKey, TransportKey};
use crate::trace::MediaTraces;
use codecs::ProducerCodecs;
use mangle::SourceExtensions;
use miso_ortc::{MediaKind, ProducerType, RtpMapping, RtpParameters};
use miso_wire::Ssrc;
use streams::ProducerStream;

/// Inbound media of one peer.
#[derive(Debug)]
pub(crate) struct Producer {
    pub(crate) id: ProducerId,
    pub(crate) transport: TransportKey,
    pub(crate) kind: MediaKind,
    pub(crate) producer_type: ProducerType,
    pub(crate) parameters: RtpParameters,
    pub(crate) mapping: RtpMapping,
    pub(crate) paused: bool,
    /// Codecs by the peer's payload types.
    pub(crate) codecs: ProducerCodecs,
    /// Header extensions by the peer's ids.
    pub(crate) extensions: SourceExtensions,
    /// What matters most of its picture.
    pub(crate) content_hint: ContentHint,
    /// Streams that exist, in the order of their first packets.
    pub(crate) streams: Vec<ProducerStream>,
    /// Who forwards it.
    pub(crate) consumers: Vec<ConsumerKey>,
    /// Who listens to its level; audio only.
    pub(crate) observers: Vec<ObserverKey>,
    /// When to ask the peer for key frames; video only.
    pub(crate) key_frames: KeyFrameRequests,
    /// As last told.
    pub(crate) orientation: Option<VideoOrientation>,
    /// Whether packets without a packet id get one.
    pub(crate) numbers_packets: bool,
    /// What the owner wants traced.
    pub(crate) traces: MediaTraces,
    /// Whether it is in the list of producers with packets to forward.
    pub(crate) is_dirty: bool,
}

impl Producer {
    /// Index of the stream whose media the packets of an SSRC are.
    pub(crate) fn stream_of_media(&self, ssrc: Ssrc) -> Option<usize> {
        self.streams.iter().position(|stream| stream.ssrc() == ssrc)
    }

    /// Index of the stream whose retransmissions the packets of an SSRC are.
    pub(crate) fn stream_of_rtx(&self, ssrc: Ssrc) -> Option<usize> {
        self.streams
            .iter()
            .position(|stream| stream.recv.rtx_ssrc() == Some(ssrc))
    }

    /// Index of the stream with a name inside the router.
    pub(crate) fn stream_of_mapped(&self, mapped: Ssrc) -> Option<usize> {
        self.streams
            .iter()
            .position(|stream| stream.mapped_ssrc == mapped)
    }

    /// Whether asking for key frames makes sense.
    pub(crate) fn wants_key_frames(&self) -> bool {
        self.kind == MediaKind::Video && !self.paused
    }

    /// Scores of the streams that exist.
    pub(crate) fn scores(&self) -> Vec<StreamScore> {
        let score = |stream: &ProducerStream| StreamScore {
            encoding_idx: u32::try_from(stream.encoding_idx).unwrap_or(u32::MAX),
            ssrc: stream.ssrc(),
            rid: stream.rid,
            score: stream.recv.score(),
        };
        self.streams.iter().map(score).collect()
    }

    /// Scores of all encodings in their order; 0 where no stream exists yet.
    pub(crate) fn scores_by_encoding(&self) -> Vec<u8> {
        let score = |index: usize| {
            let stream = self
                .streams
                .iter()
                .find(|stream| stream.encoding_idx == index);
            stream.map_or(0, |stream| stream.recv.score())
        };
        (0..self.parameters.encodings.len()).map(score).collect()
    }
}
