//! RTP observers as objects of a router.

use super::Worker;
use super::data::gone;
use crate::command::{ActiveSpeakerOptions, AudioLevelOptions, Response};
use crate::error::CommandError;
use crate::event::{Event, ObserverEvent, Volume};
use crate::ids::{ProducerId, RouterId, RtpObserverId};
use crate::keys::{ObserverKey, ProducerKey};
use crate::observer::{ActiveSpeakerObserver, AudioLevelObserver, AudioLevelReport};
use miso_ortc::MediaKind;
use miso_wire::AudioLevel;
use std::time::Instant;

type Answer = Result<Response, CommandError>;

/// The kinds of observer.
enum Kind {
    AudioLevel(AudioLevelObserver<ProducerKey>),
    ActiveSpeaker(ActiveSpeakerObserver<ProducerKey>),
}

/// An observer and where it belongs.
pub(super) struct RtpObserver {
    pub(super) id: RtpObserverId,
    pub(super) router: RouterId,
    kind: Kind,
}

impl RtpObserver {
    /// When it wants to be looked at.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match &self.kind {
            Kind::AudioLevel(observer) => observer.poll_timeout(),
            Kind::ActiveSpeaker(observer) => observer.poll_timeout(),
        }
    }
}

impl Worker {
    /// Makes an audio level observer.
    pub(super) fn create_audio_level_observer(
        &mut self,
        router: RouterId,
        id: RtpObserverId,
        options: AudioLevelOptions,
        now: Instant,
    ) -> Answer {
        if options.threshold > 0 {
            return Err(CommandError::type_error(format!(
                "invalid threshold value {}",
                options.threshold
            )));
        }
        let entries = usize::from(options.max_entries.max(1));
        let observer = AudioLevelObserver::new(entries, options.threshold, options.interval, now);
        self.add_observer(RtpObserver {
            id,
            router,
            kind: Kind::AudioLevel(observer),
        })
    }

    /// Makes an active speaker observer.
    pub(super) fn create_active_speaker_observer(
        &mut self,
        router: RouterId,
        id: RtpObserverId,
        options: ActiveSpeakerOptions,
        now: Instant,
    ) -> Answer {
        let observer = ActiveSpeakerObserver::new(options.interval, now);
        self.add_observer(RtpObserver {
            id,
            router,
            kind: Kind::ActiveSpeaker(observer),
        })
    }

    fn add_observer(&mut self, observer: RtpObserver) -> Answer {
        let (id, router) = (observer.id, observer.router);
        if self.names.observers.contains_key(&id) {
            return Err(CommandError::error(
                "an RtpObserver with same id already exists",
            ));
        }
        let at = observer.poll_timeout();
        let key = self.objects.observers.insert(observer);
        self.names.observers.insert(id, key);
        if let Some(router) = self.objects.routers.get_mut(&router) {
            router.observers.push(key);
        }
        self.wake_at(at);
        Ok(Response::Done)
    }

    /// Stops observing.
    pub(super) fn pause_observer(&mut self, key: ObserverKey) -> Answer {
        let observer = self.objects.observers.get_mut(key).ok_or_else(gone)?;
        let report = match &mut observer.kind {
            Kind::AudioLevel(observer) => observer.pause(),
            Kind::ActiveSpeaker(observer) => {
                observer.pause();
                None
            }
        };
        self.announce_levels(key, report);
        Ok(Response::Done)
    }

    /// Goes on observing.
    pub(super) fn resume_observer(&mut self, key: ObserverKey, now: Instant) -> Answer {
        let observer = self.objects.observers.get_mut(key).ok_or_else(gone)?;
        match &mut observer.kind {
            Kind::AudioLevel(observer) => observer.resume(now),
            Kind::ActiveSpeaker(observer) => observer.resume(now),
        }
        let at = observer.poll_timeout();
        self.wake_at(at);
        Ok(Response::Done)
    }

    /// Observes a producer.
    pub(super) fn observe_producer(
        &mut self,
        key: ObserverKey,
        id: ProducerId,
        now: Instant,
    ) -> Answer {
        let producer_key = self.producer_key(id)?;
        let router = self
            .objects
            .observers
            .get(key)
            .map(|observer| observer.router);
        if self.router_of_producer(producer_key) != router {
            return Err(CommandError::not_found("Producer not found"));
        }
        let producer = self
            .objects
            .producers
            .get_mut(producer_key)
            .ok_or_else(gone)?;
        let observer = self.objects.observers.get_mut(key).ok_or_else(gone)?;
        if producer.kind != MediaKind::Audio {
            return Err(CommandError::type_error("not an audio Producer"));
        }
        let added = match &mut observer.kind {
            Kind::AudioLevel(observer) => {
                observer.add(producer_key);
                true
            }
            Kind::ActiveSpeaker(observer) => observer.add(producer_key, now),
        };
        if !added {
            return Err(CommandError::error("Producer already in map"));
        }
        if !producer.observers.contains(&key) {
            producer.observers.push(key);
        }
        if producer.paused {
            self.pause_observed(key, producer_key);
        }
        Ok(Response::Done)
    }

