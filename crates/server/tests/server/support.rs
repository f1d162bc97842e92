//! The program under test, and clients for it. Everything waits for events, within [`PATIENCE`].

mod client;
mod http;
mod link;
mod program;
mod rtp;

use std::future::Future;
use std::time::Duration;

pub(crate) use client::{Client, Refused, connect_raw, connect_with};
pub(crate) use http::{Reply, get, send_http, send_json};
pub(crate) use link::{Link, Message};
pub(crate) use program::{Folder, Push, Server, run};
pub(crate) use rtp::{audio, video};

/// Time within which everything happens that is to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What `future` gives, if it does within [`PATIENCE`].
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: nothing within {PATIENCE:?}"),
    }
}
