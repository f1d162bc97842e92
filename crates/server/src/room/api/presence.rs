//! Whether broadcasters are still there, and what the engine tells of them.

use std::time::{Duration, Instant};

use miso_engine::{
    ConsumerEvent, DataConsumerEvent, DataProducerEvent, DtlsState, IceState, ProducerEvent,
    RouterEvent, TransportEvent,
};
use miso_signal::PeerId;

use crate::counters::Count;
use crate::room::Room;

/// Most and least time between two looks at who is silent. Less notices sooner and asks the engine more often.
const LOOKS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

impl Room {
    /// A request over HTTP keeps the room open for a while, even if nobody is in it.
    pub(super) fn keep_open(&mut self) {
        self.kept_until = Some(Instant::now() + self.context.broadcasters.room_idle);
    }

    /// Whether nobody is in the room or about to come.
    pub(in crate::room) fn is_empty(&self) -> bool {
        let is_kept = self.kept_until.is_some_and(|until| Instant::now() < until);
        self.peers.is_empty() && self.broadcasters.is_empty() && !is_kept
    }

    /// Whether there is anything to look after as time goes by.
    pub(in crate::room) fn is_watched(&self) -> bool {
        !self.broadcasters.is_empty() || (self.peers.is_empty() && self.kept_until.is_some())
    }

    /// How often to look after them: a quarter of the shorter time that matters.
    pub(in crate::room) fn look_every(&self) -> Duration {
        let times = &self.context.broadcasters;
        let shorter = times
            .silence
            .unwrap_or(times.room_idle)
            .min(times.room_idle);
        (shorter / 4).clamp(LOOKS.0, LOOKS.1)
    }

    /// Removes broadcasters that are silent.
    pub(in crate::room) async fn look_after_broadcasters(&mut self) {
        let Some(silence) = self.context.broadcasters.silence else {
            return;
        };
        let ids: Vec<_> = self.broadcasters.keys().cloned().collect();
        for id in ids {
            if self.silent_for(&id).await >= silence {
                self.context.counters.add(Count::BroadcasterSilent);
                self.remove_broadcaster(&id);
            }
        }
    }

    /// Since when nothing was heard of a broadcaster.
    async fn silent_for(&mut self, id: &PeerId) -> Duration {
        let Some(broadcaster) = self.broadcasters.get_mut(id) else {
            return Duration::ZERO;
        };
        let mut traffic = 0_u64;
        for transport in &broadcaster.transports {
            traffic = traffic.saturating_add(transport.traffic().await);
        }
        if traffic != broadcaster.last_traffic {
            broadcaster.last_traffic = traffic;
            broadcaster.last_seen = Instant::now();
        }
        broadcaster.last_seen.elapsed()
    }

    /// Something of a broadcaster's is closed.
    fn forget(&mut self, owner: &PeerId, object: &str) {
        if let Some(broadcaster) = self.broadcasters.get_mut(owner) {
            broadcaster.forget(object);
        }
        self.owners.remove(object);
    }
}

/// Takes an event, if it is of a broadcaster's.
pub(in crate::room) fn take_event(room: &mut Room, event: &RouterEvent) -> bool {
    let (RouterEvent::Transport { id, .. }
    | RouterEvent::Producer { id, .. }
    | RouterEvent::Consumer { id, .. }
    | RouterEvent::DataProducer { id, .. }
    | RouterEvent::DataConsumer { id, .. }) = event
    else {
        return false;
    };
    let owner = room.owners.get(id);
    let owner = owner.filter(|owner| room.broadcasters.contains_key(*owner));
    let Some(owner) = owner.cloned() else {
        return false;
    };
    match event {
        RouterEvent::Transport { event, .. } if is_lost(event) => room.lose_transport(&owner, id),
        RouterEvent::Producer {
            event: ProducerEvent::TransportClose,
            ..
        }
        | RouterEvent::Consumer {
            event: ConsumerEvent::TransportClose | ConsumerEvent::ProducerClose,
            ..
        }
        | RouterEvent::DataProducer {
            event: DataProducerEvent::TransportClose,
            ..
        }
        | RouterEvent::DataConsumer {
            event: DataConsumerEvent::TransportClose | DataConsumerEvent::DataProducerClose,
            ..
        } => room.forget(&owner, id),
        RouterEvent::DataConsumer {
            event: DataConsumerEvent::SctpSendBufferFull,
            ..
        } => room.context.counters.add(Count::DataDropped),
        _ => {}
    }
    true
}

fn is_lost(event: &TransportEvent) -> bool {
    matches!(
        event,
        TransportEvent::IceStateChange(IceState::Disconnected | IceState::Closed)
            | TransportEvent::DtlsStateChange(DtlsState::Failed | DtlsState::Closed)
    )
}

impl Room {
    /// Nobody is at the other end of a transport any more. With its last transport a broadcaster goes.
    fn lose_transport(&mut self, owner: &PeerId, id: &str) {
        self.context.counters.add(Count::BroadcasterMediaLost);
        self.close_transport(owner, id);
        let is_bare = |id: &PeerId| {
            let broadcaster = self.broadcasters.get(id);
            broadcaster.is_some_and(|it| it.transports.is_empty())
        };
        if is_bare(owner) {
            self.remove_broadcaster(owner);
        }
    }
}
