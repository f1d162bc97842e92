//! Why the engine did not start, and why a request was refused.

use std::io;
use std::net::SocketAddr;

use miso_ice::Protocol;
use miso_ortc::{OrtcError, OrtcErrorKind};
use miso_secure::DtlsError;
use miso_sfu::{CommandError, ErrorKind};

/// Why an engine did not start. Each text is one sentence for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The options ask for no worker.
    #[error("at least one worker is needed")]
    NoWorkers,
    /// The options name no address to listen on.
    #[error("at least one listen address is needed")]
    NoListenAddress,
    /// A worker's port would be above 65535.
    #[error("base port {base_port} leaves no port for worker {worker}; choose a lower one")]
    PortOutOfRange {
        /// Port of the first worker.
        base_port: u16,
        /// Index of the worker without a port.
        worker: usize,
    },
    /// A port could not be opened. The culprit is the environment.
    #[error("cannot listen on {} {address}: {}", protocol.as_str(), cause(source))]
    Listen {
        /// UDP or TCP.
        protocol: Protocol,
        /// The address and port.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The addresses of this machine's interfaces could not be read.
    #[error("cannot read the addresses of this machine: {0}")]
    Interfaces(io::Error),
    /// The certificate is not one that DTLS can be spoken with, or the DTLS library failed its self-test.
    #[error("cannot use the certificate for DTLS: {0}")]
    Dtls(DtlsError),
    /// No thread or poller could be made.
    #[error("cannot start a worker thread: {0}")]
    Thread(io::Error),
}

/// In words what a user can do something about, else in the system's.
fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "the port is taken by another program".to_owned(),
        io::ErrorKind::AddrNotAvailable => {
            "no network interface of this machine has that address".to_owned()
        }
        io::ErrorKind::PermissionDenied => "this user may not open that port".to_owned(),
        _ => error.to_string(),
    }
}

/// Why a request was refused; nothing has changed then. The texts are mediasoup's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The object, or the worker that it lived on, is closed (mediasoup's `WorkerClosedError`).
    #[error("Channel closed")]
    Closed,
    /// What the request names does not exist (`NotFoundError`).
    #[error("{0}")]
    NotFound(String),
    /// The arguments are wrong (`TypeError`).
    #[error("{0}")]
    Type(String),
    /// The arguments are right but ask for what is not supported (`UnsupportedError`).
    #[error("{0}")]
    Unsupported(String),
    /// Anything else (`Error`).
    #[error("{0}")]
    Error(String),
}

impl From<CommandError> for RequestError {
    fn from(error: CommandError) -> Self {
        match error.kind {
            ErrorKind::Error => Self::Error(error.reason),
            ErrorKind::TypeError => Self::Type(error.reason),
            ErrorKind::NotFound => Self::NotFound(error.reason),
        }
    }
}

impl From<OrtcError> for RequestError {
    fn from(error: OrtcError) -> Self {
        let reason = error.to_string();
        match error.kind() {
            OrtcErrorKind::TypeError => Self::Type(reason),
            OrtcErrorKind::UnsupportedError => Self::Unsupported(reason),
            OrtcErrorKind::Error => Self::Error(reason),
        }
    }
}

/// The core answered with something that does not belong to the command. Only a bug can cause it.
pub(crate) fn unexpected(response: &miso_sfu::command::Response) -> RequestError {
    tracing::error!(?response, "answer does not belong to its command");
    RequestError::Error("unexpected response".to_owned())
}

/// The part of an answer that belongs to the command.
macro_rules! expect_answer {
    ($answer:expr, $pattern:pat => $value:expr) => {
        match $answer {
            Ok($pattern) => Ok($value),
            Ok(other) => Err($crate::error::unexpected(&other)),
            Err(error) => Err(error),
        }
    };
}
pub(crate) use expect_answer;

#[cfg(test)]
mod tests;
