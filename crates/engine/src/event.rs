//! What a router and the objects in it tell their owner.

use std::sync::Arc;

use miso_sfu::sctp::Ppid;
use miso_sfu::trace::TransportTraceInfo;

use crate::types::{
    ConsumerLayers, ConsumerScore, DtlsState, IceState, ProducerScore, SctpState, TransportTuple,
    VideoOrientation, Volume,
};

/// Something that happened in a router. Ids are those that the handles show.
#[derive(Clone, Debug)]
pub enum RouterEvent {
    /// To a transport.
    Transport {
        /// Its id.
        id: String,
        /// What happened.
        event: TransportEvent,
    },
    /// To a producer.
    Producer {
        /// Its id.
        id: String,
        /// What happened.
        event: ProducerEvent,
    },
    /// To a consumer.
    Consumer {
        /// Its id.
        id: String,
        /// What happened.
        event: ConsumerEvent,
    },
    /// To a data producer.
    DataProducer {
        /// Its id.
        id: String,
        /// What happened.
        event: DataProducerEvent,
    },
    /// To a data consumer.
    DataConsumer {
        /// Its id.
        id: String,
        /// What happened.
        event: DataConsumerEvent,
    },
    /// An audio level observer reports.
    AudioLevel {
        /// The observer's id.
        observer_id: String,
        /// What it found.
        event: AudioLevelEvent,
    },
    /// An active speaker observer found another dominant speaker.
    ActiveSpeaker {
        /// The observer's id.
        observer_id: String,
        /// Who speaks.
        producer_id: String,
    },
    /// The worker of something in the router died by a bug of ours. The router and all that it held are closed, and
    /// this is the last event.
    WorkerDied,
}

/// Events of a transport.
#[derive(Clone, Debug)]
pub enum TransportEvent {
    /// ICE went to another state.
    IceStateChange(IceState),
    /// Another path is used from now on.
    IceSelectedTupleChange(TransportTuple),
    /// A plain transport learnt where the peer's media comes from.
    TupleChange(TransportTuple),
    /// A plain transport learnt where the peer's RTCP comes from, which has a socket of its own.
    RtcpTupleChange(TransportTuple),
    /// DTLS went to another state.
    DtlsStateChange(DtlsState),
    /// SCTP went to another state.
    SctpStateChange(SctpState),
    /// An RTCP packet that a direct transport would send.
    Rtcp(Arc<[u8]>),
    /// Something that is traced; of WebRTC transports.
    Trace(TransportTraceInfo),
    /// Closed because its router was.
    Closed,
}

/// Events of a producer.
#[derive(Clone, Debug)]
pub enum ProducerEvent {
    /// A stream was made or its score changed.
    Score(Vec<ProducerScore>),
    /// The camera was turned.
    VideoOrientationChange(VideoOrientation),
    /// Closed because its transport was.
    TransportClose,
}

/// Events of a consumer.
#[derive(Clone, Debug)]
pub enum ConsumerEvent {
    /// Closed because its producer was.
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
    Rtp(Arc<[u8]>),
    /// Closed because its transport was.
    TransportClose,
}

/// Events of a data producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataProducerEvent {
    /// Closed because its transport was.
    TransportClose,
}

/// Events of a data consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataConsumerEvent {
    /// A message; on direct transports only.
    Message {
        /// What kind of message it is (RFC 8831, section 8).
        ppid: Ppid,
        /// The bytes.
        bytes: Arc<[u8]>,
    },
    /// Closed because its data producer was.
    DataProducerClose,
    /// Its data producer was paused.
    DataProducerPause,
    /// Its data producer was resumed.
    DataProducerResume,
    /// A message was not sent since the send buffer is full.
    SctpSendBufferFull,
    /// What waits to be sent fell to the threshold; bytes still waiting.
    BufferedAmountLow(usize),
    /// Closed because its transport was.
    TransportClose,
}

/// What an audio level observer reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioLevelEvent {
    /// The loudest producers, loudest first.
    Volumes(Vec<Volume>),
    /// All producers fell silent.
    Silence,
}

/// What becomes of an event when the owner does not keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Never lost.
    Lifecycle,
    /// Superseded by the next one of its kind; the handles always have the newest value.
    Level,
    /// Content that passes through, as on any network.
    Message,
}

impl RouterEvent {
    /// What becomes of it when the owner does not keep up.
    pub(crate) const fn weight(&self) -> Weight {
        match self {
            Self::Transport {
                event: TransportEvent::Rtcp(_),
                ..
            }
            | Self::Consumer {
                event: ConsumerEvent::Rtp(_),
                ..
            }
            | Self::DataConsumer {
                event: DataConsumerEvent::Message { .. },
                ..
            } => Weight::Message,
            Self::Producer {
                event: ProducerEvent::Score(_) | ProducerEvent::VideoOrientationChange(_),
                ..
            }
            | Self::Consumer {
                event: ConsumerEvent::Score(_) | ConsumerEvent::LayersChange(_),
                ..
            }
            | Self::DataConsumer {
                event:
                    DataConsumerEvent::SctpSendBufferFull | DataConsumerEvent::BufferedAmountLow(_),
                ..
            }
            | Self::AudioLevel { .. }
            | Self::ActiveSpeaker { .. } => Weight::Level,
            _ => Weight::Lifecycle,
        }
    }
}
