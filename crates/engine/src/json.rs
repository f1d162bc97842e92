//! Statistics and dumps as JSON under mediasoup's names. One file per entity.

mod consumer;
mod data;
mod layers;
mod producer;
mod router;
mod stream;
mod transport;

use serde::Serialize;
use serde_json::Value;

pub(crate) use consumer::consumer_dump;
pub(crate) use data::{
    data_consumer_dump, data_consumer_stats, data_producer_dump, data_producer_stats,
};
pub(crate) use layers::layers;
pub(crate) use producer::producer_dump;
pub(crate) use router::router_dump;
pub(crate) use stream::stream_stats;
pub(crate) use transport::{transport_dump, transport_stats};

/// An entry of a map that mediasoup writes as a list.
#[derive(Clone, Debug, Serialize)]
struct Pair<K, V> {
    key: K,
    value: V,
}

/// The value as JSON. What is serialised here has text keys and no failing parts, so this does not fail.
fn to_json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
