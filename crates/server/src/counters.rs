//! What is counted. Expected failures are counters, not log lines.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

macro_rules! counts {
    ($($(#[$doc:meta])* $variant:ident => $name:literal, $help:literal;)+) => {
        /// Something that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Count {
            $(#[doc = $help] $variant,)+
        }

        /// Names and explanations, in the order of the variants.
        const COUNTS: &[(&str, &str)] = &[$(($name, $help),)+];
    };
}

counts! {
    RoomOpened => "rooms_opened", "Rooms that were opened";
    RoomFailed => "rooms_failed", "Rooms that ended by a fault of the server; their peers were told to rejoin";
    RoomRefused => "rooms_refused", "Entries refused since there are too many rooms, or too many peers in the room";
    SessionOpened => "sessions_opened", "Sessions that were opened";
    SessionRefused => "sessions_refused", "WebSocket requests without room, peer or subprotocol";
    SessionReplaced => "sessions_replaced", "Sessions that another one of the same peer took the place of";
    SessionUnjoined => "sessions_unjoined", "Sessions closed since a client of the newer dialect did not join in time";
    SessionSilent => "sessions_silent", "Sessions cut since nothing came, not even the answer to a ping";
    SessionSlow => "sessions_slow", "Sessions cut since they did not read what they were sent";
    BroadcasterSilent => "broadcasters_silent", "Broadcasters removed since neither requests nor media came";
    BroadcasterMediaLost => "broadcaster_transports_lost", "Transports of broadcasters closed since their connection was lost";
    MediaLost => "sessions_media_lost", "Sessions closed since the peer's media connection was lost";
    MessageDiscarded => "messages_discarded", "Messages of clients that are no protoo";
    MessageBinary => "messages_binary", "Binary messages of clients, discarded";
    MessageTooLong => "messages_too_long", "Sessions cut since a message was too long";
    MessageBroken => "messages_broken", "Sessions cut since they broke the WebSocket protocol";
    MessageOverRate => "messages_over_rate", "Messages refused since a session sent too many";
    NotificationUnknown => "notifications_unknown", "Notifications of clients that mean nothing";
    AnswerUnknown => "answers_unknown", "Answers of clients to nothing that was asked";
    AnswerRefused => "answers_refused", "Consumers that clients refused";
    AnswerMissing => "answers_missing", "Consumers that clients did not answer for in time";
    LimitReached => "limits_reached", "Requests refused since the peer has too many of something";
    OfferOverLimit => "offers_over_limit", "Consumers not made since the peer has too many";
    OfferFailed => "offers_failed", "Consumers that the engine did not make";
    BotDropped => "bot_messages_dropped", "Messages to the bot that it could not answer";
    DataDropped => "data_messages_dropped", "Notices of data messages dropped since a peer does not take them";
    ConnectionOpened => "connections_opened", "Connections to the listeners";
    ConnectionRefused => "connections_refused", "Connections closed since there are too many";
    ConnectionExpired => "connections_expired", "HTTP connections closed since they lasted too long";
    HandshakeFailed => "tls_handshakes_failed", "TLS handshakes that failed";
    HttpRequest => "http_requests", "HTTP requests";
    BodyTooLong => "http_bodies_too_long", "HTTP requests refused since the body is too long";
}

/// How many there are of something now.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicI64);

impl Gauge {
    /// One more, until the answer is dropped.
    pub(crate) fn hold(self: &std::sync::Arc<Self>) -> Held {
        self.0.fetch_add(1, Ordering::Relaxed);
        Held(self.clone())
    }

    fn value(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of those that a [`Gauge`] counts.
#[derive(Debug)]
pub(crate) struct Held(std::sync::Arc<Gauge>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All counters of a server.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    counts: [AtomicU64; COUNTS.len()],
    /// Answered requests by method and outcome.
    requests: Mutex<BTreeMap<(&'static str, Outcome), u64>>,
    /// Rooms that are open.
    pub(crate) rooms: std::sync::Arc<Gauge>,
    /// Peers in them, joined or not.
    pub(crate) peers: std::sync::Arc<Gauge>,
    /// Broadcasters in them.
    pub(crate) broadcasters: std::sync::Arc<Gauge>,
    /// WebSockets.
    pub(crate) sessions: std::sync::Arc<Gauge>,
}

/// How a request ended: 0 for well, else the error code.
type Outcome = u16;

impl Counters {
    /// One more.
    pub(crate) fn add(&self, count: Count) {
        if let Some(counter) = self.counts.get(count as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// So many so far.
    #[cfg(test)]
    pub(crate) fn get(&self, count: Count) -> u64 {
        let counter = self.counts.get(count as usize);
        counter.map_or(0, |counter| counter.load(Ordering::Relaxed))
    }

    /// A request was answered; `error` is the code if it was refused.
    pub(crate) fn add_request(&self, method: &'static str, error: Option<u16>) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((method, error.unwrap_or(0))).or_default() += 1;
    }

    /// Everything in Prometheus' text format.
    pub(crate) fn write(&self, text: &mut String) {
        write_gauge(text, "rooms", "Rooms that are open", self.rooms.value());
        write_gauge(text, "peers", "Peers in rooms", self.peers.value());
        write_gauge(
            text,
            "broadcasters",
            "Broadcasters in rooms",
            self.broadcasters.value(),
        );
        write_gauge(
            text,
            "sessions",
            "WebSockets that are open",
            self.sessions.value(),
        );
        for ((name, help), count) in COUNTS.iter().zip(&self.counts) {
            write_counter(text, name, help, count.load(Ordering::Relaxed));
        }
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write!(
            text,
            "# HELP miso_requests_total Answered requests of clients\n# TYPE miso_requests_total counter\n"
        );
        for ((method, outcome), number) in requests.iter() {
            let outcome = match outcome {
                0 => "ok".to_owned(),
                code => code.to_string(),
            };
            let labels = format!("method=\"{method}\",outcome=\"{outcome}\"");
            let _ = writeln!(text, "miso_requests_total{{{labels}}} {number}");
        }
    }
}

/// Adds something that rises and falls.
pub(crate) fn write_gauge(text: &mut String, name: &str, help: &str, value: i64) {
    let _ = writeln!(
        text,
        "# HELP miso_{name} {help}\n# TYPE miso_{name} gauge\nmiso_{name} {value}"
    );
}

/// Adds something that only rises.
pub(crate) fn write_counter(text: &mut String, name: &str, help: &str, value: u64) {
    let name = format!("miso_{name}_total");
    let _ = writeln!(
        text,
        "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}"
    );
}

#[cfg(test)]
mod tests;
