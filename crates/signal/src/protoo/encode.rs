//! Frames that the server sends.

use serde::Serialize;
use serde_json::Number;

use crate::{Dialect, RequestError, ServerNotification, ServerRequest};

#[derive(Serialize)]
struct RequestFrame<'a> {
    request: bool,
    id: u32,
    #[serde(flatten)]
    body: &'a ServerRequest,
}

#[derive(Serialize)]
struct NotificationFrame<'a> {
    notification: bool,
    #[serde(flatten)]
    body: &'a ServerNotification,
}

#[derive(Serialize)]
struct ResponseFrame<'a, T> {
    response: bool,
    id: &'a Number,
    ok: bool,
    data: &'a T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorFrame<'a> {
    response: bool,
    id: &'a Number,
    error_code: u16,
    error_reason: &'a str,
}

/// A request to a client of a dialect. `id` is the server's own; ids of the two directions are independent.
pub fn encode_request(id: u32, request: ServerRequest, dialect: Dialect) -> String {
    text(&RequestFrame {
        request: true,
        id,
        body: &request.in_dialect(dialect),
    })
}

/// A notification to a client of a dialect; nothing where the dialect has none like it.
pub fn encode_notification(notification: &ServerNotification, dialect: Dialect) -> Option<String> {
    let frame = NotificationFrame {
        notification: true,
        body: notification,
    };
    notification.is_in(dialect).then(|| text(&frame))
}

/// The answer to a client's request.
pub fn encode_response<T: Serialize>(id: &Number, data: &T) -> String {
    text(&ResponseFrame {
        response: true,
        id,
        ok: true,
        data,
    })
}

/// The refusal of a request of a client of a dialect. It says nothing of `ok`, as protoo's server does.
pub fn encode_error(id: &Number, error: &RequestError, dialect: Dialect) -> String {
    let error_reason = &error.reason(dialect);
    text(&ErrorFrame {
        response: true,
        id,
        error_code: error.code(),
        error_reason,
    })
}

/// Messages have string keys only and no fallible parts, so writing them cannot fail.
fn text<T: Serialize>(frame: &T) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}
