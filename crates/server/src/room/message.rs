//! What reaches a room's mailbox.

use std::sync::atomic::{AtomicU64, Ordering};

use miso_signal::{ClientRequest, PeerId};
use serde_json::Number;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::session::Outbox;

use super::api::ApiCall;

/// A session; no two of a process are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SessionId(u64);

impl SessionId {
    /// A new one.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Who speaks: a peer, by one of its sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    /// The peer.
    pub(crate) peer: PeerId,
    /// The session.
    pub(crate) session: SessionId,
}

/// Why a client did not accept what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerFailure {
    /// It said so.
    Refused,
    /// It said nothing in time.
    TimedOut,
}

/// Somebody wants to come in.
#[derive(Debug)]
pub(crate) struct Enter {
    /// Who.
    pub(crate) who: Who,
    /// Where to send what it is told.
    pub(crate) outbox: Outbox,
    /// Whether it is in.
    pub(crate) reply: oneshot::Sender<Result<(), EnterError>>,
}

/// Why somebody cannot come in. The text is told to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnterError {
    /// There are enough rooms.
    #[error("too many rooms (maximum {0})")]
    TooManyRooms(usize),
    /// There are enough peers in it.
    #[error("too many peers in the room (maximum {0})")]
    RoomFull(usize),
    /// Somebody without a session has the id.
    #[error("a broadcaster has this id")]
    IdTaken,
    /// There is no such room, and it is not to be made.
    #[error("there is no such room")]
    NoRoom,
    /// It does not keep up.
    #[error("the room is overloaded")]
    Overloaded,
    /// The server stops.
    #[error("the server stops")]
    Stopping,
    /// The engine did not open it, or it failed.
    #[error("the room could not be opened")]
    Failed,
}

/// A message to a room.
#[derive(Debug)]
pub(crate) enum RoomMessage {
    /// Somebody wants to come in.
    Enter(Enter),
    /// A session is over.
    Leave(Who),
    /// A request, to be answered under its id.
    Request(Who, Number, ClientRequest),
    /// The same without an answer, as newer clients send some of them.
    Notification(Who, ClientRequest),
    /// What became of a request of the room.
    Answer(Who, u32, Result<(), AnswerFailure>),
    /// Something over HTTP.
    Api(Box<ApiCall>),
    /// The server stops.
    Close,
    /// Fail, to see what becomes of the others.
    #[cfg(test)]
    Panic,
}

/// A place in a room. When it is dropped, however that comes, the room is told that the session is over.
#[derive(Debug)]
pub(crate) struct Seat {
    who: Who,
    mailbox: mpsc::Sender<RoomMessage>,
}

impl Seat {
    /// The place of somebody who was let in, or may be.
    pub(crate) const fn new(who: Who, mailbox: mpsc::Sender<RoomMessage>) -> Self {
        Self { who, mailbox }
    }

    /// Whose it is.
    pub(crate) fn who(&self) -> Who {
        self.who.clone()
    }

    /// Where messages to the room go.
    pub(crate) const fn mailbox(&self) -> &mpsc::Sender<RoomMessage> {
        &self.mailbox
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let leave = RoomMessage::Leave(self.who.clone());
        let Err(TrySendError::Full(leave)) = self.mailbox.try_send(leave) else {
            return;
        };
        // The room is busy, but must learn of it.
        if let Ok(runtime) = Handle::try_current() {
            let mailbox = self.mailbox.clone();
            runtime.spawn(async move { mailbox.send(leave).await });
        }
    }
}
