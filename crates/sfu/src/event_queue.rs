//! Events that wait for the owner.

use crate::event::Event;
use std::collections::VecDeque;

/// Events that may wait before packets and messages get no place any more. More memory for an owner that sleeps, less
/// for the bursts of one that does not.
const MAX_BULK: usize = 16_384;

/// Events in their order.
#[derive(Debug, Default)]
pub(crate) struct EventQueue(VecDeque<Event>);

impl EventQueue {
    /// Something happened to an object. It is always told: there is only so much that can happen to an object.
    pub(crate) fn push_back(&mut self, event: Event) {
        self.0.push_back(event);
    }

    /// A packet or a message, which peers can send in any number. False when the owner leaves too many waiting: it is
    /// dropped then.
    pub(crate) fn push_bulk(&mut self, event: Event) -> bool {
        let has_room = self.0.len() < MAX_BULK;
        if has_room {
            self.0.push_back(event);
        }
        has_room
    }

    /// The oldest.
    pub(crate) fn pop_front(&mut self) -> Option<Event> {
        self.0.pop_front()
    }
}

#[cfg(test)]
mod tests;
