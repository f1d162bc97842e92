//! Why a client's request was refused.

use std::fmt;

use crate::Dialect;
use crate::limits::MAX_ECHOED_METHOD_CHARS;

/// Kinds of things that a client names by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A transport.
    Transport,
    /// A producer.
    Producer,
    /// A consumer.
    Consumer,
    /// A data producer.
    DataProducer,
    /// A data consumer.
    DataConsumer,
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transport => "transport",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
            Self::DataProducer => "dataProducer",
            Self::DataConsumer => "dataConsumer",
        })
    }
}

impl Entity {
    /// What the TypeScript server calls it.
    const fn class(self) -> &'static str {
        match self {
            Self::Transport => "WebRtcTransport",
            Self::Producer => "Producer",
            Self::Consumer => "Consumer",
            Self::DataProducer => "DataProducer",
            Self::DataConsumer => "DataConsumer",
        }
    }
}

/// Why a client's request was refused. The text is that of the JavaScript server, see [`RequestError::reason`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Nobody knows the method.
    #[error("unknown request.method \"{0}\"")]
    UnknownMethod(String),
    /// The data of the request cannot be understood.
    #[error("{0}")]
    InvalidData(String),
    /// Only who has joined may ask for this.
    #[error("Peer not yet joined")]
    PeerNotYetJoined,
    /// Who has joined cannot join.
    #[error("Peer already joined")]
    PeerAlreadyJoined,
    /// The caller has nothing with this id.
    #[error("{entity} with id \"{id}\" not found")]
    NotFound {
        /// What was looked for.
        entity: Entity,
        /// The id.
        id: String,
    },
    /// The caller may not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// More of something was asked for than is allowed.
    #[error("too many {what} (maximum {max})")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The maximum.
        max: usize,
    },
    /// It was tried and failed; the text is that of the engine.
    #[error("{0}")]
    Failed(String),
}

impl RequestError {
    /// The refusal of a method that nobody knows. Long names are cut.
    pub fn unknown_method(method: &str) -> Self {
        Self::UnknownMethod(method.chars().take(MAX_ECHOED_METHOD_CHARS).collect())
    }

    /// The refusal of an id that names nothing of the caller's.
    pub fn not_found(entity: Entity, id: impl fmt::Display) -> Self {
        Self::NotFound {
            entity,
            id: id.to_string(),
        }
    }

    /// The `errorReason` of the response.
    pub fn reason(&self, dialect: Dialect) -> String {
        match (self, dialect) {
            (Self::PeerNotYetJoined, Dialect::TypeScript) => "Peer not joined".to_owned(),
            (Self::NotFound { entity, id }, Dialect::TypeScript) => {
                format!("{} '{id}' not found", entity.class())
            }
            _ => self.to_string(),
        }
    }

    /// The `errorCode` of the response: 403 for what is not allowed, 500 for the rest, as the demo has it.
    pub const fn code(&self) -> u16 {
        match self {
            Self::Forbidden(_) => 403,
            _ => 500,
        }
    }
}
