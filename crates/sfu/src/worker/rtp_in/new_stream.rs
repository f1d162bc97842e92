//! How a stream of a producer begins.

use super::StreamPlace;
use crate::capture_clock::CaptureClock;
use crate::drops::DropReason;
use crate::producer::Producer;
use crate::producer::codecs::ProducerCodec;
use crate::producer::streams::ProducerStream;
use crate::recv_stream::{RecvStream, RecvStreamParams};
use crate::ring::{AUDIO_MAX_AGE_MS, StreamRing, VIDEO_MAX_AGE_MS};
use crate::worker::Worker;
use miso_ortc::MediaKind;
use miso_wire::{DependencyStructure, ExtensionKind, Pt, Ssrc};
use std::time::{Duration, Instant};

/// How long a stream must have been silent before another SSRC may take its place. Longer leaves pictures standing when
/// a sender changes its SSRC, shorter lets two senders who take themselves for the same tear the picture between them.
const SUCCESSION: Duration = Duration::from_millis(300);

/// Makes the stream of an encoding whose first packet came. Its index; none when the encoding has no such codec.
pub(super) fn new_stream(
    producer: &mut Producer,
    encoding: usize,
    ssrc: Ssrc,
    pt: Pt,
    now: Instant,
) -> Option<usize> {
    let stream = stream_of(producer, encoding, (ssrc, pt), now)?;
    producer.streams.push(stream);
    Some(producer.streams.len() - 1)
}

impl Worker {
    /// An encoding goes on under another SSRC: its stream begins anew, if nothing comes under the old one any more.
    pub(super) fn replace_stream(
        &mut self,
        place: StreamPlace,
        ssrc: Ssrc,
        now: Instant,
    ) -> Result<(), DropReason> {
        let producer = self.objects.producers.get_mut(place.producer);
        let producer = producer.ok_or(DropReason::NoProducer)?;
        let old = producer.streams.get(place.index);
        let old = old.filter(|old| old.recv.is_silent_for(SUCCESSION, now));
        let old = old.ok_or(DropReason::NoStream)?;
        let (encoding, pt) = (old.encoding_idx, old.recv.params().pt);
        let mut successor =
            stream_of(producer, encoding, (ssrc, pt), now).ok_or(DropReason::NoStream)?;
        if let Some(stream) = producer.streams.get_mut(place.index) {
            stream.ring.clear(&mut self.pool);
            successor.fir_seq = stream.fir_seq;
            *stream = successor;
        }
        for key in &producer.consumers {
            if let Some(consumer) = self.objects.consumers.get_mut(*key) {
                let legs = consumer.legs.iter_mut();
                legs.for_each(|leg| leg.source_changed(place.index));
            }
        }
        Ok(())
    }
}

fn stream_of(
    producer: &Producer,
    encoding: usize,
    (ssrc, pt): (Ssrc, Pt),
    now: Instant,
) -> Option<ProducerStream> {
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
    Some(ProducerStream {
        recv: RecvStream::new(params, now),
        ring: StreamRing::new(codec.clock_rate, max_age),
        mapped_ssrc: producer.mapping.encodings.get(encoding)?.mapped_ssrc,
        encoding_idx: encoding,
        rid: parameters.rid,
        structure: DependencyStructure::default(),
        fir_seq: 0,
        capture: CaptureClock::new(codec.clock_rate, has_capture_time),
    })
}
