//! WebRTC transports.

use miso_ice::{Candidate, ConsentTimeout, Offer, Offers, Protocol};
use miso_secure::{Fingerprint, FingerprintAlgorithm};
use miso_sfu::command::{
    Command, Response, RouterCommand, Sockets, TransportCommand, WebRtcTransportOptions,
};
use miso_sfu::dump::WebRtcTransportDump;
use miso_sfu::stats::IceStats;
use miso_sfu::{RouterId, TransportId};
use miso_wire::Bitrate;
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::transport::{self, RestartIceResponse};
use miso_worker_schema::fbs::web_rtc_transport as fbs;

use super::webrtc_server::MAX_LISTEN_INFOS;
use super::{expected, transport as base};
use crate::core::{Core, Opened};
use crate::names::{Entry, Kind};
use crate::net::{ListenRequest, Net};
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};
use crate::transports::TransportState;

/// Where the estimate of the path starts when the library does not say.
const DEFAULT_OUTGOING: u64 = 600_000;
/// Fingerprints of a peer that are looked at.
const MAX_FINGERPRINTS: usize = 32;

/// Where a new transport listens.
struct Place {
    opened: Opened,
    server: Option<u64>,
    offers: Offers,
}

/// Makes a transport, on sockets of its own or a server's.
pub(crate) fn create(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, RouterCreateWebRtcTransportRequest);
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
    let outgoing = common.initial_available_outgoing_bitrate()?;
    let consent = ConsentTimeout::from_secs(u64::from(options.ice_consent_timeout()?));
    let Place {
        opened: (sockets, listen),
        server,
        offers,
    } = place(core, options)?;
    let bound = listen
        .iter()
        .map(|info| (info.protocol, (info.ip, info.port).into()));
    let for_core = Box::new(WebRtcTransportOptions {
        sockets: Sockets::Bound(bound.collect()),
        listen,
        offers,
        ice_consent_timeout: consent,
        initial_available_outgoing_bitrate: Bitrate(outgoing.unwrap_or(DEFAULT_OUTGOING)),
        sctp,
    });
    let create = RouterCommand::CreateWebRtcTransport(TransportId(number), for_core);
    if let Err(refusal) = core.ask(Command::Router(RouterId(router), create), context.now) {
        core.net.close_later(sockets);
        return Err(refusal);
    }
    let entry = Entry {
        kind: Kind::Transport,
        number,
        parent: router,
    };
    core.names.insert(id, entry);
    let state = TransportState {
        router,
        server,
        sockets,
        message_sizes: sizes,
        sctp,
        is_direct: false,
    };
    core.transports.insert(number, state);
    base::dump(core, Context { entry, ..context })
}

fn place(core: &mut Core, options: fbs::WebRtcTransportOptionsRef<'_>) -> Result<Place, Refusal> {
    match options.listen()? {
        fbs::ListenRef::ListenIndividual(individual) => {
            let mut requests = Vec::new();
            for info in individual
                .listen_infos()?
                .into_iter()
                .take(MAX_LISTEN_INFOS)
            {
                requests.push(ListenRequest::read(info?)?);
            }
            if requests.is_empty() {
                return Err(Refusal::type_error("empty iceCandidates"));
            }
            Ok(Place {
                opened: core.listen(&requests)?,
                server: None,
                // The order of the list says what is preferred.
                offers: Offers::default(),
            })
        }
        fbs::ListenRef::ListenServer(server) => {
            let found = core.find(server.web_rtc_server_id()?, Kind::WebRtcServer);
            let found = found.and_then(|number| Some((number, core.servers.get(&number)?)));
            let (number, server) = found.ok_or_else(|| {
                Refusal::error("wrong webRtcServerId (no associated WebRtcServer found)")
            })?;
            let offer = |enabled, preferred| match (enabled, preferred) {
                (false, _) => Offer::Skipped,
                (true, false) => Offer::Offered,
                (true, true) => Offer::Preferred,
            };
            let offers = Offers {
                udp: offer(options.enable_udp()?, options.prefer_udp()?),
                tcp: offer(options.enable_tcp()?, options.prefer_tcp()?),
            };
            if miso_ice::candidates(&server.listen, offers).is_empty() {
                return Err(Refusal::type_error("empty iceCandidates"));
            }
            Ok(Place {
                opened: (Vec::new(), server.listen.clone()),
                server: Some(number),
                offers,
            })
        }
    }
}

/// Tells the peer's DTLS parameters.
pub(crate) fn connect(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let parameters = body!(request, WebRtcTransportConnectRequest).dtls_parameters()?;
    let mut fingerprints = Vec::new();
    for fingerprint in parameters
        .fingerprints()?
        .into_iter()
        .take(MAX_FINGERPRINTS)
    {
        let fingerprint = fingerprint?;
        let parsed = Fingerprint::parse(algorithm(fingerprint.algorithm()?), fingerprint.value()?);
        fingerprints.push(parsed.map_err(|error| Refusal::type_error(error.to_string()))?);
    }
    let connect = TransportCommand::Connect {
        fingerprints,
        role: match parameters.role()? {
            fbs::DtlsRole::Auto => miso_secure::DtlsRole::Auto,
            fbs::DtlsRole::Client => miso_secure::DtlsRole::Client,
            fbs::DtlsRole::Server => miso_secure::DtlsRole::Server,
        },
    };
    let role = expected!(base::ask(core, context, connect)?, Response::Connected(role) => role);
    Ok(Some(Body::WebRtcTransportConnectResponse(Box::new(
        fbs::ConnectResponse {
            dtls_local_role: dtls_role(role),
        },
    ))))
}

