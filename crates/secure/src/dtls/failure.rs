//! Why a handshake failed, in words for whoever looks after the peer.

use dimpl::{Error, SecurityError};
use std::fmt;

/// Why a handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DtlsFailure {
    /// The peer's certificate is not the one whose fingerprint signalling gave.
    Fingerprint,
    /// The peer answered too late or not at all.
    Timeout,
    /// Nothing in common: version, cipher suite, curve, or no extended master secret.
    NoCommonCipher,
    /// The peer has no certificate that can be used; only ECDSA ones with P-256 or P-384 can, RSA ones cannot.
    Certificate,
    /// The peer offers none of the SRTP profiles, or no SRTP at all.
    NoSrtpProfile,
    /// The peer ended the handshake with this alert (RFC 8446, section 6).
    Alert(u8),
    /// The peer closed before it was verified.
    ClosedByPeer,
    /// The peer broke the protocol, or somebody between did.
    Protocol,
}

impl DtlsFailure {
    /// `handshake_failure`: what a server with an RSA certificate answers, as no ECDSA suite is left.
    pub(super) const ALERT_HANDSHAKE_FAILURE: u8 = 40;

    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Timeout(_) => Self::Timeout,
            Error::CertificateError(_) => Self::Certificate,
            Error::CryptoError(error) => Self::of_crypto(error),
            Error::SecurityError(error) => Self::of_security(error),
            _ => Self::Protocol,
        }
    }

    fn of_crypto(error: &dimpl::CryptoError) -> Self {
        use dimpl::CryptoError as Crypto;
        match error {
            Crypto::UnsupportedPublicKeyAlgorithm
            | Crypto::UnsupportedEcCurve
            | Crypto::CertificateParseFailed
            | Crypto::MissingEcCurveParameter
            | Crypto::InvalidEcCurveParameter
            | Crypto::InvalidSubjectPublicKey
            | Crypto::UnsupportedSignatureAlgorithm(_)
            | Crypto::UnsupportedSignatureVerification { .. }
            | Crypto::UnsupportedSignaturePair { .. } => Self::Certificate,
            Crypto::SignatureAlgorithmNotOfferedByClient
            | Crypto::UnsupportedKeyExchangeGroup(_)
            | Crypto::UnsupportedEcdheNamedGroup(_)
            | Crypto::UnsupportedCipherSuite(_) => Self::NoCommonCipher,
            _ => Self::Protocol,
        }
    }

    fn of_security(error: &SecurityError) -> Self {
        match error {
            SecurityError::FatalAlert { description } => Self::Alert(*description),
            SecurityError::SignatureSchemeNotOffered(_)
            | SecurityError::SignatureAlgorithmMismatch { .. }
            | SecurityError::UnsupportedSignatureScheme(_)
            | SecurityError::SignatureSchemeCertificateCurveMismatch { .. } => Self::Certificate,
            SecurityError::NoMutuallyAcceptableCipherSuite
            | SecurityError::NoCommonCipherSuite
            | SecurityError::NoCommonKeyExchangeGroup
            | SecurityError::ExtendedMasterSecretNotNegotiated
            | SecurityError::UnsupportedServerVersion(_)
            | SecurityError::UnsupportedClientVersion(_)
            | SecurityError::ServerSelectedUnknownCipherSuite => Self::NoCommonCipher,
            _ => Self::Protocol,
        }
    }
}

impl fmt::Display for DtlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fingerprint => f.write_str("certificate differs from the signalled fingerprint"),
            Self::Timeout => f.write_str("no answer within the time for a handshake"),
            Self::NoCommonCipher => f.write_str("no DTLS version and cipher suite in common"),
            Self::Certificate => f.write_str("no certificate that can be used (RSA is not; ECDSA P-256 and P-384 are)"),
            Self::NoSrtpProfile => f.write_str("no SRTP profile in common"),
            Self::Alert(Self::ALERT_HANDSHAKE_FAILURE) => {
                f.write_str("refused by the peer: alert 40 (nothing in common; does it have an RSA certificate?)")
            }
            Self::Alert(code) => write!(f, "refused by the peer: alert {code}"),
            Self::ClosedByPeer => f.write_str("closed by the peer before it was verified"),
            Self::Protocol => f.write_str("protocol violation"),
        }
    }
}

impl std::error::Error for DtlsFailure {}
