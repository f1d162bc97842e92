//! Requests that wait for their answers.

use std::collections::HashMap;
use std::time::Instant;

use miso_signal::RemoteError;
use serde_json::{Number, Value};
use tokio::sync::oneshot;

use super::request_timeout;
use crate::SignalingError;

/// Requests that wait for their answers.
#[derive(Default)]
pub(super) struct Pending {
    next_id: u64,
    requests: HashMap<u64, Request>,
}

struct Request {
    method: &'static str,
    answer: oneshot::Sender<Result<Value, SignalingError>>,
    until: Instant,
}

impl Pending {
    /// The id of a new request.
    pub(super) fn add(
        &mut self,
        method: &'static str,
        answer: oneshot::Sender<Result<Value, SignalingError>>,
        now: Instant,
    ) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let request = Request {
            method,
            answer,
            until: now + request_timeout(self.requests.len()),
        };
        self.requests.insert(id, request);
        id
    }

    /// An answer of the server. One that nobody waits for is of no account.
    pub(super) fn answered(&mut self, id: &Number, result: Result<Value, RemoteError>) {
        let Some(request) = id.as_u64().and_then(|id| self.requests.remove(&id)) else {
            return;
        };
        let method = request.method;
        let refused = |error| SignalingError::Refused { method, error };
        let _ = request.answer.send(result.map_err(refused));
    }

    /// When the next request has waited too long.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.requests.values().map(|it| it.until).min()
    }

    /// Fails what has waited too long.
    pub(super) fn expire(&mut self, now: Instant) {
        for (_, request) in self.requests.extract_if(|_, it| it.until <= now) {
            let method = request.method;
            let _ = request.answer.send(Err(SignalingError::Timeout { method }));
        }
    }

    /// Fails all: their answers went with the connection.
    pub(super) fn fail_all(&mut self) {
        for (_, request) in self.requests.drain() {
            let _ = request.answer.send(Err(SignalingError::Disconnected));
        }
    }
}

#[cfg(test)]
mod tests;
