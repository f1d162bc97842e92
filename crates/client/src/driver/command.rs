//! What a transport's task is told.

use std::mem;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use miso_ortc::{MediaKind, SctpStreamParameters};
use miso_wire::{Mid, Pt, Ssrc};
use str0m::IceCreds;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::TransportError;
use crate::data::{DataState, Message};
use crate::producer::{OutgoingPacket, ProducerEvent};
use crate::rtp::RtpPacket;
use crate::signaling::Change;
use crate::stats::{ConsumerMeter, ProducerMeter};

/// Commands that may wait. More: a sender may run further ahead of its transport. Less: senders wait more often.
pub(crate) const MAX_COMMANDS: usize = 256;

/// What a transport's task is to do.
pub(crate) enum Command {
    /// Be ready to send a stream.
    Send(SendStream),
    /// Send packets of a stream.
    Rtp {
        ssrc: Ssrc,
        packets: Vec<OutgoingPacket>,
    },
    /// Be ready to receive a stream.
    Receive(RecvStream),
    /// Ask for a key frame.
    KeyFrame(Ssrc),
    /// Open a DataChannel.
    Open(OpenChannel),
    /// Send a message.
    Message(SendMessage),
    /// Begin anew with the server's new credentials.
    RestartIce(IceCreds),
}

/// A stream to send.
pub(crate) struct SendStream {
    pub(crate) mid: Mid,
    pub(crate) kind: MediaKind,
    pub(crate) ssrc: Ssrc,
    /// For retransmissions, where the codec has them.
    pub(crate) rtx: Option<Ssrc>,
    pub(crate) pt: Pt,
    pub(crate) events: mpsc::Sender<ProducerEvent>,
    pub(crate) meter: Arc<ProducerMeter>,
}

/// A stream to receive.
pub(crate) struct RecvStream {
    pub(crate) mid: Mid,
    pub(crate) kind: MediaKind,
    pub(crate) ssrc: Ssrc,
    pub(crate) rtx: Option<Ssrc>,
    /// Whether the server repeats packets on demand.
    pub(crate) nack: bool,
    pub(crate) packets: mpsc::Sender<RtpPacket>,
    pub(crate) meter: Arc<ConsumerMeter>,
}

/// A DataChannel to open.
pub(crate) struct OpenChannel {
    pub(crate) parameters: SctpStreamParameters,
    pub(crate) label: String,
    pub(crate) protocol: String,
    /// Where messages go, of a channel that receives.
    pub(crate) messages: Option<Inbox>,
    pub(crate) state: watch::Sender<DataState>,
}

/// Where messages go.
pub(crate) struct Inbox {
    pub(crate) sender: mpsc::Sender<Message>,
    /// Messages for which there was no room.
    pub(crate) discarded: Arc<AtomicU64>,
}

/// A message to send.
pub(crate) struct SendMessage {
    pub(crate) stream: u16,
    pub(crate) message: Message,
    /// Told when there was room for it.
    pub(crate) accepted: oneshot::Sender<()>,
}

/// What is over.
#[derive(Debug)]
pub(crate) enum Closed {
    /// Everything.
    Transport,
    /// A stream that was sent.
    Sender {
        ssrc: Ssrc,
        /// What the server is to be told.
        last_word: Option<Change>,
    },
    /// A stream that was received.
    Receiver {
        ssrc: Ssrc,
        /// What the server is to be told.
        last_word: Option<Change>,
    },
    /// A DataChannel.
    Channel(u16),
}

/// The list of what is over.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    list: Mutex<Vec<Closed>>,
    notify: Notify,
}

impl Closing {
    pub(super) async fn wait(&self) {
        self.notify.notified().await;
    }

    pub(super) fn take(&self) -> Vec<Closed> {
        mem::take(&mut *self.list.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, closed: Closed) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.push(closed);
        // Kept if nobody waits at this moment.
        self.notify.notify_one();
    }
}

/// The way to a transport's task.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    commands: mpsc::Sender<Command>,
    closing: Arc<Closing>,
}

impl Port {
    pub(super) const fn new(commands: mpsc::Sender<Command>, closing: Arc<Closing>) -> Self {
        Self { commands, closing }
    }

    /// Waits until there is room.
    pub(crate) async fn send(&self, command: Command) -> Result<(), TransportError> {
        let sent = self.commands.send(command).await;
        sent.map_err(|_| TransportError::Closed)
    }

    /// Whether there was room. What is too much is dropped.
    pub(crate) fn try_send(&self, command: Command) -> Result<bool, TransportError> {
        match self.commands.try_send(command) {
            Ok(()) => Ok(true),
            Err(mpsc::error::TrySendError::Full(_)) => Ok(false),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(TransportError::Closed),
        }
    }

    pub(crate) fn close(&self, closed: Closed) {
        self.closing.add(closed);
    }
}

/// Ends something on a transport from elsewhere than its handle.
#[derive(Debug)]
pub(crate) struct Closer {
    port: Port,
    what: Closed,
}

impl Closer {
    pub(crate) const fn new(port: Port, what: Closed) -> Self {
        Self { port, what }
    }

    pub(crate) fn close(self) {
        self.port.close(self.what);
    }
}
