//! Which rooms there are. The one place where rooms begin and end, under one lock, so that nobody can be on the way
//! into a room that closes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use miso_signal::api::ApiError;
use miso_signal::{ConnectionParams, RoomId};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use crate::counters::Count;
use crate::logs::Gate;
use crate::room::{
    self, ApiCall, ApiReply, ApiRequest, Enter, EnterError, RoomContext, RoomMessage, Seat,
    SessionId, Who,
};
use crate::session::{Outbox, Queued, outbox};

/// Messages that may wait for a room. More outlives longer stalls and lets sessions wait longer for answers; when it
/// is full, sessions stop reading and newcomers are refused.
const MAILBOX: usize = 1_024;

/// Which rooms there are.
#[derive(Debug)]
pub(crate) struct Registry {
    context: Arc<RoomContext>,
    rooms: Mutex<Rooms>,
    /// The rooms' tasks.
    tasks: TaskTracker,
    /// For the log line about faults.
    faults: Gate,
}

#[derive(Debug, Default)]
struct Rooms {
    by_id: HashMap<RoomId, Entry>,
    /// Whether no room may be opened any more.
    is_closed: bool,
    next_number: u64,
}

/// A room that is open, or opens.
#[derive(Debug)]
struct Entry {
    mailbox: mpsc::Sender<RoomMessage>,
    /// Tells rooms of the same id apart.
    number: u64,
}

impl Registry {
    /// No rooms yet.
    pub(crate) fn new(context: Arc<RoomContext>) -> Arc<Self> {
        Arc::new(Self {
            context,
            rooms: Mutex::default(),
            tasks: TaskTracker::new(),
            faults: Gate::new(),
        })
    }

    /// Lets somebody into a room, which is opened if there is none. An earlier session of the same peer is over then.
    ///
    /// # Errors
    /// [`EnterError`] says why not.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        params: ConnectionParams,
    ) -> Result<(Seat, Outbox, Queued), EnterError> {
        let limits = &self.context.limits;
        let (outbox, queued) = outbox(limits.max_queued_messages, limits.max_queued_bytes);
        let who = Who {
            peer: params.peer_id,
            session: SessionId::next(),
        };
        let (reply, replied) = oneshot::channel();
        let enter = Enter {
            who: who.clone(),
            outbox: outbox.clone(),
            reply,
        };
        let room = (params.room_id, params.consumer_replicas);
        let mailbox = self.post(room, RoomMessage::Enter(enter), true)?;
        // From here on the room is told if this future is dropped.
        let seat = Seat::new(who, mailbox);
        replied.await.unwrap_or(Err(EnterError::Failed))?;
        Ok((seat, outbox, queued))
    }

    /// Asks a room something over HTTP. It is opened if there is none and `may_open` says so.
    ///
    /// # Errors
    /// The room's, and [`ApiError::RoomNotFound`], [`ApiError::Unavailable`], [`ApiError::Internal`].
    pub(crate) async fn ask(
        self: &Arc<Self>,
        id: RoomId,
        may_open: bool,
        request: ApiRequest,
    ) -> Result<ApiReply, ApiError> {
        let (reply, replied) = oneshot::channel();
        let name = id.as_str().to_owned();
        let message = RoomMessage::Api(Box::new(ApiCall { request, reply }));
        self.post((id, 0), message, may_open)
            .map_err(|error| match error {
                EnterError::NoRoom => ApiError::RoomNotFound(name),
                error => ApiError::Unavailable(error.to_string()),
            })?;
        let failed = || ApiError::Internal(EnterError::Failed.to_string());
        replied.await.unwrap_or_else(|_| Err(failed()))
    }

    fn post(
        self: &Arc<Self>,
        (id, replicas): (RoomId, u8),
        message: RoomMessage,
        may_open: bool,
    ) -> Result<mpsc::Sender<RoomMessage>, EnterError> {
        let mut rooms = self.rooms();
        if rooms.is_closed {
            return Err(EnterError::Stopping);
        }
        let message = match rooms.by_id.get(&id) {
            None if !may_open => return Err(EnterError::NoRoom),
            None => message,
            Some(entry) => match entry.mailbox.try_send(message) {
                Ok(()) => return Ok(entry.mailbox.clone()),
                Err(TrySendError::Full(_)) => return Err(EnterError::Overloaded),
                // It failed a moment ago; a new one takes its place.
                Err(TrySendError::Closed(_)) if !may_open => return Err(EnterError::NoRoom),
                Err(TrySendError::Closed(message)) => message,
            },
        };
        let max = self.context.limits.max_rooms;
        if rooms.by_id.len() >= max && !rooms.by_id.contains_key(&id) {
            self.context.counters.add(Count::RoomRefused);
            return Err(EnterError::TooManyRooms(max));
        }
        let mailbox = self.open(&mut rooms, (id, replicas));
        mailbox
            .try_send(message)
            .map_err(|_| EnterError::Overloaded)?;
        Ok(mailbox)
    }

    fn open(
        self: &Arc<Self>,
        rooms: &mut Rooms,
        (id, replicas): (RoomId, u8),
    ) -> mpsc::Sender<RoomMessage> {
        let (mailbox, receiver) = mpsc::channel(MAILBOX);
        let number = rooms.next_number;
        rooms.next_number += 1;
        let entry = Entry {
            mailbox: mailbox.clone(),
            number,
        };
        rooms.by_id.insert(id.clone(), entry);
        self.tasks
            .spawn(self.clone().supervise((id, replicas), number, receiver));
        mailbox
    }

    /// Runs a room in a task of its own; whatever becomes of it, its entry is gone afterwards.
    async fn supervise(
        self: Arc<Self>,
        (id, replicas): (RoomId, u8),
        number: u64,
        mut mailbox: mpsc::Receiver<RoomMessage>,
    ) {
        let (registry, room_id) = (self.clone(), id.clone());
        let task = tokio::spawn(async move {
            let is_idle =
                |mailbox: &mut mpsc::Receiver<_>| registry.remove_if_idle(&room_id, mailbox);
            let context = registry.context.clone();
            room::run((room_id.clone(), replicas), context, &mut mailbox, is_idle).await
        });
        let outcome = task.await;
        self.remove(&id, number);
        let fault = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        self.context.counters.add(Count::RoomFailed);
        if self.faults.opens() {
            tracing::error!(
                room = id.as_str(),
                fault,
                "room failed, its peers are told to rejoin"
            );
        }
    }

    /// Ends a room unless something is on the way to it. Newcomers post under the same lock.
    fn remove_if_idle(&self, id: &RoomId, mailbox: &mut mpsc::Receiver<RoomMessage>) -> bool {
        let mut rooms = self.rooms();
        let is_idle = mailbox.is_empty();
        if is_idle {
            mailbox.close();
            rooms.by_id.remove(id);
        }
        is_idle
    }

    fn remove(&self, id: &RoomId, number: u64) {
        let mut rooms = self.rooms();
        if rooms
            .by_id
            .get(id)
            .is_some_and(|entry| entry.number == number)
        {
            rooms.by_id.remove(id);
        }
    }

    /// Closes all rooms and waits until they are.
    pub(crate) async fn close(&self) {
        let mailboxes: Vec<_> = {
            let mut rooms = self.rooms();
            rooms.is_closed = true;
            rooms
                .by_id
                .values()
                .map(|entry| entry.mailbox.clone())
                .collect()
        };
        for mailbox in mailboxes {
            let _ = mailbox.send(RoomMessage::Close).await;
        }
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
