//! What all endpoints of a worker share.

use super::{Certificate, DtlsError, DtlsVersion, Fingerprint};
use dimpl::Config;
use dimpl::crypto::Dtls12CipherSuite;
use std::sync::Arc;
use std::time::Duration;

/// How long a handshake may take from its first packet. More keeps dead peers longer; less fails slow ones.
pub(super) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// When to send a flight again for the first time; it doubles each time. Less wastes packets on paths with a longer
/// round trip; more makes every lost packet cost the start of a call that much.
const FIRST_RETRANSMISSION: Duration = Duration::from_millis(100);

/// How often to send a flight again. With the doubling the last one would be after the timeout.
const RETRANSMISSIONS: usize = 9;

/// The largest datagram of a handshake, bytes. More may not pass every path; less needs more datagrams.
const MTU: usize = 1_200;

/// Datagrams of a handshake that wait for others. More gives a peer more memory to fill; fewer breaks certificate
/// chains in small fragments.
const MAX_WAITING_DATAGRAMS: usize = 30;

/// Datagrams of ours that wait to be polled within one call.
const MAX_OUTGOING_DATAGRAMS: usize = 30;

/// Which versions of DTLS to speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DtlsVersions {
    /// The one that the peer prefers, but 1.2 where 1.3 would end in a slower SRTP suite.
    #[default]
    Any,
    /// DTLS 1.2 alone.
    Only12,
    /// DTLS 1.3 alone.
    Only13,
}

/// Certificate and settings. Making one runs the library's self-test, so do it once and clone: clones are cheap.
#[derive(Clone, Debug)]
pub struct DtlsContext(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    certificate: Certificate,
    fingerprints: [Fingerprint; 5],
    versions: DtlsVersions,
    /// For every handshake but those of `chacha`.
    config: Arc<Config>,
    /// For servers of DTLS 1.2 whose client offers ChaCha20-Poly1305: that alone.
    chacha: Arc<Config>,
}

impl DtlsContext {
    /// Endpoints with this certificate that speak DTLS 1.2 and 1.3.
    ///
    /// # Errors
    /// [`DtlsError::Library`] when the self-test of the DTLS library fails.
    pub fn new(certificate: Certificate) -> Result<Self, DtlsError> {
        Self::with_versions(certificate, DtlsVersions::Any)
    }

    /// Endpoints that are held to a version.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_versions(
        certificate: Certificate,
        versions: DtlsVersions,
    ) -> Result<Self, DtlsError> {
        let chacha = [Dtls12CipherSuite::ECDHE_ECDSA_CHACHA20_POLY1305_SHA256];
        let build = |builder: dimpl::ConfigBuilder| {
            let config = builder.build().map_err(|_| DtlsError::Library)?;
            Ok::<_, DtlsError>(Arc::new(config))
        };
        Ok(Self(Arc::new(Shared {
            fingerprints: certificate.fingerprints(),
            certificate,
            versions,
            config: build(builder())?,
            chacha: build(builder().dtls12_cipher_suites(&chacha))?,
        })))
    }

    /// What to signal: the fingerprints of the certificate by all five algorithms.
    pub fn fingerprints(&self) -> &[Fingerprint; 5] {
        &self.0.fingerprints
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.0.certificate
    }

    pub(super) fn versions(&self) -> DtlsVersions {
        self.0.versions
    }

    /// The settings for a handshake as client.
    pub(super) fn client_config(&self) -> Arc<Config> {
        Arc::clone(&self.0.config)
    }

    /// The settings for a handshake as server.
    pub(super) fn server_config(
        &self,
        version: DtlsVersion,
        offers_chacha_12: bool,
    ) -> Arc<Config> {
        let chacha = version == DtlsVersion::V12 && offers_chacha_12;
        Arc::clone(if chacha {
            &self.0.chacha
        } else {
            &self.0.config
        })
    }
}

fn builder() -> dimpl::ConfigBuilder {
    Config::builder()
        .mtu(MTU)
        .max_queue_rx(MAX_WAITING_DATAGRAMS)
        .max_queue_tx(MAX_OUTGOING_DATAGRAMS)
        .require_client_certificate(true)
        // The tuple was validated by ICE, which is what a cookie is for.
        .use_server_cookie(false)
        .flight_start_rto(FIRST_RETRANSMISSION)
        .flight_retries(RETRANSMISSIONS)
        .handshake_timeout(HANDSHAKE_TIMEOUT)
}
