//! Consumers.

use miso_ortc::ConsumerType;
use miso_sfu::command::{
    Command, Consume, ConsumerCommand, PreferredLayers, Response, TransportCommand,
};
use miso_sfu::event::ConsumerScore;
use miso_sfu::stats::StreamDirection;
use miso_sfu::{ConsumerId, ProducerId};
use miso_worker_schema::fbs::consumer as fbs;
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::rtp_parameters::Type;
use miso_worker_schema::fbs::transport::ConsumeResponse;

use super::{expected, transport};
use crate::core::Core;
use crate::names::{Entry, Kind};
use crate::parameters::{
    read_encodings, read_kind, read_rtp_parameters, write_encodings, write_kind,
    write_rtp_parameters, write_type,
};
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};
use crate::stream;

/// Makes a consumer.
pub(crate) fn create(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let body = body!(request, TransportConsumeRequest);
    let id = body.consumer_id()?;
    let parent = context.entry.number;
    let number = core
        .names
        .number_for(id, Kind::Consumer, parent, context.method)?;
    let producer_id = body.producer_id()?;
    let producer = core.find(producer_id, Kind::Producer).ok_or_else(|| {
        Refusal::not_found(format!("Producer not found [producerId:{producer_id}]"))
    })?;
    let consume = Consume {
        producer_id: ProducerId(producer),
        kind: read_kind(body.kind()?),
        rtp_parameters: read_rtp_parameters(body.rtp_parameters()?)?,
        consumer_type: match body.type_()? {
            Type::Simple => ConsumerType::Simple,
            Type::Simulcast => ConsumerType::Simulcast,
            Type::Svc => ConsumerType::Svc,
            Type::Pipe => ConsumerType::Pipe,
        },
        consumable_rtp_encodings: read_encodings(body.consumable_rtp_encodings()?)?,
        paused: body.paused()?,
        preferred_layers: body.preferred_layers()?.map(read_layers).transpose()?,
        ignore_dtx: body.ignore_dtx()?,
    };
    let command = TransportCommand::Consume(ConsumerId(number), Box::new(consume));
    let answer = transport::ask(core, context, command)?;
    let new = expected!(answer, Response::Consumer(new) => new);
    let entry = Entry {
        kind: Kind::Consumer,
        number,
        parent,
    };
    core.names.insert(id, entry);
    Ok(Some(Body::TransportConsumeResponse(Box::new(
        ConsumeResponse {
            paused: new.paused,
            producer_paused: new.producer_paused,
            score: Box::new(score(new.score)),
            preferred_layers: new.preferred_layers.map(|it| Box::new(layers(it))),
        },
    ))))
}

fn read_layers(it: fbs::ConsumerLayersRef<'_>) -> Result<PreferredLayers, Refusal> {
    Ok(PreferredLayers {
        spatial_layer: it.spatial_layer()?,
        temporal_layer: it.temporal_layer()?,
    })
}

const fn layers(it: PreferredLayers) -> fbs::ConsumerLayers {
    fbs::ConsumerLayers {
        spatial_layer: it.spatial_layer,
        temporal_layer: it.temporal_layer,
    }
}

/// How well a consumer is served.
pub(crate) fn score(score: ConsumerScore) -> fbs::ConsumerScore {
    fbs::ConsumerScore {
        score: score.score,
        producer_score: score.producer_score,
        producer_scores: score.producer_scores,
    }
}

/// Closes a consumer.
pub(crate) fn close(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let id = body!(request, TransportCloseConsumerRequest).consumer_id()?;
    let child = (id, Kind::Consumer);
    let number = core
        .names
        .child(child, context.entry.number, context.method)?;
    transport::ask(
        core,
        context,
        TransportCommand::CloseConsumer(ConsumerId(number)),
    )?;
    core.names.remove(number);
    Ok(None)
}

fn ask(core: &mut Core, context: Context, command: ConsumerCommand) -> Result<Response, Refusal> {
    let id = ConsumerId(context.entry.number);
    core.ask(Command::Consumer(id, command), context.now)
}

