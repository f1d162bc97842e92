//! Where the server is.

use std::fmt;
use std::str::FromStr;

use hyper::Uri;

/// Address of a server: `http://` or `https://`, host, port, perhaps a path in front of its routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerUrl {
    is_tls: bool,
    /// Name or address, without brackets.
    host: String,
    port: u16,
    /// Begins with a slash, does not end with one; or is empty.
    prefix: String,
}

/// Why an address is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlError {
    #[error("it must begin with http:// or https://")]
    Scheme,
    #[error("it must be like http://host:port")]
    Form,
}

impl ServerUrl {
    pub(crate) const fn is_tls(&self) -> bool {
        self.is_tls
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Host and port as in a header.
    pub(super) fn authority(&self) -> String {
        let (host, port) = (&self.host, self.port);
        let usual = if self.is_tls { 443 } else { 80 };
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.clone()
        };
        if port == usual {
            host
        } else {
            format!("{host}:{port}")
        }
    }
}

impl FromStr for ServerUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        let is_tls = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(UrlError::Scheme),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let uri: Uri = format!("{scheme}://{authority}/{path}")
            .parse()
            .map_err(|_| UrlError::Form)?;
        if uri.query().is_some() || authority.contains('@') || text.contains('#') {
            return Err(UrlError::Form);
        }
        let host = uri
            .host()
            .filter(|host| !host.is_empty())
            .ok_or(UrlError::Form)?;
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let port = match uri.port_u16() {
            Some(port) => port,
            None if authority
                .rsplit(']')
                .next()
                .is_some_and(|it| it.contains(':')) =>
            {
                return Err(UrlError::Form);
            }
            None if is_tls => 443,
            None => 80,
        };
        Ok(Self {
            is_tls,
            host,
            port,
            prefix: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.prefix)
    }
}

/// A room's or broadcaster's id as a segment of a path (RFC 3986, section 2).
pub(crate) fn escaped(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    // These two would be taken for the folder itself and the one above.
    match text.as_str() {
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        _ => text,
    }
}
