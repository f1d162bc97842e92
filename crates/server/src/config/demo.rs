//! The variables of mediasoup-demo's server, so that its deployments need no change.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::{ConfigError, Listen, Settings};

/// The settings in mediasoup-demo's variables. `variable` looks one up; an empty one is not there.
///
/// # Errors
/// [`ConfigError::Variable`] names the one that is not understood.
pub(crate) fn settings(variable: impl Fn(&str) -> Option<String>) -> Result<Settings, ConfigError> {
    let text = |name: &str| variable(name).filter(|value| !value.is_empty());
    let path = |name| text(name).map(PathBuf::from);
    let mut settings = Settings::default();
    settings.web.domain = text("DOMAIN");
    settings.web.cert = path("HTTPS_CERT_FULLCHAIN");
    settings.web.key = path("HTTPS_CERT_PRIVKEY");
    settings.web.https_listen = parsed(text, "PROTOO_LISTEN_PORT")?
        .map(|port: u16| Listen::At(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port)));
    settings.media.dtls_cert = path("WORKER_CERT_FULLCHAIN");
    settings.media.dtls_key = path("WORKER_CERT_PRIVKEY");
    settings.media.media_ip = parsed(text, "MEDIASOUP_LISTEN_IP")?;
    settings.media.plain_min_port = parsed(text, "MEDIASOUP_MIN_PORT")?;
    settings.media.plain_max_port = parsed(text, "MEDIASOUP_MAX_PORT")?;
    settings.media.announced_address =
        text("MEDIASOUP_ANNOUNCED_ADDRESS").or_else(|| text("MEDIASOUP_ANNOUNCED_IP"));
    Ok(settings)
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    text: impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<Option<T>, ConfigError> {
    let parse = |value: String| {
        value
            .parse()
            .map_err(|error: T::Err| ConfigError::Variable {
                name,
                reason: error.to_string(),
            })
    };
    text(name).map(parse).transpose()
}