/// The inner state of a consumer.
pub(crate) fn dump(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, ConsumerCommand::GetStats)?;
    let streams = expected!(answer, Response::StreamStats(streams) => streams);
    let answer = ask(core, context, ConsumerCommand::Dump)?;
    let dump = expected!(answer, Response::ConsumerDump(dump) => dump);
    let sent = streams
        .iter()
        .filter(|it| it.direction == StreamDirection::Send);
    let has_layers = dump.preferred_layers.is_some();
    // None of the layers is -1, as the original has it.
    let layer = |layer: Option<u8>| has_layers.then(|| layer.map_or(-1, i16::from));
    let preferred = dump.preferred_layers;
    Ok(Some(Body::ConsumerDumpResponse(Box::new(
        fbs::DumpResponse {
            data: Box::new(fbs::ConsumerDump {
                base: Box::new(fbs::BaseConsumerDump {
                    id: core.names.id_or_empty(context.entry.number),
                    type_: write_type(dump.consumer_type),
                    producer_id: core.names.id_or_empty(dump.producer_id.0),
                    kind: write_kind(dump.kind),
                    rtp_parameters: Box::new(write_rtp_parameters(&dump.rtp_parameters)),
                    consumable_rtp_encodings: write_encodings(&dump.consumable_rtp_encodings),
                    supported_codec_payload_types: dump.supported_codec_payload_types,
                    trace_event_types: Vec::new(),
                    paused: dump.paused,
                    producer_paused: dump.producer_paused,
                    priority: dump.priority,
                }),
                rtp_streams: sent
                    .filter_map(|it| stream::dump(it, &dump.rtp_parameters))
                    .collect(),
                preferred_spatial_layer: layer(preferred.map(|it| it.spatial_layer)),
                target_spatial_layer: layer(dump.target_spatial_layer),
                current_spatial_layer: layer(dump.current_spatial_layer),
                preferred_temporal_layer: layer(preferred.and_then(|it| it.temporal_layer)),
                // The engine does not choose among temporal layers yet.
                target_temporal_layer: layer(None),
                current_temporal_layer: layer(None),
            }),
        },
    ))))
}

/// Statistics of a consumer's stream and of the one that it forwards.
pub(crate) fn stats(core: &mut Core, context: Context) -> Answer {
    let answer = ask(core, context, ConsumerCommand::GetStats)?;
    let streams = expected!(answer, Response::StreamStats(streams) => streams);
    let timestamp = core.clock.millis(context.now);
    Ok(Some(Body::ConsumerGetStatsResponse(Box::new(
        fbs::GetStatsResponse {
            stats: streams
                .iter()
                .map(|it| stream::stats(it, timestamp))
                .collect(),
        },
    ))))
}

/// Pauses or resumes a consumer.
pub(crate) fn pause(core: &mut Core, context: Context, pause: bool) -> Answer {
    let command = if pause {
        ConsumerCommand::Pause
    } else {
        ConsumerCommand::Resume
    };
    ask(core, context, command)?;
    Ok(None)
}

/// Sets the layers that a consumer wants.
pub(crate) fn set_preferred_layers(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let wanted = body!(request, ConsumerSetPreferredLayersRequest).preferred_layers()?;
    let command = ConsumerCommand::SetPreferredLayers(read_layers(wanted)?);
    let answer = ask(core, context, command)?;
    let set = expected!(answer, Response::PreferredLayers(set) => set);
    Ok(Some(Body::ConsumerSetPreferredLayersResponse(Box::new(
        fbs::SetPreferredLayersResponse {
            preferred_layers: set.map(|it| Box::new(layers(it))),
        },
    ))))
}

/// Sets how a consumer is treated when the path is short.
pub(crate) fn set_priority(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let priority = body!(request, ConsumerSetPriorityRequest).priority()?;
    let answer = ask(core, context, ConsumerCommand::SetPriority(priority))?;
    let priority = expected!(answer, Response::Priority(priority) => priority);
    Ok(Some(Body::ConsumerSetPriorityResponse(Box::new(
        fbs::SetPriorityResponse { priority },
    ))))
}

/// Asks for a key frame.
pub(crate) fn request_key_frame(core: &mut Core, context: Context) -> Answer {
    ask(core, context, ConsumerCommand::RequestKeyFrame)?;
    Ok(None)
}

/// Nothing is traced yet, so only an empty list can be granted.
pub(crate) fn enable_trace(request: RequestRef<'_>) -> Answer {
    let body = body!(request, ConsumerEnableTraceEventRequest);
    if body.events()?.is_empty() {
        Ok(None)
    } else {
        Err(Refusal::not_there_yet("trace events of consumers"))
    }
}
