//! Data producers.

use miso_ortc::SctpStreamParameters;
use miso_sfu::DataProducerId;
use miso_sfu::command::{
    Command, DataProducerCommand, DataType, ProduceData, Response, TransportCommand,
};
use miso_worker_schema::fbs::data_producer::{DumpResponse, GetStatsResponse, Type};
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::sctp_parameters;

use super::{expected, transport};
use crate::core::Core;
use crate::names::{Entry, Kind};
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};

/// Bytes of a label or protocol: what the channel's opening message can carry (RFC 8832, section 5.1).
const MAX_LABEL_BYTES: usize = 65_535;

/// A label or protocol.
pub(super) fn label(text: Option<&str>) -> Result<String, Refusal> {
    let text = text.unwrap_or_default();
    if text.len() > MAX_LABEL_BYTES {
        return Err(Refusal::type_error("label or protocol too long"));
    }
    Ok(text.to_owned())
}

/// The parameters of an SCTP stream.
pub(super) fn read_stream(
    it: Option<sctp_parameters::SctpStreamParametersRef<'_>>,
) -> Result<Option<SctpStreamParameters>, Refusal> {
    let Some(it) = it else { return Ok(None) };
    let read = SctpStreamParameters::new(
        it.stream_id()?,
        it.ordered()?,
        it.max_packet_life_time()?,
        it.max_retransmits()?,
    );
    read.map(Some)
        .map_err(|error| Refusal::type_error(error.to_string()))
}

/// The parameters of an SCTP stream, as the library gets them.
pub(super) fn write_stream(
    it: Option<SctpStreamParameters>,
) -> Option<Box<sctp_parameters::SctpStreamParameters>> {
    it.map(|it| {
        Box::new(sctp_parameters::SctpStreamParameters {
            stream_id: it.stream_id.0,
            ordered: Some(it.ordered),
            max_packet_life_time: it.max_packet_life_time,
            max_retransmits: it.max_retransmits,
        })
    })
}

/// Refuses a kind of data that the transport does not carry.
pub(super) fn check_type(
    core: &Core,
    context: Context,
    (what, wants_direct): (&str, bool),
) -> Result<(), Refusal> {
    let state = core.transports.get(&context.entry.number);
    let state = state.ok_or_else(Refusal::unexpected)?;
    if state.sctp.is_none() && !state.is_direct {
        return Err(Refusal::error(
            "SCTP not enabled and not a direct Transport",
        ));
    }
    match (wants_direct, state.is_direct) {
        (false, true) => Err(Refusal::type_error(format!(
            "cannot create a {what} of type 'sctp', SCTP not enabled in this Transport"
        ))),
        (true, false) => Err(Refusal::type_error(format!(
            "cannot create a {what} of type 'direct', not a direct Transport"
        ))),
        _ => Ok(()),
    }
}

/// Makes a data producer.
pub(crate) fn create(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, TransportProduceDataRequest);
    let id = body.data_producer_id()?;
    let parent = context.entry.number;
    let number = core
        .names
        .number_for(id, Kind::DataProducer, parent, context.method)?;
    check_type(
        core,
        context,
        ("DataProducer", body.type_()? == Type::Direct),
    )?;
    let produce = ProduceData {
        sctp_stream_parameters: read_stream(body.sctp_stream_parameters()?)?,
        label: label(body.label()?)?,
        protocol: label(body.protocol()?)?,
        paused: body.paused()?,
    };
    let command = TransportCommand::ProduceData(DataProducerId(number), produce);
    transport::ask(core, context, command)?;
    let entry = Entry {
        kind: Kind::DataProducer,
        number,
        parent,
    };
    core.names.insert(id, entry);
    dump(core, Context { entry, ..context })
}

/// Closes a data producer.
pub(crate) fn close(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let id = body!(request, TransportCloseDataProducerRequest).data_producer_id()?;
    let child = (id, Kind::DataProducer);
    let number = core
        .names
        .child(child, context.entry.number, context.method)?;
    let command = TransportCommand::CloseDataProducer(DataProducerId(number));
    transport::ask(core, context, command)?;
    core.names.remove(number);
    Ok(None)
}

fn ask(
    core: &mut Core,
    context: Context,
    command: DataProducerCommand,
) -> Result<Response, Refusal> {
    let id = DataProducerId(context.entry.number);
    core.ask(Command::DataProducer(id, command), context.now)
}

/// The inner state of a data producer.
pub(crate) fn dump(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, DataProducerCommand::Dump)?;
    let dump = expected!(answer, Response::DataProducerDump(dump) => dump);
    Ok(Some(Body::DataProducerDumpResponse(Box::new(
        DumpResponse {
            id: core.names.id_or_empty(context.entry.number),
            type_: match dump.data_type {
                DataType::Sctp => Type::Sctp,
                DataType::Direct => Type::Direct,
            },
            sctp_stream_parameters: write_stream(dump.sctp_stream_parameters),
            label: dump.label,
            protocol: dump.protocol,
            paused: dump.paused,
        },
    ))))
}

/// Statistics of a data producer.
pub(crate) fn stats(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, DataProducerCommand::GetStats)?;
    let stats = expected!(answer, Response::DataProducerStats(stats) => stats);
    let answer = ask(core, context, DataProducerCommand::Dump)?;
    let dump = expected!(answer, Response::DataProducerDump(dump) => dump);
    Ok(Some(Body::DataProducerGetStatsResponse(Box::new(
        GetStatsResponse {
            timestamp: core.clock.millis(context.now),
            label: dump.label,
            protocol: dump.protocol,
            messages_received: stats.messages_received,
            bytes_received: stats.bytes_received,
            buffered_amount: 0,
        },
    ))))
}

/// Pauses or resumes a data producer.
pub(crate) fn pause(core: &mut Core, context: Context, pause: bool) -> Answer {
    let command = if pause {
        DataProducerCommand::Pause
    } else {
        DataProducerCommand::Resume
    };
    ask(core, context, command)?;
    Ok(None)
}
