//! What a worker's thread is asked to do.

use std::fmt;
use std::net::SocketAddr;

use miso_sfu::command::{Command, Response};
use miso_sfu::{CommandError, TransportId};
use tokio::sync::oneshot;

use crate::metrics::WorkerMetrics;
use crate::types::TransportListenInfo;

/// What is done with the core's answer, on the worker's thread.
pub(crate) type Done = Box<dyn FnOnce(Result<Response, CommandError>) + Send>;

/// Makes a request to the core from where sockets turned out to be bound.
pub(crate) type CommandOnSockets = Box<dyn FnOnce(&[SocketAddr]) -> Command + Send>;

/// A request to make a transport that has sockets of its own.
pub(crate) struct OnSockets {
    /// The transport that is to be made.
    pub(crate) transport: TransportId,
    /// Where its sockets are opened.
    pub(crate) listen: Vec<TransportListenInfo>,
    /// The request to the core; it gets the addresses in the same order.
    pub(crate) command: CommandOnSockets,
}

/// A request to a worker's thread.
pub(crate) enum Job {
    /// To its core.
    Command(Command, Done),
    /// To its core, once sockets are open; they close with the transport, or at once if it is not made.
    OnSockets(OnSockets, Done),
    /// Tell the counters.
    Report(oneshot::Sender<WorkerMetrics>),
    /// Close everything and end.
    Stop,
    /// Panic, as a bug would make it.
    #[cfg(test)]
    Poison,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command, _) => f.debug_tuple("Command").field(command).finish(),
            Self::OnSockets(request, _) => f
                .debug_tuple("OnSockets")
                .field(&request.transport)
                .field(&request.listen)
                .finish(),
            Self::Report(_) => f.write_str("Report"),
            Self::Stop => f.write_str("Stop"),
            #[cfg(test)]
            Self::Poison => f.write_str("Poison"),
        }
    }
}
