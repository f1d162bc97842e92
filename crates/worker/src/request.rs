//! From a request to the entity that it is for, and its answer.

use std::time::Instant;

use miso_worker_schema::fbs::request::{Method, RequestRef};
use miso_worker_schema::fbs::response::{Body, Response};

use crate::core::Core;
use crate::entity::{
    consumer, data_consumer, data_producer, observer, pipe_transport, plain_transport, producer,
    router, transport, webrtc_server, webrtc_transport, worker,
};
use crate::method;
use crate::names::{Entry, Kind};
use crate::refusal::Refusal;
use crate::trace;

/// What a request is answered with.
pub(crate) type Answer = Result<Option<Body>, Refusal>;

/// What a request is about, besides its body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// The object that it is for.
    pub(crate) entry: Entry,
    /// What error texts call the method.
    pub(crate) method: &'static str,
    pub(crate) now: Instant,
}

/// The body of a request, which must be the given one.
macro_rules! body {
    ($request:expr, $variant:ident) => {
        match $request.body()? {
            Some(miso_worker_schema::fbs::request::BodyRef::$variant(body)) => body,
            _ => {
                return Err($crate::refusal::Refusal::type_error(
                    "malformed message: request without the body of its method",
                ));
            }
        }
    };
}
pub(crate) use body;

/// Carries out a request. None if it has no id to be answered under.
pub(crate) fn handle(core: &mut Core, request: RequestRef<'_>, now: Instant) -> Option<Response> {
    let id = request.id().ok()?;
    Some(match dispatch(core, request, now) {
        Ok(body) => Response {
            id,
            accepted: true,
            body,
            error: None,
            reason: None,
        },
        Err(refusal) => Response {
            id,
            accepted: false,
            body: None,
            error: Some(refusal.class().to_owned()),
            reason: Some(refusal.into_reason()),
        },
    })
}

fn dispatch(core: &mut Core, request: RequestRef<'_>, now: Instant) -> Answer {
    let method = request.method().map_err(|error| match error.error_kind {
        planus::errors::ErrorKind::UnknownEnumTag { source } => {
            Refusal::error(format!("unknown method '{}'", source.tag))
        }
        _ => error.into(),
    })?;
    let name = method::name(method);
    match method {
        Method::WorkerDump => worker::dump(core),
        Method::WorkerGetResourceUsage => worker::resource_usage(),
        Method::WorkerUpdateSettings => worker::update_settings(core, request),
        Method::WorkerCreateWebrtcserver => webrtc_server::create(core, request, name),
        Method::WorkerWebrtcserverClose => webrtc_server::close(core, request, (name, now)),
        Method::WorkerCreateRouter => router::create(core, request, (name, now)),
        Method::WorkerCloseRouter => router::close(core, request, (name, now)),
        _ => {
            let id = request.handler_id()?;
            let entry = core.names.get(id).ok_or_else(|| {
                Refusal::not_found(format!(
                    "Channel request handler with ID {id} not found [method:{name}]"
                ))
            })?;
            let context = Context {
                entry,
                method: name,
                now,
            };
            dispatch_to(core, (method, request), context)
        }
    }
}

