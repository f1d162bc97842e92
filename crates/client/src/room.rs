//! A room of the demo's protocol, entered over protoo.

mod call;
mod member;
mod offer;
mod options;

use std::sync::{Arc, Mutex, PoisonError};

use miso_signal::{PeerInfo, RestartIce, ServerNotification};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::data::{DataConsumer, DataProducer, ProduceDataOptions};
use crate::producer::{ProduceOptions, Producer};
use crate::protoo::{self, Protoo, Target};
use crate::transport::{RecvTransport, SendTransport};
use crate::{ConnectError, Consumer, Device, RoomError, SignalingError};

pub use call::Call;
pub use offer::Offer;
pub use options::RoomOptions;

use member::Member;

/// Events of a room that may wait. More: the application may be slower for longer. Less: less memory. What is more is
/// dropped, and consumers among it are refused.
const MAX_EVENTS: usize = 1_024;

/// What happens in a room.
#[derive(Debug)]
pub enum RoomEvent {
    /// Somebody's media can be received. Dropping it stops that.
    Consumer(Consumer),
    /// Somebody's messages can be received. Dropping it stops that.
    DataConsumer(DataConsumer),
    /// The server says something.
    Notification(ServerNotification),
    /// The server says something that this version does not know.
    UnknownNotification {
        /// What it is called.
        method: String,
        /// What it says.
        data: Value,
    },
    /// The session broke; it is tried again. Producers and consumers may work on for a while, or not.
    Disconnected,
    /// The session was made again and the room entered anew. All producers and consumers of before are closed: what is
    /// to be sent must be produced again.
    Rejoined {
        /// Who else is there.
        peers: Vec<PeerInfo>,
    },
    /// It is over.
    Closed(RoomEnd),
}

/// Why the stay in a room is over.
#[derive(Debug)]
pub enum RoomEnd {
    /// The server says not to come back: the room is closed, or somebody else has taken the name.
    Kicked {
        /// The server's words.
        reason: String,
    },
    /// The session broke and could not be made again.
    GaveUp(ConnectError),
    /// The session was made again, but the room could not be entered.
    NotLetIn(RoomError),
}

/// What there is while in the room.
#[derive(Clone, Debug)]
struct Stay {
    device: Device,
    send: Option<Arc<SendTransport>>,
    recv: Option<Arc<RecvTransport>>,
}

/// The present stay, between the room's handle and its task.
type SharedStay = Arc<Mutex<Option<Stay>>>;

/// A room that was entered. Dropping it leaves the room.
#[derive(Debug)]
pub struct Room {
    protoo: Protoo,
    stay: SharedStay,
    peers: Vec<PeerInfo>,
    events: mpsc::Receiver<RoomEvent>,
    task: AbortHandle,
}

impl Room {
    /// Connects to the server and enters the room.
    ///
    /// # Errors
    /// [`RoomError`]. Nothing is tried twice; that is done only for a session that was once made.
    pub async fn enter(options: RoomOptions) -> Result<Self, RoomError> {
        let target = Target::new(&options.url, &options.query(), options.trust)?;
        let (protoo, heard) = protoo::open(target, options.retry).await?;
        let (sender, events) = mpsc::channel(MAX_EVENTS);
        let stay = SharedStay::default();
        let member = Member::new(protoo.clone(), options, Arc::clone(&stay), sender);
        let peers = member.join().await?;
        let task = tokio::spawn(member.run(heard)).abort_handle();
        Ok(Self {
            protoo,
            stay,
            peers,
            events,
            task,
        })
    }

    /// Who else was there when the room was first entered.
    pub fn peers(&self) -> &[PeerInfo] {
        &self.peers
    }

    /// The next thing that happens; none after [`RoomEvent::Closed`].
    pub async fn event(&mut self) -> Option<RoomEvent> {
        self.events.recv().await
    }

    /// What can be sent and received here.
    ///
    /// # Errors
    /// [`RoomError::NotJoined`].
    pub fn device(&self) -> Result<Device, RoomError> {
        Ok(self.stay()?.device)
    }

    /// The present transport to the server. Another one takes its place after a reconnection.
    ///
    /// # Errors
    /// [`RoomError::NotJoined`], also of a room that was entered only to receive.
    pub fn send_transport(&self) -> Result<Arc<SendTransport>, RoomError> {
        self.stay()?.send.ok_or(RoomError::NotJoined)
    }

    /// The present transport from the server. Another one takes its place after a reconnection.
    ///
    /// # Errors
    /// [`RoomError::NotJoined`], also of a room that was entered only to send.
    pub fn recv_transport(&self) -> Result<Arc<RecvTransport>, RoomError> {
        self.stay()?.recv.ok_or(RoomError::NotJoined)
    }

    /// Sends media from now on.
    ///
    /// # Errors
    /// [`RoomError::NotJoined`], [`RoomError::Transport`].
    pub async fn produce(&self, options: ProduceOptions) -> Result<Producer, RoomError> {
        Ok(self.send_transport()?.produce(options).await?)
    }

    /// Sends messages from now on. Label `chat` reaches everybody, `bot` the room's bot.
    ///
    /// # Errors
    /// [`RoomError::NotJoined`], [`RoomError::Transport`].
    pub async fn produce_data(
        &self,
        options: ProduceDataOptions,
    ) -> Result<DataProducer, RoomError> {
        Ok(self.send_transport()?.produce_data(options).await?)
    }

    /// Asks the server for anything else.
    ///
    /// # Errors
    /// [`SignalingError`].
    pub async fn request<C: Call>(&self, call: &C) -> Result<C::Response, SignalingError> {
        self.protoo.request(C::METHOD, call).await
    }

    /// Looks for paths again, as after a change of networks.
    ///
    /// # Errors
    /// [`RoomError`].
    pub async fn restart_ice(&self) -> Result<(), RoomError> {
        let stay = self.stay()?;
        if let Some(transport) = stay.send {
            let transport_id = transport.id().clone();
            let answer = self.request(&RestartIce { transport_id }).await?;
            transport.restart_ice(&answer).await?;
        }
        if let Some(transport) = stay.recv {
            let transport_id = transport.id().clone();
            let answer = self.request(&RestartIce { transport_id }).await?;
            transport.restart_ice(&answer).await?;
        }
        Ok(())
    }

    /// Leaves the room, and waits until what was to be sent is sent and the server knows. To drop it is enough where
    /// nobody waits.
    pub async fn leave(self) {
        let stay = self
            .stay
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(stay) = stay {
            if let Some(transport) = stay.send {
                transport.close();
                transport.closed().await;
            }
            if let Some(transport) = stay.recv {
                transport.close();
                transport.closed().await;
            }
        }
        self.protoo.close().await;
    }

    fn stay(&self) -> Result<Stay, RoomError> {
        let stay = self.stay.lock().unwrap_or_else(PoisonError::into_inner);
        stay.clone().ok_or(RoomError::NotJoined)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // The last holders of the session are the task and this handle.
        self.task.abort();
    }
}
