//! Ctrl-C and its like.

use std::io;

use tokio::sync::watch;

use crate::error::PushError;

/// What a shell says of a program that a second Ctrl-C ended.
const ENDED_BY_INTERRUPT: i32 = 130;

/// Set once the user wants an end: by Ctrl-C (SIGINT) or SIGTERM. The second time the program ends at once.
pub(crate) fn on_signal() -> Result<watch::Sender<bool>, PushError> {
    let (sender, _) = watch::channel(false);
    let mut signals = Signals::new().map_err(PushError::Signals)?;
    let stop = sender.clone();
    tokio::spawn(async move {
        while signals.next().await.is_some() {
            if stop.send_replace(true) {
                std::process::exit(ENDED_BY_INTERRUPT);
            }
        }
    });
    Ok(sender)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Option<()> {
        tokio::select! {
            heard = self.interrupt.recv() => heard,
            heard = self.terminate.recv() => heard,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Option<()> {
        tokio::signal::ctrl_c().await.ok()
    }
}
