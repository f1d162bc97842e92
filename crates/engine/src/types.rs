//! What the API speaks of, in the form in which it also travels as JSON. One file per family.

mod dtls;
mod ice;
mod layers;
mod options;
mod plain;
mod score;
mod sctp;

pub use dtls::{DtlsFingerprint, DtlsParameters, DtlsRole, DtlsState};
pub use ice::{IceCandidate, IceParameters, IceState, TransportTuple};
pub use layers::ConsumerLayers;
pub use options::{
    ActiveSpeakerOptions, AudioLevelOptions, ConsumerOptions, DataConsumerOptions,
    DataProducerOptions, DirectTransportOptions, PipeTransportOptions, PlainTransportOptions,
    ProducerOptions, WebRtcTransportOptions,
};
pub use plain::{
    PipeConnect, PlainConnect, SrtpCryptoSuite, SrtpParameters, TransportListenInfo,
    TransportSocketFlags,
};
pub use score::{ConsumerScore, ProducerScore, VideoOrientation, Volume};
pub use sctp::{SctpNegotiatedCapabilities, SctpState};

#[cfg(test)]
mod tests;
