//! What the engine tells a room.

use miso_engine::{
    BweTrace, ConsumerEvent, DataConsumerEvent, DtlsState, IceState, ProducerEvent, RouterEvent,
    SctpState, TransportEvent, TransportTraceInfo,
};
use miso_signal::{
    ConsumerClosed, ConsumerLayersChanged, ConsumerScoreChanged, DataConsumerClosed, Dialect,
    DownlinkBwe, ProducerScoreChanged, ServerNotification,
};

use crate::counters::Count;
use crate::session::Closing;

use super::{Fate, Room, api, convert};

/// Passes it on to whom it concerns. What is closed already concerns nobody.
pub(super) async fn take(room: &mut Room, event: RouterEvent) -> Fate {
    if api::take_event(room, &event) {
        return Fate::GoOn;
    }
    match event {
        RouterEvent::Transport { id, event } => take_transport(room, &id, &event).await,
        RouterEvent::Producer { id, event } => take_producer(room, &id, event),
        RouterEvent::Consumer { id, event } => take_consumer(room, &id, event),
        RouterEvent::DataProducer { id, .. } => {
            if let Some(peer) = room.owner_of(&id) {
                peer.take_data_producer(&id);
            }
            room.owners.remove(&id);
        }
        RouterEvent::DataConsumer { id, event } => take_data_consumer(room, &id, event).await,
        RouterEvent::AudioLevel { event, .. } => room.take_volumes(&event),
        RouterEvent::ActiveSpeaker { producer_id, .. } => room.take_speaker(&producer_id),
        RouterEvent::WorkerDied => return Fate::Close(Closing::RoomFailed),
    }
    Fate::GoOn
}

async fn take_transport(room: &mut Room, id: &str, event: &TransportEvent) {
    if let TransportEvent::SctpStateChange(state) = event {
        return take_sctp(room, id, *state).await;
    }
    if let TransportEvent::Trace(TransportTraceInfo::Bwe(estimate)) = event {
        return tell_estimate(room, id, estimate);
    }
    let is_lost = matches!(
        event,
        TransportEvent::IceStateChange(IceState::Disconnected | IceState::Closed)
            | TransportEvent::DtlsStateChange(DtlsState::Failed | DtlsState::Closed)
    );
    if let (true, Some(owner)) = (is_lost, room.owners.get(id).cloned()) {
        room.lose(&owner);
    }
}

/// A peer is told what its link gives.
fn tell_estimate(room: &mut Room, id: &str, estimate: &BweTrace) {
    if let Some(peer) = room.owner_of(id) {
        peer.notify(&ServerNotification::DownlinkBwe(DownlinkBwe {
            desired_bitrate: estimate.desired.0,
            effective_desired_bitrate: estimate.effective_desired.0,
            available_bitrate: estimate.available.0,
        }));
    }
}

/// Clients of the newer dialect are welcomed by the bot when messages can pass, and leave when they no longer can.
/// Where they never could the client wants none, since all are offered the bot's.
async fn take_sctp(room: &mut Room, id: &str, state: SctpState) {
    let Some(peer) = room.owner_of(id) else {
        return;
    };
    let (owner, is_newer) = (peer.id().clone(), peer.dialect() == Dialect::TypeScript);
    match state {
        SctpState::Connected => {
            peer.note_sctp(id, true);
            room.welcome(&owner).await;
        }
        SctpState::Failed | SctpState::Closed => {
            if peer.note_sctp(id, false) && is_newer {
                room.lose(&owner);
            }
        }
        SctpState::New | SctpState::Connecting => {}
    }
}

fn take_producer(room: &mut Room, id: &str, event: ProducerEvent) {
    let Some(peer) = room.owner_of(id) else {
        return;
    };
    match event {
        ProducerEvent::Score(scores) => {
            if let Ok(producer_id) = convert::producer_id(id) {
                let score = convert::producer_scores(scores);
                let changed = ProducerScoreChanged { producer_id, score };
                peer.notify(&ServerNotification::ProducerScoreChanged(changed));
            }
        }
        ProducerEvent::VideoOrientationChange(_) => {}
        ProducerEvent::TransportClose => {
            peer.take_producer(id);
            room.owners.remove(id);
        }
    }
}

fn take_consumer(room: &mut Room, id: &str, event: ConsumerEvent) {
    let Some(peer) = room.owner_of(id) else {
        return;
    };
    let Ok(consumer_id) = convert::consumer_id(id) else {
        return;
    };
    match event {
        ConsumerEvent::Score(score) => {
            let score = convert::consumer_score(score);
            let changed = ConsumerScoreChanged { consumer_id, score };
            peer.notify(&ServerNotification::ConsumerScoreChanged(changed));
        }
        ConsumerEvent::LayersChange(layers) => {
            let changed = ConsumerLayersChanged::new(consumer_id, layers.map(convert::layers));
            peer.notify(&ServerNotification::ConsumerLayersChanged(changed));
        }
        ConsumerEvent::ProducerClose => {
            peer.take_consumer(id);
            peer.notify(&ServerNotification::ConsumerClosed(ConsumerClosed {
                consumer_id,
            }));
            room.owners.remove(id);
        }
        ConsumerEvent::TransportClose => {
            peer.take_consumer(id);
            room.owners.remove(id);
        }
        // The room has told it already, before it answered whoever paused or resumed.
        ConsumerEvent::ProducerPause | ConsumerEvent::ProducerResume | ConsumerEvent::Rtp(_) => {}
    }
}

async fn take_data_consumer(room: &mut Room, id: &str, event: DataConsumerEvent) {
    match event {
        DataConsumerEvent::Message { ppid, bytes } => room.answer_as_bot(id, ppid, &bytes).await,
        DataConsumerEvent::SctpSendBufferFull => room.context.counters.add(Count::DataDropped),
        DataConsumerEvent::DataProducerClose => {
            if let Some(peer) = room.owner_of(id) {
                peer.take_data_consumer(id);
                if let Ok(data_consumer_id) = convert::data_consumer_id(id) {
                    let closed = DataConsumerClosed { data_consumer_id };
                    peer.notify(&ServerNotification::DataConsumerClosed(closed));
                }
            }
            room.owners.remove(id);
        }
        DataConsumerEvent::TransportClose => {
            if let Some(peer) = room.owner_of(id) {
                peer.take_data_consumer(id);
            }
            room.owners.remove(id);
        }
        DataConsumerEvent::DataProducerPause
        | DataConsumerEvent::DataProducerResume
        | DataConsumerEvent::BufferedAmountLow(_) => {}
    }
}
