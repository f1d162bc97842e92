//! Making and steering consumers.

mod new;

use super::Worker;
use super::data::gone;
use crate::command::{Consume, NewConsumer, PreferredLayers, Response};
use crate::consumer::Consumer;
use crate::error::CommandError;
use crate::event::{ConsumerEvent, Event, ProducerEvent};
use crate::ids::ConsumerId;
use crate::keys::{ConsumerKey, ProducerKey, TransportKey};
use crate::send_stream::{SendStream, SendStreamSeeds};
use miso_ortc::MediaKind;
use miso_wire::Ssrc;
use new::{check, new_consumer, send_params};
use rand::Rng;
use std::time::Instant;

type Answer = Result<Response, CommandError>;

/// The first number of a stream to a peer is below half the range, so that a few lost packets at the start cannot be
/// taken for a wrap (fact sheet 3.9).
const INITIAL_SEQ: std::ops::Range<u16> = 1_000..32_767;

impl Worker {
    /// Makes a consumer.
    pub(super) fn consume(
        &mut self,
        transport_key: TransportKey,
        id: ConsumerId,
        options: Consume,
        now: Instant,
    ) -> Answer {
        if self.names.consumers.contains_key(&id) {
            return Err(CommandError::error(
                "a Consumer with same consumerId already exists",
            ));
        }
        let producer_key = self.producer_key(options.producer_id)?;
        let sources = check(&options)?;
        let same_router =
            self.router_of_transport(transport_key) == self.router_of_producer(producer_key);
        let producer = self
            .objects
            .producers
            .get_mut(producer_key)
            .ok_or_else(gone)?;
        let transport = self
            .objects
            .transports
            .get_mut(transport_key)
            .ok_or_else(gone)?;
        if !same_router || producer.kind != options.kind {
            return Err(CommandError::not_found("Producer not found"));
        }
        let mut ssrcs = sources.iter().flat_map(|source| source.ssrcs());
        if let Some(taken) = ssrcs.find(|ssrc| transport.consumer_ssrcs.contains_key(ssrc)) {
            return Err(CommandError::error(format!(
                "ssrc already in use in this transport [ssrc:{}]",
                taken.0
            )));
        }
        let mut streams = Vec::new();
        for source in sources {
            let seeds = SendStreamSeeds {
                initial_seq: self.rng.random_range(INITIAL_SEQ),
                first_rtx_seq: self.rng.random(),
            };
            streams.push(SendStream::new(send_params(&options, source)?, seeds, now));
        }
        let consumer = new_consumer(
            id,
            (producer_key, transport_key),
            options,
            producer,
            streams,
        )?;
        let score = consumer.score_with(producer);
        let answer = NewConsumer {
            paused: consumer.paused,
            producer_paused: consumer.producer_paused,
            score: score.clone(),
            preferred_layers: consumer.preferred,
        };
        let ssrcs: Vec<Ssrc> = consumer.ssrcs().collect();
        let key = self
            .objects
            .consumers
            .insert(Consumer { score, ..consumer });
        transport
            .consumer_ssrcs
            .extend(ssrcs.into_iter().map(|ssrc| (ssrc, key)));
        transport.consumers.push(key);
        producer.consumers.push(key);
        self.names.consumers.insert(id, key);
        self.begin_estimation(key, now);
        self.restart_consumer(key, now);
        self.demand_changed(transport_key);
        self.share_bitrate(transport_key, now);
        Ok(Response::Consumer(answer))
    }

    pub(super) fn router_of_transport(&self, key: TransportKey) -> Option<crate::ids::RouterId> {
        self.objects
            .transports
            .get(key)
            .map(|transport| transport.router)
    }

    pub(super) fn router_of_producer(&self, key: ProducerKey) -> Option<crate::ids::RouterId> {
        self.objects
            .producers
            .get(key)
            .and_then(|producer| self.router_of_transport(producer.transport))
    }

    /// Stops forwarding to a consumer.
    pub(super) fn pause_consumer(&mut self, key: ConsumerKey) -> Answer {
        let consumer = self.objects.consumers.get_mut(key).ok_or_else(gone)?;
        if !consumer.paused {
            consumer.paused = true;
            consumer.stop();
            let transport = consumer.transport;
            self.demand_changed(transport);
            self.announce_layers(key);
        }
        Ok(Response::Done)
    }

    /// Goes on forwarding to a consumer, from the next key frame.
    pub(super) fn resume_consumer(&mut self, key: ConsumerKey, now: Instant) -> Answer {
        let consumer = self.objects.consumers.get_mut(key).ok_or_else(gone)?;
        if std::mem::replace(&mut consumer.paused, false) {
            let transport = consumer.transport;
            self.restart_consumer(key, now);
            self.demand_changed(transport);
            self.share_bitrate(transport, now);
        }
        Ok(Response::Done)
    }

    /// Sets the layers that a consumer wants.
    pub(super) fn set_preferred_layers(
        &mut self,
        key: ConsumerKey,
        layers: PreferredLayers,
        now: Instant,
    ) -> Answer {
        let consumer = self.objects.consumers.get_mut(key).ok_or_else(gone)?;
        if !consumer.has_layers() {
            return Ok(Response::PreferredLayers(None));
        }
        let preferred = consumer.clamp_layers(layers);
        consumer.preferred = Some(preferred);
        let transport = consumer.transport;
        self.reconsider_layers(key, now);
        self.demand_changed(transport);
        self.share_bitrate(transport, now);
        Ok(Response::PreferredLayers(Some(preferred)))
    }

