//! Connections to the server, with TLS or without.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
    SignatureScheme,
};

use super::{HttpError, ServerUrl};

/// Opens connections to one server.
pub(crate) struct Connector {
    server: ServerUrl,
    /// None for plain HTTP.
    tls: Option<TlsConnector>,
}

impl Connector {
    /// For a server whose certificate this system trusts; any certificate is taken with `insecure`.
    pub(crate) fn new(server: ServerUrl, insecure: bool) -> Result<Self, HttpError> {
        let tls = if server.is_tls() {
            Some(TlsConnector::from(Arc::new(tls_config(insecure)?)))
        } else {
            None
        };
        Ok(Self { server, tls })
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

fn tls_config(insecure: bool) -> Result<ClientConfig, HttpError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| HttpError::TrustStore(error.to_string()))?;
    if insecure {
        let verifier = Arc::new(AnyCertificate(provider));
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let why = found.errors.first().map(ToString::to_string);
        return Err(HttpError::TrustStore(
            why.unwrap_or_else(|| "there are none".to_owned()),
        ));
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Takes any certificate, for servers with one of their own making.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
