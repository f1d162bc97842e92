//! DTLS as signalling knows it.

use miso_secure::{Fingerprint, FingerprintAlgorithm};
use serde::{Deserialize, Serialize};

use crate::RequestError;

/// Which side of the handshake an end takes (RFC 8842, section 5.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DtlsRole {
    /// Left to the other end.
    #[default]
    Auto,
    /// Sends the ClientHello.
    Client,
    /// Waits for it.
    Server,
}

impl From<miso_secure::DtlsRole> for DtlsRole {
    fn from(role: miso_secure::DtlsRole) -> Self {
        match role {
            miso_secure::DtlsRole::Auto => Self::Auto,
            miso_secure::DtlsRole::Client => Self::Client,
            miso_secure::DtlsRole::Server => Self::Server,
        }
    }
}

impl From<DtlsRole> for miso_secure::DtlsRole {
    fn from(role: DtlsRole) -> Self {
        match role {
            DtlsRole::Auto => Self::Auto,
            DtlsRole::Client => Self::Client,
            DtlsRole::Server => Self::Server,
        }
    }
}

/// The hash of a certificate (RFC 8122, section 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DtlsFingerprint {
    /// For instance `sha-256`.
    pub algorithm: String,
    /// Hexadecimal bytes with colons between.
    pub value: String,
}

impl DtlsFingerprint {
    /// The checked form.
    fn parse(&self) -> Result<Fingerprint, RequestError> {
        let algorithm: Result<FingerprintAlgorithm, _> = self.algorithm.parse();
        algorithm
            .and_then(|algorithm| Fingerprint::parse(algorithm, &self.value))
            .map_err(|error| RequestError::Type(format!("invalid fingerprint: {error}")))
    }
}

impl From<&Fingerprint> for DtlsFingerprint {
    fn from(fingerprint: &Fingerprint) -> Self {
        Self {
            algorithm: fingerprint.algorithm().name().to_owned(),
            value: fingerprint.value(),
        }
    }
}

/// Role and certificate of one end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DtlsParameters {
    /// The end's role; `auto` if absent.
    #[serde(default)]
    pub role: DtlsRole,
    /// Hashes of its certificate.
    pub fingerprints: Vec<DtlsFingerprint>,
}

impl DtlsParameters {
    /// The checked fingerprints.
    ///
    /// # Errors
    /// [`RequestError::Type`] when one is malformed, or there is none.
    pub(crate) fn parse_fingerprints(&self) -> Result<Vec<Fingerprint>, RequestError> {
        if self.fingerprints.is_empty() {
            return Err(RequestError::Type(
                "empty dtlsParameters.fingerprints array".to_owned(),
            ));
        }
        self.fingerprints
            .iter()
            .map(DtlsFingerprint::parse)
            .collect()
    }
}

/// Where a transport's DTLS is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DtlsState {
    /// ICE has not connected.
    New,
    /// The handshake runs.
    Connecting,
    /// Media and data can flow.
    Connected,
    /// The handshake did not succeed.
    Failed,
    /// Either side closed.
    Closed,
}

impl From<miso_secure::DtlsState> for DtlsState {
    fn from(state: miso_secure::DtlsState) -> Self {
        match state {
            miso_secure::DtlsState::New => Self::New,
            miso_secure::DtlsState::Connecting => Self::Connecting,
            miso_secure::DtlsState::Connected => Self::Connected,
            miso_secure::DtlsState::Failed => Self::Failed,
            miso_secure::DtlsState::Closed => Self::Closed,
        }
    }
}
