//! Settings of listeners, certificate and signalling.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Serialize;

use super::{ConfigError, Listen, Seconds, settings};

settings! {
    /// Listeners, certificate, signalling.
    WebSettings {
        /// Where the web app and its signalling are served with TLS [default: 0.0.0.0:3000]
        #[arg(long, env = "MISO_HTTPS_LISTEN", value_name = "ADDRESS|off")]
        https_listen: Listen,
        /// Where the same is served without TLS, for native clients and proxies [default: 127.0.0.1:8888]
        #[arg(long, env = "MISO_HTTP_LISTEN", value_name = "ADDRESS|off")]
        http_listen: Listen,
        /// Certificate chain for TLS, as PEM [default: one that is made once and kept in the data folder]
        #[arg(long, env = "MISO_CERT", value_name = "FILE")]
        cert: PathBuf,
        /// Key of that certificate, as PEM
        #[arg(long, env = "MISO_KEY", value_name = "FILE")]
        key: PathBuf,
        /// Host name under which people open the web app, for links and the certificate
        #[arg(long, env = "MISO_DOMAIN", value_name = "NAME")]
        domain: String,
        /// Folder in which the certificate is kept [default: this user's]
        #[arg(long, env = "MISO_DATA_DIR", value_name = "FOLDER")]
        data_dir: PathBuf,
        /// Silence after which a session is asked for a sign of life, in seconds [default: 60]
        #[arg(long, env = "MISO_PING_AFTER", value_name = "SECONDS")]
        ping_after: Seconds,
        /// How long the sign of life may take, in seconds [default: 10]
        #[arg(long, env = "MISO_PONG_WITHIN", value_name = "SECONDS")]
        pong_within: Seconds,
        /// How long a client may take to answer the server's requests, in seconds [default: 30]
        #[arg(long, env = "MISO_ANSWER_WITHIN", value_name = "SECONDS")]
        answer_within: Seconds,
        /// How long a client of the demo's TypeScript version may take to join, in seconds [default: 10]
        #[arg(long, env = "MISO_JOIN_WITHIN", value_name = "SECONDS")]
        join_within: Seconds,
        /// How long a client may take to send the head of an HTTP request, in seconds [default: 10]
        #[arg(long, env = "MISO_HTTP_TIMEOUT", value_name = "SECONDS")]
        http_timeout: Seconds,
    }
}

/// A certificate and its key, as PEM files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct KeyPairFiles {
    /// The chain.
    pub(crate) cert: PathBuf,
    /// The key.
    pub(crate) key: PathBuf,
}

impl KeyPairFiles {
    /// Both files, or neither.
    ///
    /// # Errors
    /// [`ConfigError::HalfAKeyPair`].
    pub(super) fn both(
        cert: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> Result<Option<Self>, ConfigError> {
        let half = |given, missing| ConfigError::HalfAKeyPair { given, missing };
        match (cert, key) {
            (Some(cert), Some(key)) => Ok(Some(Self { cert, key })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(half("certificate", "key")),
            (None, Some(_)) => Err(half("key", "certificate")),
        }
    }
}

/// Listeners, certificate, signalling: complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct WebConfig {
    /// With TLS.
    pub(crate) https_listen: Listen,
    /// Without.
    pub(crate) http_listen: Listen,
    /// The user's certificate; none: one is made.
    #[serde(flatten)]
    pub(crate) key_pair: Option<KeyPairFiles>,
    /// Host name for links and the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    /// Where the made certificate is kept.
    pub(crate) data_dir: PathBuf,
    /// Silence before a ping.
    pub(crate) ping_after: Seconds,
    /// Silence after a ping.
    pub(crate) pong_within: Seconds,
    /// Time for an answer, with nothing else waiting.
    pub(crate) answer_within: Seconds,
    /// Time until a client of the newer dialect joins.
    pub(crate) join_within: Seconds,
    /// Time for the head of a request, and between two.
    pub(crate) http_timeout: Seconds,
}

impl WebSettings {
    /// Completed by defaults.
    ///
    /// # Errors
    /// [`ConfigError`]: half a key pair, no data folder.
    pub(super) fn complete(self) -> Result<WebConfig, ConfigError> {
        let data_dir = match self.data_dir {
            Some(folder) => folder,
            None => default_data_dir().ok_or(ConfigError::NoDataFolder)?,
        };
        let at = |ip, port| Listen::At(SocketAddr::new(IpAddr::V4(ip), port));
        Ok(WebConfig {
            https_listen: self.https_listen.unwrap_or(at(Ipv4Addr::UNSPECIFIED, 3000)),
            http_listen: self.http_listen.unwrap_or(at(Ipv4Addr::LOCALHOST, 8888)),
            key_pair: KeyPairFiles::both(self.cert, self.key)?,
            domain: self.domain,
            data_dir,
            ping_after: self.ping_after.unwrap_or(Seconds::new(60)),
            pong_within: self.pong_within.unwrap_or(Seconds::new(10)),
            answer_within: self.answer_within.unwrap_or(Seconds::new(30)),
            join_within: self.join_within.unwrap_or(Seconds::new(10)),
            http_timeout: self.http_timeout.unwrap_or(Seconds::new(10)),
        })
    }
}

/// The folder for a program's own data, as the platform has it.
fn default_data_dir() -> Option<PathBuf> {
    let folder = |name| {
        let path = std::env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let parent = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")))
    };
    parent.map(|parent| parent.join("miso"))
}
