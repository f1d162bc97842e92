//! Which layers a consumer gets, and why.

use super::Worker;
use super::data::gone;
use crate::command::Response;
use crate::consumer::Consumer;
use crate::consumer::allotment::Allotted;
use crate::consumer::layers::Layers;
use crate::error::CommandError;
use crate::event::ConsumerLayers;
use crate::keys::ConsumerKey;
use crate::producer::Producer;
use crate::stats::{LayerLimit, LayerReport};
use std::time::Instant;

impl Worker {
    /// Which layers a consumer gets, and why.
    pub(super) fn report_layers(
        &self,
        key: ConsumerKey,
        now: Instant,
    ) -> Result<Response, CommandError> {
        let consumer = self.objects.consumers.get(key).ok_or_else(gone)?;
        if !consumer.has_layers() {
            return Ok(Response::Layers(None));
        }
        let producer = self.objects.producers.get(consumer.producer);
        let producer = producer.ok_or_else(gone)?;
        let transport = self.objects.transports.get(consumer.transport);
        let send_path = transport.and_then(|transport| transport.send_path.as_deref());
        Ok(Response::Layers(Some(LayerReport {
            preferred: consumer.preferred,
            target: consumer.target.map(told),
            current: consumer.current_layers(producer),
            limited_by: limit_of(consumer, producer, now),
            available: send_path.map(|path| path.controller.available()),
        })))
    }
}

fn told(layers: Layers) -> ConsumerLayers {
    ConsumerLayers {
        spatial_layer: layers.spatial,
        temporal_layer: Some(layers.temporal),
    }
}

/// What keeps a consumer from the highest layers that were announced.
fn limit_of(consumer: &Consumer, producer: &Producer, now: Instant) -> LayerLimit {
    if !consumer.wants_media() {
        return LayerLimit::Paused;
    }
    let mut offers = Vec::new();
    consumer.offers(producer, now, &mut offers);
    let Some(highest) = offers.iter().map(|offer| offer.layers).max() else {
        return LayerLimit::Sender;
    };
    consumer.choose_offers(producer.content_hint, &mut offers);
    let wanted = offers.iter().map(|offer| offer.layers).max();
    let wanted = wanted.unwrap_or(highest);
    let announced = consumer.announced();
    match consumer.allotted {
        Allotted::Nothing => LayerLimit::Bandwidth,
        Allotted::UpTo(allotted) if allotted < wanted => LayerLimit::Bandwidth,
        _ if wanted < highest => LayerLimit::Preference,
        _ if highest.spatial + 1 < announced.spatial => LayerLimit::Sender,
        _ => LayerLimit::None,
    }
}
