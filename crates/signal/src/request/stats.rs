//! How things are doing.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{ConsumerId, DataConsumerId, DataProducerId, Dialect, ProducerId, TransportId};

/// How is a transport doing?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetTransportStats {
    /// The transport.
    pub transport_id: TransportId,
}

/// How is a producer doing?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetProducerStats {
    /// The producer.
    pub producer_id: ProducerId,
}

/// How is a consumer doing?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetConsumerStats {
    /// The consumer.
    pub consumer_id: ConsumerId,
}

/// How is a data producer doing?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetDataProducerStats {
    /// The data producer.
    pub data_producer_id: DataProducerId,
}

/// How is a data consumer doing?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetDataConsumerStats {
    /// The data consumer.
    pub data_consumer_id: DataConsumerId,
}

/// Statistics: mediasoup's objects, always in a list, which newer clients get wrapped in an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(
    feature = "ts",
    derive(ts_rs::TS),
    ts(type = "Record<string, unknown>[]")
)]
#[serde(transparent)]
pub struct Stats(pub Vec<Value>);

impl Stats {
    /// The list as it is written for a client of a dialect: bare, or wrapped in an object.
    pub fn in_dialect(self, dialect: Dialect) -> Value {
        match dialect {
            Dialect::Unknown | Dialect::JavaScript => Value::Array(self.0),
            Dialect::TypeScript => json!({ "stats": self.0 }),
        }
    }
}
