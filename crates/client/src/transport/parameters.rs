//! What the server says of a transport.

use miso_ortc::SctpParameters;
use miso_signal::{DtlsParameters, IceCandidate, IceParameters, TransportId};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// What the server says of a transport that it made: the answer to `createWebRtcTransport`, or to the HTTP API's
/// request for a transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportParameters {
    /// Its id.
    pub id: TransportId,
    /// The server's ICE credentials.
    pub ice_parameters: IceParameters,
    /// The server's addresses.
    pub ice_candidates: Vec<IceCandidate>,
    /// The server's certificate.
    pub dtls_parameters: DtlsParameters,
    /// The server's SCTP, where it was asked for.
    pub sctp_parameters: Option<SctpParameters>,
}

/// The limit of messages that is assumed where the server does not say: mediasoup's.
const DEFAULT_MAX_MESSAGE_SIZE: u32 = 262_144;

impl<'de> Deserialize<'de> for TransportParameters {
    /// Reads the id under either of its names, and SCTP parameters of older and newer servers.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Written {
            id: Option<TransportId>,
            transport_id: Option<TransportId>,
            ice_parameters: IceParameters,
            ice_candidates: Vec<IceCandidate>,
            dtls_parameters: DtlsParameters,
            sctp_parameters: Option<Sctp>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Sctp {
            max_message_size: Option<u32>,
        }
        let it = Written::deserialize(from)?;
        let id = it.id.or(it.transport_id);
        let size = |it: Sctp| it.max_message_size.unwrap_or(DEFAULT_MAX_MESSAGE_SIZE);
        Ok(Self {
            id: id.ok_or_else(|| D::Error::missing_field("id"))?,
            ice_parameters: it.ice_parameters,
            ice_candidates: it.ice_candidates,
            dtls_parameters: it.dtls_parameters,
            sctp_parameters: it
                .sctp_parameters
                .map(size)
                .map(|it| SctpParameters::new(it, it)),
        })
    }
}

#[cfg(test)]
mod tests;
