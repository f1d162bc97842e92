//! protoo's frames: requests, responses and notifications as JSON in text messages.

mod depth;
mod encode;

use std::time::Duration;

use serde_json::{Map, Number, Value};

use crate::lenient::is_truthy;
use crate::limits::{MAX_JSON_DEPTH, MAX_MESSAGE_BYTES};

pub use encode::{encode_error, encode_notification, encode_request, encode_response};

/// A message from a client. The data of a request or notification is never absent; it may be other than an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// Something to answer.
    Request {
        /// To be repeated in the answer as it came. Not necessarily whole or positive, not necessarily unique.
        id: Number,
        /// What is asked for.
        method: String,
        /// With what.
        data: Value,
    },
    /// The answer to a request of the server.
    Response {
        /// The id of that request.
        id: Number,
        /// The answer's data, or the refusal.
        result: Result<Value, RemoteError>,
    },
    /// Something to know.
    Notification {
        /// What happened.
        method: String,
        /// With what.
        data: Value,
    },
}

/// A refusal by the remote side.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} ({code})")]
pub struct RemoteError {
    /// As in HTTP; 500 when the remote side gave none.
    pub code: i64,
    /// Why, in its words.
    pub reason: String,
}

/// Why a frame was dropped. Nothing is answered; the connection stays, except for [`Discarded::TooLong`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Discarded {
    /// More than [`MAX_MESSAGE_BYTES`].
    #[error("message is too long")]
    TooLong,
    /// Nested deeper than [`MAX_JSON_DEPTH`].
    #[error("message is nested too deep")]
    TooDeep,
    /// No JSON.
    #[error("message is not JSON")]
    NotJson,
    /// JSON, but no object: `null`, a number, a list.
    #[error("message is not an object")]
    NotAnObject,
    /// Neither request nor response nor notification.
    #[error("message is neither request nor response nor notification")]
    NoForm,
    /// The id is no number.
    #[error("id is not a number")]
    BadId,
    /// The method is no text.
    #[error("method is not a string")]
    BadMethod,
}

/// Reads a text frame.
///
/// # Errors
/// [`Discarded`]: the frame is to be dropped and counted.
pub fn parse_frame(text: &str) -> Result<Incoming, Discarded> {
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(Discarded::TooLong);
    }
    if depth::exceeds(text, MAX_JSON_DEPTH) {
        return Err(Discarded::TooDeep);
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => parse_members(members),
        Ok(_) => Err(Discarded::NotAnObject),
        Err(_) => Err(Discarded::NotJson),
    }
}

fn parse_members(mut members: Map<String, Value>) -> Result<Incoming, Discarded> {
    if has(&members, "request") {
        let method = method(&mut members)?;
        Ok(Incoming::Request {
            method,
            id: id(&mut members)?,
            data: data(&mut members),
        })
    } else if has(&members, "response") {
        let id = id(&mut members)?;
        // A client says `ok: false` in a refusal, a server nothing.
        let result = if has(&members, "ok") {
            Ok(data(&mut members))
        } else {
            Err(refusal(&mut members))
        };
        Ok(Incoming::Response { id, result })
    } else if has(&members, "notification") {
        let method = method(&mut members)?;
        Ok(Incoming::Notification {
            method,
            data: data(&mut members),
        })
    } else {
        Err(Discarded::NoForm)
    }
}

fn has(members: &Map<String, Value>, name: &str) -> bool {
    members.get(name).is_some_and(is_truthy)
}

fn id(members: &mut Map<String, Value>) -> Result<Number, Discarded> {
    match members.remove("id") {
        Some(Value::Number(id)) => Ok(id),
        _ => Err(Discarded::BadId),
    }
}

fn method(members: &mut Map<String, Value>) -> Result<String, Discarded> {
    match members.remove("method") {
        Some(Value::String(method)) => Ok(method),
        _ => Err(Discarded::BadMethod),
    }
}

fn data(members: &mut Map<String, Value>) -> Value {
    let data = members.remove("data").filter(is_truthy);
    data.unwrap_or_else(|| Value::Object(Map::new()))
}

fn refusal(members: &mut Map<String, Value>) -> RemoteError {
    let code = members
        .remove("errorCode")
        .and_then(|code| code.as_i64())
        .unwrap_or(500);
    let reason = match members.remove("errorReason") {
        Some(Value::String(reason)) => reason,
        _ => String::new(),
    };
    RemoteError { code, reason }
}

/// How long a client may take to answer a request of the server, while `pending` others wait: protoo's own formula.
pub fn server_request_timeout(pending: usize) -> Duration {
    let pending = u32::try_from(pending).unwrap_or(u32::MAX);
    Duration::from_secs(30) + Duration::from_millis(200).saturating_mul(pending)
}

#[cfg(test)]
mod tests;
