//! WebRTC servers: listening sockets that transports share.

use std::time::Instant;

use miso_ice::Protocol;
use miso_sfu::TransportId;
use miso_sfu::command::{Command, Response, TransportCommand};
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::web_rtc_server::{DumpResponse, IceUserNameFragment, IpPort};

use super::expected;
use crate::core::Core;
use crate::names::{Entry, Kind, Names};
use crate::net::ListenRequest;
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};
use crate::transports::WebRtcServer;

/// Sockets of one server or transport. The original has no limit; this one is beyond any machine's interfaces.
pub(crate) const MAX_LISTEN_INFOS: usize = 256;

/// Opens the sockets of a new server.
pub(crate) fn create(core: &mut Core, request: RequestRef<'_>, method: &str) -> Answer {
    let body = body!(request, WorkerCreateWebRtcServerRequest);
    let id = body.web_rtc_server_id()?;
    let number = core
        .names
        .number_for(id, Kind::WebRtcServer, Names::ROOT, method)?;
    let mut requests = Vec::new();
    for info in body
        .listen_infos()?
        .into_iter()
        .flatten()
        .take(MAX_LISTEN_INFOS)
    {
        requests.push(ListenRequest::read(info?)?);
    }
    if requests.is_empty() {
        return Err(Refusal::type_error("wrong listenInfos (empty array)"));
    }
    let (sockets, listen) = core.listen(&requests)?;
    core.servers
        .insert(number, WebRtcServer { sockets, listen });
    let entry = Entry {
        kind: Kind::WebRtcServer,
        number,
        parent: Names::ROOT,
    };
    core.names.insert(id, entry);
    Ok(None)
}

/// Closes a server with all transports that use it.
pub(crate) fn close(
    core: &mut Core,
    request: RequestRef<'_>,
    (method, now): (&str, Instant),
) -> Answer {
    let body = body!(request, WorkerCloseWebRtcServerRequest);
    let id = body.web_rtc_server_id()?;
    let number = core
        .names
        .child((id, Kind::WebRtcServer), Names::ROOT, method)?;
    for transport in core.transports_where(|it| it.server == Some(number)) {
        core.close_transport(transport, now)?;
    }
    if let Some(server) = core.servers.remove(&number) {
        core.net.close_later(server.sockets);
    }
    core.names.remove(number);
    Ok(None)
}

/// Where a server listens, and for whom.
pub(crate) fn dump(core: &mut Core, context: Context) -> Answer {
    let number = context.entry.number;
    let server = core.servers.get(&number).ok_or_else(Refusal::unexpected)?;
    let bound = |protocol| {
        let found = server.sockets.iter().filter_map(|id| core.net.bound(*id));
        let fitting = found.filter(move |(it, _)| *it == protocol);
        let listed = fitting.map(|(_, address)| IpPort {
            ip: address.ip().to_string(),
            port: address.port(),
        });
        listed.collect::<Vec<_>>()
    };
    let (udp_sockets, tcp_servers) = (bound(Protocol::Udp), bound(Protocol::Tcp));
    let transports = core.transports_where(|it| it.server == Some(number));
    let mut fragments = Vec::with_capacity(transports.len());
    for transport in &transports {
        let command = Command::Transport(TransportId(*transport), TransportCommand::Dump);
        let dump =
            expected!(core.ask(command, context.now)?, Response::TransportDump(dump) => dump);
        let webrtc = dump.webrtc.ok_or_else(Refusal::unexpected)?;
        fragments.push(IceUserNameFragment {
            local_ice_username_fragment: webrtc.ice_credentials.ufrag().as_str().to_owned(),
            web_rtc_transport_id: core.names.id_or_empty(*transport),
        });
    }
    Ok(Some(Body::WebRtcServerDumpResponse(Box::new(
        DumpResponse {
            id: core.names.id_or_empty(number),
            udp_sockets,
            tcp_servers,
            web_rtc_transport_ids: core.ids(transports),
            local_ice_username_fragments: fragments,
        },
    ))))
}
