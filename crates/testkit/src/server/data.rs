//! Data producers and consumers, negotiated as the engine does it.

use std::time::Instant;

use miso_ortc::{DataConsumerOptions, SctpStreamParameters, data_consumer_stream_parameters};
use miso_sfu::command::{Command, ConsumeData, ProduceData, TransportCommand};
use miso_sfu::{CommandError, DataConsumerId, DataProducerId, TransportId};

use super::{DataProducerRecord, Server};

impl Server {
    /// Makes a data producer; without a stream on a direct transport.
    ///
    /// # Errors
    /// As the core's.
    pub fn produce_data(
        &mut self,
        transport: TransportId,
        parameters: Option<SctpStreamParameters>,
        label: &str,
        now: Instant,
    ) -> Result<DataProducerId, CommandError> {
        let id = DataProducerId(self.next_id());
        let options = ProduceData {
            sctp_stream_parameters: parameters,
            label: label.to_owned(),
            protocol: String::new(),
            paused: false,
        };
        let record = DataProducerRecord {
            parameters,
            label: options.label.clone(),
            protocol: options.protocol.clone(),
        };
        self.command(
            Command::Transport(transport, TransportCommand::ProduceData(id, options)),
            now,
        )?;
        self.data_producers.insert(id, record);
        Ok(id)
    }

    /// Makes a data consumer. Its stream, unless the transport is direct.
    ///
    /// # Errors
    /// As the core's.
    pub fn consume_data(
        &mut self,
        transport: TransportId,
        producer: DataProducerId,
        direct: bool,
        now: Instant,
    ) -> Result<(DataConsumerId, Option<SctpStreamParameters>), CommandError> {
        let id = DataConsumerId(self.next_id());
        let source = self
            .data_producers
            .get(&producer)
            .ok_or_else(|| CommandError::not_found("DataProducer not found"))?
            .clone();
        let record = self.transports.entry(transport).or_default();
        let parameters = if direct {
            None
        } else {
            let to_error = |error: miso_ortc::OrtcError| CommandError::error(error.to_string());
            let stream = record.streams.allocate(None).map_err(to_error)?;
            let options = DataConsumerOptions::default();
            Some(
                data_consumer_stream_parameters(source.parameters.as_ref(), options, stream)
                    .map_err(to_error)?,
            )
        };
        let options = ConsumeData {
            data_producer_id: producer,
            sctp_stream_parameters: parameters,
            label: source.label,
            protocol: source.protocol,
            paused: false,
            subchannels: Vec::new(),
        };
        self.command(
            Command::Transport(transport, TransportCommand::ConsumeData(id, options)),
            now,
        )?;
        Ok((id, parameters))
    }
}
