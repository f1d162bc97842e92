//! A transport's beginning.

use std::sync::Arc;
use std::time::{Duration, Instant};

use miso_signal::{DtlsFingerprint, DtlsParameters, DtlsRole, FingerprintAlgorithm};
use str0m::config::{DtlsCert, Fingerprint};
use str0m::{IceCreds, RtcConfig};
use tokio::sync::{mpsc, watch};

use super::command::{MAX_COMMANDS, Port};
use super::network::{Network, Opened};
use super::{Channels, Closing, Driver, Receivers, Senders};
use crate::negotiate::{add_codecs, extension_map};
use crate::signaling::SharedSignaling;
use crate::transport::{TransportParameters, TransportState};
use crate::{Device, TransportError};

/// How often statistics are taken. More often: fresher figures, more work.
const STATS_INTERVAL: Duration = Duration::from_secs(1);
/// Packets of video that are kept to be sent again. More: later requests are met. Less: less memory. This many are
/// two seconds of 4 Mbit/s.
const SEND_BUFFER_VIDEO: usize = 1_000;

/// A certificate of this side, made for one transport.
pub(crate) struct Certificate {
    certificate: DtlsCert,
    fingerprint: DtlsFingerprint,
}

impl Certificate {
    pub(crate) fn generate() -> Result<Self, TransportError> {
        let provider = str0m::crypto::from_feature_flags();
        let certificate = provider.dtls_provider.generate_certificate();
        let certificate =
            certificate.ok_or_else(|| TransportError::Certificate("no key".to_owned()))?;
        let digest = provider.sha256_provider.sha256(&certificate.certificate);
        Ok(Self {
            certificate,
            fingerprint: DtlsFingerprint::new(FingerprintAlgorithm::Sha256, &digest),
        })
    }

    /// What the server is told: this side begins.
    pub(crate) fn parameters(&self) -> DtlsParameters {
        DtlsParameters {
            role: DtlsRole::Client,
            fingerprints: vec![self.fingerprint.clone()],
        }
    }
}

/// All that a transport's task is made from.
pub(crate) struct Side<'a> {
    pub(crate) device: &'a Device,
    pub(crate) parameters: &'a TransportParameters,
    pub(crate) certificate: &'a Certificate,
    pub(crate) signaling: SharedSignaling,
    pub(crate) state: watch::Sender<TransportState>,
}

/// Starts the task.
pub(crate) async fn start(side: Side<'_>) -> Result<Port, TransportError> {
    let opened = Network::open(&side.parameters.ice_candidates).await?;
    let rtc = rtc(&side, &opened)?;
    let (orders, commands) = mpsc::channel(MAX_COMMANDS);
    let closing = Arc::new(Closing::default());
    let driver = Driver {
        rtc,
        network: opened.network,
        commands,
        closing: Arc::clone(&closing),
        state: side.state,
        signaling: side.signaling,
        senders: Senders::default(),
        receivers: Receivers::default(),
        channels: Channels::default(),
    };
    driver.state.send_replace(TransportState::Connecting);
    tokio::spawn(driver.run());
    Ok(Port::new(orders, closing))
}

fn rtc(side: &Side<'_>, opened: &Opened) -> Result<str0m::Rtc, TransportError> {
    let parameters = side.parameters;
    let provider = str0m::crypto::from_feature_flags();
    let router = side.device.router();
    let mut config = RtcConfig::new()
        .set_crypto_provider(Arc::new(provider))
        .set_dtls_cert(side.certificate.certificate.clone())
        .set_rtp_mode(true)
        .set_extension_map(extension_map(router))
        .set_stats_interval(Some(STATS_INTERVAL))
        .set_send_buffer_video(SEND_BUFFER_VIDEO);
    add_codecs(router, config.codec_config());
    let mut rtc = config.build(Instant::now());
    rtc.add_local_candidate(opened.local.clone());
    let mut api = rtc.direct_api();
    api.set_ice_controlling(true);
    api.set_remote_ice_credentials(IceCreds {
        ufrag: parameters.ice_parameters.username_fragment.clone(),
        pass: parameters.ice_parameters.password.clone(),
    });
    api.set_remote_fingerprint(fingerprint(&parameters.dtls_parameters)?);
    api.enable_twcc_feedback();
    // This side begins, as the server is told.
    let started = api.start_dtls(true);
    started.map_err(|_| TransportError::BadParameters("dtlsParameters"))?;
    if parameters.sctp_parameters.is_some() {
        api.start_sctp(true);
    }
    for candidate in &opened.remote {
        rtc.add_remote_candidate(candidate.clone());
    }
    Ok(rtc)
}

/// The server's strongest fingerprint that the stack can check.
fn fingerprint(parameters: &DtlsParameters) -> Result<Fingerprint, TransportError> {
    let usable = |it: &&DtlsFingerprint| it.algorithm == FingerprintAlgorithm::Sha256;
    let found = parameters.fingerprints.iter().find(usable);
    let digest = found.and_then(DtlsFingerprint::digest);
    Ok(Fingerprint {
        hash_func: "sha-256".to_owned(),
        bytes: digest.ok_or(TransportError::BadParameters("dtlsParameters.fingerprints"))?,
    })
}
