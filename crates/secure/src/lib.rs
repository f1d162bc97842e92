//! DTLS and SRTP.
//!
//! [`Dtls`] is an endpoint without sockets and clocks: datagrams and time go in, datagrams, events and data come out
//! of [`Dtls::poll`], which is to be drained after every call. Its [`DtlsEvent::Connected`] brings the keys for
//! [`SrtpSend`] and [`SrtpRecv`], which seal and open media packets without allocating.
//!
//! Randomness is the one thing not given from outside: keys and certificates come from the operating system's.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod dtls;
mod srtp;

pub use dtls::{
    Certificate, CertificateError, Dtls, DtlsConnected, DtlsContext, DtlsError, DtlsEvent,
    DtlsFailure, DtlsOutput, DtlsRole, DtlsState, DtlsVersion, DtlsVersions, Fingerprint,
    FingerprintAlgorithm, FingerprintError, MAX_DATA_LEN, MAX_DATA_OVERHEAD, SrtpKeys,
};
pub use srtp::{
    MAX_RTCP_OVERHEAD, MAX_RTP_OVERHEAD, MAX_SSRCS, RtpToOpen, RtpToSeal, SrtpCryptoSuite,
    SrtpError, SrtpMasterKey, SrtpRecv, SrtpSend,
};
