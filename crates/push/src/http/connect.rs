//! Connections to the server, with TLS or without.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use miso_client::TlsTrust;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{CertificateError, Error as TlsError};

use super::{HttpError, ServerUrl};

/// Opens connections to one server.
pub(crate) struct Connector {
    server: ServerUrl,
    /// None for plain HTTP.
    tls: Option<TlsConnector>,
}

impl Connector {
    /// For a server whose certificate this system trusts; any certificate is taken with `insecure`.
    pub(crate) fn new(server: ServerUrl, insecure: bool) -> Self {
        let trust = if insecure {
            TlsTrust::Anyone
        } else {
            TlsTrust::System
        };
        let tls = server.is_tls().then(|| trust.client_config().into());
        Self { server, tls }
    }

    pub(super) const fn server(&self) -> &ServerUrl {
        &self.server
    }

    pub(super) async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, HttpError> {
        let address = (self.server.host(), self.server.port());
        let unreachable = |error: std::io::Error| HttpError::Unreachable {
            server: self.server.clone(),
            reason: reason(&error),
        };
        let stream = TcpStream::connect(address).await.map_err(unreachable)?;
        // Requests are small and wait for their answers.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return self.speak(TokioIo::new(stream)).await;
        };
        let name = ServerName::try_from(self.server.host().to_owned());
        let name = name.map_err(|_| HttpError::Unspeakable)?;
        let stream = tls.connect(name, stream).await.map_err(|error| {
            let source = error.get_ref().and_then(|it| it.downcast_ref::<TlsError>());
            match source {
                Some(TlsError::InvalidCertificate(why)) => HttpError::Certificate {
                    server: self.server.clone(),
                    reason: match why {
                        CertificateError::UnknownIssuer => {
                            "nobody whom this system knows signed it".to_owned()
                        }
                        why => why.to_string(),
                    },
                },
                _ => HttpError::Lost {
                    server: self.server.clone(),
                    reason: reason(&error),
                },
            }
        })?;
        self.speak(TokioIo::new(stream)).await
    }

    async fn speak(
        &self,
        io: impl Read + Write + Unpin + Send + 'static,
    ) -> Result<SendRequest<Full<Bytes>>, HttpError> {
        let (sender, connection) = handshake(io).await.map_err(|error| HttpError::Lost {
            server: self.server.clone(),
            reason: error.to_string(),
        })?;
        // Ends with the sender, or when the server closes. Errors reach whoever waits for an answer.
        tokio::spawn(connection);
        Ok(sender)
    }
}

/// The operating system's words without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}
