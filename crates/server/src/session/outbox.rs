//! What waits to be sent to a client: bounded in messages and bytes. Whoever does not read is cut, and costs no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use miso_signal::limits::{CLOSE_CODE_FINAL, CLOSE_REASON_FINAL};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;

/// Why the server closes a session. protoo's client comes back after all but those with
/// [`CLOSE_CODE_FINAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// Do not come back: another session took the place.
    Final,
    /// Do not come back: the client did not join in time.
    NotJoined,
    /// The server stops.
    GoingAway,
    /// The peer's media connection was lost.
    MediaLost,
    /// The engine under the room failed.
    RoomFailed,
}

impl Closing {
    /// The WebSocket close code.
    pub(crate) const fn code(self) -> u16 {
        match self {
            Self::Final | Self::NotJoined => CLOSE_CODE_FINAL,
            Self::GoingAway => 1001,
            Self::MediaLost => 4001,
            Self::RoomFailed => 1012,
        }
    }

    /// The reason that goes with it.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Final => CLOSE_REASON_FINAL,
            Self::NotJoined => "not joined in time",
            Self::GoingAway => "the server stops",
            Self::MediaLost => "media connection lost",
            Self::RoomFailed => "the room failed, please rejoin",
        }
    }
}

/// Something to send to a client. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Outgoing {
    /// A response or notification.
    Text(Utf8Bytes),
    /// A request, which wants an answer.
    Request {
        /// Its id.
        id: u32,
        /// The frame.
        text: Utf8Bytes,
    },
    /// Nothing more.
    Close(Closing),
}

impl Outgoing {
    /// A response or notification.
    pub(crate) fn text(text: String) -> Self {
        Self::Text(text.into())
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Request { text, .. } => text.len(),
            Self::Close(_) => 0,
        }
    }
}

/// The end into which messages are put. Clones are of the same.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    queue: mpsc::Sender<Outgoing>,
    /// Bytes that wait.
    bytes: Arc<AtomicUsize>,
    max_bytes: usize,
    overflow: CancellationToken,
}

/// The end from which the session takes them.
#[derive(Debug)]
pub(crate) struct Queued {
    queue: mpsc::Receiver<Outgoing>,
    bytes: Arc<AtomicUsize>,
}

/// Both ends of an empty queue for so many messages and bytes.
pub(crate) fn outbox(max_messages: usize, max_bytes: usize) -> (Outbox, Queued) {
    let (sender, receiver) = mpsc::channel(max_messages);
    let bytes = Arc::new(AtomicUsize::new(0));
    let queued = Queued {
        queue: receiver,
        bytes: bytes.clone(),
    };
    let outbox = Outbox {
        queue: sender,
        bytes,
        max_bytes,
        overflow: CancellationToken::new(),
    };
    (outbox, queued)
}

impl Outbox {
    /// Puts in a message. If there is no room for it, the session is over; if it is over already, nothing happens.
    pub(crate) fn send(&self, outgoing: Outgoing) {
        let len = outgoing.len();
        let waiting = self.bytes.fetch_add(len, Ordering::Relaxed);
        let is_full = waiting.saturating_add(len) > self.max_bytes;
        if is_full
            || matches!(
                self.queue.try_send(outgoing),
                Err(mpsc::error::TrySendError::Full(_))
            )
        {
            self.overflow.cancel();
        }
    }

    /// Waits until a message found no room.
    pub(super) async fn overflowed(&self) {
        self.overflow.cancelled().await;
    }
}

impl Queued {
    /// The next message; none when no outbox is left.
    pub(crate) async fn next(&mut self) -> Option<Outgoing> {
        let outgoing = self.queue.recv().await?;
        self.bytes.fetch_sub(outgoing.len(), Ordering::Relaxed);
        Some(outgoing)
    }
}
