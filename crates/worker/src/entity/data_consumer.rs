//! Data consumers.

use miso_sfu::command::{
    Command, ConsumeData, DataConsumerCommand, DataType, MessagePayload, Response, TransportCommand,
};
use miso_sfu::{DataConsumerId, DataProducerId};
use miso_worker_schema::fbs::data_consumer as fbs;
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use planus::Vector;

use super::data_producer::{check_type, label, read_stream, write_stream};
use super::{expected, size, transport};
use crate::core::Core;
use crate::names::{Entry, Kind};
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};

/// A list of subchannels; there are 65,536, so a longer one says some twice.
fn subchannels(list: Option<Vector<'_, u16>>) -> Result<Vec<u16>, Refusal> {
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    if list.len() > usize::from(u16::MAX) + 1 {
        return Err(Refusal::type_error("too many subchannels"));
    }
    Ok(list.iter().collect())
}

/// Makes a data consumer.
pub(crate) fn create(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, TransportConsumeDataRequest);
    let id = body.data_consumer_id()?;
    let parent = context.entry.number;
    let number = core
        .names
        .number_for(id, Kind::DataConsumer, parent, context.method)?;
    let producer_id = body.data_producer_id()?;
    let producer = core.find(producer_id, Kind::DataProducer).ok_or_else(|| {
        Refusal::not_found(format!(
            "DataProducer not found [dataProducerId:{producer_id}]"
        ))
    })?;
    check_type(
        core,
        context,
        ("DataConsumer", body.type_()? == fbs::Type::Direct),
    )?;
    let consume = ConsumeData {
        data_producer_id: DataProducerId(producer),
        sctp_stream_parameters: read_stream(body.sctp_stream_parameters()?)?,
        label: label(body.label()?)?,
        protocol: label(body.protocol()?)?,
        paused: body.paused()?,
        subchannels: subchannels(body.subchannels()?)?,
    };
    let command = TransportCommand::ConsumeData(DataConsumerId(number), consume);
    transport::ask(core, context, command)?;
    let entry = Entry {
        kind: Kind::DataConsumer,
        number,
        parent,
    };
    core.names.insert(id, entry);
    dump(core, Context { entry, ..context })
}

/// Closes a data consumer.
pub(crate) fn close(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let id = body!(request, TransportCloseDataConsumerRequest).data_consumer_id()?;
    let child = (id, Kind::DataConsumer);
    let number = core
        .names
        .child(child, context.entry.number, context.method)?;
    let command = TransportCommand::CloseDataConsumer(DataConsumerId(number));
    transport::ask(core, context, command)?;
    core.names.remove(number);
    Ok(None)
}

fn ask(
    core: &mut Core,
    context: Context,
    command: DataConsumerCommand,
) -> Result<Response, Refusal> {
    let id = DataConsumerId(context.entry.number);
    core.ask(Command::DataConsumer(id, command), context.now)
}

/// The inner state of a data consumer.
pub(crate) fn dump(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, DataConsumerCommand::Dump)?;
    let dump = expected!(answer, Response::DataConsumerDump(dump) => dump);
    Ok(Some(Body::DataConsumerDumpResponse(Box::new(
        fbs::DumpResponse {
            id: core.names.id_or_empty(context.entry.number),
            data_producer_id: core.names.id_or_empty(dump.data_producer_id.0),
            type_: match dump.data_type {
                DataType::Sctp => fbs::Type::Sctp,
                DataType::Direct => fbs::Type::Direct,
            },
            sctp_stream_parameters: write_stream(dump.sctp_stream_parameters),
            label: dump.label,
            protocol: dump.protocol,
            buffered_amount: size(dump.buffered_amount),
            buffered_amount_low_threshold: size(dump.buffered_amount_low_threshold),
            paused: dump.paused,
            data_producer_paused: dump.data_producer_paused,
            subchannels: dump.subchannels,
        },
    ))))
}

