//! DTLS 1.2 and 1.3 endpoints for WebRTC: the handshake that proves who the peer is, yields the SRTP keys (RFC 5764)
//! and carries SCTP (RFC 8261).
//!
//! [`DtlsContext`] holds what all endpoints of a worker share; [`Dtls`] is one of them. After each call that takes a
//! `now`, drain [`Dtls::poll`] and ask [`Dtls::poll_timeout`] when to call [`Dtls::handle_timeout`].
//!
//! Nothing of the peer's reaches the caller before its certificate was compared with a fingerprint from signalling.

mod certificate;
mod context;
mod endpoint;
mod failure;
mod fingerprint;
mod hello;
mod keys;
mod output;
mod queue;
mod record;
mod session;

pub use certificate::{Certificate, CertificateError};
pub use context::{DtlsContext, DtlsVersions};
pub use endpoint::{Dtls, DtlsError, MAX_DATA_LEN, MAX_DATA_OVERHEAD};
pub use failure::DtlsFailure;
pub use fingerprint::{Fingerprint, FingerprintAlgorithm, FingerprintError};
pub use keys::SrtpKeys;
pub use output::{DtlsConnected, DtlsEvent, DtlsOutput, DtlsRole, DtlsState, DtlsVersion};

#[cfg(test)]
mod tests;
