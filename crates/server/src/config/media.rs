//! Settings of engine and transports.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use serde::Serialize;

use super::{ConfigError, IpList, KeyPairFiles, Seconds, settings};

settings! {
    /// Engine and transports.
    MediaSettings {
        /// Worker threads for media [default: one per core]
        #[arg(long, env = "MISO_WORKERS", value_name = "NUMBER")]
        workers: usize,
        /// Addresses on which media is received [default: 0.0.0.0]
        #[arg(long, env = "MISO_MEDIA_IP", value_name = "IP,…")]
        media_ip: IpList,
        /// UDP and TCP port of the first worker; the next has the next one. 0: the system chooses [default: 44444]
        #[arg(long, env = "MISO_MEDIA_PORT", value_name = "PORT")]
        media_port: u16,
        /// First UDP port for plain RTP; each plain transport takes one, or two with RTCP apart [default: 40000]
        #[arg(long, env = "MISO_PLAIN_MIN_PORT", value_name = "PORT")]
        plain_min_port: u16,
        /// Last UDP port for plain RTP [default: 49999]
        #[arg(long, env = "MISO_PLAIN_MAX_PORT", value_name = "PORT")]
        plain_max_port: u16,
        /// Address or host name at which clients reach the media ports [default: those of this machine]
        #[arg(long, env = "MISO_ANNOUNCED_ADDRESS", value_name = "ADDRESS")]
        announced_address: String,
        /// Whether this machine's own addresses are announced beside that one [default: false]
        #[arg(long, env = "MISO_EXPOSE_INTERNAL_IP", num_args = 0..=1, default_missing_value = "true")]
        expose_internal_ip: bool,
        /// Certificate for DTLS, as PEM [default: a new one at each start]
        #[arg(long, env = "MISO_DTLS_CERT", value_name = "FILE")]
        dtls_cert: PathBuf,
        /// Key of that certificate, as PEM
        #[arg(long, env = "MISO_DTLS_KEY", value_name = "FILE")]
        dtls_key: PathBuf,
        /// Silence after which a peer is taken for gone: 0 for never, else 10 to 60 seconds [default: 20]
        #[arg(long, env = "MISO_CONSENT_TIMEOUT", value_name = "SECONDS")]
        consent_timeout: Seconds,
        /// What a client may send on each transport, in bits per second [default: not limited]
        #[arg(long, env = "MISO_MAX_INCOMING_BITRATE", value_name = "BITS")]
        max_incoming_bitrate: u32,
        /// Where the estimate of a client's link starts, in bits per second [default: 1000000]
        #[arg(long, env = "MISO_INITIAL_OUTGOING_BITRATE", value_name = "BITS")]
        initial_outgoing_bitrate: u32,
        /// Whether clients that do not mention SCTP get DataChannels, as those of today do not [default: true]
        #[arg(long, env = "MISO_ASSUME_SCTP", num_args = 0..=1, default_missing_value = "true")]
        assume_sctp: bool,
    }
}

/// Engine and transports: complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct MediaConfig {
    /// Worker threads.
    pub(crate) workers: usize,
    /// Addresses to receive on.
    pub(crate) media_ip: IpList,
    /// Port of the first worker.
    pub(crate) media_port: u16,
    /// First port for plain RTP.
    pub(crate) plain_min_port: u16,
    /// Last port for plain RTP.
    pub(crate) plain_max_port: u16,
    /// What clients are told instead of the addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) announced_address: Option<String>,
    /// Whether they are told the addresses, too.
    pub(crate) expose_internal_ip: bool,
    /// Certificate file for DTLS; there if the key is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dtls_cert: Option<PathBuf>,
    /// Its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dtls_key: Option<PathBuf>,
    /// Silence after which a peer is taken for gone; zero for never.
    pub(crate) consent_timeout: Seconds,
    /// Limit of a transport's incoming media, bits per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_incoming_bitrate: Option<u32>,
    /// Start of a transport's estimate, bits per second.
    pub(crate) initial_outgoing_bitrate: u32,
    /// Whether silence about SCTP means that the client has it.
    pub(crate) assume_sctp: bool,
}

impl MediaConfig {
    /// The certificate for DTLS, if one was given.
    pub(crate) fn dtls_files(&self) -> Option<(PathBuf, PathBuf)> {
        self.dtls_cert.clone().zip(self.dtls_key.clone())
    }
}

impl MediaSettings {
    /// Completed by defaults.
    ///
    /// # Errors
    /// [`ConfigError`]: half a key pair, no worker, a consent timeout outside of RFC 7675.
    pub(super) fn complete(self) -> Result<MediaConfig, ConfigError> {
        let files = KeyPairFiles::both(self.dtls_cert, self.dtls_key)?;
        let (dtls_cert, dtls_key) = files.map(|files| (files.cert, files.key)).unzip();
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let config = MediaConfig {
            workers: self.workers.unwrap_or_else(cores),
            media_ip: self
                .media_ip
                .unwrap_or_else(|| IpList(vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)])),
            media_port: self.media_port.unwrap_or(44444),
            plain_min_port: self.plain_min_port.unwrap_or(40_000),
            plain_max_port: self.plain_max_port.unwrap_or(49_999),
            announced_address: self.announced_address,
            expose_internal_ip: self.expose_internal_ip.unwrap_or(false),
            dtls_cert,
            dtls_key,
            consent_timeout: self.consent_timeout.unwrap_or(Seconds::new(20)),
            max_incoming_bitrate: self.max_incoming_bitrate,
            initial_outgoing_bitrate: self.initial_outgoing_bitrate.unwrap_or(1_000_000),
            assume_sctp: self.assume_sctp.unwrap_or(true),
        };
        config.check()
    }
}

impl MediaConfig {
    fn check(self) -> Result<Self, ConfigError> {
        let wrong = |name, range| Err(ConfigError::OutOfRange { name, range });
        if !(1..=1024).contains(&self.workers) {
            return wrong("--workers", "from 1 to 1024");
        }
        if self.plain_min_port == 0 || self.plain_min_port > self.plain_max_port {
            return wrong(
                "--plain-min-port",
                "at least 1 and not above --plain-max-port",
            );
        }
        let consent = self.consent_timeout;
        if consent != Seconds::new(0) && !(Seconds::new(10)..=Seconds::new(60)).contains(&consent) {
            return wrong("--consent-timeout", "0 or from 10 to 60 seconds");
        }
        Ok(self)
    }
}
