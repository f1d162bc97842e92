use std::time::{Duration, Instant};

use super::{LEVELS, MIN_SCORE, NOISE_WINDOW, NoiseFloor, Speaker, activity};

const MS: Duration = Duration::from_millis(1);

#[expect(
    clippy::disallowed_methods,
    reason = "any instant will do as the origin of virtual time"
)]
fn start() -> Instant {
    Instant::now()
}

/// A speaker whose background noise is known to be low, then `n` packets of this level, 20 ms apart.
fn speaker_with(n: u32, level: u8) -> (Speaker, Instant) {
    let begin = start();
    let mut speaker = Speaker::new(begin);
    speaker.on_packet(126, begin);
    (1..=n).for_each(|i| speaker.on_packet(level, begin + 20 * i * MS));
    (speaker, begin + 20 * n * MS)
}

#[test]
fn activity_follows_the_published_formula() {
    let close = |a: f64, b: f64| (a - b).abs() < 1e-3;
    assert!(close(activity(12, 13, 0.78), 3.162));
    assert!(close(activity(5, 5, 24.0), 113.356));
    assert!(close(activity(10, 10, 47.0), 459.218));
    assert!(close(activity(3, 5, 24.0), 67.659));
    assert_eq!(activity(0, 13, 0.78), MIN_SCORE);
    assert_eq!(activity(0, 10, 47.0), MIN_SCORE);
}

#[test]
fn windows_fill_one_after_the_other() {
    let (mut speaker, _) = speaker_with(1, 0);
    speaker.scores();
    assert_eq!(
        (speaker.immediates[0], speaker.mediums[0], speaker.long),
        (12, 1, 0)
    );
    let (mut speaker, _) = speaker_with(5, 0);
    speaker.scores();
    assert_eq!(
        (speaker.mediums[0], speaker.mediums[1], speaker.long),
        (5, 0, 1)
    );
    let (mut speaker, _) = speaker_with(50, 0);
    speaker.scores();
    assert_eq!((speaker.mediums, speaker.long), ([5; 10], 10));
}

#[test]
fn newest_sample_is_first_wherever_the_ring_stands() {
    for n in 45..110 {
        let (mut speaker, end) = speaker_with(n, 0);
        speaker.on_packet(60, end + 20 * MS);
        speaker.scores();
        assert_eq!(
            (speaker.immediates[0], speaker.immediates[1]),
            (6, 12),
            "after {n} packets"
        );
    }
}

#[test]
fn sound_within_a_subunit_of_the_noise_counts_as_silence() {
    let (mut speaker, end) = speaker_with(0, 0);
    speaker.on_packet(117, end + 20 * MS);
    speaker.scores();
    assert_eq!(speaker.immediates[0], 0, "loudness 10 over noise of 1");
    speaker.on_packet(116, end + 40 * MS);
    speaker.scores();
    assert_eq!(speaker.immediates[0], 1, "loudness 11");
}

#[test]
fn time_without_packets_is_filled_with_the_next_value() {
    let (mut speaker, end) = speaker_with(50, 0);
    speaker.on_silence(end + 200 * MS);
    speaker.scores();
    assert_eq!(speaker.immediates[..11], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12]);
    speaker.on_packet(0, end + 3_600_000 * MS);
    speaker.scores();
    assert_eq!(speaker.immediates, [12; LEVELS]);
}

#[test]
fn packets_faster_than_a_sample_take_one_slot_each() {
    let (mut speaker, end) = speaker_with(0, 0);
    (1..=3).for_each(|i| speaker.on_packet(0, end + 10 * i * MS));
    speaker.scores();
    assert_eq!(speaker.immediates[..4], [12, 12, 12, 0]);
}

#[test]
fn clock_that_steps_back_is_ignored() {
    let (mut speaker, end) = speaker_with(10, 0);
    speaker.on_packet(127, end - 40 * MS);
    speaker.scores();
    assert_eq!(speaker.immediates[0], 12);
}

#[test]
fn noise_floor_falls_at_once_and_rises_half_way_per_window() {
    let mut noise = NoiseFloor::default();
    noise.observe(0);
    assert_eq!(
        noise.floor, 0,
        "digital silence says nothing about the room"
    );
    noise.observe(50);
    noise.observe(9);
    assert_eq!(noise.floor, 9);
    (0..NOISE_WINDOW - 1).for_each(|_| noise.observe(36));
    assert_eq!(noise.floor, 9);
    noise.observe(100);
    assert_eq!(noise.floor, 18);
}
