//! Receiving media.

use std::num::NonZeroU8;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::ConsumerId;
use crate::lenient::small_number;

/// Get nothing for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PauseConsumer {
    /// The consumer.
    pub consumer_id: ConsumerId,
}

/// Get it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ResumeConsumer {
    /// The consumer.
    pub consumer_id: ConsumerId,
}

/// Get no more than these layers, of simulcast or SVC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct SetConsumerPreferredLayers {
    /// The consumer.
    pub consumer_id: ConsumerId,
    /// The highest spatial layer, counted from 0.
    #[serde(deserialize_with = "spatial_layer")]
    pub spatial_layer: u8,
    /// The highest temporal layer, counted from 0; the highest there is when absent.
    #[serde(default, deserialize_with = "temporal_layer")]
    pub temporal_layer: Option<u8>,
}

fn spatial_layer<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    small_number(from, "spatialLayer")?.ok_or_else(|| D::Error::custom("missing spatialLayer"))
}

fn temporal_layer<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
    small_number(from, "temporalLayer")
}

/// Get this rather than others where the link does not carry all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SetConsumerPriority {
    /// The consumer.
    pub consumer_id: ConsumerId,
    /// From 1, which all have at first, to 255, which comes before all others.
    #[serde(deserialize_with = "priority")]
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub priority: NonZeroU8,
}

fn priority<'de, D: Deserializer<'de>>(from: D) -> Result<NonZeroU8, D::Error> {
    let number = small_number(from, "priority")?;
    number
        .and_then(NonZeroU8::new)
        .ok_or_else(|| D::Error::custom("wrong priority (must be higher than 0)"))
}

/// Get a picture that needs no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RequestConsumerKeyFrame {
    /// The consumer.
    pub consumer_id: ConsumerId,
}
