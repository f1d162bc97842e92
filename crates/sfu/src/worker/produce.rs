//! Making, pausing and resuming producers.

use super::Worker;
use super::data::gone;
use crate::command::{ContentHint, Produce, Response};
use crate::dump::RecvExtensionIds;
use crate::error::CommandError;
use crate::event::{ConsumerEvent, Event};
use crate::ids::ProducerId;
use crate::key_frame::KeyFrameRequests;
use crate::keys::{ProducerKey, TransportKey};
use crate::producer::Producer;
use crate::producer::codecs::ProducerCodecs;
use crate::producer::mangle::SourceExtensions;
use crate::transport::{RateFeedback, Transport};
use miso_ortc::{
    OrtcError, ProducerType, RtpParameters, check_rtp_mapping, check_rtp_parameters, producer_type,
};
use miso_wire::ExtensionKind;
use std::time::Instant;

type Answer = Result<Response, CommandError>;

impl Worker {
    /// Makes a producer.
    pub(super) fn produce(
        &mut self,
        transport_key: TransportKey,
        id: ProducerId,
        options: Produce,
    ) -> Answer {
        if self.names.producers.contains_key(&id) {
            return Err(CommandError::error(
                "a Producer with same producerId already exists",
            ));
        }
        let producer_type = check(&options)?;
        let transport = self
            .objects
            .transports
            .get_mut(transport_key)
            .ok_or_else(gone)?;
        let parameters = options.rtp_parameters;
        let extensions = SourceExtensions::new(&parameters);
        let producer = Producer {
            id,
            transport: transport_key,
            kind: options.kind,
            producer_type,
            codecs: ProducerCodecs::new(&parameters, &options.rtp_mapping),
            extensions,
            parameters,
            mapping: options.rtp_mapping,
            paused: options.paused,
            content_hint: ContentHint::default(),
            streams: Vec::new(),
            consumers: Vec::new(),
            observers: Vec::new(),
            key_frames: KeyFrameRequests::new(options.key_frame_request_delay),
            orientation: None,
            numbers_packets: options.numbers_packets,
            traces: Default::default(),
            is_dirty: false,
        };
        let key = self.objects.producers.insert(producer);
        // Just inserted.
        let Some(producer) = self.objects.producers.get(key) else {
            return Err(gone());
        };
        if let Err(error) = transport.listener.add(key, &producer.parameters) {
            self.objects.producers.remove(key);
            return Err(error);
        }
        learn_extensions(&mut transport.recv_extension_ids, extensions);
        choose_rate_feedback(transport, &producer.parameters, extensions);
        transport.producers.push(key);
        self.names.producers.insert(id, key);
        Ok(Response::Producer(producer_type))
    }

    /// Says what matters most of a producer's picture.
    pub(super) fn set_content_hint(&mut self, key: ProducerKey, hint: ContentHint) -> Answer {
        let producer = self.objects.producers.get_mut(key).ok_or_else(gone)?;
        if std::mem::replace(&mut producer.content_hint, hint) != hint {
            for consumer in producer.consumers.clone() {
                self.demand_of_consumer_changed(consumer);
            }
        }
        Ok(Response::Done)
    }

    /// Stops forwarding a producer.
    pub(super) fn pause_producer(&mut self, key: ProducerKey) -> Answer {
        let producer = self.objects.producers.get_mut(key).ok_or_else(gone)?;
        if producer.paused {
            return Ok(Response::Done);
        }
        producer.paused = true;
        producer
            .streams
            .iter_mut()
            .for_each(|stream| stream.recv.pause());
        producer.key_frames.clear();
        let (consumers, observers) = (producer.consumers.clone(), producer.observers.clone());
        for consumer_key in consumers {
            if let Some(consumer) = self.objects.consumers.get_mut(consumer_key) {
                consumer.producer_paused = true;
                consumer.stop();
                self.events
                    .push_back(Event::Consumer(consumer.id, ConsumerEvent::ProducerPause));
            }
            self.announce_layers(consumer_key);
            self.demand_of_consumer_changed(consumer_key);
        }
        for observer in observers {
            self.pause_observed(observer, key);
        }
        Ok(Response::Done)
    }

    /// Goes on forwarding a producer, from the next key frame.
    pub(super) fn resume_producer(&mut self, key: ProducerKey, now: Instant) -> Answer {
        let producer = self.objects.producers.get_mut(key).ok_or_else(gone)?;
        if !producer.paused {
            return Ok(Response::Done);
        }
        producer.paused = false;
        producer
            .streams
            .iter_mut()
            .for_each(|stream| stream.recv.resume(now));
        let streams: Vec<_> = producer
            .streams
            .iter()
            .map(|stream| stream.mapped_ssrc)
            .collect();
        let consumers = producer.consumers.clone();
        // First, so that what the consumers ask for is asked already.
        for ssrc in streams {
            self.force_key_frame(key, ssrc, now);
        }
        for consumer in consumers {
            if let Some(consumer) = self.objects.consumers.get_mut(consumer) {
                consumer.producer_paused = false;
                self.events
                    .push_back(Event::Consumer(consumer.id, ConsumerEvent::ProducerResume));
            }
            self.restart_consumer(consumer, now);
            self.demand_of_consumer_changed(consumer);
        }
        for observer in self
            .objects
            .producers
            .get(key)
            .map(|p| p.observers.clone())
            .unwrap_or_default()
        {
            self.resume_observed(observer, key);
        }
        Ok(Response::Done)
    }
}

/// The rules of fact sheet 2.10 and 2.11, as the last gate before the media path.
fn check(options: &Produce) -> Result<ProducerType, CommandError> {
    let parameters = &options.rtp_parameters;
    let refused = |error: OrtcError| CommandError::type_error(error.to_string());
    check_rtp_parameters(parameters).map_err(refused)?;
    let producer_type = producer_type(parameters).map_err(refused)?;
    check_rtp_mapping(parameters, &options.rtp_mapping).map_err(refused)?;
    Ok(producer_type)
}

/// The ids of the newest producer count for the whole transport.
fn learn_extensions(ids: &mut RecvExtensionIds, extensions: SourceExtensions) {
    let learn = |place: &mut Option<u8>, kind| *place = extensions.id(kind).or(*place);
    learn(&mut ids.mid, ExtensionKind::Mid);
    learn(&mut ids.rid, ExtensionKind::Rid);
    learn(&mut ids.rrid, ExtensionKind::RepairedRid);
    learn(&mut ids.abs_send_time, ExtensionKind::AbsSendTime);
    learn(&mut ids.transport_wide_cc, ExtensionKind::TransportWideCc);
}

/// The first producer that allows one kind of feedback fixes it (fact sheet 3.12).
fn choose_rate_feedback(
    transport: &mut Transport,
    parameters: &RtpParameters,
    extensions: SourceExtensions,
) {
    if !matches!(transport.rate_feedback, RateFeedback::None) {
        return;
    }
    let has = |kind: &str| {
        parameters
            .codecs
            .iter()
            .any(|codec| codec.has_feedback(kind, ""))
    };
    if extensions.id(ExtensionKind::TransportWideCc).is_some() && has("transport-cc") {
        transport.rate_feedback = RateFeedback::TransportCc(Box::default());
    } else if extensions.id(ExtensionKind::AbsSendTime).is_some() && has("goog-remb") {
        transport.rate_feedback = RateFeedback::Remb(Box::default());
    }
}
