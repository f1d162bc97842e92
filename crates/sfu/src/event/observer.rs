use crate::ids::ProducerId;

/// How loud a producer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Who.
    pub producer_id: ProducerId,
    /// Average level, dBov, -127 to 0.
    pub volume: i8,
}

/// Events of an RTP observer.
#[derive(Debug)]
pub enum ObserverEvent {
    /// The loudest producers, loudest first.
    Volumes(Vec<Volume>),
    /// All producers fell silent.
    Silence,
    /// Another producer dominates.
    DominantSpeaker(ProducerId),
}