/// Statistics of a data consumer.
pub(crate) fn stats(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, DataConsumerCommand::GetStats)?;
    let stats = expected!(answer, Response::DataConsumerStats(stats) => stats);
    let answer = ask(core, context, DataConsumerCommand::Dump)?;
    let dump = expected!(answer, Response::DataConsumerDump(dump) => dump);
    Ok(Some(Body::DataConsumerGetStatsResponse(Box::new(
        fbs::GetStatsResponse {
            timestamp: core.clock.millis(context.now),
            label: dump.label,
            protocol: dump.protocol,
            messages_sent: stats.messages_sent,
            bytes_sent: stats.bytes_sent,
            buffered_amount: size(stats.buffered_amount),
        },
    ))))
}

/// Pauses or resumes a data consumer.
pub(crate) fn pause(core: &mut Core, context: Context, pause: bool) -> Answer {
    let command = if pause {
        DataConsumerCommand::Pause
    } else {
        DataConsumerCommand::Resume
    };
    ask(core, context, command)?;
    Ok(None)
}

/// Bytes that wait for the peer.
pub(crate) fn buffered_amount(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, DataConsumerCommand::GetBufferedAmount)?;
    let bytes = expected!(answer, Response::BufferedAmount(bytes) => bytes);
    Ok(Some(Body::DataConsumerGetBufferedAmountResponse(Box::new(
        fbs::GetBufferedAmountResponse {
            buffered_amount: size(bytes),
        },
    ))))
}

/// Sets at how many waiting bytes the library is told.
pub(crate) fn set_low_threshold(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let bytes = body!(request, DataConsumerSetBufferedAmountLowThresholdRequest).threshold()?;
    let command = DataConsumerCommand::SetBufferedAmountLowThreshold(bytes as usize);
    ask(core, context, command)?;
    Ok(None)
}

/// Sends a message to the peer.
pub(crate) fn send(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, DataConsumerSendRequest);
    let message = MessagePayload {
        ppid: body.ppid()?,
        bytes: body.data()?.into(),
    };
    let answer = ask(core, context, DataConsumerCommand::Send(message))?;
    let bytes = expected!(answer, Response::BufferedAmount(bytes) => bytes);
    Ok(Some(Body::DataConsumerSendResponse(Box::new(
        fbs::SendResponse {
            buffered_amount: size(bytes),
        },
    ))))
}

fn steer(
    core: &mut Core,
    context: Context,
    command: DataConsumerCommand,
) -> Result<Vec<u16>, Refusal> {
    let answer = ask(core, context, command)?;
    Ok(expected!(answer, Response::Subchannels(list) => list))
}

/// Replaces the subchannels.
pub(crate) fn set_subchannels(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let list = body!(request, DataConsumerSetSubchannelsRequest).subchannels()?;
    let command = DataConsumerCommand::SetSubchannels(subchannels(Some(list))?);
    let subchannels = steer(core, context, command)?;
    Ok(Some(Body::DataConsumerSetSubchannelsResponse(Box::new(
        fbs::SetSubchannelsResponse { subchannels },
    ))))
}

/// Adds a subchannel.
pub(crate) fn add_subchannel(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let subchannel = body!(request, DataConsumerAddSubchannelRequest).subchannel()?;
    let subchannels = steer(
        core,
        context,
        DataConsumerCommand::AddSubchannel(subchannel),
    )?;
    Ok(Some(Body::DataConsumerAddSubchannelResponse(Box::new(
        fbs::AddSubchannelResponse { subchannels },
    ))))
}

/// Removes a subchannel.
pub(crate) fn remove_subchannel(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let subchannel = body!(request, DataConsumerRemoveSubchannelRequest).subchannel()?;
    let subchannels = steer(
        core,
        context,
        DataConsumerCommand::RemoveSubchannel(subchannel),
    )?;
    Ok(Some(Body::DataConsumerRemoveSubchannelResponse(Box::new(
        fbs::RemoveSubchannelResponse { subchannels },
    ))))
}
