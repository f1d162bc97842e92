//! What clients ask for. One file per group of requests; each function maps a room and a request to an answer, and
//! what it tells others goes into their outboxes.

mod consumer;
mod data;
mod producer;
mod session;
mod stats;
mod transport;

use miso_signal::{
    ClientRequest, Dialect, Empty, PeerId, RequestError, Stats, encode_error, encode_response,
};
use serde::Serialize;
use serde_json::{Number, Value};

use crate::counters::Count;
use crate::session::Outgoing;

use super::peer::Peer;
use super::{Room, offer};

/// An answer, and what is to be done after it was sent.
#[derive(Debug)]
pub(super) struct Answer {
    data: Data,
    then: Then,
}

/// The data of an answer.
#[derive(Debug)]
enum Data {
    /// With the names of both dialects.
    Any(Value),
    /// What the dialects write in forms that exclude each other.
    Stats(Stats),
}

impl Data {
    fn in_dialect(self, dialect: Dialect) -> Value {
        match self {
            Self::Any(data) => data,
            Self::Stats(stats) => stats.in_dialect(dialect),
        }
    }
}

/// What is to be done after an answer was sent, since clients rely on the order.
#[derive(Debug)]
pub(super) enum Then {
    /// Nothing.
    Nothing,
    /// Offer the peer everything that there is.
    OfferAll,
    /// Offer others a producer of the peer.
    OfferProducer(String),
    /// Offer others a data producer of the peer.
    OfferDataProducer(String),
}

impl Answer {
    /// An answer with data.
    ///
    /// # Errors
    /// None: messages have string keys only and no fallible parts.
    fn new(data: &impl Serialize) -> Result<Self, RequestError> {
        let data = serde_json::to_value(data);
        let data = data.map_err(|error| RequestError::Failed(error.to_string()))?;
        Ok(Self {
            data: Data::Any(data),
            then: Then::Nothing,
        })
    }

    /// An answer with statistics.
    const fn stats(stats: Stats) -> Self {
        Self {
            data: Data::Stats(stats),
            then: Then::Nothing,
        }
    }

    /// An answer that says no more than that it is done.
    fn done() -> Result<Self, RequestError> {
        Self::new(&Empty {})
    }

    /// With something to be done after.
    fn then(self, then: Then) -> Self {
        Self { then, ..self }
    }
}

/// Handles a request of a peer, and answers it if it has an id.
pub(super) async fn take(
    room: &mut Room,
    caller: &PeerId,
    id: Option<&Number>,
    request: ClientRequest,
) {
    let method = request.method();
    let result = handle(room, caller, request).await;
    let error = result.as_ref().err().map(RequestError::code);
    room.context.counters.add_request(method, error);
    if let Err(RequestError::TooMany { .. }) = result {
        room.context.counters.add(Count::LimitReached);
    }
    let (result, then) = match result {
        Ok(answer) => (Ok(answer.data), answer.then),
        Err(error) => (Err(error), Then::Nothing),
    };
    if let (Some(id), Some(peer)) = (id, room.peers.get(caller)) {
        peer.send(Outgoing::text(match result {
            Ok(data) => encode_response(id, &data.in_dialect(peer.dialect())),
            Err(error) => encode_error(id, &error, peer.dialect()),
        }));
    }
    match then {
        Then::Nothing => {}
        Then::OfferAll => offer::everything_to(room, caller).await,
        Then::OfferProducer(id) => offer::producer_to_others(room, caller, &id).await,
        Then::OfferDataProducer(id) => offer::data_producer_to_others(room, caller, &id).await,
    }
}

async fn handle(
    room: &mut Room,
    caller: &PeerId,
    request: ClientRequest,
) -> Result<Answer, RequestError> {
    use ClientRequest as Ask;
    let has_joined = room.peer(caller)?.joined().is_some();
    if request.needs_join() && !has_joined {
        return Err(RequestError::PeerNotYetJoined);
    }
    match request {
        Ask::GetRouterRtpCapabilities(_) => session::router_rtp_capabilities(room),
        Ask::Join(it) => session::join(room, caller, it),
        Ask::ChangeDisplayName(it) => session::change_display_name(room, caller, it),
        Ask::CreateWebRtcTransport(it) => transport::create(room, caller, it).await,
        Ask::ConnectWebRtcTransport(it) => transport::connect(room, caller, it).await,
        Ask::RestartIce(it) => transport::restart_ice(room, caller, it).await,
        Ask::Produce(it) => producer::produce(room, caller, it).await,
        Ask::CloseProducer(it) => producer::close(room, caller, &it),
        Ask::PauseProducer(it) => producer::pause(room, caller, &it).await,
        Ask::ResumeProducer(it) => producer::resume(room, caller, &it).await,
        Ask::PauseConsumer(it) => consumer::pause(room, caller, &it).await,
        Ask::ResumeConsumer(it) => consumer::resume(room, caller, &it).await,
        Ask::SetConsumerPreferredLayers(it) => consumer::set_layers(room, caller, &it).await,
        Ask::SetConsumerPriority(it) => consumer::set_priority(room, caller, &it).await,
        Ask::RequestConsumerKeyFrame(it) => consumer::request_key_frame(room, caller, &it).await,
        Ask::ProduceData(it) => data::produce(room, caller, it).await,
        Ask::GetTransportStats(it) => stats::of_transport(room, caller, &it).await,
        Ask::GetProducerStats(it) => stats::of_producer(room, caller, &it).await,
        Ask::GetConsumerStats(it) => stats::of_consumer(room, caller, &it).await,
        Ask::GetDataProducerStats(it) => stats::of_data_producer(room, caller, &it).await,
        Ask::GetDataConsumerStats(it) => stats::of_data_consumer(room, caller, &it).await,
        // There is nowhere to send them.
        Ask::GetRtcStatsUrl(_) => Answer::done(),
        Ask::ApplyNetworkThrottle(_)
        | Ask::ResetNetworkThrottle(_)
        | Ask::StopNetworkThrottle(_) => Err(RequestError::Forbidden(
            "this server does not let its network be throttled",
        )),
    }
}

impl Room {
    /// The peer who asks.
    ///
    /// # Errors
    /// None: messages of peers that left are not taken.
    fn peer(&self, id: &PeerId) -> Result<&Peer, RequestError> {
        self.peers.get(id).ok_or(RequestError::PeerNotYetJoined)
    }

    /// The same, to be changed.
    ///
    /// # Errors
    /// None: messages of peers that left are not taken.
    fn peer_mut(&mut self, id: &PeerId) -> Result<&mut Peer, RequestError> {
        self.peers.get_mut(id).ok_or(RequestError::PeerNotYetJoined)
    }

    /// Notes whose something is.
    fn own(&mut self, object_id: &str, owner: &PeerId) {
        self.owners.insert(object_id.to_owned(), owner.clone());
    }
}

/// Refuses one thing more than `max`.
///
/// # Errors
/// [`RequestError::TooMany`].
fn check_limit(present: usize, max: usize, what: &'static str) -> Result<(), RequestError> {
    if present < max {
        Ok(())
    } else {
        Err(RequestError::TooMany { what, max })
    }
}
