//! A worker as the rest of the engine sees it: where it listens, how to ask it something, and which router its events
//! belong to. The thread itself is in [`thread`].

pub(crate) mod connections;
mod io;
mod job;
mod own_sockets;
mod routes;
mod sockets;
mod thread;
mod traffic;
mod turn;

use std::net::SocketAddr;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use miso_ice::ListenInfo;
use miso_netio::Waker;
use miso_sfu::command::{Command, Response};
use miso_sfu::event::Event;
use tokio::sync::oneshot;

use crate::error::RequestError;
use crate::metrics::WorkerMetrics;
use crate::router::RouterCore;
use crate::sync::lock;

use job::Done;
pub(crate) use job::{Job, OnSockets};
pub(crate) use routes::{Kind, Routes};
pub(crate) use thread::{Spawned, WorkerSetup, spawn};

/// Where a worker listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerInfo {
    /// 0 and up.
    pub index: usize,
    /// Its UDP sockets, as bound.
    pub udp: Vec<SocketAddr>,
    /// Its TCP listeners, as bound.
    pub tcp: Vec<SocketAddr>,
}

/// The shared side of a worker.
#[derive(Debug)]
pub(crate) struct WorkerShared {
    /// Where it listens.
    pub(crate) info: WorkerInfo,
    /// Under which addresses peers reach it.
    pub(crate) listen: Vec<ListenInfo>,
    /// What the thread is to do.
    mailbox: mpsc::Sender<Job>,
    /// Makes the thread look into the mailbox.
    waker: Waker,
    /// Whose events are whose.
    routes: Mutex<Routes>,
    /// Where timestamps of statistics count from.
    epoch: Instant,
}

impl WorkerShared {
    /// Milliseconds of the engine's monotonic clock, as statistics are stamped with.
    pub(crate) fn timestamp(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// How busy it is, to place routers by. A router counts as some objects in advance, since it is about to be filled.
    pub(crate) fn load(&self) -> u64 {
        /// More spreads new rooms more evenly, less lets big rooms weigh more.
        const OBJECTS_PER_ROUTER: u64 = 16;
        let objects = lock(&self.routes).objects();
        let inside = objects.transports
            + objects.producers
            + objects.consumers
            + objects.data_producers
            + objects.data_consumers;
        inside + objects.routers * OBJECTS_PER_ROUTER
    }

    /// From now on events of this object go to `router`.
    pub(crate) fn add_route(&self, number: u64, kind: Kind, router: &Arc<RouterCore>) {
        lock(&self.routes).insert(number, kind, Arc::clone(router));
    }

    /// Events of this object go nowhere any more.
    pub(crate) fn remove_route(&self, number: u64) {
        // The router may be dropped here, which must not happen under the lock.
        let removed = lock(&self.routes).remove(number);
        drop(removed);
    }

    /// The router that an object belongs to.
    fn route(&self, number: u64) -> Option<Arc<RouterCore>> {
        lock(&self.routes).get(number)
    }

    /// Gives an event to the router of its object. An object that was closed meanwhile has nothing to tell any more.
    fn dispatch(&self, event: Event) {
        let number = match &event {
            Event::Transport(id, _) => id.0,
            Event::Producer(id, _) => id.0,
            Event::Consumer(id, _) => id.0,
            Event::DataConsumer(id, _) => id.0,
            Event::Observer(id, _) => id.0,
            Event::CloseConnection(_) | Event::CloseSockets(_) => return,
        };
        if let Some(router) = self.route(number) {
            router.handle_event(event);
        }
    }

    /// All routers with something on this worker.
    fn routers(&self) -> Vec<Arc<RouterCore>> {
        lock(&self.routes).routers()
    }

    /// The ids of all routers with something on this worker.
    pub(crate) fn router_names(&self) -> Vec<String> {
        self.routers()
            .iter()
            .map(|router| router.name().to_owned())
            .collect()
    }

    /// Asks the core and does not wait for the answer.
    pub(crate) fn tell(&self, command: Command) {
        // When the worker is gone, what the command is about is gone too.
        let _gone = self.submit(Job::Command(command, Box::new(|_| {})));
    }

    /// Asks the core. `finish` runs on the worker's thread, before any event that the command causes is told.
    ///
    /// # Errors
    /// That of `finish`; [`RequestError::Closed`] if the worker went away.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        command: Command,
        finish: impl FnOnce(Result<Response, RequestError>) -> Result<T, RequestError> + Send + 'static,
    ) -> Result<T, RequestError> {
        self.ask_or(command, finish, drop).await
    }

    /// As [`Self::ask`], for what must be undone by `abandon` if nobody waits for the answer any more.
    pub(crate) async fn ask_or<T: Send + 'static>(
        &self,
        command: Command,
        finish: impl FnOnce(Result<Response, RequestError>) -> Result<T, RequestError> + Send + 'static,
        abandon: fn(T),
    ) -> Result<T, RequestError> {
        let job = |done| Job::Command(command, done);
        self.ask_by(job, finish, abandon).await
    }

    /// As [`Self::ask_or`], for a transport that has sockets of its own.
    pub(crate) async fn ask_on_sockets<T: Send + 'static>(
        &self,
        request: OnSockets,
        finish: impl FnOnce(Result<Response, RequestError>) -> Result<T, RequestError> + Send + 'static,
        abandon: fn(T),
    ) -> Result<T, RequestError> {
        let job = |done| Job::OnSockets(request, done);
        self.ask_by(job, finish, abandon).await
    }

    async fn ask_by<T: Send + 'static>(
        &self,
        job: impl FnOnce(Done) -> Job,
        finish: impl FnOnce(Result<Response, RequestError>) -> Result<T, RequestError> + Send + 'static,
        abandon: fn(T),
    ) -> Result<T, RequestError> {
        let (answer, answered) = oneshot::channel();
        let done = move |result: Result<Response, _>| {
            let result = finish(result.map_err(RequestError::from));
            // What comes back here was not wanted, and undoes itself.
            let _unwanted = answer.send(result.map(|value| Wanted {
                value: Some(value),
                abandon,
            }));
        };
        self.submit(job(Box::new(done)))?;
        answered
            .await
            .map_err(|_| RequestError::Closed)?
            .and_then(Wanted::take)
    }

    /// The worker's counters.
    ///
    /// # Errors
    /// [`RequestError::Closed`] if the worker went away.
    pub(crate) async fn metrics(&self) -> Result<WorkerMetrics, RequestError> {
        let (answer, answered) = oneshot::channel();
        self.submit(Job::Report(answer))?;
        let mut metrics = answered.await.map_err(|_| RequestError::Closed)?;
        metrics.objects = lock(&self.routes).objects();
        Ok(metrics)
    }

    /// Gives the thread something to do.
    ///
    /// # Errors
    /// [`RequestError::Closed`] if there is no thread.
    pub(crate) fn submit(&self, job: Job) -> Result<(), RequestError> {
        self.mailbox.send(job).map_err(|_| RequestError::Closed)?;
        self.waker.wake();
        Ok(())
    }
}

/// A value on its way to somebody who may stop waiting for it, even after it was handed over.
struct Wanted<T> {
    /// None once it was taken.
    value: Option<T>,
    /// What to do with it if nobody takes it.
    abandon: fn(T),
}

impl<T> Wanted<T> {
    fn take(mut self) -> Result<T, RequestError> {
        self.value.take().ok_or(RequestError::Closed)
    }
}

impl<T> Drop for Wanted<T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            (self.abandon)(value);
        }
    }
}
