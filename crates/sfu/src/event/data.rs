use crate::command::MessagePayload;

/// Events of a data consumer.
#[derive(Debug)]
pub enum DataConsumerEvent {
    /// Its data producer closed; the data consumer is gone.
    DataProducerClose,
    /// Its data producer was paused.
    DataProducerPause,
    /// Its data producer was resumed.
    DataProducerResume,
    /// A message; on direct transports only.
    Message(MessagePayload),
    /// A message was not sent since the send buffer is full.
    SctpSendBufferFull,
    /// The queue fell to its threshold; bytes still queued.
    BufferedAmountLow(usize),
}
