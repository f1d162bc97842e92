//! Sending media.

use miso_engine::{MediaKind, ProducerOptions};
use miso_signal::{
    CloseProducer, ConsumerPaused, ConsumerResumed, PauseProducer, PeerId, Produce,
    ProduceResponse, RequestError, ResumeProducer, ServerNotification,
};

use crate::room::{Room, convert};

use super::{Answer, Then, check_limit};

/// Others are offered it after the answer. Its `appData` says whose it is.
pub(super) async fn produce(
    room: &mut Room,
    caller: &PeerId,
    produce: Produce,
) -> Result<Answer, RequestError> {
    let (peer, limits) = (room.peer(caller)?, &room.context.limits);
    check_limit(
        peer.producers().len(),
        limits.max_producers_per_peer,
        "producers",
    )?;
    let transport = peer.transport(produce.transport_id.as_str())?;
    let app_data = serde_json::to_value(produce.app_data.with_peer_id(caller));
    let options = ProducerOptions {
        app_data: app_data.unwrap_or_default(),
        ..ProducerOptions::new(produce.kind, produce.rtp_parameters)
    };
    let producer = transport.produce(options).await.map_err(convert::failed)?;
    let hint = convert::content_hint(producer.app_data());
    producer
        .set_content_hint(hint)
        .await
        .map_err(convert::failed)?;
    let id = producer.id().to_owned();
    let answer = Answer::new(&ProduceResponse::from(convert::producer_id(&id)?))?;
    if producer.kind() == MediaKind::Audio {
        let heard = room.speakers.listen_to(&id).await;
        heard
            .inspect_err(|_| producer.close())
            .map_err(convert::failed)?;
    }
    room.own(&id, caller);
    room.peer_mut(caller)?.add_producer(producer);
    Ok(answer.then(Then::OfferProducer(id)))
}

/// Those who consumed it are told before the answer.
pub(super) fn close(
    room: &mut Room,
    caller: &PeerId,
    close: &CloseProducer,
) -> Result<Answer, RequestError> {
    let id = close.producer_id.as_str();
    let producer = room.peer(caller)?.producer(id)?;
    producer.close();
    room.peer_mut(caller)?.take_producer(id);
    room.owners.remove(id);
    room.drop_consumers_of(id);
    Answer::done()
}

/// Those who consume it are told before the answer.
pub(super) async fn pause(
    room: &Room,
    caller: &PeerId,
    pause: &PauseProducer,
) -> Result<Answer, RequestError> {
    let producer = room.peer(caller)?.producer(pause.producer_id.as_str())?;
    if !producer.paused() {
        producer.pause().await.map_err(convert::failed)?;
        room.tell_consumers(producer.id(), |consumer_id| {
            ServerNotification::ConsumerPaused(ConsumerPaused { consumer_id })
        });
    }
    Answer::done()
}

/// Those who consume it are told before the answer.
pub(super) async fn resume(
    room: &Room,
    caller: &PeerId,
    resume: &ResumeProducer,
) -> Result<Answer, RequestError> {
    let producer = room.peer(caller)?.producer(resume.producer_id.as_str())?;
    if producer.paused() {
        producer.resume().await.map_err(convert::failed)?;
        room.tell_consumers(producer.id(), |consumer_id| {
            ServerNotification::ConsumerResumed(ConsumerResumed { consumer_id })
        });
    }
    Answer::done()
}

impl Room {
    /// Tells the peers who consume a producer. The engine tells the same by an event, but not before the answer.
    pub(in crate::room) fn tell_consumers(
        &self,
        producer_id: &str,
        notification: impl Fn(miso_signal::ConsumerId) -> ServerNotification,
    ) {
        for peer in self.peers.values() {
            for consumer in peer.consumers_of(producer_id) {
                if let Ok(id) = convert::consumer_id(consumer.id()) {
                    peer.notify(&notification(id));
                }
            }
        }
    }
}
