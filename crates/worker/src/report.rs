//! What happens, for the log: under the tags of the fact sheet (5.6), and never a line for a packet.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use miso_ice::Tuple;
use miso_secure::DtlsState;
use miso_sfu::event::{ConsumerEvent, Event, ProducerEvent, TransportEvent};
use miso_sfu::sctp::SctpState;
use miso_worker_schema::fbs::request::Method;

use crate::core::Core;
use crate::log::{Level, LogSettings};
use crate::method;

/// Time between two lines about packets that were dropped for the same cause.
const DROPS_INTERVAL: Duration = Duration::from_secs(1);

/// The line about an event of the core, if it is wanted.
pub(crate) fn of_event(core: &Core, event: &Event) -> Option<String> {
    match event {
        Event::Transport(id, event) => of_transport(core, id.0, event),
        Event::Producer(id, ProducerEvent::Score(scores)) => {
            let text = || {
                let scores: Vec<_> = scores.iter().map(|it| (it.ssrc.0, it.score)).collect();
                format!("scores {scores:?}")
            };
            tell(
                core,
                (Level::Debug, &["score"]),
                (id.0, "Producer::score"),
                text,
            )
        }
        Event::Consumer(id, ConsumerEvent::Score(score)) => {
            let text = || format!("{score:?}");
            tell(
                core,
                (Level::Debug, &["score"]),
                (id.0, "Consumer::score"),
                text,
            )
        }
        Event::Consumer(id, ConsumerEvent::LayersChange(layers)) => {
            let text = || format!("{layers:?}");
            tell(
                core,
                (Level::Debug, &["simulcast", "svc"]),
                (id.0, "Consumer::layers"),
                text,
            )
        }
        _ => None,
    }
}

fn of_transport(core: &Core, id: u64, event: &TransportEvent) -> Option<String> {
    let path = |tuple: &Tuple| format!("{}, peer at {}", tuple.local(), tuple.remote());
    match event {
        TransportEvent::IceStateChange(state) => {
            let text = || format!("ICE is {}", state.as_str());
            tell(
                core,
                (Level::Debug, &["ice"]),
                (id, "WebRtcTransport::ice"),
                text,
            )
        }
        TransportEvent::IceSelectedTupleChange(tuple) => {
            let text = || format!("selected {}", path(tuple));
            tell(
                core,
                (Level::Debug, &["ice"]),
                (id, "WebRtcTransport::ice"),
                text,
            )
        }
        TransportEvent::DtlsStateChange(state, _) => {
            let level = match state {
                DtlsState::Failed => Level::Warn,
                _ => Level::Debug,
            };
            let text = || format!("DTLS is {}", state.name());
            tell(
                core,
                (level, &["dtls"]),
                (id, "WebRtcTransport::dtls"),
                text,
            )
        }
        TransportEvent::SctpStateChange(state) => {
            let level = match state {
                SctpState::Failed => Level::Warn,
                _ => Level::Debug,
            };
            let text = || format!("SCTP is {state:?}");
            tell(core, (level, &["sctp"]), (id, "Transport::sctp"), text)
        }
        TransportEvent::TupleChange(tuple) | TransportEvent::RtcpTupleChange(tuple) => {
            let text = || format!("learnt {}", path(tuple));
            tell(
                core,
                (Level::Debug, &["rtp", "rtcp"]),
                (id, "PlainTransport::tuple"),
                text,
            )
        }
        _ => None,
    }
}

/// The line, if it is wanted; its text is made only then.
fn tell(
    core: &Core,
    (level, tags): (Level, &[&str]),
    (number, place): (u64, &str),
    text: impl FnOnce() -> String,
) -> Option<String> {
    if !core.log.wants(level, tags) {
        return None;
    }
    let id = core.names.id_or_empty(number);
    let text = format!("{} [id:{id}]", text());
    core.log.line(level, tags, (place, &text))
}

/// The line about a request that was carried out, if it is wanted.
pub(crate) fn of_request(log: LogSettings, method: Method) -> Option<String> {
    let tags: &[&str] = match method {
        Method::TransportSetMaxIncomingBitrate
        | Method::TransportSetMaxOutgoingBitrate
        | Method::TransportSetMinOutgoingBitrate => &["info", "bwe"],
        Method::DataconsumerSend => &["message"],
        _ => &["info"],
    };
    let place = "Worker::handleRequest";
    log.line(Level::Debug, tags, (place, method::name(method)))
}

/// Tells now and then what was dropped.
#[derive(Debug, Default)]
pub(crate) struct DropReport {
    /// Counters as they were told last.
    told: HashMap<&'static str, u64>,
    /// When to look at them again; none while nobody wants to know.
    at: Option<Instant>,
}

impl DropReport {
    /// When [`Self::lines`] wants to be called.
    pub(crate) const fn poll_timeout(&self) -> Option<Instant> {
        self.at
    }

    /// Lines about what was dropped since the last time, if it is time for them.
    pub(crate) fn lines(&mut self, core: &Core, now: Instant) -> Vec<String> {
        if !core.log.wants_tagged(Level::Warn) {
            self.at = None;
            return Vec::new();
        }
        if *self.at.get_or_insert(now + DROPS_INTERVAL) > now {
            return Vec::new();
        }
        self.at = Some(now + DROPS_INTERVAL);
        self.differences(core.log, core.worker.all_drops())
    }

    fn differences(&mut self, log: LogSettings, counters: Vec<(&'static str, u64)>) -> Vec<String> {
        let mut lines = Vec::new();
        for (reason, count) in counters {
            let told = self.told.insert(reason, count).unwrap_or(0);
            if count > told {
                let text = format!("{} dropped [reason:{reason}]", count - told);
                let place = "Worker::drops";
                lines.extend(log.line(Level::Warn, &[tag_of(reason)], (place, &text)));
            }
        }
        lines
    }
}

/// The tag of a cause of drops.
fn tag_of(reason: &str) -> &'static str {
    match reason {
        "unknown_tuple" | "unknown_ufrag" | "foreign_socket" | "stun_refused" => "ice",
        "dtls" => "dtls",
        "no_keys" | "srtp_auth" | "srtp_replay" | "srtcp_auth" => "srtp",
        "malformed_rtp" | "malformed_red" | "no_producer" | "no_stream" | "sequence"
        | "no_room" => "rtp",
        "rtx_discarded" | "too_many_wanted" | "no_room_to_repeat" => "rtx",
        "malformed_rtcp" | "unknown_feedback" => "rtcp",
        "sctp" | "no_data_producer" => "sctp",
        "message_too_long" | "message_not_sent" | "events_full" => "message",
        _ => "info",
    }
}

#[cfg(test)]
mod tests;
