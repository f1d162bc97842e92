//! Data producers: inbound messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use miso_ortc::SctpStreamParameters;
use miso_sfu::command::{Command, Response};
use miso_sfu::command::{DataProducerCommand, ProduceData, Subchannels};
use miso_sfu::sctp::Ppid;
use miso_sfu::{DataProducerId, TransportId};
use serde_json::Value;

use crate::base::Base;
use crate::error::{RequestError, expect_answer};
use crate::json;
use crate::message::payload;

/// Inbound messages. Clones are handles of one data producer; it stays until it, its transport or its router is closed.
#[derive(Clone, Debug)]
pub struct DataProducer(pub(crate) Arc<DataProducerCore>);

impl DataProducer {
    /// Its id: the one that it was made with, or a UUID.
    pub fn id(&self) -> &str {
        &self.0.base.name
    }

    /// The SCTP stream; none on a direct transport.
    pub fn sctp_stream_parameters(&self) -> Option<&SctpStreamParameters> {
        self.0.sctp_stream_parameters.as_ref()
    }

    /// Label of the DataChannel.
    pub fn label(&self) -> &str {
        &self.0.label
    }

    /// Subprotocol of the DataChannel.
    pub fn protocol(&self) -> &str {
        &self.0.protocol
    }

    /// Whether it is paused.
    pub fn paused(&self) -> bool {
        self.0.is_paused()
    }

    /// What the owner gave it.
    pub fn app_data(&self) -> &Value {
        &self.0.base.app_data
    }

    /// Whether it is closed.
    pub fn closed(&self) -> bool {
        self.0.base.is_closed()
    }

    /// Sends a message as if it had arrived; on direct transports only. Empty text and empty binary data go out in the
    /// form that SCTP has for them.
    ///
    /// # Errors
    /// [`RequestError::Type`] on other transports and for a message that is too long, [`RequestError::Closed`].
    pub async fn send(
        &self,
        ppid: Ppid,
        bytes: impl Into<Arc<[u8]>>,
        to: Subchannels,
    ) -> Result<(), RequestError> {
        let command = DataProducerCommand::Send(payload(ppid, bytes.into()), to);
        self.0.base.order(self.0.command(command), || ()).await
    }

    /// As [`Self::send`], of text to everybody.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_text(&self, text: &str) -> Result<(), RequestError> {
        self.send(Ppid::STRING, text.as_bytes(), Subchannels::default())
            .await
    }

    /// Stops forwarding; its data consumers tell `DataProducerPause`.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn pause(&self) -> Result<(), RequestError> {
        self.set_paused(DataProducerCommand::Pause, true).await
    }

    /// Goes on forwarding; its data consumers tell `DataProducerResume`.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn resume(&self) -> Result<(), RequestError> {
        self.set_paused(DataProducerCommand::Resume, false).await
    }

    async fn set_paused(&self, command: DataProducerCommand, to: bool) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let then = move || core.paused.store(to, Ordering::Release);
        self.0.base.order(self.0.command(command), then).await
    }

    /// Statistics under mediasoup's names (fact sheet 1.14): a list of one object.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn get_stats(&self) -> Result<Vec<Value>, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::DataProducerStats(stats) => stats);
        let stats = self
            .0
            .base
            .ask(self.0.command(DataProducerCommand::GetStats), finish)
            .await?;
        let timestamp = self.0.base.worker.timestamp();
        Ok(vec![json::data_producer_stats(
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
        let finish = |answer| expect_answer!(answer, Response::DataProducerDump(dump) => dump);
        let dump = self
            .0
            .base
            .ask(self.0.command(DataProducerCommand::Dump), finish)
            .await?;
        Ok(json::data_producer_dump(self.id(), &dump))
    }

    /// Closes it; its data consumers are closed and tell `DataProducerClose`.
    pub fn close(&self) {
        self.0.base.router.close_data_producer(&self.0);
    }
}

/// What all handles of a data producer share.
#[derive(Debug)]
pub(crate) struct DataProducerCore {
    pub(crate) base: Base,
    /// The transport that it is on.
    pub(crate) transport: TransportId,
    pub(crate) sctp_stream_parameters: Option<SctpStreamParameters>,
    pub(crate) label: String,
    pub(crate) protocol: String,
    paused: AtomicBool,
}

impl DataProducerCore {
    /// A data producer that the core just made.
    pub(crate) fn new(base: Base, transport: TransportId, made: ProduceData) -> Self {
        Self {
            base,
            transport,
            sctp_stream_parameters: made.sctp_stream_parameters,
            label: made.label,
            protocol: made.protocol,
            paused: AtomicBool::new(made.paused),
        }
    }

    /// Its name in the core.
    pub(crate) const fn id(&self) -> DataProducerId {
        DataProducerId(self.base.number)
    }

    /// Whether it is paused.
    pub(crate) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }

    const fn command(&self, command: DataProducerCommand) -> Command {
        Command::DataProducer(self.id(), command)
    }
}
