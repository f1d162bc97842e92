//! Names of the core's objects. They are numbers that the owner (the engine) chooses and never uses twice in a
//! process; the strings of the API stop at the engine's handles.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u64);
    };
}

id!(
    /// A router: a media switching domain.
    RouterId
);
id!(
    /// A transport: one peer's path.
    TransportId
);
id!(
    /// A producer: inbound media.
    ProducerId
);
id!(
    /// A consumer: outbound media of one producer.
    ConsumerId
);
id!(
    /// A data producer: inbound messages.
    DataProducerId
);
id!(
    /// A data consumer: outbound messages of one data producer.
    DataConsumerId
);
id!(
    /// An RTP observer: audio levels or active speaker.
    RtpObserverId
);
