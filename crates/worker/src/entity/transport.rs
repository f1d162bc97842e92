//! What all transports have in common, and direct transports.

use miso_ice::Tuple;
use miso_sfu::command::{
    Command, DataProducerCommand, DirectTransportOptions, Response, RouterCommand,
    SctpTransportOptions, TransportCommand,
};
use miso_sfu::dump::TransportDump;
use miso_sfu::sctp::SctpState;
use miso_sfu::stats::TransportStats;
use miso_sfu::{DataProducerId, RouterId, TransportId};
use miso_wire::Bitrate;
use miso_worker_schema::fbs::common::{StringString, Uint16String, Uint32String};
use miso_worker_schema::fbs::request::{BodyRef, RequestRef};
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::{direct_transport, sctp_association, sctp_parameters, transport};

use super::{expected, pipe_transport, plain_transport, size, webrtc_transport};
use crate::core::Core;
use crate::names::{Entry, Kind};
use crate::net::Net;
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};
use crate::trace;
use crate::transports::TransportState;

/// SCTP port that the library tells peers; it means nothing inside DTLS.
const SCTP_PORT: u16 = 5_000;

/// SCTP settings of a request, when enabled.
pub(crate) fn sctp_options(
    options: transport::OptionsRef<'_>,
) -> Result<Option<SctpTransportOptions>, Refusal> {
    if !options.enable_sctp()? {
        return Ok(None);
    }
    let bytes = |value: u32| usize::try_from(value).unwrap_or(usize::MAX);
    Ok(Some(SctpTransportOptions {
        max_send_message_size: bytes(options.max_send_message_size()?),
        max_receive_message_size: bytes(options.max_receive_message_size()?),
        send_buffer_size: bytes(options.sctp_send_buffer_size()?),
        per_stream_send_queue_limit: bytes(options.sctp_per_stream_send_queue_limit()?),
        max_receiver_window_buffer_size: bytes(options.sctp_max_receiver_window_buffer_size()?),
        default_stream_buffered_amount_low_threshold: bytes(
            options.sctp_default_stream_buffered_amount_low_threshold()?,
        ),
    }))
}

/// Makes a transport for the library's process itself.
pub(crate) fn create_direct(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, RouterCreateDirectTransportRequest);
    let id = body.transport_id()?;
    let options = body.options()?.base()?;
    if options.enable_sctp()? {
        return Err(Refusal::type_error(
            "cannot enable SCTP in a direct Transport",
        ));
    }
    let router = context.entry.number;
    let number = core
        .names
        .number_for(id, Kind::Transport, router, context.method)?;
    let sizes = (
        options.max_send_message_size()?,
        options.max_receive_message_size()?,
    );
    let for_core = DirectTransportOptions {
        max_send_message_size: sizes.0 as usize,
        max_receive_message_size: sizes.1 as usize,
    };
    let create = RouterCommand::CreateDirectTransport(TransportId(number), for_core);
    core.ask(Command::Router(RouterId(router), create), context.now)?;
    let entry = Entry {
        kind: Kind::Transport,
        number,
        parent: router,
    };
    core.names.insert(id, entry);
    let state = TransportState {
        router,
        server: None,
        sockets: Vec::new(),
        message_sizes: sizes,
        sctp: None,
        is_direct: true,
    };
    core.transports.insert(number, state);
    dump(core, Context { entry, ..context })
}

/// Closes a transport with all that is on it.
pub(crate) fn close(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let id = body!(request, RouterCloseTransportRequest).transport_id()?;
    let router = context.entry.number;
    let number = core
        .names
        .child((id, Kind::Transport), router, context.method)?;
    core.close_transport(number, context.now)?;
    Ok(None)
}

/// A command to the transport of a request.
pub(crate) fn ask(
    core: &mut Core,
    context: Context,
    command: TransportCommand,
) -> Result<Response, Refusal> {
    let id = TransportId(context.entry.number);
    core.ask(Command::Transport(id, command), context.now)
}

/// The inner state of a transport.
pub(crate) fn dump(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, TransportCommand::Dump)?;
    let dump = expected!(answer, Response::TransportDump(dump) => dump);
    let base = Box::new(base_dump(core, context, &dump)?);
    let net = &core.net;
    Ok(Some(match (&dump.webrtc, &dump.plain, &dump.pipe) {
        (Some(webrtc), _, _) => {
            Body::WebRtcTransportDumpResponse(Box::new(webrtc_transport::dump(net, base, webrtc)))
        }
        (None, Some(plain), _) => {
            Body::PlainTransportDumpResponse(Box::new(plain_transport::dump(net, base, plain)))
        }
        (None, None, Some(pipe)) => {
            Body::PipeTransportDumpResponse(Box::new(pipe_transport::dump(net, base, pipe)))
        }
        (None, None, None) => {
            Body::DirectTransportDumpResponse(Box::new(direct_transport::DumpResponse { base }))
        }
    }))
}

