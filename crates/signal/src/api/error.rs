//! Why a request over HTTP was refused.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{Entity, RequestError};

/// The body of every refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ErrorBody {
    /// What is wrong, for programs; never changes.
    pub error: &'static str,
    /// What is wrong, for people.
    pub message: String,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// It cannot be understood.
    #[error("{0}")]
    BadRequest(String),
    /// Packets would go to somebody who did not ask for them.
    #[error(
        "packets can only be sent to the address that the request came from, not to {0} (--plain-to-any)"
    )]
    ForbiddenTarget(std::net::IpAddr),
    /// There is no such room.
    #[error("room with id \"{0}\" not found")]
    RoomNotFound(String),
    /// There is no such peer.
    #[error("peer with id \"{0}\" not found")]
    PeerNotFound(String),
    /// There is no such broadcaster.
    #[error("broadcaster with id \"{0}\" does not exist")]
    BroadcasterNotFound(String),
    /// There is nothing with this id.
    #[error("{entity} with id \"{id}\" not found")]
    NotFound {
        /// What was looked for.
        entity: Entity,
        /// The id.
        id: String,
    },
    /// There is nothing with this id, which the body names.
    #[error("{entity} with id \"{id}\" not found")]
    NamedNotFound {
        /// What was looked for.
        entity: Entity,
        /// The id.
        id: String,
    },
    /// There is nothing at this path.
    #[error("there is no {0}")]
    RouteNotFound(String),
    /// There is something at this path, but not for this method.
    #[error("the method is not allowed here; allowed: {0}")]
    MethodNotAllowed(String),
    /// The id is that of somebody else.
    #[error("{0}")]
    IdTaken(String),
    /// It does not go with how things stand.
    #[error("{0}")]
    InvalidState(String),
    /// It is understood, but cannot be done here.
    #[error("{0}")]
    Unsupported(String),
    /// More of something was asked for than is allowed.
    #[error("too many {what} (maximum {max})")]
    LimitReached {
        /// Of what.
        what: &'static str,
        /// The maximum.
        max: usize,
    },
    /// The body is too long.
    #[error("the body is too long (maximum {0} bytes)")]
    BodyTooLong(usize),
    /// The body is no JSON by its own account.
    #[error("the body must be of content type application/json")]
    UnsupportedMediaType,
    /// It is understood, but a value is wrong.
    #[error("{0}")]
    InvalidValue(String),
    /// Not now.
    #[error("{0}")]
    Unavailable(String),
    /// By a fault of the server.
    #[error("{0}")]
    Internal(String),
}

impl ApiError {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadRequest(_) => 400,
            Self::ForbiddenTarget(_) => 403,
            Self::RoomNotFound(_)
            | Self::PeerNotFound(_)
            | Self::BroadcasterNotFound(_)
            | Self::NotFound { .. }
            | Self::RouteNotFound(_) => 404,
            Self::MethodNotAllowed(_) => 405,
            Self::IdTaken(_)
            | Self::InvalidState(_)
            | Self::NamedNotFound { .. }
            | Self::Unsupported(_)
            | Self::LimitReached { .. } => 409,
            Self::BodyTooLong(_) => 413,
            Self::UnsupportedMediaType => 415,
            Self::InvalidValue(_) => 422,
            Self::Internal(_) => 500,
            Self::Unavailable(_) => 503,
        }
    }

    /// What is wrong, for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::ForbiddenTarget(_) => "forbidden_target",
            Self::RoomNotFound(_) => "room_not_found",
            Self::PeerNotFound(_) => "peer_not_found",
            Self::BroadcasterNotFound(_) => "broadcaster_not_found",
            Self::NotFound { entity, .. } | Self::NamedNotFound { entity, .. } => match entity {
                Entity::Transport => "transport_not_found",
                Entity::Producer => "producer_not_found",
                Entity::Consumer => "consumer_not_found",
                Entity::DataProducer => "data_producer_not_found",
                Entity::DataConsumer => "data_consumer_not_found",
            },
            Self::RouteNotFound(_) => "route_not_found",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::IdTaken(_) => "id_taken",
            Self::InvalidState(_) => "invalid_state",
            Self::Unsupported(_) => "unsupported",
            Self::LimitReached { .. } => "limit_reached",
            Self::BodyTooLong(_) => "body_too_long",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::InvalidValue(_) => "invalid_value",
            Self::Internal(_) => "internal",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// The body of the answer.
    pub fn body(&self) -> ErrorBody {
        ErrorBody {
            error: self.name(),
            message: self.to_string(),
        }
    }
}

impl From<RequestError> for ApiError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotFound { entity, id } => Self::NotFound { entity, id },
            RequestError::TooMany { what, max } => Self::LimitReached { what, max },
            RequestError::InvalidData(reason) => Self::InvalidValue(reason),
            error => Self::InvalidState(error.to_string()),
        }
    }
}
