//! Making data producers and data consumers.

use std::sync::Arc;

use miso_ortc::{SctpStreamParameters, data_consumer_stream_parameters};
use miso_sfu::command::Response;
use miso_sfu::command::{ConsumeData, ProduceData, TransportCommand};
use miso_sfu::{DataConsumerId, DataProducerId};

use super::core::TransportCore;
use crate::base::Base;
use crate::data_consumer::{DataConsumer, DataConsumerCore};
use crate::data_producer::{DataProducer, DataProducerCore};
use crate::error::{RequestError, expect_answer};
use crate::sync::lock;
use crate::types::{DataConsumerOptions, DataProducerOptions};

impl TransportCore {
    /// Makes a data producer.
    pub(super) async fn produce_data(
        self: &Arc<Self>,
        options: DataProducerOptions,
    ) -> Result<DataProducer, RequestError> {
        let router = &self.base.router;
        let base = Base::new(router, &self.base.worker, options.id, options.app_data);
        let id = DataProducerId(base.number);
        let for_core = ProduceData {
            sctp_stream_parameters: options.sctp_stream_parameters.filter(|_| !self.is_direct()),
            label: options.label,
            protocol: options.protocol,
            paused: options.paused,
        };
        if self.base.is_closed() {
            return Err(RequestError::Closed);
        }
        router.reserve_data_producer(&base.name, id)?;
        let transport = Arc::clone(self);
        let made = for_core.clone();
        let finish = move |answer| {
            let router = Arc::clone(&base.router);
            expect_answer!(answer, Response::Done => ())
                .inspect_err(|_| router.release_data_producer(&base.name))?;
            let producer = Arc::new(DataProducerCore::new(base, transport.id(), made));
            router.adopt_data_producer(&producer)?;
            Ok(DataProducer(producer))
        };
        let command = self.command(TransportCommand::ProduceData(id, for_core));
        self.base
            .worker
            .ask_or(command, finish, |producer| producer.close())
            .await
    }

    /// Makes a data consumer.
    pub(super) async fn consume_data(
        self: &Arc<Self>,
        options: DataConsumerOptions,
    ) -> Result<DataConsumer, RequestError> {
        let router = &self.base.router;
        let wanted = &options.data_producer_id;
        let producer = lock(&router.tables)
            .data_producer_named(wanted)
            .ok_or_else(|| {
                RequestError::NotFound(format!("DataProducer with id \"{wanted}\" not found"))
            })?;
        if self.base.is_closed() {
            return Err(RequestError::Closed);
        }
        let stream = Stream::allocate(self, &options, &producer)?;
        let base = Base::new(router, &self.base.worker, None, options.app_data);
        let id = DataConsumerId(base.number);
        let for_core = ConsumeData {
            data_producer_id: producer.id(),
            sctp_stream_parameters: stream.parameters,
            label: producer.label.clone(),
            protocol: producer.protocol.clone(),
            paused: options.paused,
            subchannels: options.subchannels,
        };
        let made = for_core.clone();
        let finish = move |answer| {
            expect_answer!(answer, Response::Done => ())?;
            let transport = stream.keep();
            let consumer = Arc::new(DataConsumerCore::new(base, transport, &producer, made));
            let router = &consumer.base.router;
            router
                .adopt_data_consumer(&consumer)
                .inspect_err(|_| consumer.release_stream())?;
            Ok(DataConsumer(consumer))
        };
        let command = self.command(TransportCommand::ConsumeData(id, for_core));
        self.base
            .worker
            .ask_or(command, finish, |consumer| consumer.close())
            .await
    }
}

/// The stream of a data consumer that is being made. Its id is free again when this is dropped and was not kept.
struct Stream {
    transport: Arc<TransportCore>,
    /// None on a direct transport.
    parameters: Option<SctpStreamParameters>,
    is_kept: bool,
}

impl Stream {
    fn allocate(
        transport: &Arc<TransportCore>,
        options: &DataConsumerOptions,
        producer: &DataProducerCore,
    ) -> Result<Self, RequestError> {
        let mut stream = Self {
            transport: Arc::clone(transport),
            parameters: None,
            is_kept: false,
        };
        if transport.is_direct() {
            return Ok(stream);
        }
        let id = {
            let mut negotiation = lock(&transport.negotiation);
            let max_streams = negotiation.max_streams;
            negotiation.stream_ids.allocate(max_streams)?
        };
        let wishes = miso_ortc::DataConsumerOptions {
            ordered: options.ordered,
            max_packet_life_time: options.max_packet_life_time,
            max_retransmits: options.max_retransmits,
        };
        let inherited = producer.sctp_stream_parameters.as_ref();
        let parameters = data_consumer_stream_parameters(inherited, wishes, id)
            .inspect_err(|_| transport.release_stream(id))?;
        stream.parameters = Some(parameters);
        Ok(stream)
    }

    /// From now on the data consumer gives the id back.
    fn keep(mut self) -> Arc<TransportCore> {
        self.is_kept = true;
        Arc::clone(&self.transport)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(parameters) = self.parameters.filter(|_| !self.is_kept) {
            self.transport.release_stream(parameters.stream_id);
        }
    }
}
