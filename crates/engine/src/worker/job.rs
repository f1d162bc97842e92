//! What a worker's thread is asked to do.

use std::fmt;

use miso_sfu::CommandError;
use miso_sfu::command::{Command, Response};
use tokio::sync::oneshot;

use crate::metrics::WorkerMetrics;

/// What is done with the core's answer, on the worker's thread.
pub(crate) type Done = Box<dyn FnOnce(Result<Response, CommandError>) + Send>;

/// A request to a worker's thread.
pub(crate) enum Job {
    /// To its core.
    Command(Command, Done),
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
            Self::Report(_) => f.write_str("Report"),
            Self::Stop => f.write_str("Stop"),
            #[cfg(test)]
            Self::Poison => f.write_str("Poison"),
        }
    }
}
