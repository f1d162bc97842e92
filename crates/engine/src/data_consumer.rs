//! Data consumers: outbound messages.

use std::sync::{Arc, Mutex};

use miso_ortc::SctpStreamParameters;
use miso_sfu::DataConsumerId;
use miso_sfu::command::{Command, Response};
use miso_sfu::command::{ConsumeData, DataConsumerCommand};
use miso_sfu::sctp::Ppid;
use serde_json::Value;

use crate::base::Base;
use crate::data_producer::DataProducerCore;
use crate::error::{RequestError, expect_answer};
use crate::json;
use crate::message::payload;
use crate::sync::lock;
use crate::transport::TransportCore;

/// Outbound messages of one data producer. Clones are handles of one data consumer; it stays until it, its data
/// producer, its transport or its router is closed.
#[derive(Clone, Debug)]
pub struct DataConsumer(pub(crate) Arc<DataConsumerCore>);

impl DataConsumer {
    /// Its id, a UUID.
    pub fn id(&self) -> &str {
        &self.0.base.name
    }

    /// What it forwards.
    pub fn data_producer_id(&self) -> &str {
        &self.0.data_producer_name
    }

    /// The SCTP stream; none on a direct transport.
    pub fn sctp_stream_parameters(&self) -> Option<&SctpStreamParameters> {
        self.0.sctp_stream_parameters.as_ref()
    }

    /// Label of the DataChannel: the data producer's.
    pub fn label(&self) -> &str {
        &self.0.label
    }

    /// Subprotocol of the DataChannel: the data producer's.
    pub fn protocol(&self) -> &str {
        &self.0.protocol
    }

    /// Whether it is paused by its own side.
    pub fn paused(&self) -> bool {
        lock(&self.0.state).paused
    }

    /// Whether its data producer is paused.
    pub fn data_producer_paused(&self) -> bool {
        lock(&self.0.state).data_producer_paused
    }

    /// The subchannels that it is subscribed to.
    pub fn subchannels(&self) -> Vec<u16> {
        lock(&self.0.state).subchannels.clone()
    }

    /// What the owner gave it.
    pub fn app_data(&self) -> &Value {
        &self.0.base.app_data
    }

    /// Whether it is closed.
    pub fn closed(&self) -> bool {
        self.0.base.is_closed()
    }

