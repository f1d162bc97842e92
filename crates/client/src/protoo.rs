//! A protoo client: requests, notifications, and connecting again when the connection breaks.

mod connect;
mod frame;
mod pending;
mod task;

use std::time::Duration;

use miso_signal::RemoteError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};
use tokio::sync::{mpsc, oneshot};

use crate::{ConnectError, SignalingError};

pub(crate) use connect::Target;
pub use connect::TlsTrust;
use task::Task;

/// Requests and answers that may wait to be sent. More: callers wait less. Less: less memory.
const MAX_ORDERS: usize = 64;
/// Messages of the server that may wait to be handled. More: the application may be slower for longer. Less: less
/// memory. What is more breaks the connection.
const MAX_WAITING: usize = 4_096;

/// How a broken connection is made again: protoo's rules, unless changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often in a row it is tried.
    pub attempts: u32,
    /// The first delay.
    pub first: Duration,
    /// Each delay is this many times the one before it.
    pub factor: u32,
    /// No delay is longer.
    pub longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 10,
            first: Duration::from_secs(1),
            factor: 2,
            longest: Duration::from_secs(8),
        }
    }
}

impl Retry {
    /// The delay before an attempt, counted from 0.
    fn delay(&self, attempt: u32) -> Duration {
        let factor = self.factor.saturating_pow(attempt);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

/// How long the server may take to answer while `pending` other requests wait: protoo's own formula.
fn request_timeout(pending: usize) -> Duration {
    let pending = u32::try_from(pending).unwrap_or(u32::MAX);
    Duration::from_millis(22_500) + Duration::from_millis(150).saturating_mul(pending)
}

/// What a protoo client hears.
#[derive(Debug)]
pub(crate) enum ProtooEvent {
    /// Connected again: everything begins anew.
    Reopened,
    /// The connection broke; it is tried again.
    Disconnected,
    /// A request of the server.
    Request {
        id: Number,
        method: String,
        data: Value,
    },
    /// A notification of the server.
    Notification { method: String, data: Value },
    /// It is over.
    Closed(ProtooEnd),
}

/// Why a protoo client is over.
#[derive(Debug)]
pub(crate) enum ProtooEnd {
    /// The server closed with the code that says not to come back.
    Kicked { reason: String },
    /// No attempt to connect again had success.
    GaveUp(ConnectError),
}

/// What a protoo client is to do.
enum Order {
    Request {
        method: &'static str,
        data: Value,
        answer: oneshot::Sender<Result<Value, SignalingError>>,
    },
    Answer {
        id: Number,
        answer: Result<(), RemoteError>,
    },
    Close,
}

/// The way to a protoo client's task, which ends when all of them are gone.
#[derive(Clone, Debug)]
pub(crate) struct Protoo(mpsc::Sender<Order>);

/// Connects. The first attempt is the only one.
pub(crate) async fn open(
    target: Target,
    retry: Retry,
) -> Result<(Protoo, mpsc::Receiver<ProtooEvent>), ConnectError> {
    let socket = target.connect().await?;
    let (orders, todo) = mpsc::channel(MAX_ORDERS);
    let (events, heard) = mpsc::channel(MAX_WAITING);
    let task = Task::new(target, retry, todo, events);
    tokio::spawn(task.run(socket));
    Ok((Protoo(orders), heard))
}

impl Protoo {
    /// Asks the server.
    pub(crate) async fn request<D, R>(
        &self,
        method: &'static str,
        data: &D,
    ) -> Result<R, SignalingError>
    where
        D: Serialize + Sync,
        R: DeserializeOwned,
    {
        let bad = |error: serde_json::Error| SignalingError::BadAnswer {
            method,
            reason: error.to_string(),
        };
        let data = serde_json::to_value(data).map_err(bad)?;
        let (answer, answered) = oneshot::channel();
        let order = Order::Request {
            method,
            data,
            answer,
        };
        let sent = self.0.send(order).await;
        sent.map_err(|_| SignalingError::Disconnected)?;
        let value = answered.await.map_err(|_| SignalingError::Disconnected)??;
        serde_json::from_value(value).map_err(bad)
    }

    /// A way that keeps nothing alive.
    pub(crate) fn downgrade(&self) -> WeakProtoo {
        WeakProtoo(self.0.downgrade())
    }

    /// Answers the server.
    pub(crate) async fn answer(&self, id: Number, answer: Result<(), RemoteError>) {
        // Without a connection there is nobody to be answered.
        let _ = self.0.send(Order::Answer { id, answer }).await;
    }
}

impl Protoo {
    /// Ends the session and waits until the server was told.
    pub(crate) async fn close(&self) {
        // Where the task is gone there is nothing to wait for.
        let _ = self.0.send(Order::Close).await;
        self.0.closed().await;
    }
}

/// A way to a protoo client's task that does not keep it alive.
pub(crate) struct WeakProtoo(mpsc::WeakSender<Order>);

impl WeakProtoo {
    /// The way, while somebody else keeps the task alive.
    pub(crate) fn get(&self) -> Result<Protoo, SignalingError> {
        let sender = self.0.upgrade();
        sender.map(Protoo).ok_or(SignalingError::Disconnected)
    }
}

#[cfg(test)]
mod tests;
