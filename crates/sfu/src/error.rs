//! Why a command was refused.

use std::fmt;

/// Which of mediasoup's three error classes an error is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command cannot be carried out in the present state.
    Error,
    /// The command's values are wrong.
    TypeError,
    /// The object that the command names does not exist.
    NotFound,
}

/// A refused command. The caller is the culprit; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandError {
    /// The class of the error.
    pub kind: ErrorKind,
    /// What was wrong, in mediasoup's words where it has some.
    pub reason: String,
}

impl CommandError {
    /// An error of class `Error`.
    pub fn error(reason: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Error,
            reason: reason.into(),
        }
    }

    /// An error of class `TypeError`.
    pub fn type_error(reason: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::TypeError,
            reason: reason.into(),
        }
    }

    /// An error of class `NotFoundError`.
    pub fn not_found(reason: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::NotFound,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for CommandError {}
