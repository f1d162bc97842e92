//! What all objects of a router have in common.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use miso_sfu::command::{Command, Response};
use serde_json::Value;

use crate::error::{RequestError, expect_answer};
use crate::ids::{new_name, next_number};
use crate::router::RouterCore;
use crate::worker::WorkerShared;

/// Name, place and life of an object.
pub(crate) struct Base {
    /// Its name in the core, unique in the process.
    pub(crate) number: u64,
    /// Its name for users.
    pub(crate) name: String,
    /// The router that it belongs to.
    pub(crate) router: Arc<RouterCore>,
    /// The worker that it lives on.
    pub(crate) worker: Arc<WorkerShared>,
    /// Anything of the owner's.
    pub(crate) app_data: Value,
    /// Set once, under the lock of the router's tables.
    is_closed: AtomicBool,
}

impl Base {
    /// A new object of a router on a worker, with new names.
    pub(crate) fn new(
        router: &Arc<RouterCore>,
        worker: &Arc<WorkerShared>,
        name: Option<String>,
        app_data: Value,
    ) -> Self {
        Self {
            number: next_number(),
            name: name.unwrap_or_else(new_name),
            router: Arc::clone(router),
            worker: Arc::clone(worker),
            app_data,
            is_closed: AtomicBool::new(false),
        }
    }

    /// Whether it is closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Marks it as closed. The caller has taken it out of the router's tables.
    pub(crate) fn mark_closed(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// Asks the core about it. `finish` runs on the worker's thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        command: Command,
        finish: impl FnOnce(Result<Response, RequestError>) -> Result<T, RequestError> + Send + 'static,
    ) -> Result<T, RequestError> {
        if self.is_closed() {
            return Err(RequestError::Closed);
        }
        self.worker.ask(command, finish).await
    }

    /// Tells the core to do something that has no answer but that it is done; `then` runs on the worker's thread.
    pub(crate) async fn order(
        &self,
        command: Command,
        then: impl FnOnce() + Send + 'static,
    ) -> Result<(), RequestError> {
        self.ask(
            command,
            |answer| expect_answer!(answer, Response::Done => then()),
        )
        .await
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Base")
            .field("number", &self.number)
            .field("name", &self.name)
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