fn base_dump(
    core: &mut Core,
    context: Context,
    dump: &TransportDump,
) -> Result<transport::Dump, Refusal> {
    let number = context.entry.number;
    let streams = data_streams(core, context, dump)?;
    let state = core
        .transports
        .get(&number)
        .ok_or_else(Refusal::unexpected)?;
    let names = &core.names;
    let by_ssrc = |(ssrc, number): (miso_wire::Ssrc, u64)| Uint32String {
        key: ssrc.0,
        value: names.id_or_empty(number),
    };
    let by_name = |key: String, number: u64| StringString {
        key,
        value: names.id_or_empty(number),
    };
    let ids = dump.recv_extension_ids;
    let of_webrtc = dump.webrtc.as_ref().and_then(|webrtc| webrtc.sctp);
    let sctp = of_webrtc
        .or_else(|| dump.plain.as_ref().and_then(|plain| plain.sctp))
        .or_else(|| dump.pipe.as_ref().and_then(|pipe| pipe.sctp));
    Ok(transport::Dump {
        id: names.id_or_empty(number),
        direct: state.is_direct,
        producer_ids: core.ids(dump.producers.iter().map(|it| it.0)),
        consumer_ids: core.ids(dump.consumers.iter().map(|it| it.0)),
        map_ssrc_consumer_id: dump
            .ssrc_consumers
            .iter()
            .map(|it| by_ssrc((it.0, it.1.0)))
            .collect(),
        map_rtx_ssrc_consumer_id: dump
            .rtx_ssrc_consumers
            .iter()
            .map(|it| by_ssrc((it.0, it.1.0)))
            .collect(),
        data_producer_ids: core.ids(dump.data_producers.iter().map(|it| it.0)),
        data_consumer_ids: core.ids(dump.data_consumers.iter().map(|it| it.0)),
        recv_rtp_header_extensions: Box::new(transport::RecvRtpHeaderExtensions {
            mid: ids.mid,
            rid: ids.rid,
            rrid: ids.rrid,
            abs_send_time: ids.abs_send_time,
            transport_wide_cc01: ids.transport_wide_cc,
        }),
        rtp_listener: Box::new(transport::RtpListener {
            ssrc_table: dump
                .ssrc_producers
                .iter()
                .map(|it| by_ssrc((it.0, it.1.0)))
                .collect(),
            mid_table: dump
                .mid_producers
                .iter()
                .map(|(mid, producer)| by_name(mid.to_string(), producer.0))
                .collect(),
            rid_table: dump
                .rid_producers
                .iter()
                .map(|(rid, producer)| by_name(rid.to_string(), producer.0))
                .collect(),
        }),
        max_send_message_size: state.message_sizes.0,
        max_receive_message_size: state.message_sizes.1,
        sctp_parameters: state
            .sctp
            .map(|options| Box::new(sctp_dump(&options, dump.webrtc.is_some()))),
        sctp_state: sctp.map(|sctp| sctp_state(sctp.state)),
        sctp_negotiated_capabilities: sctp
            .and_then(|sctp| sctp.negotiated)
            .map(|it| Box::new(negotiated(it))),
        sctp_listener: state.sctp.map(|_| {
            Box::new(transport::SctpListener {
                stream_id_table: streams,
            })
        }),
        trace_event_types: trace::transport_kinds(&dump.traces),
    })
}

/// Which data producer each SCTP stream belongs to.
fn data_streams(
    core: &mut Core,
    context: Context,
    dump: &TransportDump,
) -> Result<Vec<Uint16String>, Refusal> {
    let mut streams = Vec::new();
    for DataProducerId(number) in dump.data_producers.iter().copied() {
        let command = Command::DataProducer(DataProducerId(number), DataProducerCommand::Dump);
        let dump = expected!(core.ask(command, context.now)?, Response::DataProducerDump(it) => it);
        streams.extend(dump.sctp_stream_parameters.map(|stream| Uint16String {
            key: stream.stream_id.0,
            value: core.names.id_or_empty(number),
        }));
    }
    Ok(streams)
}

fn sctp_dump(
    options: &SctpTransportOptions,
    is_data_channel: bool,
) -> sctp_parameters::SctpParameters {
    sctp_parameters::SctpParameters {
        port: SCTP_PORT,
        max_send_message_size: size(options.max_send_message_size),
        max_receive_message_size: size(options.max_receive_message_size),
        send_buffer_size: size(options.send_buffer_size),
        per_stream_send_queue_limit: size(options.per_stream_send_queue_limit),
        max_receiver_window_buffer_size: size(options.max_receiver_window_buffer_size),
        is_data_channel,
    }
}

