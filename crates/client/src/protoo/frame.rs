//! Frames that a client sends.

use miso_signal::RemoteError;
use serde_json::{Number, Value, json};

pub(super) fn request(id: u64, method: &str, data: &Value) -> String {
    json!({ "request": true, "id": id, "method": method, "data": data }).to_string()
}

pub(super) fn answer(id: &Number, answer: &Result<(), RemoteError>) -> String {
    match answer {
        Ok(()) => json!({ "response": true, "id": id, "ok": true, "data": {} }),
        Err(error) => json!({
            "response": true,
            "id": id,
            "ok": false,
            "errorCode": error.code,
            "errorReason": error.reason,
        }),
    }
    .to_string()
}
