//! What can go wrong between push and the server's API.

use std::fmt;

use hyper::StatusCode;
use serde_json::Value;

use super::ServerUrl;

/// Longest part of a server's words that is shown.
const MAX_WORDS: usize = 300;

/// Why a request was not answered as wished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("no server answers at {server} ({reason}); is 'miso serve' running there?")]
    Unreachable { server: ServerUrl, reason: String },
    #[error(
        "{server} has a certificate that is not trusted ({reason}); use --insecure if it is your own server"
    )]
    Certificate { server: ServerUrl, reason: String },
    #[error("the server at {server} does not answer in time")]
    Silent { server: ServerUrl },
    #[error("the connection to {server} broke ({reason}); does it speak {}?", if server.is_tls() { "https" } else { "http" })]
    Lost { server: ServerUrl, reason: String },
    #[error("{0}")]
    Refused(Answer),
    #[error("the answer to '{request}' makes no sense ({reason}); is this a miso server?")]
    Nonsense {
        request: &'static str,
        reason: String,
    },
    #[error("the room's name cannot be sent")]
    Unspeakable,
}

impl HttpError {
    /// Whether trying again later can help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Silent { .. } | Self::Lost { .. } => true,
            Self::Refused(answer) => {
                answer.status.is_server_error() || answer.status == StatusCode::NOT_FOUND
            }
            Self::Certificate { .. } | Self::Nonsense { .. } | Self::Unspeakable => false,
        }
    }

    /// Whether what the request was about is not there (any more). A server that does not know the route says nothing
    /// of that.
    pub(crate) fn is_not_found(&self) -> bool {
        let Self::Refused(answer) = self else {
            return false;
        };
        answer.name.ends_with("_not_found") && answer.name != "route_not_found"
    }

    /// Whether the server answered, if not as wished.
    pub(crate) const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// A refusal by the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    status: StatusCode,
    /// The server's name for it, for programs; empty if it gives none.
    name: String,
    /// The server's own sentence.
    words: String,
}

impl Answer {
    pub(super) fn new(status: StatusCode, body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let member = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let words = member("message")
            .or_else(|| member("reason"))
            .or_else(|| member("error"))
            .unwrap_or_else(|| {
                let text = String::from_utf8_lossy(body);
                if text.trim_start().starts_with('<') {
                    String::new()
                } else {
                    text.into_owned()
                }
            });
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let words = words
            .trim()
            .chars()
            .map(printable)
            .take(MAX_WORDS)
            .collect();
        let name = member("error").unwrap_or_default();
        Self {
            status,
            name,
            words,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, words, .. } = self;
        match (*status, words.as_str()) {
            (StatusCode::NOT_FOUND, "") => {
                write!(
                    f,
                    "the server knows no such route; is it a miso server with the HTTP API?"
                )
            }
            (_, "") => write!(f, "the server refuses: {status}"),
            _ => write!(f, "the server refuses: {words} ({})", status.as_u16()),
        }
    }
}
