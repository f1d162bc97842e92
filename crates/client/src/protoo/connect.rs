//! Opening a WebSocket.

mod tls;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use miso_signal::limits::MAX_MESSAGE_BYTES;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Response, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::ConnectError;

pub use tls::TlsTrust;

/// For how long an attempt to connect may take. Longer: slower networks do. Shorter: the next attempt comes sooner.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A byte stream to the server.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A WebSocket to the server.
pub(super) type Socket = WebSocketStream<Box<dyn Io>>;

/// Where to connect to.
#[derive(Clone)]
pub(crate) struct Target {
    request: Request,
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
}

impl Target {
    /// The server at `url`, with room and peer in the query.
    pub(crate) fn new(url: &str, query: &str, trust: TlsTrust) -> Result<Self, ConnectError> {
        let bad = |reason| ConnectError::BadUrl {
            url: url.to_owned(),
            reason,
        };
        let uri: Uri = url.parse().map_err(|_| bad("it is no URL"))?;
        let tls = match uri.scheme_str() {
            Some("ws") => None,
            Some("wss") => Some(trust.client_config()),
            _ => return Err(bad("it must begin with ws:// or wss://")),
        };
        let host = uri.host().filter(|it| !it.is_empty());
        let host = host.ok_or_else(|| bad("it names no host"))?;
        let port = uri
            .port_u16()
            .unwrap_or(if tls.is_some() { 443 } else { 80 });
        let (authority, path) = (uri.authority().map_or("", |it| it.as_str()), uri.path());
        let scheme = if tls.is_some() { "wss" } else { "ws" };
        let full = format!("{scheme}://{authority}{path}?{query}");
        let request = full.into_client_request();
        let mut request = request.map_err(|_| bad("it is no URL"))?;
        let protocol = HeaderValue::from_static("protoo");
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", protocol);
        Ok(Self {
            request,
            // An IPv6 address has brackets in a URL only.
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            tls,
        })
    }

    fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(super) async fn connect(&self) -> Result<Socket, ConnectError> {
        match timeout(CONNECT_TIMEOUT, self.try_connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(ConnectError::Timeout {
                address: self.address(),
            }),
        }
    }

    async fn try_connect(&self) -> Result<Socket, ConnectError> {
        let unreachable = |error| ConnectError::Unreachable {
            address: self.address(),
            error,
        };
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(unreachable)?;
        // Messages are small and wait for nobody.
        stream.set_nodelay(true).map_err(unreachable)?;
        let stream: Box<dyn Io> = match &self.tls {
            None => Box::new(stream),
            Some(config) => Box::new(self.secure(config, stream).await?),
        };
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let opened = client_async_with_config(self.request.clone(), stream, Some(config)).await;
        match opened {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) => Err(refusal(&response)),
            Err(error) => Err(ConnectError::NoWebSocket {
                address: self.address(),
                reason: error.to_string(),
            }),
        }
    }

    async fn secure(
        &self,
        config: &Arc<ClientConfig>,
        stream: TcpStream,
    ) -> Result<impl Io + use<>, ConnectError> {
        let failed = |error| ConnectError::Tls {
            address: self.address(),
            error,
        };
        let name = ServerName::try_from(self.host.clone());
        let name = name.map_err(|error| failed(io::Error::other(error)))?;
        let connector = TlsConnector::from(Arc::clone(config));
        connector.connect(name, stream).await.map_err(failed)
    }
}

fn refusal(response: &Response<Option<Vec<u8>>>) -> ConnectError {
    let reason = response.headers().get("X-WebSocket-Reject-Reason");
    let reason = reason.and_then(|it| it.to_str().ok()).unwrap_or_default();
    ConnectError::Refused {
        status: response.status().as_u16(),
        reason: reason.to_owned(),
    }
}
