use crate::ids::ProducerId;
use std::time::Duration;

/// How an audio level observer is made (fact sheet 1.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioLevelOptions {
    /// How many producers a report names at most; at least 1.
    pub max_entries: u16,
    /// Average below which a producer is silent, dBov, -127 to 0.
    pub threshold: i8,
    /// Time between reports, clamped to 250 to 5000 ms.
    pub interval: Duration,
}

/// How an active speaker observer is made (fact sheet 1.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveSpeakerOptions {
    /// Time between decisions, clamped to 100 to 5000 ms.
    pub interval: Duration,
}

/// Requests to an RTP observer.
#[derive(Debug)]
pub enum ObserverCommand {
    /// Stops observing.
    Pause,
    /// Goes on observing.
    Resume,
    /// Observes an audio producer of the same router.
    AddProducer(ProducerId),
    /// Stops observing a producer.
    RemoveProducer(ProducerId),
}
