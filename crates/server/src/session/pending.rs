//! Requests of the server that wait for an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use miso_signal::server_request_timeout;
use tokio::time::Instant;

/// The time that protoo's formula gives an answer when nothing else waits.
const NOMINAL: Duration = Duration::from_secs(30);

/// Requests that wait for an answer, and until when.
#[derive(Debug, Default)]
pub(super) struct Pending {
    by_id: BTreeMap<u32, Instant>,
    by_time: BTreeSet<(Instant, u32)>,
}

impl Pending {
    /// A request was sent. `within` is its time if nothing else waits; as in protoo, it grows with what does.
    pub(super) fn insert(&mut self, id: u32, within: Duration, now: Instant) {
        let factor = server_request_timeout(self.by_id.len()).as_secs_f64() / NOMINAL.as_secs_f64();
        let until = now + within.mul_f64(factor);
        self.by_id.insert(id, until);
        self.by_time.insert((until, id));
    }

    /// Whether a request waited for this answer; it does no more.
    pub(super) fn remove(&mut self, id: u32) -> bool {
        let until = self.by_id.remove(&id);
        until.is_some_and(|until| self.by_time.remove(&(until, id)))
    }

    /// When the next one expires.
    pub(super) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(until, _)| *until)
    }

    /// Takes out those that have expired.
    pub(super) fn expired(&mut self, now: Instant) -> Vec<u32> {
        let mut expired = Vec::new();
        while let Some((until, id)) = self
            .by_time
            .first()
            .copied()
            .filter(|(until, _)| *until <= now)
        {
            self.by_time.remove(&(until, id));
            self.by_id.remove(&id);
            expired.push(id);
        }
        expired
    }
}

#[cfg(test)]
mod tests;
