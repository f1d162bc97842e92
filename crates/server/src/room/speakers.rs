//! Who speaks.

use std::time::Duration;

use miso_engine::{
    ActiveSpeakerObserver, ActiveSpeakerOptions, AudioLevelEvent, AudioLevelObserver,
    AudioLevelOptions, RequestError as EngineError, Router, Volume,
};
use miso_signal::{
    ActiveSpeaker, DominantSpeaker, PeerId, PeerVolume, ServerNotification, SpeakingPeers,
};

use super::Room;

/// How often speaking peers are told. Less is livelier and costs a message to every peer each time.
const INTERVAL: Duration = Duration::from_millis(800);
/// How many speaking peers are told, as the TypeScript server has it. More cost bytes at every interval.
const MAX_SPEAKERS: u16 = 10;
/// Average level below which nobody speaks, in dBov.
const THRESHOLD: i8 = -80;

/// The observers of a room's audio producers. Producers leave them by themselves when they are closed.
#[derive(Debug)]
pub(super) struct Speakers {
    levels: AudioLevelObserver,
    dominance: ActiveSpeakerObserver,
    /// Who holds the floor, silent or not.
    dominant: Option<PeerId>,
    /// Who does, as clients were told; nobody during silence.
    told: Option<PeerId>,
}

impl Speakers {
    /// Observers of nothing yet.
    ///
    /// # Errors
    /// The engine's.
    pub(super) async fn new(router: &Router) -> Result<Self, EngineError> {
        let options = AudioLevelOptions {
            max_entries: MAX_SPEAKERS,
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
            told: None,
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

    /// A peer leaves; others know by that.
    pub(super) fn forget(&mut self, peer: &PeerId) {
        for it in [&mut self.dominant, &mut self.told] {
            it.take_if(|it| it == peer);
        }
    }
}

impl Room {
    /// Tells everybody who speaks, the loudest first, or that nobody does.
    pub(super) fn take_volumes(&mut self, event: &AudioLevelEvent) {
        let volumes = match event {
            AudioLevelEvent::Silence => Vec::new(),
            AudioLevelEvent::Volumes(volumes) => {
                let volumes = self.peer_volumes(volumes);
                if volumes.is_empty() {
                    return;
                }
                volumes
            }
        };
        let loudest = volumes.first();
        let speaker = ActiveSpeaker {
            peer_id: loudest.map(|it| it.peer_id.clone()),
            volume: loudest.map(|it| it.volume),
        };
        // Whoever holds the floor and was silent is not said to take it when it speaks again.
        let dominant = self.speakers.dominant.clone();
        let dominant = dominant.filter(|dominant| volumes.iter().any(|it| it.peer_id == *dominant));
        let is_silent = volumes.is_empty();
        self.tell_joined(&ServerNotification::ActiveSpeaker(speaker), None);
        let speaking = SpeakingPeers {
            peer_volumes: volumes,
        };
        self.tell_joined(&ServerNotification::SpeakingPeers(speaking), None);
        if is_silent || dominant.is_some() {
            self.tell_dominant(dominant);
        }
    }

    /// How loud peers are; each is as loud as its loudest producer.
    fn peer_volumes(&self, volumes: &[Volume]) -> Vec<PeerVolume> {
        let mut loudest: Vec<PeerVolume> = Vec::new();
        for it in volumes {
            let Some(peer_id) = self.owners.get(&it.producer_id) else {
                continue;
            };
            if loudest.iter().all(|louder| louder.peer_id != *peer_id) {
                loudest.push(PeerVolume {
                    peer_id: peer_id.clone(),
                    volume: it.volume,
                });
            }
        }
        loudest
    }

    /// Somebody takes the floor.
    pub(super) fn take_speaker(&mut self, producer_id: &str) {
        self.speakers.dominant = self.owners.get(producer_id).cloned();
        self.tell_dominant(self.speakers.dominant.clone());
    }

    fn tell_dominant(&mut self, peer_id: Option<PeerId>) {
        if self.speakers.told != peer_id {
            self.speakers.told.clone_from(&peer_id);
            let dominant = DominantSpeaker { peer_id };
            self.tell_joined(&ServerNotification::DominantSpeaker(dominant), None);
        }
    }
}
