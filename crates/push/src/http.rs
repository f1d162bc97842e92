//! A client of the server's HTTP API: JSON in, JSON out, over one connection that is kept.

mod connect;
mod error;
mod url;

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use serde_json::Value;
use tokio::sync::Mutex;

pub(crate) use connect::Connector;
pub(crate) use error::{Answer, HttpError};
pub(crate) use url::{ServerUrl, escaped};

/// How long a request may take. Less fails on a slow link; more lets push hang on a server that is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest body of an answer. The listing of a large room takes about 300 kB.
const MAX_ANSWER: usize = 4 << 20;

/// The client.
pub(crate) struct HttpClient {
    connector: Connector,
    /// The connection that is not in use, if the last request left one.
    idle: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

impl HttpClient {
    pub(crate) fn new(connector: Connector) -> Self {
        Self {
            connector,
            idle: Mutex::new(None),
        }
    }

    pub(crate) const fn server(&self) -> &ServerUrl {
        self.connector.server()
    }

    /// Sends a request; the body of its answer, null if it has none.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, HttpError> {
        let exchange = self.exchange(method, path, body);
        let (status, bytes) = tokio::time::timeout(PATIENCE, exchange)
            .await
            .map_err(|_| HttpError::Silent {
                server: self.server().clone(),
            })??;
        if !status.is_success() {
            return Err(HttpError::Refused(Answer::new(status, &bytes)));
        }
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        // Some answers are a plain word, such as that something was deleted.
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Bytes), HttpError> {
        let kept = self.idle.lock().await.take();
        // One that the server has closed meanwhile says so now.
        let mut connection = match kept.filter(|it| !it.is_closed()) {
            Some(connection) => connection,
            None => self.connector.connect().await?,
        };
        let lost = |error: hyper::Error| HttpError::Lost {
            server: self.server().clone(),
            reason: error.to_string(),
        };
        connection.ready().await.map_err(lost)?;
        let request = self.request(method, path, body)?;
        let response = connection.send_request(request).await.map_err(lost)?;
        let status = response.status();
        let collected = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await;
        let bytes = collected
            .map_err(|error| HttpError::Lost {
                server: self.server().clone(),
                reason: error.to_string(),
            })?
            .to_bytes();
        *self.idle.lock().await = Some(connection);
        Ok((status, bytes))
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Request<Full<Bytes>>, HttpError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server().prefix()))
            .header(HOST, self.server().authority())
            .header(USER_AGENT, concat!("miso-push/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/json");
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(bytes)));
        request.map_err(|_| HttpError::Unspeakable)
    }
}

#[cfg(test)]
mod tests;
