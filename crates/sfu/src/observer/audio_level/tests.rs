use std::time::{Duration, Instant};

use super::{AudioLevelObserver, AudioLevelReport, Volume};
use AudioLevelReport::{Silence, Volumes};

const MS: Duration = Duration::from_millis(1);

#[expect(
    clippy::disallowed_methods,
    reason = "any instant will do as the origin of virtual time"
)]
fn start() -> Instant {
    Instant::now()
}

struct Fixture {
    observer: AudioLevelObserver<&'static str>,
    now: Instant,
}

impl Fixture {
    fn new(max_entries: usize, threshold: i8) -> Self {
        let now = start();
        let mut observer = AudioLevelObserver::new(max_entries, threshold, 1000 * MS, now);
        assert!(
            ["ann", "bob", "cyd"]
                .into_iter()
                .all(|key| observer.add(key))
        );
        Self { observer, now }
    }

    /// One interval in which each of these sends packets with these levels.
    fn interval(
        &mut self,
        packets: &[(&'static str, &[u8])],
    ) -> Option<AudioLevelReport<&'static str>> {
        for (key, levels) in packets {
            levels
                .iter()
                .for_each(|level| self.observer.on_level(key, *level, true, self.now));
        }
        self.now += 999 * MS;
        assert_eq!(self.observer.handle_timeout(self.now), None, "too early");
        self.now += MS;
        self.observer.handle_timeout(self.now)
    }
}

fn volumes(entries: &[(&'static str, i8)]) -> Option<AudioLevelReport<&'static str>> {
    Some(Volumes(
        entries
            .iter()
            .map(|(key, volume)| Volume {
                key: *key,
                volume: *volume,
            })
            .collect(),
    ))
}

#[test]
fn loudest_come_first_and_no_more_than_asked_for() {
    let packets: [(_, &[u8]); 3] = [("ann", &[50; 10]), ("bob", &[20; 10]), ("cyd", &[40; 10])];
    assert_eq!(
        Fixture::new(9, -80).interval(&packets),
        volumes(&[("bob", -20), ("cyd", -40), ("ann", -50)])
    );
    assert_eq!(
        Fixture::new(2, -80).interval(&packets),
        volumes(&[("bob", -20), ("cyd", -40)])
    );
    assert_eq!(
        Fixture::new(1, -80).interval(&packets),
        volumes(&[("bob", -20)])
    );
}

#[test]
fn average_is_cut_to_whole_decibels() {
    let mut levels = [10; 10];
    levels[0] = 19;
    assert_eq!(
        Fixture::new(1, -80).interval(&[("ann", &levels)]),
        volumes(&[("ann", -10)])
    );
    assert_eq!(
        Fixture::new(1, -127).interval(&[("ann", &[127; 10])]),
        volumes(&[("ann", -127)])
    );
    assert_eq!(
        Fixture::new(1, -80).interval(&[("ann", &[0; 10])]),
        volumes(&[("ann", 0)])
    );
    assert_eq!(
        Fixture::new(1, -127).interval(&[("ann", &[255; 10])]),
        volumes(&[("ann", -127)])
    );
}

#[test]
fn producer_with_fewer_than_ten_packets_is_not_reported() {
    assert_eq!(
        Fixture::new(1, -80).interval(&[("ann", &[0; 9]), ("bob", &[70; 10])]),
        volumes(&[("bob", -70)])
    );
}

#[test]
fn threshold_itself_is_loud_enough() {
    assert_eq!(
        Fixture::new(1, -80).interval(&[("ann", &[80; 10])]),
        volumes(&[("ann", -80)])
    );
    assert_eq!(Fixture::new(1, -80).interval(&[("ann", &[81; 10])]), None);
}

#[test]
fn silence_is_said_once_and_never_before_the_first_volumes() {
    let mut fixture = Fixture::new(1, -80);
    assert_eq!(fixture.interval(&[]), None);
    assert_eq!(
        fixture.interval(&[("ann", &[10; 50])]),
        volumes(&[("ann", -10)])
    );
    assert_eq!(fixture.interval(&[("ann", &[100; 50])]), Some(Silence));
    assert_eq!(fixture.interval(&[]), None);
    assert_eq!(
        fixture.interval(&[("bob", &[10; 50])]),
        volumes(&[("bob", -10)])
    );
    assert_eq!(fixture.interval(&[]), Some(Silence));
}

#[test]
fn each_interval_counts_for_itself() {
    let mut fixture = Fixture::new(1, -80);
    fixture.interval(&[("ann", &[10; 50])]);
    assert_eq!(
        fixture.interval(&[("ann", &[30; 10])]),
        volumes(&[("ann", -30)])
    );
}

#[test]
fn paused_producer_is_forgotten_until_resumed() {
    let mut fixture = Fixture::new(1, -80);
    (0..50).for_each(|_| fixture.observer.on_level("ann", 0, true, fixture.now));
    fixture.observer.pause_producer("ann");
    assert_eq!(fixture.interval(&[("ann", &[0; 50])]), None);
    fixture.observer.resume_producer("ann");
    assert_eq!(
        fixture.interval(&[("ann", &[5; 50])]),
        volumes(&[("ann", -5)])
    );
}

#[test]
fn removed_and_unknown_producers_do_not_count() {
    let mut fixture = Fixture::new(3, -80);
    assert!(fixture.observer.remove("ann") && !fixture.observer.remove("ann"));
    let packets: [(_, &[u8]); 3] = [("ann", &[0; 50]), ("dan", &[0; 50]), ("cyd", &[9; 50])];
    assert_eq!(fixture.interval(&packets), volumes(&[("cyd", -9)]));
}

#[test]
fn pausing_the_observer_silences_it_and_stops_its_timer() {
    let mut fixture = Fixture::new(1, -80);
    assert_eq!(fixture.observer.pause(), None, "it was silent");
    fixture.observer.resume(fixture.now);
    fixture.interval(&[("ann", &[10; 50])]);
    (0..50).for_each(|_| fixture.observer.on_level("bob", 0, true, fixture.now));
    assert_eq!(fixture.observer.pause(), Some(Silence));
    assert_eq!(fixture.observer.pause(), None);
    assert_eq!(fixture.observer.poll_timeout(), None);
    assert_eq!(fixture.interval(&[("ann", &[10; 50])]), None);
    fixture.observer.resume(fixture.now);
    assert_eq!(
        fixture.observer.poll_timeout(),
        Some(fixture.now + 1000 * MS)
    );
    assert_eq!(
        fixture.interval(&[("ann", &[30; 10])]),
        volumes(&[("ann", -30)])
    );
}

#[test]
fn late_call_neither_shifts_the_rhythm_nor_makes_up_for_lost_ticks() {
    let mut fixture = Fixture::new(1, -80);
    let begin = fixture.now;
    fixture.observer.handle_timeout(begin + 1300 * MS);
    assert_eq!(fixture.observer.poll_timeout(), Some(begin + 2000 * MS));
    fixture.observer.handle_timeout(begin + 9100 * MS);
    assert_eq!(fixture.observer.poll_timeout(), Some(begin + 10_100 * MS));
}

#[test]
fn interval_is_clamped() {
    let now = start();
    let due = |ms: u32| {
        AudioLevelObserver::<u8>::new(1, -80, ms * MS, now)
            .poll_timeout()
            .unwrap()
            - now
    };
    assert_eq!([due(1), due(60_000)], [250 * MS, 5000 * MS]);
}