    /// Stops forwarding.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn pause(&self) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let then = move || lock(&core.state).paused = true;
        self.0
            .base
            .order(self.0.command(DataConsumerCommand::Pause), then)
            .await
    }

    /// Goes on forwarding.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn resume(&self) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let then = move || lock(&core.state).paused = false;
        self.0
            .base
            .order(self.0.command(DataConsumerCommand::Resume), then)
            .await
    }

    /// Sends a message of the owner's own to the peer; not on direct transports. Bytes that wait to be sent then.
    ///
    /// # Errors
    /// [`RequestError::Type`] on a direct transport and for a message that is too long, [`RequestError::Error`] when
    /// the send buffer is full or it is paused, [`RequestError::Closed`].
    pub async fn send(
        &self,
        ppid: Ppid,
        bytes: impl Into<Arc<[u8]>>,
    ) -> Result<usize, RequestError> {
        self.ask_amount(DataConsumerCommand::Send(payload(ppid, bytes.into())))
            .await
    }

    /// Bytes that wait to be sent; not on direct transports.
    ///
    /// # Errors
    /// [`RequestError::Type`] on a direct transport, [`RequestError::Closed`].
    pub async fn get_buffered_amount(&self) -> Result<usize, RequestError> {
        self.ask_amount(DataConsumerCommand::GetBufferedAmount)
            .await
    }

    /// Sets the amount of waiting bytes at or below which `BufferedAmountLow` is told.
    ///
    /// # Errors
    /// [`RequestError::Type`] on a direct transport, [`RequestError::Closed`].
    pub async fn set_buffered_amount_low_threshold(
        &self,
        bytes: usize,
    ) -> Result<(), RequestError> {
        let command = DataConsumerCommand::SetBufferedAmountLowThreshold(bytes);
        self.0.base.order(self.0.command(command), || ()).await
    }

    /// Replaces the subchannels.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn set_subchannels(&self, subchannels: Vec<u16>) -> Result<(), RequestError> {
        self.change_subchannels(DataConsumerCommand::SetSubchannels(subchannels))
            .await
    }

    /// Subscribes to a subchannel.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn add_subchannel(&self, subchannel: u16) -> Result<(), RequestError> {
        self.change_subchannels(DataConsumerCommand::AddSubchannel(subchannel))
            .await
    }

    /// Ends the subscription to a subchannel.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn remove_subchannel(&self, subchannel: u16) -> Result<(), RequestError> {
        self.change_subchannels(DataConsumerCommand::RemoveSubchannel(subchannel))
            .await
    }

    async fn ask_amount(&self, command: DataConsumerCommand) -> Result<usize, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::BufferedAmount(bytes) => bytes);
        self.0.base.ask(self.0.command(command), finish).await
    }

    async fn change_subchannels(&self, command: DataConsumerCommand) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let finish = move |answer| {
            let subchannels = expect_answer!(answer, Response::Subchannels(it) => it)?;
            lock(&core.state).subchannels = subchannels;
            Ok(())
        };
        self.0.base.ask(self.0.command(command), finish).await
    }

    /// Statistics under mediasoup's names (fact sheet 1.14): a list of one object.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn get_stats(&self) -> Result<Vec<Value>, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::DataConsumerStats(stats) => stats);
        let stats = self
            .0
            .base
            .ask(self.0.command(DataConsumerCommand::GetStats), finish)
            .await?;
        let timestamp = self.0.base.worker.timestamp();
        Ok(vec![json::data_consumer_stats(
            timestamp,
            (self.label(), self.protocol()),
            stats,
        )])
    }

    /// Its inner state under mediasoup's names (fact sheet 1.14).
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn dump(&self) -> Result<Value, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::DataConsumerDump(dump) => dump);
        let dump = self
            .0
            .base
            .ask(self.0.command(DataConsumerCommand::Dump), finish)
            .await?;
        Ok(json::data_consumer_dump(
            (self.id(), self.data_producer_id()),
            &dump,
        ))
    }

    /// Closes it; its SCTP stream can be used again.
    pub fn close(&self) {
        self.0.base.router.close_data_consumer(&self.0);
    }
}

/// What all handles of a data consumer share.
#[derive(Debug)]
pub(crate) struct DataConsumerCore {
    pub(crate) base: Base,
    /// The transport that it is on, which keeps its stream id.
    pub(crate) transport: Arc<TransportCore>,
    data_producer_name: String,
    sctp_stream_parameters: Option<SctpStreamParameters>,
    label: String,
    protocol: String,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
struct State {
    paused: bool,
    data_producer_paused: bool,
    subchannels: Vec<u16>,
}

impl DataConsumerCore {
    /// A data consumer that the core just made.
    pub(crate) fn new(
        base: Base,
        transport: Arc<TransportCore>,
        producer: &DataProducerCore,
        made: ConsumeData,
    ) -> Self {
        Self {
            base,
            transport,
            data_producer_name: producer.base.name.clone(),
            sctp_stream_parameters: made.sctp_stream_parameters,
            label: made.label,
            protocol: made.protocol,
            state: Mutex::new(State {
                paused: made.paused,
                data_producer_paused: producer.is_paused(),
                subchannels: made.subchannels,
            }),
        }
    }

    /// Its name in the core.
    pub(crate) const fn id(&self) -> DataConsumerId {
        DataConsumerId(self.base.number)
    }

    /// Its SCTP stream can be used again.
    pub(crate) fn release_stream(&self) {
        if let Some(parameters) = self.sctp_stream_parameters {
            self.transport.release_stream(parameters.stream_id);
        }
    }

    /// Remembers whether the data producer is paused.
    pub(crate) fn set_data_producer_paused(&self, paused: bool) {
        lock(&self.state).data_producer_paused = paused;
    }

    const fn command(&self, command: DataConsumerCommand) -> Command {
        Command::DataConsumer(self.id(), command)
    }
}
