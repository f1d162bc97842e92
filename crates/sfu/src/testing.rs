//! What the unit tests of this crate share.

use crate::capture_clock::CaptureClock;
use crate::ids::ProducerId;
use crate::key_frame::KeyFrameRequests;
use crate::keys::TransportKey;
use crate::producer::Producer;
use crate::producer::codecs::ProducerCodecs;
use crate::producer::mangle::SourceExtensions;
use crate::producer::streams::ProducerStream;
use crate::recv_stream::{RecvStream, RecvStreamParams};
use crate::ring::{StreamRing, VIDEO_MAX_AGE_MS};
use miso_ortc::{
    CodecMapping, EncodingMapping, MediaKind, ProducerType, RtpMapping, RtpParameters,
};
use miso_wire::{DependencyStructure, Pt, Ssrc};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The one reading of the clock in these tests: where virtual time starts.
#[expect(
    clippy::disallowed_methods,
    reason = "an Instant can only be had from the clock; tests add offsets to this one"
)]
pub(crate) fn base() -> Instant {
    Instant::now()
}

/// The first codec.
pub(crate) const MEDIA: Pt = Pt(96);
/// Its retransmissions.
pub(crate) const RTX: Pt = Pt(97);
/// Another codec.
pub(crate) const OTHER: Pt = Pt(98);
/// Its retransmissions.
pub(crate) const OTHER_RTX: Pt = Pt(99);

/// A producer of VP8 with these encodings, whose streams did not begin.
pub(crate) fn video_producer(encodings: Value) -> Producer {
    let parameters = RtpParameters::try_from(json!({
        "mid": "0",
        "codecs": [
            {"mimeType": "video/VP8", "payloadType": MEDIA.0, "clockRate": 90_000},
            {"mimeType": "video/rtx", "payloadType": RTX.0, "clockRate": 90_000, "parameters": {"apt": MEDIA.0}},
            {"mimeType": "video/H264", "payloadType": OTHER.0, "clockRate": 90_000},
            {"mimeType": "video/rtx", "payloadType": OTHER_RTX.0, "clockRate": 90_000, "parameters": {"apt": OTHER.0}},
        ],
        "encodings": encodings,
        "rtcp": {"cname": "them"},
    }))
    .unwrap();
    let codecs = [MEDIA, RTX, OTHER, OTHER_RTX].map(|pt| CodecMapping {
        payload_type: pt,
        mapped_payload_type: pt,
    });
    let encodings = parameters.encodings.iter().zip(1_000..);
    let mapping = RtpMapping {
        codecs: codecs.to_vec(),
        encodings: encodings
            .map(|(encoding, mapped)| EncodingMapping {
                ssrc: encoding.ssrc,
                rid: encoding.rid,
                mapped_ssrc: Ssrc(mapped),
            })
            .collect(),
    };
    Producer {
        id: ProducerId(1),
        transport: TransportKey::default(),
        kind: MediaKind::Video,
        producer_type: ProducerType::Simple,
        codecs: ProducerCodecs::new(&parameters, &mapping),
        extensions: SourceExtensions::default(),
        parameters,
        mapping,
        paused: false,
        content_hint: Default::default(),
        streams: Vec::new(),
        consumers: Vec::new(),
        observers: Vec::new(),
        key_frames: KeyFrameRequests::new(Duration::ZERO),
        orientation: None,
        numbers_packets: false,
        traces: Default::default(),
        is_dirty: false,
    }
}

impl Producer {
    /// The stream of an encoding begins.
    pub(crate) fn begin(&mut self, encoding_idx: usize, ssrc: u32, pt: Pt) {
        self.begin_with_layers(encoding_idx, ssrc, pt, (1, 1));
    }

    /// The same with so many spatial and temporal layers.
    pub(crate) fn begin_with_layers(
        &mut self,
        encoding_idx: usize,
        ssrc: u32,
        pt: Pt,
        (spatial_layers, temporal_layers): (u8, u8),
    ) {
        let params = RecvStreamParams {
            ssrc: Ssrc(ssrc),
            pt,
            clock_rate: 90_000,
            use_nack: true,
            use_dtx: false,
            check_inactivity: self.parameters.encodings.len() > 1,
            spatial_layers,
            temporal_layers,
        };
        self.streams.push(ProducerStream {
            recv: RecvStream::new(params, base()),
            ring: StreamRing::new(90_000, VIDEO_MAX_AGE_MS),
            mapped_ssrc: self.mapping.encodings[encoding_idx].mapped_ssrc,
            encoding_idx,
            rid: None,
            structure: DependencyStructure::default(),
            fir_seq: 0,
            capture: CaptureClock::new(90_000, false),
        });
    }
}