    /// Stops observing a producer.
    pub(super) fn unobserve_producer(
        &mut self,
        key: ObserverKey,
        id: ProducerId,
        now: Instant,
    ) -> Answer {
        let producer_key = self.producer_key(id)?;
        if let Some(producer) = self.objects.producers.get_mut(producer_key) {
            producer.observers.retain(|observer| *observer != key);
        }
        self.forget_observed(key, producer_key, now);
        Ok(Response::Done)
    }

    /// The producer is gone for the observer.
    pub(super) fn forget_observed(
        &mut self,
        key: ObserverKey,
        producer: ProducerKey,
        now: Instant,
    ) {
        let Some(observer) = self.objects.observers.get_mut(key) else {
            return;
        };
        let dominant = match &mut observer.kind {
            Kind::AudioLevel(observer) => {
                observer.remove(producer);
                None
            }
            Kind::ActiveSpeaker(observer) => observer.remove(producer, now),
        };
        self.announce_dominant(key, dominant);
    }

    /// The producer is paused for the observer.
    pub(super) fn pause_observed(&mut self, key: ObserverKey, producer: ProducerKey) {
        match self
            .objects
            .observers
            .get_mut(key)
            .map(|observer| &mut observer.kind)
        {
            Some(Kind::AudioLevel(observer)) => observer.pause_producer(producer),
            Some(Kind::ActiveSpeaker(observer)) => observer.pause_producer(producer),
            None => {}
        }
    }

    /// The producer is resumed for the observer.
    pub(super) fn resume_observed(&mut self, key: ObserverKey, producer: ProducerKey) {
        match self
            .objects
            .observers
            .get_mut(key)
            .map(|observer| &mut observer.kind)
        {
            Some(Kind::AudioLevel(observer)) => observer.resume_producer(producer),
            Some(Kind::ActiveSpeaker(observer)) => observer.resume_producer(producer),
            None => {}
        }
    }

    /// A packet of the producer said how loud it is.
    pub(super) fn observe_level(&mut self, producer: ProducerKey, level: AudioLevel, now: Instant) {
        let Some(observed) = self.objects.producers.get(producer) else {
            return;
        };
        for key in &observed.observers {
            match self
                .objects
                .observers
                .get_mut(*key)
                .map(|observer| &mut observer.kind)
            {
                Some(Kind::AudioLevel(observer)) => {
                    observer.on_level(producer, level.minus_dbov, level.voice, now);
                }
                Some(Kind::ActiveSpeaker(observer)) => {
                    observer.on_level(producer, level.minus_dbov, level.voice, now);
                }
                None => {}
            }
        }
    }

    /// Reports of the observers that are due.
    pub(super) fn handle_observer_timeouts(&mut self, now: Instant) {
        let due = |observer: &RtpObserver| observer.poll_timeout().is_some_and(|at| at <= now);
        let keys: Vec<_> = self
            .objects
            .observers
            .iter()
            .filter(|(_, o)| due(o))
            .map(|(key, _)| key)
            .collect();
        for key in keys {
            let Some(observer) = self.objects.observers.get_mut(key) else {
                continue;
            };
            match &mut observer.kind {
                Kind::AudioLevel(observer) => {
                    let report = observer.handle_timeout(now);
                    self.announce_levels(key, report);
                }
                Kind::ActiveSpeaker(observer) => {
                    let dominant = observer.handle_timeout(now);
                    self.announce_dominant(key, dominant);
                }
            }
        }
        let next = self
            .objects
            .observers
            .values()
            .filter_map(RtpObserver::poll_timeout)
            .min();
        self.wake_at(next);
    }

    fn announce_levels(&mut self, key: ObserverKey, report: Option<AudioLevelReport<ProducerKey>>) {
        let (Some(observer), Some(report)) = (self.objects.observers.get(key), report) else {
            return;
        };
        let event = match report {
            AudioLevelReport::Silence => ObserverEvent::Silence,
            AudioLevelReport::Volumes(volumes) => {
                let producers = &self.objects.producers;
                let volume = |v: crate::observer::Volume<ProducerKey>| {
                    producers.get(v.key).map(|producer| Volume {
                        producer_id: producer.id,
                        volume: v.volume,
                    })
                };
                ObserverEvent::Volumes(volumes.into_iter().filter_map(volume).collect())
            }
        };
        self.events.push_back(Event::Observer(observer.id, event));
    }

    fn announce_dominant(&mut self, key: ObserverKey, dominant: Option<ProducerKey>) {
        let Some(observer) = self.objects.observers.get(key) else {
            return;
        };
        if let Some(producer) = dominant.and_then(|key| self.objects.producers.get(key)) {
            self.events.push_back(Event::Observer(
                observer.id,
                ObserverEvent::DominantSpeaker(producer.id),
            ));
        }
    }
}
