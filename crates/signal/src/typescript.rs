//! The messages as TypeScript declarations, so that the web app cannot disagree with the server.

use std::fmt::Write as _;

use ts_rs::{Config, TS};

use crate as signal;
use crate::{ClientRequest, ServerNotification, ServerRequest};

const HEAD: &str = "\
// Generated from crates/signal by `cargo run -p miso-signal --features ts --example typescript`. Do not edit.

import type { types as ms } from 'mediasoup-client';

/** How a consumer chooses among the versions that a producer sends. */
export type ConsumerType = 'simple' | 'simulcast' | 'svc' | 'pipe';

/** What a client says of its SCTP. */
export type SctpCapabilities = { numStreams: { OS: number; MIS: number } };
";

/// The text of `web/src/generated/signal.ts`: every object by name, then the tables `ClientRequests`,
/// `ServerRequests` and `ServerNotifications` from method to data.
pub fn typescript() -> String {
    let config = Config::new();
    let mut text = HEAD.to_owned();
    for declaration in declarations(&config) {
        text.push('\n');
        text.push_str(&declaration);
    }
    text.push_str(&client_requests(&config));
    let requests = ServerRequest::table(&config);
    text.push_str(&table(
        "ServerRequests",
        "Requests of the server.",
        &requests,
    ));
    let notifications = ServerNotification::table(&config);
    text.push_str(&table(
        "ServerNotifications",
        "Notifications of the server.",
        &notifications,
    ));
    text
}

macro_rules! declare {
    ($config:expr; $($name:ident),+ $(,)?) => {
        vec![$(declaration::<signal::$name>($config)),+]
    };
}

fn declarations(config: &Config) -> Vec<String> {
    declare![config;
        RoomId, PeerId, TransportId, ProducerId, ConsumerId, DataProducerId, DataConsumerId,
        DisplayName, PeerDevice, PeerInfo, AppData, ConsumerScore, ProducerScore, Layers,
        TransportProtocol, IceParameters, IceCandidate,
        NoData, Empty, RouterRtpCapabilitiesResponse, Join, JoinResponse, ChangeDisplayName,
        CreateWebRtcTransport, TransportOptions, ConnectWebRtcTransport, RestartIce,
        RestartIceResponse, Produce, ProduceResponse, CloseProducer, PauseProducer, ResumeProducer,
        PauseConsumer, ResumeConsumer, SetConsumerPreferredLayers, SetConsumerPriority,
        RequestConsumerKeyFrame, ProduceData, ProduceDataResponse, GetTransportStats,
        GetProducerStats, GetConsumerStats, GetDataProducerStats, GetDataConsumerStats, Stats,
        ApplyNetworkThrottle, ResetNetworkThrottle, StopNetworkThrottle, NewConsumer, NewDataConsumer, MediasoupVersion,
        NewPeer, PeerClosed, PeerDisplayNameChanged, ProducerScoreChanged, ConsumerScoreChanged,
        ConsumerLayersChanged, ConsumerPaused, ConsumerResumed, ConsumerClosed, DataConsumerClosed,
        ActiveSpeaker, DownlinkBwe,
    ]
}

fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    tidy(&format!("{docs}export {}\n", T::decl(config)))
}

/// Members indented, ended by semicolons, and comments of one line on one line.
fn tidy(declaration: &str) -> String {
    let joined = declaration
        .replace("/**\n * ", "/** ")
        .replace("\n */", " */");
    let mut lines = joined.lines();
    let mut text = lines.next().unwrap_or_default().trim_end().to_owned();
    let mut is_member = false;
    for line in lines.map(str::trim) {
        let (line, ends) = match line.strip_suffix("};") {
            Some(line) if is_member => (line.trim_end(), true),
            _ => (line, false),
        };
        let indent = if is_member { "  " } else { "" };
        let line = line
            .strip_suffix(',')
            .map_or_else(|| line.to_owned(), |it| format!("{it};"));
        text.push_str(&format!("\n{indent}{line}"));
        is_member = is_member || line.ends_with('{');
        if ends {
            text.push_str("\n};");
        }
    }
    text.push('\n');
    text
}

fn client_requests(config: &Config) -> String {
    let rows = ClientRequest::table(config).into_iter();
    let rows: Vec<_> = rows
        .map(|(method, data, reply)| (method, format!("{{ data: {data}; reply: {reply} }}")))
        .collect();
    table(
        "ClientRequests",
        "Requests of a client: what goes out and what comes back.",
        &rows,
    )
}

fn table(name: &str, docs: &str, rows: &[(&str, String)]) -> String {
    let mut text = format!("\n/** {docs} */\nexport interface {name} {{\n");
    for (method, row) in rows {
        let quote = if method.contains('-') { "'" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {quote}{method}{quote}: {row};");
    }
    text.push_str("}\n");
    text
}

#[cfg(test)]
mod tests;