fn dispatch_to(core: &mut Core, request: (Method, RequestRef<'_>), context: Context) -> Answer {
    match context.entry.kind {
        Kind::WebRtcServer => webrtc_server_request(core, request, context),
        Kind::Router => router_request(core, request, context),
        Kind::Transport => transport_request(core, request, context),
        Kind::Producer => producer_request(core, request, context),
        Kind::Consumer => consumer_request(core, request, context),
        Kind::DataProducer => data_producer_request(core, request, context),
        Kind::DataConsumer => data_consumer_request(core, request, context),
        Kind::RtpObserver => observer_request(core, request, context),
    }
}

/// For a method of another kind of object.
fn unknown(context: Context) -> Answer {
    Err(Refusal::error(format!(
        "unknown method '{}'",
        context.method
    )))
}

fn webrtc_server_request(
    core: &mut Core,
    (method, _): (Method, RequestRef<'_>),
    context: Context,
) -> Answer {
    match method {
        Method::WebrtcserverDump => webrtc_server::dump(core, context),
        _ => unknown(context),
    }
}

fn router_request(
    core: &mut Core,
    (method, request): (Method, RequestRef<'_>),
    context: Context,
) -> Answer {
    match method {
        Method::RouterDump => router::dump(core, context),
        Method::RouterCreateWebrtctransport | Method::RouterCreateWebrtctransportWithServer => {
            webrtc_transport::create(core, request, context)
        }
        Method::RouterCreatePlaintransport => plain_transport::create(core, request, context),
        Method::RouterCreatePipetransport => pipe_transport::create(core, request, context),
        Method::RouterCreateDirecttransport => transport::create_direct(core, request, context),
        Method::RouterCloseTransport => transport::close(core, request, context),
        Method::RouterCreateActivespeakerobserver => {
            observer::create_active_speaker(core, request, context)
        }
        Method::RouterCreateAudiolevelobserver => {
            observer::create_audio_level(core, request, context)
        }
        Method::RouterCloseRtpobserver => observer::close(core, request, context),
        _ => unknown(context),
    }
}

fn transport_request(
    core: &mut Core,
    (method, request): (Method, RequestRef<'_>),
    context: Context,
) -> Answer {
    match method {
        Method::TransportDump => transport::dump(core, context),
        Method::TransportGetStats => transport::stats(core, context),
        Method::TransportSetMaxIncomingBitrate
        | Method::TransportSetMaxOutgoingBitrate
        | Method::TransportSetMinOutgoingBitrate => transport::set_bitrate(core, request, context),
        Method::TransportRestartIce => webrtc_transport::restart_ice(core, context),
        Method::PlaintransportConnect => plain_transport::connect(core, request, context),
        Method::PipetransportConnect => pipe_transport::connect(core, request, context),
        Method::WebrtctransportConnect => webrtc_transport::connect(core, request, context),
        Method::TransportEnableTraceEvent => trace::enable_transport(core, request, context),
        Method::TransportProduce => producer::create(core, request, context),
        Method::TransportConsume => consumer::create(core, request, context),
        Method::TransportProduceData => data_producer::create(core, request, context),
        Method::TransportConsumeData => data_consumer::create(core, request, context),
        Method::TransportCloseProducer => producer::close(core, request, context),
        Method::TransportCloseConsumer => consumer::close(core, request, context),
        Method::TransportCloseDataproducer => data_producer::close(core, request, context),
        Method::TransportCloseDataconsumer => data_consumer::close(core, request, context),
        _ => unknown(context),
    }
}

fn producer_request(
    core: &mut Core,
    (method, request): (Method, RequestRef<'_>),
    context: Context,
) -> Answer {
    match method {
        Method::ProducerDump => producer::dump(core, context),
        Method::ProducerGetStats => producer::stats(core, context),
        Method::ProducerPause => producer::pause(core, context, true),
        Method::ProducerResume => producer::pause(core, context, false),
        Method::ProducerEnableTraceEvent => trace::enable_producer(core, request, context),
        _ => unknown(context),
    }
}

fn consumer_request(
    core: &mut Core,
    (method, request): (Method, RequestRef<'_>),
    context: Context,
) -> Answer {
    match method {
        Method::ConsumerDump => consumer::dump(core, context),
        Method::ConsumerGetStats => consumer::stats(core, context),
        Method::ConsumerPause => consumer::pause(core, context, true),
        Method::ConsumerResume => consumer::pause(core, context, false),
        Method::ConsumerSetPreferredLayers => {
            consumer::set_preferred_layers(core, request, context)
        }
        Method::ConsumerSetPriority => consumer::set_priority(core, request, context),
        Method::ConsumerRequestKeyFrame => consumer::request_key_frame(core, context),
        Method::ConsumerEnableTraceEvent => trace::enable_consumer(core, request, context),
        _ => unknown(context),
    }
}

fn data_producer_request(
    core: &mut Core,
    (method, _): (Method, RequestRef<'_>),
    context: Context,
) -> Answer {
    match method {
        Method::DataproducerDump => data_producer::dump(core, context),
        Method::DataproducerGetStats => data_producer::stats(core, context),
        Method::DataproducerPause => data_producer::pause(core, context, true),
        Method::DataproducerResume => data_producer::pause(core, context, false),
        _ => unknown(context),
    }
}

fn data_consumer_request(
    core: &mut Core,
    (method, request): (Method, RequestRef<'_>),
    context: Context,
) -> Answer {
    match method {
        Method::DataconsumerDump => data_consumer::dump(core, context),
        Method::DataconsumerGetStats => data_consumer::stats(core, context),
        Method::DataconsumerPause => data_consumer::pause(core, context, true),
        Method::DataconsumerResume => data_consumer::pause(core, context, false),
        Method::DataconsumerGetBufferedAmount => data_consumer::buffered_amount(core, context),
        Method::DataconsumerSetBufferedAmountLowThreshold => {
            data_consumer::set_low_threshold(core, request, context)
        }
        Method::DataconsumerSend => data_consumer::send(core, request, context),
        Method::DataconsumerSetSubchannels => {
            data_consumer::set_subchannels(core, request, context)
        }
        Method::DataconsumerAddSubchannel => data_consumer::add_subchannel(core, request, context),
        Method::DataconsumerRemoveSubchannel => {
            data_consumer::remove_subchannel(core, request, context)
        }
        _ => unknown(context),
    }
}

fn observer_request(
    core: &mut Core,
    (method, request): (Method, RequestRef<'_>),
    context: Context,
) -> Answer {
    match method {
        Method::RtpobserverPause => observer::pause(core, context, true),
        Method::RtpobserverResume => observer::pause(core, context, false),
        Method::RtpobserverAddProducer => observer::add_producer(core, request, context),
        Method::RtpobserverRemoveProducer => observer::remove_producer(core, request, context),
        _ => unknown(context),
    }
}
