//! Producers.

use std::time::Duration;

use miso_sfu::ProducerId;
use miso_sfu::command::{Command, Produce, ProducerCommand, Response, TransportCommand};
use miso_worker_schema::fbs::producer::{DumpResponse, GetStatsResponse};
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::transport::ProduceResponse;

use super::{expected, transport};
use crate::core::Core;
use crate::names::{Entry, Kind};
use crate::parameters::{
    read_kind, read_mapping, read_rtp_parameters, write_kind, write_mapping, write_rtp_parameters,
    write_type,
};
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};
use crate::{stream, trace};

/// Makes a producer.
pub(crate) fn create(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, TransportProduceRequest);
    let id = body.producer_id()?;
    let parent = context.entry.number;
    let number = core
        .names
        .number_for(id, Kind::Producer, parent, context.method)?;
    let produce = Produce {
        kind: read_kind(body.kind()?),
        rtp_parameters: read_rtp_parameters(body.rtp_parameters()?)?,
        rtp_mapping: read_mapping(body.rtp_mapping()?)?,
        paused: body.paused()?,
        key_frame_request_delay: Duration::from_millis(u64::from(body.key_frame_request_delay()?)),
        numbers_packets: body.enable_mediasoup_packet_id_header_extension()?,
    };
    let command = TransportCommand::Produce(ProducerId(number), Box::new(produce));
    let answer = transport::ask(core, context, command)?;
    let kind = expected!(answer, Response::Producer(kind) => kind);
    let entry = Entry {
        kind: Kind::Producer,
        number,
        parent,
    };
    core.names.insert(id, entry);
    Ok(Some(Body::TransportProduceResponse(Box::new(
        ProduceResponse {
            type_: write_type(kind.into()),
        },
    ))))
}

/// Closes a producer.
pub(crate) fn close(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let id = body!(request, TransportCloseProducerRequest).producer_id()?;
    let child = (id, Kind::Producer);
    let number = core
        .names
        .child(child, context.entry.number, context.method)?;
    transport::ask(
        core,
        context,
        TransportCommand::CloseProducer(ProducerId(number)),
    )?;
    core.names.remove(number);
    Ok(None)
}

/// A command to the producer of a request.
pub(crate) fn ask(
    core: &mut Core,
    context: Context,
    command: ProducerCommand,
) -> Result<Response, Refusal> {
    let id = ProducerId(context.entry.number);
    core.ask(Command::Producer(id, command), context.now)
}

/// The inner state of a producer.
pub(crate) fn dump(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, ProducerCommand::Dump)?;
    let dump = expected!(answer, Response::ProducerDump(dump) => dump);
    let streams = dump.streams.iter();
    Ok(Some(Body::ProducerDumpResponse(Box::new(DumpResponse {
        id: core.names.id_or_empty(context.entry.number),
        kind: write_kind(dump.kind),
        type_: write_type(dump.producer_type.into()),
        rtp_parameters: Box::new(write_rtp_parameters(&dump.rtp_parameters)),
        rtp_mapping: Box::new(write_mapping(&dump.rtp_mapping)),
        rtp_streams: streams
            .filter_map(|it| stream::dump(it, &dump.rtp_parameters))
            .collect(),
        trace_event_types: trace::producer_kinds(&dump.traces),
        paused: dump.paused,
    }))))
}

/// Statistics of a producer's streams.
pub(crate) fn stats(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, ProducerCommand::GetStats)?;
    let streams = expected!(answer, Response::StreamStats(streams) => streams);
    let timestamp = core.clock.millis(context.now);
    Ok(Some(Body::ProducerGetStatsResponse(Box::new(
        GetStatsResponse {
            stats: streams
                .iter()
                .map(|it| stream::stats(it, timestamp))
                .collect(),
        },
    ))))
}

/// Pauses or resumes a producer.
pub(crate) fn pause(core: &mut Core, context: Context, pause: bool) -> Answer {
    let command = if pause {
        ProducerCommand::Pause
    } else {
        ProducerCommand::Resume
    };
    ask(core, context, command)?;
    Ok(None)
}
