//! What is asked for over HTTP. One file per group of requests; each function maps a room and a request to an answer.

mod broadcaster;
mod consumer;
mod data;
mod listing;
mod presence;
mod producer;
mod sdp;
mod transport;

use miso_engine::{Producer, RequestError as EngineError};
use miso_signal::PeerId;
use miso_signal::api::{
    ApiError, ConnectTransport, ConsumeData, CreateBroadcaster, CreateConsumer, CreateDataProducer,
    CreateProducer, CreateTransport, Done, PreferredLayers, Priority,
};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::counters::Count;

use super::Room;
use super::broadcaster::Broadcaster;

pub(super) use presence::take_event;

/// A request, and where its answer goes.
#[derive(Debug)]
pub(crate) struct ApiCall {
    /// What is asked for.
    pub(crate) request: ApiRequest,
    /// Where the answer goes.
    pub(crate) reply: oneshot::Sender<Result<ApiReply, ApiError>>,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) enum ApiRequest {
    /// What the room can forward.
    Capabilities,
    /// A broadcaster enters.
    CreateBroadcaster(Box<CreateBroadcaster>),
    /// Who has which DataChannels.
    ListData {
        /// Whether only those with the label `chat` are of interest.
        only_chat: bool,
    },
    /// A peer is to get messages.
    ConsumeDataForPeer {
        /// The peer.
        peer: PeerId,
        /// One of its transports.
        transport: String,
        /// Which messages.
        body: ConsumeData,
    },
    /// Something about a broadcaster.
    Of(PeerId, BroadcasterRequest),
}

/// What is asked for about a broadcaster. Objects are named by id.
#[derive(Debug)]
pub(crate) enum BroadcasterRequest {
    /// What it is and has.
    Describe,
    /// It leaves.
    Delete,
    /// Others are to know of it.
    Join,
    /// What a player is to be told of all that it receives.
    Sdp,
    /// What everybody else sends.
    ListProducers,
    /// Make a transport.
    CreateTransport(Box<CreateTransport>),
    /// Something about a transport.
    Transport(String, TransportRequest),
    /// Send media on a transport.
    Produce(String, Box<CreateProducer>, Made),
    /// Something about a producer.
    Producer(String, ProducerRequest),
    /// Receive media.
    Consume(Box<CreateConsumer>, Made),
    /// Something about a consumer.
    Consumer(String, ConsumerRequest),
    /// Send messages on a transport.
    ProduceData(String, Box<CreateDataProducer>),
    /// Something about a data producer.
    DataProducer(String, DataRequest),
    /// Receive messages on a transport.
    ConsumeData(String, ConsumeData),
    /// Something about a data consumer.
    DataConsumer(String, DataRequest),
}

/// How it is answered that something was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// With 200.
    Ok,
    /// With 201; only who has joined may ask.
    Created,
}

/// About a transport.
#[derive(Debug)]
pub(crate) enum TransportRequest {
    /// The client's end is known.
    Connect(Box<ConnectTransport>),
    /// New ICE credentials.
    RestartIce,
    /// How it is doing.
    Stats,
    /// What a player is to be told.
    Sdp,
    /// It is not needed any more.
    Close,
}

/// About a producer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ProducerRequest {
    /// Nobody is to have it.
    Pause,
    /// Others are to have it again.
    Resume,
    /// How it arrives.
    Stats,
    /// How it is received.
    Consumers,
    /// It is over.
    Close,
}

/// About a consumer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ConsumerRequest {
    /// Not to be sent for a while.
    Pause,
    /// To be sent again.
    Resume,
    /// A picture that stands for itself.
    KeyFrame,
    /// Other layers.
    Layers(PreferredLayers),
    /// Another importance.
    Priority(Priority),
    /// How it is doing.
    Stats,
    /// It is not needed any more.
    Close,
}

/// About a data producer or data consumer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DataRequest {
    /// How it is doing.
    Stats,
    /// It is not needed any more.
    Close,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct ApiReply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What is said.
    pub(crate) body: ReplyBody,
    /// The id of what was made, where it can be looked at under the path of the request and this id.
    pub(crate) made: Option<String>,
}

/// What is said.
#[derive(Debug)]
pub(crate) enum ReplyBody {
    /// Nothing.
    Empty,
    /// An object.
    Json(Value),
    /// A text.
    Text(String),
    /// A session description.
    Sdp(String),
}

