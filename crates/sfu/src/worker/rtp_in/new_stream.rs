//! How a stream of a producer begins.

use crate::capture_clock::CaptureClock;
use crate::producer::Producer;
use crate::producer::codecs::ProducerCodec;
use crate::producer::streams::ProducerStream;
use crate::recv_stream::{RecvStream, RecvStreamParams};
use crate::ring::{AUDIO_MAX_AGE_MS, StreamRing, VIDEO_MAX_AGE_MS};
use miso_ortc::MediaKind;
use miso_wire::{DependencyStructure, ExtensionKind, Pt, Ssrc};
use std::time::Instant;

/// Makes the stream of an encoding whose first packet came. Its index; none when the encoding has no such codec.
pub(super) fn new_stream(
    producer: &mut Producer,
    encoding: usize,
    ssrc: Ssrc,
    pt: Pt,
    now: Instant,
) -> Option<usize> {
    let codec: &ProducerCodec = producer.codecs.get(pt)?;
    let parameters = producer.parameters.encodings.get(encoding)?;
    let layers = parameters
        .scalability_mode
        .as_ref()
        .map(|mode| mode.layers())
        .unwrap_or_default();
    let params = RecvStreamParams {
        ssrc,
        pt,
        clock_rate: codec.clock_rate,
        use_nack: codec.nack,
        use_dtx: codec.dtx || parameters.dtx == Some(true),
        check_inactivity: producer.parameters.encodings.len() > 1,
        spatial_layers: layers.spatial,
        temporal_layers: layers.temporal,
    };
    let has_capture_time = producer
        .extensions
        .id(ExtensionKind::AbsCaptureTime)
        .is_some();
    let max_age = if producer.kind == MediaKind::Video {
        VIDEO_MAX_AGE_MS
    } else {
        AUDIO_MAX_AGE_MS
    };
    producer.streams.push(ProducerStream {
        recv: RecvStream::new(params, now),
        ring: StreamRing::new(codec.clock_rate, max_age),
        mapped_ssrc: producer.mapping.encodings.get(encoding)?.mapped_ssrc,
        encoding_idx: encoding,
        rid: parameters.rid,
        structure: DependencyStructure::default(),
        fir_seq: 0,
        capture: CaptureClock::new(codec.clock_rate, has_capture_time),
    });
    Some(producer.streams.len() - 1)
}