/// Changes the ICE credentials.
pub(crate) fn restart_ice(core: &mut Core, context: Context) -> Answer {
    let answer = base::ask(core, context, TransportCommand::RestartIce)?;
    let credentials = expected!(answer, Response::IceCredentials(it) => it);
    Ok(Some(Body::TransportRestartIceResponse(Box::new(
        RestartIceResponse {
            username_fragment: credentials.ufrag().as_str().to_owned(),
            password: credentials.password().to_owned(),
            ice_lite: true,
        },
    ))))
}

/// The dump of a transport with the given common part.
pub(super) fn dump(
    net: &Net,
    base: Box<transport::Dump>,
    dump: &WebRtcTransportDump,
) -> fbs::DumpResponse {
    let selected = dump.ice_selected_tuple.as_ref();
    fbs::DumpResponse {
        base,
        ice_role: fbs::IceRole::Controlled,
        ice_parameters: Box::new(fbs::IceParameters {
            username_fragment: dump.ice_credentials.ufrag().as_str().to_owned(),
            password: dump.ice_credentials.password().to_owned(),
            ice_lite: true,
        }),
        ice_candidates: dump.ice_candidates.iter().map(candidate).collect(),
        ice_state: ice_state(dump.ice_state),
        ice_selected_tuple: selected.map(|tuple| Box::new(base::tuple(net, tuple))),
        dtls_parameters: Box::new(fbs::DtlsParameters {
            fingerprints: dump.dtls_fingerprints.iter().map(fingerprint).collect(),
            role: dtls_role(dump.dtls_role),
        }),
        dtls_state: dtls_state(dump.dtls_state),
    }
}

/// The statistics of a transport with the given common part.
pub(super) fn stats(
    net: &Net,
    base: Box<transport::Stats>,
    stats: &IceStats,
) -> fbs::GetStatsResponse {
    let selected = stats.ice_selected_tuple.as_ref();
    fbs::GetStatsResponse {
        base,
        ice_role: fbs::IceRole::Controlled,
        ice_state: ice_state(stats.ice_state),
        ice_selected_tuple: selected.map(|tuple| Box::new(base::tuple(net, tuple))),
        dtls_state: dtls_state(stats.dtls_state),
    }
}

fn candidate(candidate: &Candidate) -> fbs::IceCandidate {
    fbs::IceCandidate {
        foundation: candidate.foundation().to_owned(),
        priority: candidate.priority,
        address: candidate.address.clone(),
        protocol: protocol(candidate.protocol),
        port: candidate.port,
        type_: fbs::IceCandidateType::Host,
        tcp_type: candidate
            .tcp_type()
            .map(|_| fbs::IceCandidateTcpType::Passive),
    }
}

fn fingerprint(fingerprint: &Fingerprint) -> fbs::Fingerprint {
    fbs::Fingerprint {
        algorithm: match fingerprint.algorithm() {
            FingerprintAlgorithm::Sha1 => fbs::FingerprintAlgorithm::Sha1,
            FingerprintAlgorithm::Sha224 => fbs::FingerprintAlgorithm::Sha224,
            FingerprintAlgorithm::Sha256 => fbs::FingerprintAlgorithm::Sha256,
            FingerprintAlgorithm::Sha384 => fbs::FingerprintAlgorithm::Sha384,
            FingerprintAlgorithm::Sha512 => fbs::FingerprintAlgorithm::Sha512,
        },
        value: fingerprint.value(),
    }
}

const fn algorithm(algorithm: fbs::FingerprintAlgorithm) -> FingerprintAlgorithm {
    match algorithm {
        fbs::FingerprintAlgorithm::Sha1 => FingerprintAlgorithm::Sha1,
        fbs::FingerprintAlgorithm::Sha224 => FingerprintAlgorithm::Sha224,
        fbs::FingerprintAlgorithm::Sha256 => FingerprintAlgorithm::Sha256,
        fbs::FingerprintAlgorithm::Sha384 => FingerprintAlgorithm::Sha384,
        fbs::FingerprintAlgorithm::Sha512 => FingerprintAlgorithm::Sha512,
    }
}

/// What carries packets.
pub(crate) const fn protocol(protocol: Protocol) -> transport::Protocol {
    match protocol {
        Protocol::Udp => transport::Protocol::Udp,
        Protocol::Tcp => transport::Protocol::Tcp,
    }
}

const fn dtls_role(role: miso_secure::DtlsRole) -> fbs::DtlsRole {
    match role {
        miso_secure::DtlsRole::Auto => fbs::DtlsRole::Auto,
        miso_secure::DtlsRole::Client => fbs::DtlsRole::Client,
        miso_secure::DtlsRole::Server => fbs::DtlsRole::Server,
    }
}

/// A state of ICE.
pub(crate) const fn ice_state(state: miso_ice::IceState) -> fbs::IceState {
    match state {
        miso_ice::IceState::New => fbs::IceState::New,
        miso_ice::IceState::Connected => fbs::IceState::Connected,
        miso_ice::IceState::Completed => fbs::IceState::Completed,
        miso_ice::IceState::Disconnected => fbs::IceState::Disconnected,
    }
}

/// A state of DTLS.
pub(crate) const fn dtls_state(state: miso_secure::DtlsState) -> fbs::DtlsState {
    match state {
        miso_secure::DtlsState::New => fbs::DtlsState::New,
        miso_secure::DtlsState::Connecting => fbs::DtlsState::Connecting,
        miso_secure::DtlsState::Connected => fbs::DtlsState::Connected,
        miso_secure::DtlsState::Failed => fbs::DtlsState::Failed,
        miso_secure::DtlsState::Closed => fbs::DtlsState::Closed,
    }
}
