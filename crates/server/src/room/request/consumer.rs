//! Receiving media.

use miso_engine::ConsumerLayers;
use miso_signal::{
    PauseConsumer, PeerId, RequestConsumerKeyFrame, RequestError, ResumeConsumer,
    SetConsumerPreferredLayers, SetConsumerPriority,
};

use crate::room::{Room, convert};

use super::Answer;

/// Nobody else is told.
pub(super) async fn pause(
    room: &Room,
    caller: &PeerId,
    pause: &PauseConsumer,
) -> Result<Answer, RequestError> {
    let consumer = room.peer(caller)?.consumer(pause.consumer_id.as_str())?;
    consumer.pause().await.map_err(convert::failed)?;
    Answer::done()
}

/// Nobody else is told.
pub(super) async fn resume(
    room: &Room,
    caller: &PeerId,
    resume: &ResumeConsumer,
) -> Result<Answer, RequestError> {
    let consumer = room.peer(caller)?.consumer(resume.consumer_id.as_str())?;
    consumer.resume().await.map_err(convert::failed)?;
    Answer::done()
}

/// Without a temporal layer: the highest there is.
pub(super) async fn set_layers(
    room: &Room,
    caller: &PeerId,
    set: &SetConsumerPreferredLayers,
) -> Result<Answer, RequestError> {
    let consumer = room.peer(caller)?.consumer(set.consumer_id.as_str())?;
    let layers = ConsumerLayers {
        spatial_layer: set.spatial_layer,
        temporal_layer: set.temporal_layer,
    };
    consumer
        .set_preferred_layers(layers)
        .await
        .map_err(convert::failed)?;
    Answer::done()
}

/// Among the peer's own consumers.
pub(super) async fn set_priority(
    room: &Room,
    caller: &PeerId,
    set: &SetConsumerPriority,
) -> Result<Answer, RequestError> {
    let consumer = room.peer(caller)?.consumer(set.consumer_id.as_str())?;
    consumer
        .set_priority(set.priority.get())
        .await
        .map_err(convert::failed)?;
    Answer::done()
}

/// The producer decides when.
pub(super) async fn request_key_frame(
    room: &Room,
    caller: &PeerId,
    request: &RequestConsumerKeyFrame,
) -> Result<Answer, RequestError> {
    let consumer = room.peer(caller)?.consumer(request.consumer_id.as_str())?;
    consumer
        .request_key_frame()
        .await
        .map_err(convert::failed)?;
    Answer::done()
}
