//! Messages over DataChannels.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use miso_ortc::SctpStreamParameters;
use miso_signal::{AppData, DataConsumerId, DataProducerId, PeerId};
use tokio::sync::{mpsc, oneshot, watch};

use crate::TransportError;
use crate::driver::{Closed, Closer, Command, Port, SendMessage};

/// Messages of a data consumer that may wait. More: slower readers lose nothing. Less: less memory.
pub(crate) const MAX_MESSAGES: usize = 1_024;

/// A message: a text or bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whether it is bytes rather than a text.
    pub is_binary: bool,
    /// What it says.
    pub bytes: Vec<u8>,
}

impl Message {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            is_binary: false,
            bytes: text.into().into_bytes(),
        }
    }

    /// Bytes.
    pub fn binary(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            is_binary: true,
            bytes: bytes.into(),
        }
    }

    /// What it says, if it is a text.
    pub fn as_text(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.bytes).ok();
        text.filter(|_| !self.is_binary)
    }
}

/// Whether a DataChannel is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataState {
    /// Not yet.
    Opening,
    /// It is.
    Open,
    /// No longer.
    Closed,
}

/// How messages are sent.
#[derive(Clone, Debug)]
pub struct ProduceDataOptions {
    /// The DataChannel's label.
    pub label: String,
    /// The DataChannel's protocol.
    pub protocol: String,
    /// Whether messages arrive in the order in which they were sent.
    pub ordered: bool,
    /// For how long an unordered message is tried, in milliseconds.
    pub max_packet_life_time: Option<u16>,
    /// How often an unordered message is sent again.
    pub max_retransmits: Option<u16>,
    /// What the application attaches, for whoever consumes.
    pub app_data: AppData,
}

impl ProduceDataOptions {
    /// A reliable and ordered channel.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            protocol: String::new(),
            ordered: true,
            max_packet_life_time: None,
            max_retransmits: None,
            app_data: AppData::default(),
        }
    }
}

/// One end of a DataChannel, whatever its direction.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) stream: u16,
    pub(crate) port: Port,
    pub(crate) state: watch::Receiver<DataState>,
}

impl Channel {
    async fn opened(&mut self) -> Result<(), TransportError> {
        let reached = self.state.wait_for(|state| *state != DataState::Opening);
        match reached.await.as_deref() {
            Ok(DataState::Open) => Ok(()),
            _ => Err(TransportError::Closed),
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.port.close(Closed::Channel(self.stream));
    }
}

/// Messages that are sent. Dropping it closes the DataChannel.
#[derive(Debug)]
pub struct DataProducer {
    pub(crate) id: DataProducerId,
    pub(crate) channel: Channel,
    pub(crate) label: String,
    pub(crate) max_message_size: usize,
}

impl DataProducer {
    /// Its id.
    pub fn id(&self) -> &DataProducerId {
        &self.id
    }

    /// The DataChannel's label.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Waits until messages can be sent.
    ///
    /// # Errors
    /// [`TransportError::Closed`].
    pub async fn opened(&mut self) -> Result<(), TransportError> {
        self.channel.opened().await
    }

    /// Whether messages can be sent.
    pub fn state(&self) -> DataState {
        *self.channel.state.borrow()
    }

    /// Sends a message; waits until the channel is open and has room for it.
    ///
    /// # Errors
    /// [`TransportError::MessageTooLong`], [`TransportError::Closed`].
    pub async fn send(&self, message: Message) -> Result<(), TransportError> {
        let (length, max) = (message.bytes.len(), self.max_message_size);
        if length > max {
            return Err(TransportError::MessageTooLong { length, max });
        }
        let (accepted, answer) = oneshot::channel();
        let message = SendMessage {
            stream: self.channel.stream,
            message,
            accepted,
        };
        self.channel.port.send(Command::Message(message)).await?;
        answer.await.map_err(|_| TransportError::Closed)
    }

    /// Closes the DataChannel.
    pub fn close(self) {}
}

/// What a data consumer is made from: the server's `newDataConsumer`, or an answer of the HTTP API.
#[derive(Clone, Debug, PartialEq)]
pub struct DataConsumerParameters {
    /// The data consumer.
    pub id: DataConsumerId,
    /// The data producer.
    pub data_producer_id: Option<DataProducerId>,
    /// Whose messages they are; none for the bot's.
    pub peer_id: Option<PeerId>,
    /// How they arrive.
    pub sctp_stream_parameters: SctpStreamParameters,
    /// The DataChannel's label.
    pub label: String,
    /// The DataChannel's protocol.
    pub protocol: String,
    /// What the sender's application attached.
    pub app_data: AppData,
}

/// Messages that are received. Dropping it closes the DataChannel.
#[derive(Debug)]
pub struct DataConsumer {
    pub(crate) parameters: DataConsumerParameters,
    pub(crate) channel: Channel,
    pub(crate) messages: mpsc::Receiver<Message>,
    pub(crate) discarded: Arc<AtomicU64>,
}

impl DataConsumer {
    /// Its id.
    pub fn id(&self) -> &DataConsumerId {
        &self.parameters.id
    }

    /// What it was made from.
    pub fn parameters(&self) -> &DataConsumerParameters {
        &self.parameters
    }

    /// The DataChannel's label.
    pub fn label(&self) -> &str {
        &self.parameters.label
    }

    /// Waits until messages can arrive.
    ///
    /// # Errors
    /// [`TransportError::Closed`].
    pub async fn opened(&mut self) -> Result<(), TransportError> {
        self.channel.opened().await
    }

    /// Messages that were lost because too many waited to be read.
    pub fn discarded(&self) -> u64 {
        self.discarded.load(Ordering::Relaxed)
    }

    /// The next message; none when it is closed. Messages are lost to a reader that lets more than a thousand wait.
    pub async fn message(&mut self) -> Option<Message> {
        self.messages.recv().await
    }

    /// Closes the DataChannel.
    pub fn close(self) {}

    /// To end it from elsewhere, when the server has closed it.
    pub(crate) fn closer(&self) -> Closer {
        Closer::new(
            self.channel.port.clone(),
            Closed::Channel(self.channel.stream),
        )
    }
}
