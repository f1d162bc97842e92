//! Pipe transports, which join routers.

use miso_ice::Protocol;
use miso_sfu::command::{
    Command, PipeConnect, PipeTransportOptions, Response, RouterCommand, TransportCommand,
};
use miso_sfu::dump::{PipeTransportDump, SocketPath};
use miso_sfu::{RouterId, TransportId};
use miso_worker_schema::fbs::pipe_transport as fbs;
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::transport;

use super::plain_transport::{path, read_key, write_key};
use super::{expected, transport as base};
use crate::core::Core;
use crate::names::{Entry, Kind};
use crate::net::{ListenRequest, Net};
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};
use crate::transports::TransportState;

/// Makes a transport, on a socket of its own.
pub(crate) fn create(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, RouterCreatePipeTransportRequest);
    let id = body.transport_id()?;
    let options = body.options()?;
    let common = options.base()?;
    let router = context.entry.number;
    let number = core
        .names
        .number_for(id, Kind::Transport, router, context.method)?;
    let sctp = base::sctp_options(common)?;
    let sizes = (
        common.max_send_message_size()?,
        common.max_receive_message_size()?,
    );
    let (rtx, srtp) = (options.enable_rtx()?, options.enable_srtp()?);
    let place = ListenRequest::read(options.listen_info()?)?;
    if place.protocol() != Protocol::Udp {
        return Err(Refusal::type_error("unsupported listen protocol"));
    }
    let (sockets, listen) = core.listen(&[place])?;
    let bound = listen.first().ok_or_else(Refusal::unexpected)?;
    let for_core = Box::new(PipeTransportOptions {
        socket: (bound.ip, bound.port).into(),
        rtx,
        sctp,
        srtp,
    });
    let create = RouterCommand::CreatePipeTransport(TransportId(number), for_core);
    if let Err(refusal) = core.ask(Command::Router(RouterId(router), create), context.now) {
        core.net.close_later(sockets);
        return Err(refusal);
    }
    core.net.give(&sockets, TransportId(number));
    let entry = Entry {
        kind: Kind::Transport,
        number,
        parent: router,
    };
    core.names.insert(id, entry);
    let state = TransportState {
        router,
        server: None,
        sockets,
        message_sizes: sizes,
        sctp,
        is_direct: false,
    };
    core.transports.insert(number, state);
    base::dump(core, Context { entry, ..context })
}

/// Tells the other end's address and key.
pub(crate) fn connect(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, PipeTransportConnectRequest);
    let ip = body.ip()?;
    let ip = ip
        .parse()
        .map_err(|_| Refusal::error(format!("invalid IP '{ip}'")))?;
    let connect = PipeConnect {
        ip: Some(ip),
        port: body.port()?,
        srtp: body.srtp_parameters()?.map(read_key).transpose()?,
    };
    let answer = base::ask(core, context, TransportCommand::ConnectPipe(connect))?;
    let dump = expected!(answer, Response::PipeTransport(dump) => dump);
    Ok(Some(Body::PipeTransportConnectResponse(Box::new(
        fbs::ConnectResponse {
            tuple: Box::new(path(&core.net, &dump.path)),
        },
    ))))
}

/// The dump of a transport with the given common part.
pub(super) fn dump(
    net: &Net,
    base: Box<transport::Dump>,
    dump: &PipeTransportDump,
) -> fbs::DumpResponse {
    fbs::DumpResponse {
        base,
        tuple: Box::new(path(net, &dump.path)),
        rtx: dump.rtx,
        srtp_parameters: dump.srtp.as_ref().map(|key| Box::new(write_key(key))),
    }
}

/// The statistics of a transport with the given common part.
pub(super) fn stats(
    net: &Net,
    base: Box<transport::Stats>,
    socket: &SocketPath,
) -> fbs::GetStatsResponse {
    fbs::GetStatsResponse {
        base,
        tuple: Box::new(path(net, socket)),
    }
}