/// A state of SCTP.
pub(crate) const fn sctp_state(state: SctpState) -> sctp_association::SctpState {
    match state {
        SctpState::New => sctp_association::SctpState::New,
        SctpState::Connecting => sctp_association::SctpState::Connecting,
        SctpState::Connected => sctp_association::SctpState::Connected,
        SctpState::Failed => sctp_association::SctpState::Failed,
        SctpState::Closed => sctp_association::SctpState::Closed,
    }
}

/// What both ends of SCTP agreed on.
pub(crate) const fn negotiated(
    it: miso_sfu::event::SctpCapabilities,
) -> sctp_association::SctpNegotiatedCapabilities {
    sctp_association::SctpNegotiatedCapabilities {
        negotiated_max_outbound_streams: it.max_outbound_streams,
        negotiated_max_inbound_streams: it.max_inbound_streams,
    }
}

/// A path, under the address that peers know.
pub(crate) fn tuple(net: &Net, tuple: &Tuple) -> transport::Tuple {
    transport::Tuple {
        local_address: net.announced(tuple.protocol(), tuple.local()),
        local_port: tuple.local().port(),
        remote_ip: Some(tuple.remote().ip().to_string()),
        remote_port: tuple.remote().port(),
        protocol: webrtc_transport::protocol(tuple.protocol()),
    }
}

/// Statistics of a transport.
pub(crate) fn stats(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, TransportCommand::GetStats)?;
    let stats = expected!(answer, Response::TransportStats(stats) => stats);
    let base = Box::new(base_stats(core, context, &stats));
    let net = &core.net;
    Ok(Some(match (&stats.ice, &stats.plain, &stats.pipe) {
        (Some(ice), _, _) => {
            Body::WebRtcTransportGetStatsResponse(Box::new(webrtc_transport::stats(net, base, ice)))
        }
        (None, Some(plain), _) => {
            Body::PlainTransportGetStatsResponse(Box::new(plain_transport::stats(net, base, plain)))
        }
        (None, None, Some(pipe)) => {
            Body::PipeTransportGetStatsResponse(Box::new(pipe_transport::stats(net, base, pipe)))
        }
        (None, None, None) => {
            Body::DirectTransportGetStatsResponse(Box::new(direct_transport::GetStatsResponse {
                base,
            }))
        }
    }))
}

fn base_stats(core: &Core, context: Context, stats: &TransportStats) -> transport::Stats {
    let bitrate = |bitrate: Option<Bitrate>| bitrate.map(|bitrate| bitrate.0);
    transport::Stats {
        transport_id: core.names.id_or_empty(context.entry.number),
        timestamp: core.clock.millis(context.now),
        sctp_state: stats.sctp_state.map(sctp_state),
        bytes_received: stats.received.bytes,
        recv_bitrate: stats.received.bitrate.0,
        bytes_sent: stats.sent.bytes,
        send_bitrate: stats.sent.bitrate.0,
        rtp_bytes_received: stats.rtp_received.bytes,
        rtp_recv_bitrate: stats.rtp_received.bitrate.0,
        rtp_bytes_sent: stats.rtp_sent.bytes,
        rtp_send_bitrate: stats.rtp_sent.bitrate.0,
        rtx_bytes_received: stats.rtx_received.bytes,
        rtx_recv_bitrate: stats.rtx_received.bitrate.0,
        rtx_bytes_sent: stats.rtx_sent.bytes,
        rtx_send_bitrate: stats.rtx_sent.bitrate.0,
        probation_bytes_sent: stats.probation_sent.bytes,
        probation_send_bitrate: stats.probation_sent.bitrate.0,
        available_outgoing_bitrate: bitrate(stats.available_outgoing_bitrate),
        available_incoming_bitrate: bitrate(stats.available_incoming_bitrate),
        max_incoming_bitrate: bitrate(stats.max_incoming_bitrate),
        max_outgoing_bitrate: bitrate(stats.max_outgoing_bitrate),
        min_outgoing_bitrate: bitrate(stats.min_outgoing_bitrate),
        rtp_packet_loss_received: stats.packet_loss_received,
        rtp_packet_loss_sent: stats.packet_loss_sent,
    }
}

/// Sets one of the three limits.
pub(crate) fn set_bitrate(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let command = match request.body()? {
        Some(BodyRef::TransportSetMaxIncomingBitrateRequest(it)) => {
            TransportCommand::SetMaxIncomingBitrate(Bitrate(it.max_incoming_bitrate()?))
        }
        Some(BodyRef::TransportSetMaxOutgoingBitrateRequest(it)) => {
            TransportCommand::SetMaxOutgoingBitrate(Bitrate(it.max_outgoing_bitrate()?))
        }
        Some(BodyRef::TransportSetMinOutgoingBitrateRequest(it)) => {
            TransportCommand::SetMinOutgoingBitrate(Bitrate(it.min_outgoing_bitrate()?))
        }
        _ => {
            return Err(Refusal::type_error(
                "malformed message: bitrate request without bitrate",
            ));
        }
    };
    ask(core, context, command)?;
    Ok(None)
}
