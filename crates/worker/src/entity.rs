//! Requests of the library as commands of the core, and its answers as responses; one file per entity.

pub(crate) mod consumer;
pub(crate) mod data_consumer;
pub(crate) mod data_producer;
pub(crate) mod observer;
pub(crate) mod pipe_transport;
pub(crate) mod plain_transport;
pub(crate) mod producer;
pub(crate) mod router;
pub(crate) mod transport;
pub(crate) mod webrtc_server;
pub(crate) mod webrtc_transport;
pub(crate) mod worker;

/// The expected answer of the core.
macro_rules! expected {
    ($answer:expr, $pattern:pat => $value:expr) => {
        match $answer {
            $pattern => $value,
            _ => return Err($crate::refusal::Refusal::unexpected()),
        }
    };
}
pub(crate) use expected;

/// A size as the protocol has it.
pub(crate) fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
