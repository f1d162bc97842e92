//! Places of objects in the worker's tables. A key of a closed object finds nothing.

slotmap::new_key_type! {
    /// Place of a transport.
    pub(crate) struct TransportKey;
    /// Place of a producer.
    pub(crate) struct ProducerKey;
    /// Place of a consumer.
    pub(crate) struct ConsumerKey;
    /// Place of a data producer.
    pub(crate) struct DataProducerKey;
    /// Place of a data consumer.
    pub(crate) struct DataConsumerKey;
    /// Place of an observer.
    pub(crate) struct ObserverKey;
}
