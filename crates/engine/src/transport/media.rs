//! Making producers and consumers: negotiation first, then the core.

use std::sync::Arc;

use miso_ortc::{
    ConsumerType, MediaKind, PreparedProducer, RtpParameters, TransportCname,
    consumer_rtp_parameters, pipe_consumer_rtp_parameters, prepare_producer,
    validate_rtp_capabilities,
};
use miso_sfu::command::Response;
use miso_sfu::command::{Consume, Produce, TransportCommand};
use miso_sfu::{ConsumerId, ProducerId};
use miso_wire::Mid;

use super::core::{Kind, TransportCore};
use crate::base::Base;
use crate::consumer::{Consumer, ConsumerCore};
use crate::error::{RequestError, expect_answer};
use crate::producer::{Producer, ProducerCore};
use crate::sync::lock;
use crate::types::{ConsumerOptions, ProducerOptions};

impl TransportCore {
    /// Makes a producer.
    pub(super) async fn produce(
        self: &Arc<Self>,
        options: ProducerOptions,
    ) -> Result<Producer, RequestError> {
        let router = &self.base.router;
        let prepared = self.prepare(options.kind, options.rtp_parameters)?;
        let base = Base::new(router, &self.base.worker, options.id, options.app_data);
        let id = ProducerId(base.number);
        let for_core = Box::new(Produce {
            kind: options.kind,
            rtp_parameters: prepared.parameters.clone(),
            rtp_mapping: prepared.mapping,
            paused: options.paused,
            key_frame_request_delay: options.key_frame_request_delay,
            numbers_packets: false,
        });
        if self.base.is_closed() {
            return Err(RequestError::Closed);
        }
        router.reserve_producer(&base.name, id)?;
        let transport = Arc::clone(self);
        let finish = move |answer| {
            let router = Arc::clone(&base.router);
            let producer_type = expect_answer!(answer, Response::Producer(it) => it)
                .inspect_err(|_| router.release_producer(&base.name))?;
            let producer = Arc::new(ProducerCore::new(
                base,
                transport.id(),
                PreparedProducer {
                    producer_type,
                    mapping: Default::default(),
                    ..prepared
                },
                (options.kind, options.paused),
            ));
            router.adopt_producer(&producer)?;
            Ok(Producer(producer))
        };
        let command = self.command(TransportCommand::Produce(id, for_core));
        self.base
            .worker
            .ask_or(command, finish, |producer| producer.close())
            .await
    }

    fn prepare(
        &self,
        kind: MediaKind,
        parameters: RtpParameters,
    ) -> Result<PreparedProducer, RequestError> {
        let router = &self.base.router.capabilities;
        let options = miso_ortc::ProducerOptions {
            kind,
            parameters,
            router,
        };
        // Producers that come from another router keep the names that they had there.
        if matches!(self.kind, Kind::Pipe { .. }) {
            let cname = &mut TransportCname::default();
            return Ok(prepare_producer(options, cname, &mut rand::random)?);
        }
        let cname = &mut lock(&self.negotiation).cname;
        Ok(prepare_producer(options, cname, &mut rand::random)?)
    }

    /// Makes a consumer.
    pub(super) async fn consume(
        self: &Arc<Self>,
        options: ConsumerOptions,
    ) -> Result<Consumer, RequestError> {
        let router = &self.base.router;
        let producer = lock(&router.tables)
            .producer_named(&options.producer_id)
            .ok_or_else(|| {
                let reason = format!("Producer with id \"{}\" not found", options.producer_id);
                RequestError::NotFound(reason)
            })?;
        let (consumer_type, rtp_parameters) = match &self.kind {
            Kind::Pipe { rtx, .. } => (ConsumerType::Pipe, piped(&producer, *rtx)),
            _ => (
                producer.producer_type.into(),
                self.negotiate(&options, &producer)?,
            ),
        };
        let base = Base::new(router, &self.base.worker, None, options.app_data);
        let id = ConsumerId(base.number);
        let for_core = Box::new(Consume {
            producer_id: producer.id(),
            kind: producer.kind,
            rtp_parameters: rtp_parameters.clone(),
            consumer_type,
            consumable_rtp_encodings: producer.consumable.encodings.clone(),
            paused: options.paused,
            preferred_layers: options.preferred_layers.map(Into::into),
            ignore_dtx: options.ignore_dtx,
        });
        if self.base.is_closed() {
            return Err(RequestError::Closed);
        }
        let transport = Arc::clone(self);
        let finish = move |answer| {
            let state = expect_answer!(answer, Response::Consumer(state) => state)?;
            let named = (consumer_type, rtp_parameters);
            let consumer = ConsumerCore::new(base, transport.id(), &producer, named, state);
            let consumer = Arc::new(consumer);
            consumer.base.router.adopt_consumer(&consumer)?;
            Ok(Consumer(consumer))
        };
        let command = self.command(TransportCommand::Consume(id, for_core));
        self.base
            .worker
            .ask_or(command, finish, |consumer| consumer.close())
            .await
    }

    /// What the peer gets of a producer.
    fn negotiate(
        &self,
        options: &ConsumerOptions,
        producer: &ProducerCore,
    ) -> Result<RtpParameters, RequestError> {
        let mut remote = options.rtp_capabilities.clone();
        validate_rtp_capabilities(&mut remote)?;
        let given = options.mid.as_ref().map(|mid| {
            Mid::new(mid.as_bytes()).map_err(|_| {
                RequestError::Type("if given, mid must be non empty string".to_owned())
            })
        });
        let for_ortc = miso_ortc::ConsumerOptions {
            consumable: &producer.consumable,
            remote: &remote,
            mid: given.transpose()?,
            enable_rtx: options
                .enable_rtx
                .unwrap_or(producer.kind == MediaKind::Video),
            pipe: false,
        };
        let mut parameters = consumer_rtp_parameters(for_ortc, &mut rand::random)?;
        // Only now, so that a refused consumer takes no number.
        if parameters.mid.is_none() {
            parameters.mid = lock(&self.negotiation).mids.allocate();
        }
        Ok(parameters)
    }
}

/// What another router gets of a producer.
fn piped(producer: &ProducerCore, rtx: bool) -> RtpParameters {
    let consumable = &producer.consumable;
    pipe_consumer_rtp_parameters(producer.kind, consumable, rtx, &mut rand::random)
}
