//! The one stream of a router's events, from the worker threads to the owner's task.
//!
//! The queue has a nominal capacity. When the owner falls behind and it is reached:
//!
//! * a *level* event (scores, layers, volumes, dominant speaker, orientation, buffer levels) takes the place of the
//!   oldest queued one, since each is superseded by the next of its kind and the handles have the newest value;
//! * a *message* (of a direct transport) is dropped, as on any network;
//! * a *lifecycle* event is queued all the same. Their number is bounded by what the owner itself made: each object
//!   closes once, and state changes need handshakes.
//!
//! What was dropped is counted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use crate::event::{RouterEvent, Weight};
use crate::sync::lock;

/// How many events were dropped because the owner did not keep up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DroppedEvents {
    /// Scores, layers, volumes and the like.
    pub levels: u64,
    /// Messages and packets of direct transports.
    pub messages: u64,
}

/// What is under the lock.
#[derive(Debug, Default)]
struct Queued {
    events: VecDeque<RouterEvent>,
    /// Whether nothing will be added any more.
    is_closed: bool,
    dropped: DroppedEvents,
}

/// The queue; many threads add, one task takes.
#[derive(Debug)]
pub(crate) struct EventQueue {
    queued: Mutex<Queued>,
    /// Length from which on events are dropped.
    capacity: usize,
    /// Wakes the task that takes.
    added: Notify,
}

impl EventQueue {
    /// An empty queue. More capacity outlives longer stalls of the owner, less keeps fewer stale events.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            queued: Mutex::default(),
            capacity: capacity.max(1),
            added: Notify::new(),
        }
    }

    /// Adds an event, or drops one if the queue is full.
    pub(crate) fn push(&self, event: RouterEvent) {
        let mut queued = lock(&self.queued);
        if queued.is_closed || !queued.make_room(self.capacity, event.weight()) {
            return;
        }
        queued.events.push_back(event);
        drop(queued);
        self.added.notify_one();
    }

    /// Ends the stream after what is queued.
    pub(crate) fn close(&self) {
        lock(&self.queued).is_closed = true;
        self.added.notify_one();
    }

    fn pop(&self) -> Popped {
        let mut queued = lock(&self.queued);
        match queued.events.pop_front() {
            Some(event) => Popped::Event(event),
            None if queued.is_closed => Popped::End,
            None => Popped::Empty,
        }
    }
}

/// What the queue gave.
enum Popped {
    Event(RouterEvent),
    Empty,
    End,
}

impl Queued {
    /// Whether an event of this weight may be added, having dropped another one for it if need be.
    fn make_room(&mut self, capacity: usize, weight: Weight) -> bool {
        if self.events.len() < capacity || weight == Weight::Lifecycle {
            return true;
        }
        if weight == Weight::Message {
            self.dropped.messages += 1;
            return false;
        }
        self.dropped.levels += 1;
        let oldest = self
            .events
            .iter()
            .position(|event| event.weight() == Weight::Level);
        oldest
            .and_then(|oldest| self.events.remove(oldest))
            .is_some()
    }
}

/// The events of a router and all that it holds, in the order in which they happened on each worker.
#[derive(Debug)]
pub struct RouterEvents(Arc<EventQueue>);

impl RouterEvents {
    pub(crate) const fn new(queue: Arc<EventQueue>) -> Self {
        Self(queue)
    }

    /// Waits for the next event; none once the router is closed and everything was told.
    ///
    /// Cancel safe: an event is either returned or still queued.
    pub async fn recv(&mut self) -> Option<RouterEvent> {
        loop {
            match self.0.pop() {
                Popped::Event(event) => return Some(event),
                Popped::End => return None,
                Popped::Empty => self.0.added.notified().await,
            }
        }
    }

    /// The next event if one is there already.
    pub fn try_recv(&mut self) -> Option<RouterEvent> {
        match self.0.pop() {
            Popped::Event(event) => Some(event),
            Popped::Empty | Popped::End => None,
        }
    }

    /// What was dropped so far because this end did not keep up.
    pub fn dropped(&self) -> DroppedEvents {
        lock(&self.0.queued).dropped
    }
}

impl Drop for RouterEvents {
    /// Nobody can take events any more, so none are kept.
    fn drop(&mut self) {
        let mut queued = lock(&self.0.queued);
        queued.is_closed = true;
        queued.events.clear();
    }
}

#[cfg(test)]
mod tests;
