//! Why a request is refused.

use miso_sfu::{CommandError, ErrorKind};

/// A refused request; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) CommandError);

impl Refusal {
    pub(crate) fn error(reason: impl Into<String>) -> Self {
        Self(CommandError::error(reason))
    }

    pub(crate) fn type_error(reason: impl Into<String>) -> Self {
        Self(CommandError::type_error(reason))
    }

    pub(crate) fn not_found(reason: impl Into<String>) -> Self {
        Self(CommandError::not_found(reason))
    }

    /// For an answer of the core that does not belong to the command: a bug.
    pub(crate) fn unexpected() -> Self {
        Self::error("unexpected answer of the core")
    }

    /// The class of the error, as the library knows it.
    pub(crate) const fn class(&self) -> &'static str {
        match self.0.kind {
            ErrorKind::Error => "Error",
            ErrorKind::TypeError => "TypeError",
            ErrorKind::NotFound => "NotFoundError",
        }
    }

    /// The reason, short enough for an answer.
    pub(crate) fn into_reason(self) -> String {
        /// As the original.
        const MAX_REASON_BYTES: usize = 2_000;
        let mut reason = self.0.reason;
        let mut end = reason.len().min(MAX_REASON_BYTES);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        reason.truncate(end);
        reason
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        Self(error)
    }
}

impl From<planus::Error> for Refusal {
    /// The message is malformed.
    fn from(error: planus::Error) -> Self {
        Self::type_error(format!("malformed message: {error}"))
    }
}

impl From<planus::errors::UnknownEnumTag> for Refusal {
    /// A list in the message has a value that its enumeration lacks.
    fn from(error: planus::errors::UnknownEnumTag) -> Self {
        Self::type_error(format!(
            "malformed message: unknown value {}",
            error.error_kind.tag
        ))
    }
}
