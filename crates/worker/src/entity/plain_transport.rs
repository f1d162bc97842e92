//! Plain transports.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miso_ice::Protocol;
use miso_secure::{SrtpCryptoSuite, SrtpMasterKey};
use miso_sfu::command::{
    Command, PlainConnect, PlainTransportOptions, Response, RouterCommand, SrtpKey,
    TransportCommand,
};
use miso_sfu::dump::{PlainTransportDump, SocketPath};
use miso_sfu::stats::PlainStats;
use miso_sfu::{RouterId, TransportId};
use miso_worker_schema::fbs::plain_transport as fbs;
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::{srtp_parameters as srtp, transport};

use super::{expected, transport as base};
use crate::core::Core;
use crate::names::{Entry, Kind};
use crate::net::{ListenRequest, Net};
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};
use crate::transports::TransportState;

/// Characters of a key in base64; the longest has 60.
const MAX_KEY_CHARACTERS: usize = 128;

/// Makes a transport, on one or two sockets of its own.
pub(crate) fn create(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, RouterCreatePlainTransportRequest);
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
    let suite = match (options.enable_srtp()?, options.srtp_crypto_suite()?) {
        (false, _) => None,
        (true, None) => return Err(Refusal::type_error("missing srtpCryptoSuite")),
        (true, Some(suite)) => Some(read_suite(suite)),
    };
    let requests = listen_requests(options)?;
    let (sockets, listen) = core.listen(&requests)?;
    let mut bound = listen.iter().map(|info| (info.ip, info.port).into());
    let rtp = bound.next().ok_or_else(Refusal::unexpected)?;
    let for_core = Box::new(PlainTransportOptions {
        rtp,
        rtcp: bound.next(),
        comedia: options.comedia()?,
        sctp,
        srtp: suite,
    });
    let create = RouterCommand::CreatePlainTransport(TransportId(number), for_core);
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

/// The socket for media, and the one for RTCP where that has its own.
fn listen_requests(
    options: fbs::PlainTransportOptionsRef<'_>,
) -> Result<Vec<ListenRequest>, Refusal> {
    let rtp = ListenRequest::read(options.listen_info()?)?;
    if rtp.protocol() != Protocol::Udp {
        return Err(Refusal::type_error("unsupported listen protocol"));
    }
    if options.rtcp_mux()? {
        return Ok(vec![rtp]);
    }
    let rtcp = match options.rtcp_listen_info()? {
        Some(info) => ListenRequest::read(info)?,
        None => rtp.clone(),
    };
    if rtcp.protocol() != Protocol::Udp {
        return Err(Refusal::type_error("unsupported RTCP listen protocol"));
    }
    Ok(vec![rtp, rtcp])
}

/// Tells the peer's address and key.
pub(crate) fn connect(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, PlainTransportConnectRequest);
    let ip = body.ip()?.map(|text| {
        text.parse()
            .map_err(|_| Refusal::error(format!("invalid IP '{text}'")))
    });
    let connect = PlainConnect {
        ip: ip.transpose()?,
        port: body.port()?,
        rtcp_port: body.rtcp_port()?,
        srtp: body.srtp_parameters()?.map(read_key).transpose()?,
    };
    let answer = base::ask(core, context, TransportCommand::ConnectPlain(connect))?;
    let dump = expected!(answer, Response::PlainTransport(dump) => dump);
    let net = &core.net;
    Ok(Some(Body::PlainTransportConnectResponse(Box::new(
        fbs::ConnectResponse {
            tuple: Some(Box::new(path(net, &dump.rtp))),
            rtcp_tuple: dump.rtcp.map(|rtcp| Box::new(path(net, &rtcp))),
            srtp_parameters: dump.srtp.as_ref().map(|key| Box::new(write_key(key))),
        },
    ))))
}

/// The dump of a transport with the given common part.
pub(super) fn dump(
    net: &Net,
    base: Box<transport::Dump>,
    dump: &PlainTransportDump,
) -> fbs::DumpResponse {
    fbs::DumpResponse {
        base,
        rtcp_mux: dump.rtcp.is_none(),
        comedia: dump.comedia,
        tuple: Box::new(path(net, &dump.rtp)),
        rtcp_tuple: dump.rtcp.map(|rtcp| Box::new(path(net, &rtcp))),
        srtp_parameters: dump.srtp.as_ref().map(|key| Box::new(write_key(key))),
    }
}

/// The statistics of a transport with the given common part.
pub(super) fn stats(
    net: &Net,
    base: Box<transport::Stats>,
    stats: &PlainStats,
) -> fbs::GetStatsResponse {
    fbs::GetStatsResponse {
        base,
        rtcp_mux: stats.rtcp.is_none(),
        comedia: stats.comedia,
        tuple: Box::new(path(net, &stats.rtp)),
        rtcp_tuple: stats.rtcp.map(|rtcp| Box::new(path(net, &rtcp))),
    }
}

/// A socket and its peer, under the address that peers know.
pub(super) fn path(net: &Net, path: &SocketPath) -> transport::Tuple {
    transport::Tuple {
        local_address: net.announced(Protocol::Udp, path.local),
        local_port: path.local.port(),
        remote_ip: path.remote.map(|remote| remote.ip().to_string()),
        remote_port: path.remote.map_or(0, |remote| remote.port()),
        protocol: transport::Protocol::Udp,
    }
}

const fn read_suite(suite: srtp::SrtpCryptoSuite) -> SrtpCryptoSuite {
    match suite {
        srtp::SrtpCryptoSuite::AeadAes256Gcm => SrtpCryptoSuite::AeadAes256Gcm,
        srtp::SrtpCryptoSuite::AeadAes128Gcm => SrtpCryptoSuite::AeadAes128Gcm,
        srtp::SrtpCryptoSuite::AesCm128HmacSha180 => SrtpCryptoSuite::AesCm128HmacSha1_80,
        srtp::SrtpCryptoSuite::AesCm128HmacSha132 => SrtpCryptoSuite::AesCm128HmacSha1_32,
    }
}

pub(super) fn read_key(it: srtp::SrtpParametersRef<'_>) -> Result<SrtpKey, Refusal> {
    let text = it.key_base64()?;
    let decoded = (text.len() <= MAX_KEY_CHARACTERS).then(|| STANDARD.decode(text));
    let Some(Ok(key_and_salt)) = decoded else {
        return Err(Refusal::type_error("invalid decoded SRTP key length"));
    };
    Ok(SrtpKey {
        suite: read_suite(it.crypto_suite()?),
        key_and_salt,
    })
}

pub(super) fn write_key(key: &SrtpMasterKey) -> srtp::SrtpParameters {
    srtp::SrtpParameters {
        crypto_suite: match key.suite() {
            SrtpCryptoSuite::AeadAes256Gcm => srtp::SrtpCryptoSuite::AeadAes256Gcm,
            SrtpCryptoSuite::AeadAes128Gcm => srtp::SrtpCryptoSuite::AeadAes128Gcm,
            SrtpCryptoSuite::AesCm128HmacSha1_80 => srtp::SrtpCryptoSuite::AesCm128HmacSha180,
            SrtpCryptoSuite::AesCm128HmacSha1_32 => srtp::SrtpCryptoSuite::AesCm128HmacSha132,
        },
        key_base64: STANDARD.encode(key.as_bytes()),
    }
}
