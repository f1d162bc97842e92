use std::time::{Duration, Instant};

use super::ActiveSpeakerObserver;

const MS: Duration = Duration::from_millis(1);
const LOUD: u8 = 10;
const QUIET: u8 = 120;

/// Observes speakers that send a packet each 20 ms.
struct Room {
    observer: ActiveSpeakerObserver<u32>,
    now: Instant,
    /// Changes of the dominant speaker, with the time in ms since the beginning of the last `talk`.
    changes: Vec<(u32, u128)>,
}

impl Room {
    #[expect(
        clippy::disallowed_methods,
        reason = "any instant will do as the origin of virtual time"
    )]
    fn new(speakers: &[u32]) -> Self {
        let now = Instant::now();
        let mut observer = ActiveSpeakerObserver::new(300 * MS, now);
        assert!(speakers.iter().all(|key| observer.add(*key, now)));
        Self {
            observer,
            now,
            changes: Vec::new(),
        }
    }

    /// As after a moment in which all were heard breathing: a speaker that is loud from its very first packet on is
    /// taken for a loud room.
    fn with_known_noise(speakers: &[u32]) -> Self {
        let mut room = Self::new(speakers);
        let quiet: Vec<_> = speakers.iter().map(|key| (*key, QUIET)).collect();
        room.talk(100, &quiet);
        room
    }

    /// Packets with these levels from these speakers for so many ms.
    fn talk(&mut self, ms: u32, levels: &[(u32, u8)]) -> Vec<(u32, u128)> {
        let begin = self.now;
        self.changes.clear();
        for _ in 0..ms / 20 {
            self.now += 20 * MS;
            for (key, level) in levels {
                self.observer.on_level(*key, *level, false, self.now);
            }
            if let Some(dominant) = self.observer.handle_timeout(self.now) {
                self.changes
                    .push((dominant, (self.now - begin).as_millis()));
            }
        }
        self.changes.clone()
    }
}

#[test]
fn only_speaker_is_dominant_even_when_silent() {
    let mut room = Room::new(&[7]);
    assert_eq!(room.talk(1000, &[]), [(7, 300)]);
}

#[test]
fn nobody_is_dominant_without_speakers() {
    assert_eq!(Room::new(&[]).talk(1000, &[]), []);
}

#[test]
fn two_speakers_that_alternate_are_each_found_within_a_second() {
    let mut room = Room::with_known_noise(&[1, 2]);
    room.talk(2000, &[(1, LOUD), (2, QUIET)]);
    assert_eq!(room.observer.dominant(), Some(1));
    for round in 0..5 {
        for (speaks, listens) in [(2, 1), (1, 2)] {
            let changes = room.talk(3000, &[(speaks, LOUD), (listens, QUIET)]);
            let [(found, after)] = changes[..] else {
                panic!("round {round}: {changes:?}")
            };
            assert_eq!(found, speaks);
            assert!(after <= 1000, "round {round}: {after} ms");
        }
    }
}

#[test]
fn short_noise_does_not_steal_the_floor() {
    let mut room = Room::with_known_noise(&[1, 2]);
    room.talk(3000, &[(1, LOUD), (2, QUIET)]);
    for _ in 0..20 {
        assert_eq!(
            room.talk(80, &[(1, LOUD), (2, 0)]),
            [],
            "a cough into speech"
        );
        assert_eq!(room.talk(1000, &[(1, LOUD), (2, QUIET)]), []);
    }
}

#[test]
fn short_noise_does_not_steal_the_floor_in_a_pause_of_speech() {
    let mut room = Room::with_known_noise(&[1, 2]);
    room.talk(3000, &[(1, LOUD), (2, QUIET)]);
    for _ in 0..20 {
        assert_eq!(
            room.talk(60, &[(1, QUIET), (2, 0)]),
            [],
            "60 ms are less than a medium window"
        );
        assert_eq!(room.talk(1000, &[(1, LOUD), (2, QUIET)]), []);
    }
}