    /// Sets how a consumer is treated when the path is short.
    pub(super) fn set_priority(&mut self, key: ConsumerKey, priority: u8) -> Answer {
        if priority == 0 {
            return Err(CommandError::type_error(
                "wrong priority (must be higher than 0)",
            ));
        }
        let consumer = self.objects.consumers.get_mut(key).ok_or_else(gone)?;
        consumer.priority = priority;
        let transport = consumer.transport;
        self.demand_changed(transport);
        Ok(Response::Priority(priority))
    }

    /// Asks for a key frame of what the consumer gets.
    pub(super) fn request_key_frame_for(&mut self, key: ConsumerKey, now: Instant) -> Answer {
        self.ask_for_key_frame_of(key, now);
        Ok(Response::Done)
    }

    /// Asks for key frames of what the consumer gets, and of what it waits for.
    pub(super) fn ask_for_key_frame_of(&mut self, key: ConsumerKey, now: Instant) {
        let legs = self
            .objects
            .consumers
            .get(key)
            .map_or(0, |it| it.legs.len());
        (0..legs).for_each(|leg| self.ask_for_key_frame_of_leg(key, leg, now));
    }

    /// Asks for key frames of what one leg of the consumer gets, and of what it waits for.
    pub(super) fn ask_for_key_frame_of_leg(&mut self, key: ConsumerKey, leg: usize, now: Instant) {
        let Some(consumer) = self.objects.consumers.get(key) else {
            return;
        };
        if consumer.kind != MediaKind::Video || !self.is_active(key) {
            return;
        }
        let Some(leg) = consumer.legs.get(leg) else {
            return;
        };
        let producer_key = consumer.producer;
        for followed in [leg.current, leg.target].into_iter().flatten() {
            if let Some(ssrc) = self.mapped_ssrc(producer_key, followed.stream) {
                self.ask_for_key_frame(producer_key, ssrc, now);
            }
        }
    }

    fn mapped_ssrc(&self, producer: ProducerKey, stream: usize) -> Option<Ssrc> {
        self.objects
            .producers
            .get(producer)?
            .streams
            .get(stream)
            .map(|stream| stream.mapped_ssrc)
    }

    /// Whether packets flow to the consumer when there are any.
    fn is_active(&self, key: ConsumerKey) -> bool {
        self.objects.consumers.get(key).is_some_and(|consumer| {
            let connected = self
                .objects
                .transports
                .get(consumer.transport)
                .is_some_and(|t| t.connected);
            consumer.wants_media() && connected
        })
    }

    /// The consumer begins anew: it was made, resumed, or its transport connected.
    pub(super) fn restart_consumer(&mut self, key: ConsumerKey, now: Instant) {
        if let Some(consumer) = self.objects.consumers.get_mut(key) {
            consumer.stop();
        }
        self.reconsider_layers(key, now);
    }

    /// Chooses what the consumer should get, and asks for the key frames that let it get there.
    pub(super) fn reconsider_layers(&mut self, key: ConsumerKey, now: Instant) {
        let Some((producer, awaited)) = self.choose_streams(key) else {
            return;
        };
        for ssrc in awaited {
            self.ask_for_key_frame(producer, ssrc, now);
        }
    }

    /// Chooses anew what all consumers of a producer should get: other layers come than before.
    pub(super) fn reconsider_consumers_of(&mut self, key: ProducerKey, now: Instant) {
        let producer = self.objects.producers.get(key);
        let consumers = producer.map(|producer| producer.consumers.clone());
        for consumer in consumers.unwrap_or_default() {
            self.reconsider_layers(consumer, now);
        }
    }

    /// Chooses what the consumer should get. The streams whose key frames it now waits for, if that is news.
    fn choose_streams(&mut self, key: ConsumerKey) -> Option<(ProducerKey, Vec<Ssrc>)> {
        let active = self.is_active(key);
        let consumer = self.objects.consumers.get_mut(key)?;
        let producer = self.objects.producers.get(consumer.producer)?;
        let awaited = if active {
            consumer.follow_best(producer)
        } else {
            consumer.follow_nothing();
            Vec::new()
        };
        let producer_key = consumer.producer;
        self.announce_layers(key);
        Some((producer_key, awaited))
    }

    /// Tells which layers the consumer gets when they are others than before.
    pub(super) fn announce_layers(&mut self, key: ConsumerKey) {
        let Some(consumer) = self.objects.consumers.get_mut(key) else {
            return;
        };
        let Some(producer) = self.objects.producers.get(consumer.producer) else {
            return;
        };
        if !consumer.has_layers() {
            return;
        }
        let layers = consumer.current_layers(producer);
        if layers != consumer.layers {
            consumer.layers = layers;
            self.events.push_back(Event::Consumer(
                consumer.id,
                ConsumerEvent::LayersChange(layers),
            ));
            self.announce_consumer_score(key);
        }
    }

    /// A producer has a stream that it had not before, which `new` names. No key frame of it is asked for: its first
    /// packet may begin one.
    pub(super) fn adopt_new_stream(&mut self, key: ProducerKey, new: Ssrc, now: Instant) {
        let Some(producer) = self.objects.producers.get(key) else {
            return;
        };
        self.events.push_back(Event::Producer(
            producer.id,
            ProducerEvent::Score(producer.scores()),
        ));
        for consumer in producer.consumers.clone() {
            let awaited = self.choose_streams(consumer);
            let awaited = awaited.map(|(_, awaited)| awaited).unwrap_or_default();
            for ssrc in awaited.into_iter().filter(|ssrc| *ssrc != new) {
                self.ask_for_key_frame(key, ssrc, now);
            }
            self.demand_of_consumer_changed(consumer);
            self.announce_consumer_score(consumer);
        }
    }
}