impl ApiReply {
    /// An object.
    ///
    /// # Errors
    /// None: bodies have string keys only and no fallible parts.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_value(body);
        let body = body.map_err(|error| ApiError::Internal(error.to_string()))?;
        Ok(Self::new(status, ReplyBody::Json(body)))
    }

    /// It is done.
    fn done() -> Result<Self, ApiError> {
        Self::json(200, &Done {})
    }

    const fn new(status: u16, body: ReplyBody) -> Self {
        Self {
            status,
            body,
            made: None,
        }
    }
}

impl Made {
    const fn status(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::Created => 201,
        }
    }
}

/// What the engine refused, in its words.
fn failed(error: EngineError) -> ApiError {
    match error {
        EngineError::Type(reason) => ApiError::InvalidValue(reason),
        EngineError::Unsupported(reason) => ApiError::Unsupported(reason),
        error => ApiError::InvalidState(error.to_string()),
    }
}

/// What the body names and is not there is a conflict with how things stand; 404 is for what the path or query names.
fn named_in_body(error: ApiError) -> ApiError {
    match error {
        ApiError::NotFound { entity, id } => ApiError::NamedNotFound { entity, id },
        error => error,
    }
}

/// Refuses one thing more than `max`.
fn check_limit(present: usize, max: usize, what: &'static str) -> Result<(), ApiError> {
    if present < max {
        Ok(())
    } else {
        Err(ApiError::LimitReached { what, max })
    }
}

/// Handles a request and answers it.
pub(super) async fn take(room: &mut Room, call: ApiCall) {
    room.keep_open();
    let result = handle(room, call.request).await;
    if let Err(ApiError::LimitReached { .. }) = result {
        room.context.counters.add(Count::LimitReached);
    }
    // Who asked may have gone.
    let _ = call.reply.send(result);
}

async fn handle(room: &mut Room, request: ApiRequest) -> Result<ApiReply, ApiError> {
    match request {
        ApiRequest::Capabilities => listing::capabilities(room),
        ApiRequest::CreateBroadcaster(body) => broadcaster::create(room, &body),
        ApiRequest::ListData { only_chat } => listing::data(room, only_chat),
        ApiRequest::ConsumeDataForPeer {
            peer,
            transport,
            body,
        } => data::consume_for_peer(room, &peer, &transport, &body).await,
        ApiRequest::Of(id, request) => {
            room.broadcaster_mut(&id)?.last_seen = std::time::Instant::now();
            of_broadcaster(room, &id, request).await
        }
    }
}

async fn of_broadcaster(
    room: &mut Room,
    id: &PeerId,
    request: BroadcasterRequest,
) -> Result<ApiReply, ApiError> {
    use BroadcasterRequest as Ask;
    match request {
        Ask::Describe => broadcaster::describe(room, id),
        Ask::Delete => broadcaster::delete(room, id),
        Ask::Sdp => sdp::of_broadcaster(room, id),
        Ask::Join => broadcaster::join(room, id).await,
        Ask::ListProducers => listing::producers(room, id),
        Ask::CreateTransport(body) => transport::create(room, id, &body).await,
        Ask::Transport(of, request) => transport::take(room, id, &of, request).await,
        Ask::Produce(on, body, made) => producer::create(room, id, &on, *body, made).await,
        Ask::Producer(of, request) => producer::take(room, id, &of, request).await,
        Ask::Consume(body, made) => consumer::create(room, id, *body, made).await,
        Ask::Consumer(of, request) => consumer::take(room, id, &of, request).await,
        Ask::ProduceData(on, body) => data::produce(room, id, &on, *body).await,
        Ask::DataProducer(of, request) => data::take_producer(room, id, &of, request).await,
        Ask::ConsumeData(on, body) => data::consume(room, id, &on, &body).await,
        Ask::DataConsumer(of, request) => data::take_consumer(room, id, &of, request).await,
    }
}

impl Room {
    fn broadcaster(&self, id: &PeerId) -> Result<&Broadcaster, ApiError> {
        let unknown = || ApiError::BroadcasterNotFound(id.as_str().to_owned());
        self.broadcasters.get(id).ok_or_else(unknown)
    }

    fn broadcaster_mut(&mut self, id: &PeerId) -> Result<&mut Broadcaster, ApiError> {
        let unknown = || ApiError::BroadcasterNotFound(id.as_str().to_owned());
        self.broadcasters.get_mut(id).ok_or_else(unknown)
    }

    /// A producer of anybody's.
    fn any_producer(&self, id: &str) -> Option<Producer> {
        let owner = self.owners.get(id)?;
        match self.broadcasters.get(owner) {
            Some(broadcaster) => broadcaster.producer(id).ok(),
            None => self.peers.get(owner)?.producer(id).ok(),
        }
    }
}
