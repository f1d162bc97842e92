use crate::trace::MediaTrace;

/// How well a consumer is served (fact sheet 1.12).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsumerScore {
    /// Of the stream to the peer, 0 to 10.
    pub score: u8,
    /// Of the producer's stream that is forwarded at present, 0 to 10.
    pub producer_score: u8,
    /// Of all the producer's streams, in the order of its encodings.
    pub producer_scores: Vec<u8>,
}

/// The layers that a consumer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumerLayers {
    /// Spatial layer.
    pub spatial_layer: u8,
    /// Temporal layer.
    pub temporal_layer: Option<u8>,
}

/// Events of a consumer.
#[derive(Debug)]
pub enum ConsumerEvent {
    /// Its producer closed; the consumer is gone.
    ProducerClose,
    /// Its producer was paused.
    ProducerPause,
    /// Its producer was resumed.
    ProducerResume,
    /// Its score changed.
    Score(ConsumerScore),
    /// It gets other layers; none when nothing can be sent.
    LayersChange(Option<ConsumerLayers>),
    /// An RTP packet; on direct transports only.
    Rtp(Box<[u8]>),
    /// Something that is traced.
    Trace(Box<MediaTrace>),
}
