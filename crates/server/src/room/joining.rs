//! Clients that do not join in time. Only those of the newer dialect are held to it: others may watch over a room
//! without ever joining it, as the first native clients of the demo do.

use std::collections::VecDeque;

use miso_signal::Dialect;
use tokio::time::{Instant, sleep_until};

use crate::counters::Count;
use crate::session::{Closing, Outgoing};

use super::{Room, SessionId, Who};

/// Who is to join until when, the earliest first, since all have equally long. Some may have joined already.
#[derive(Debug, Default)]
pub(super) struct Joining(VecDeque<(Instant, Who)>);

impl Joining {
    /// Waits until somebody's time is over; for ever when nobody is to join.
    pub(super) async fn expired(&self) {
        match self.0.front() {
            Some((until, _)) => sleep_until(*until).await,
            None => std::future::pending().await,
        }
    }

    /// Takes out somebody whose time is over.
    fn take_expired(&mut self, now: Instant) -> Option<Who> {
        let (until, _) = self.0.front()?;
        if *until > now {
            return None;
        }
        self.0.pop_front().map(|(_, who)| who)
    }

    /// Somebody left.
    pub(super) fn forget(&mut self, session: SessionId) {
        self.0.retain(|(_, who)| who.session != session);
    }
}

impl Room {
    /// A client showed its dialect. One of the newer dialect is to join soon.
    pub(super) fn take_dialect(&mut self, who: &Who, shown: Dialect) {
        let Some(peer) = self.peers.get_mut(&who.peer) else {
            return;
        };
        let was_known = peer.dialect() != Dialect::Unknown;
        peer.show(shown);
        if !was_known && peer.dialect() == Dialect::TypeScript && peer.joined().is_none() {
            let until = Instant::now() + self.context.join_within;
            self.joining.0.push_back((until, who.clone()));
        }
    }

    /// Closes the sessions of those who have not joined in their time.
    pub(super) fn expire_joining(&mut self) {
        let now = Instant::now();
        while let Some(who) = self.joining.take_expired(now) {
            // Of those who left nothing is here.
            let peer = self.peers.get(&who.peer);
            if let Some(peer) = peer.filter(|peer| peer.joined().is_none()) {
                self.context.counters.add(Count::SessionUnjoined);
                peer.send(Outgoing::Close(Closing::NotJoined));
                self.remove(&who.peer);
            }
        }
    }
}
