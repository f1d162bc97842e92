//! How things are doing: lists of mediasoup's objects.

use miso_engine::RequestError as EngineError;
use miso_signal::{
    GetConsumerStats, GetDataConsumerStats, GetDataProducerStats, GetProducerStats,
    GetTransportStats, PeerId, RequestError, Stats,
};
use serde_json::Value;

use crate::room::{Room, convert};

use super::Answer;

fn answer(stats: Result<Vec<Value>, EngineError>) -> Result<Answer, RequestError> {
    Ok(Answer::stats(Stats(stats.map_err(convert::failed)?)))
}

/// Of a transport.
pub(super) async fn of_transport(
    room: &Room,
    caller: &PeerId,
    get: &GetTransportStats,
) -> Result<Answer, RequestError> {
    let transport = room.peer(caller)?.transport(get.transport_id.as_str())?;
    answer(transport.get_stats().await)
}

/// Of a producer.
pub(super) async fn of_producer(
    room: &Room,
    caller: &PeerId,
    get: &GetProducerStats,
) -> Result<Answer, RequestError> {
    let producer = room.peer(caller)?.producer(get.producer_id.as_str())?;
    answer(producer.get_stats().await)
}

/// Of a consumer. The first entry, which is of what is sent, also has `layers`: which it gets, and why.
pub(super) async fn of_consumer(
    room: &Room,
    caller: &PeerId,
    get: &GetConsumerStats,
) -> Result<Answer, RequestError> {
    let consumer = room.peer(caller)?.consumer(get.consumer_id.as_str())?;
    let layers = consumer.layers().await.map_err(convert::failed)?;
    let mut stats = consumer.get_stats().await.map_err(convert::failed)?;
    if let (Some(layers), Some(Value::Object(outbound))) = (layers, stats.first_mut()) {
        outbound.insert("layers".to_owned(), layers);
    }
    answer(Ok(stats))
}

/// Of a data producer.
pub(super) async fn of_data_producer(
    room: &Room,
    caller: &PeerId,
    get: &GetDataProducerStats,
) -> Result<Answer, RequestError> {
    let producer = room
        .peer(caller)?
        .data_producer(get.data_producer_id.as_str())?;
    answer(producer.get_stats().await)
}

/// Of a data consumer.
pub(super) async fn of_data_consumer(
    room: &Room,
    caller: &PeerId,
    get: &GetDataConsumerStats,
) -> Result<Answer, RequestError> {
    let consumer = room
        .peer(caller)?
        .data_consumer(get.data_consumer_id.as_str())?;
    answer(consumer.get_stats().await)
}