#[test]
fn speaker_stays_dominant_when_everybody_falls_silent() {
    let mut room = Room::with_known_noise(&[1, 2, 3]);
    room.talk(3000, &[(2, LOUD), (1, QUIET), (3, QUIET)]);
    assert_eq!(room.observer.dominant(), Some(2));
    assert_eq!(room.talk(60_000, &[(1, QUIET), (2, QUIET), (3, QUIET)]), []);
    assert_eq!(room.talk(60_000, &[]), []);
}

#[test]
fn louder_one_of_two_newcomers_in_the_medium_window_wins() {
    let mut room = Room::with_known_noise(&[1, 2, 3]);
    room.talk(3000, &[(1, LOUD), (2, QUIET), (3, QUIET)]);
    // Both fill their windows, but the second one began 40 ms before the tick only.
    room.talk(240, &[(1, QUIET), (2, LOUD), (3, QUIET)]);
    let changes = room.talk(600, &[(1, QUIET), (2, LOUD), (3, LOUD)]);
    assert_eq!(changes.first().map(|(key, _)| *key), Some(2));
}

#[test]
fn steady_noise_becomes_background_after_some_windows_and_loses_to_speech() {
    let mut room = Room::with_known_noise(&[1, 2]);
    let fan = (1, 60);
    assert_eq!(room.talk(3000, &[fan, (2, QUIET)]).len(), 1);
    assert_eq!(
        room.talk(3000, &[fan, (2, 40)]),
        [],
        "as loud as speech, and older"
    );
    room.talk(90_000, &[fan, (2, QUIET)]);
    let changes = room.talk(3000, &[fan, (2, 40)]);
    assert_eq!(changes.first().map(|(key, _)| *key), Some(2));
}

#[test]
fn paused_producer_is_no_candidate_until_resumed() {
    let mut room = Room::with_known_noise(&[1, 2]);
    room.talk(2000, &[(1, LOUD), (2, QUIET)]);
    room.observer.pause_producer(2);
    assert_eq!(room.talk(3000, &[(1, QUIET), (2, LOUD)]), []);
    room.observer.resume_producer(2);
    assert_eq!(room.talk(3000, &[(1, QUIET), (2, LOUD)]).len(), 1);
}

#[test]
fn successor_is_named_when_the_dominant_one_leaves() {
    let mut room = Room::with_known_noise(&[1, 2, 3]);
    room.talk(3000, &[(1, LOUD), (2, QUIET), (3, QUIET)]);
    room.talk(200, &[(1, LOUD), (2, QUIET), (3, LOUD)]);
    assert_eq!(room.observer.remove(2, room.now), None);
    assert_eq!(room.observer.remove(1, room.now), Some(3));
    assert_eq!(room.observer.remove(3, room.now), None);
    assert_eq!(room.observer.dominant(), None);
}

#[test]
fn speaker_silent_for_an_hour_is_found_again_with_its_next_words() {
    let mut room = Room::with_known_noise(&[1, 2]);
    room.talk(2000, &[(1, LOUD)]);
    room.talk(3_700_000, &[(1, QUIET)]);
    assert_eq!(room.talk(2000, &[(1, QUIET), (2, LOUD)]).len(), 1);
    assert_eq!(room.observer.dominant(), Some(2));
}

#[test]
fn paused_observer_has_no_timer_and_says_nothing() {
    let mut room = Room::with_known_noise(&[1, 2]);
    room.observer.pause();
    assert_eq!(room.observer.poll_timeout(), None);
    assert_eq!(room.talk(3000, &[(2, LOUD)]), []);
    room.observer.resume(room.now);
    assert_eq!(room.observer.poll_timeout(), Some(room.now + 300 * MS));
    assert_ne!(room.talk(3000, &[(2, LOUD)]), []);
    assert_eq!(room.observer.dominant(), Some(2));
}

#[test]
fn producer_is_added_once() {
    let mut room = Room::new(&[1]);
    assert!(!room.observer.add(1, room.now));
}

#[test]
fn interval_is_clamped() {
    let room = Room::new(&[]);
    let due = |ms: u32| {
        ActiveSpeakerObserver::<u32>::new(ms * MS, room.now)
            .poll_timeout()
            .unwrap()
            - room.now
    };
    assert_eq!(
        [due(1), due(100), due(5000), due(60_000)],
        [100 * MS, 100 * MS, 5000 * MS, 5000 * MS]
    );
}
