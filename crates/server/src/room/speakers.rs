//! Who speaks.

use std::time::Duration;

use miso_engine::{
    ActiveSpeakerObserver, ActiveSpeakerOptions, AudioLevelEvent, AudioLevelObserver,
    AudioLevelOptions, RequestError as EngineError, Router,
};
use miso_signal::{ActiveSpeaker, PeerId, ServerNotification};

use super::Room;

/// How often the loudest peer is told. Less is livelier and costs a message to every peer each time.
const INTERVAL: Duration = Duration::from_millis(800);
/// Average level below which nobody speaks, in dBov.
const THRESHOLD: i8 = -80;

/// The observers of a room's audio producers. Producers leave them by themselves when they are closed.
#[derive(Debug)]
pub(super) struct Speakers {
    levels: AudioLevelObserver,
    dominance: ActiveSpeakerObserver,
    /// Who dominates, as newer clients are to be told.
    dominant: Option<PeerId>,
}

impl Speakers {
    /// Observers of nothing yet.
    ///
    /// # Errors
    /// The engine's.
    pub(super) async fn new(router: &Router) -> Result<Self, EngineError> {
        let options = AudioLevelOptions {
            max_entries: 1,
            threshold: THRESHOLD,
            interval: INTERVAL,
            ..AudioLevelOptions::default()
        };
        Ok(Self {
            levels: router.create_audio_level_observer(options).await?,
            dominance: router
                .create_active_speaker_observer(ActiveSpeakerOptions::default())
                .await?,
            dominant: None,
        })
    }

    /// Observes an audio producer, too.
    ///
    /// # Errors
    /// The engine's.
    pub(super) async fn listen_to(&self, producer_id: &str) -> Result<(), EngineError> {
        self.levels.add_producer(producer_id).await?;
        self.dominance.add_producer(producer_id).await
    }
}

impl Room {
    /// Tells everybody who is loudest, or that nobody is.
    pub(super) fn take_volumes(&self, event: &AudioLevelEvent) {
        let speaker = match event {
            AudioLevelEvent::Silence => ActiveSpeaker {
                peer_id: None,
                volume: None,
            },
            AudioLevelEvent::Volumes(volumes) => {
                let loudest = volumes.iter().find_map(|it| {
                    let peer = self.owners.get(&it.producer_id)?;
                    Some((peer.clone(), it.volume))
                });
                let Some((peer, volume)) = loudest else {
                    return;
                };
                ActiveSpeaker {
                    peer_id: Some(peer),
                    volume: Some(volume),
                }
            }
        };
        self.tell_joined(&ServerNotification::ActiveSpeaker(speaker), None);
    }

    /// Notes who dominates.
    pub(super) fn take_speaker(&mut self, producer_id: &str) {
        self.speakers.dominant = self.owners.get(producer_id).cloned();
        tracing::debug!(room = self.id.as_str(), dominant = ?self.speakers.dominant, "dominant speaker");
    }
}
