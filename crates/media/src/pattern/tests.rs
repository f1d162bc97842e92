use std::time::Duration;

use super::*;

/// Mean luma of the flashing area in what a decoder shows.
fn flash_luma(pattern: &TestPattern) -> usize {
    let [left, top, width, height] =
        TestPattern::FLASH.map(|value| usize::try_from(value).unwrap());
    let plane = &pattern.encoder.shown().planes[0];
    let lines = plane.samples.chunks(plane.width).skip(top).take(height);
    let sum: usize = lines
        .flat_map(|line| &line[left..left + width])
        .map(|sample| usize::from(*sample))
        .sum();
    sum / (width * height)
}

#[test]
fn the_picture_flashes_exactly_while_the_beep_sounds() {
    let mut pattern = TestPattern::new(1);
    for _ in 0..75 {
        let frame = pattern.next_video_frame(false);
        let bright = frame.pts.subsec_millis() < 100;
        assert_eq!(flash_luma(&pattern) > 225, bright, "at {:?}", frame.pts);
        assert_eq!(flash_luma(&pattern) < 25, !bright, "at {:?}", frame.pts);
    }
    for _ in 0..125 {
        let frame = pattern.next_audio_frame();
        // The beep's first samples may lie in the packet before, where the encoder looked ahead.
        let loud = frame.pts.subsec_millis() < 100 || frame.pts.subsec_millis() == 980;
        assert_eq!(frame.data.len() > 100, loud, "at {:?}", frame.pts);
    }
}

#[test]
fn pictures_and_sound_keep_their_rates_for_hours() {
    let mut pattern = TestPattern::new(1);
    (pattern.pictures, pattern.packets) = (30 * 86_400, 50 * 86_400);
    let day = Duration::from_secs(86_400);
    assert_eq!(pattern.next_video_frame(false).pts, day);
    assert_eq!(pattern.next_audio_frame().pts, day);
    let next = pattern.next_video_frame(false);
    assert_eq!(next.pts - day, Duration::from_nanos(33_333_333));
}

#[test]
fn key_frames_come_first_and_when_asked_for() {
    let mut pattern = TestPattern::new(1);
    let keys: Vec<bool> = [false, false, true, false]
        .map(|key| pattern.next_video_frame(key).is_key_frame)
        .to_vec();
    assert_eq!(keys, [true, false, true, false]);
}

#[test]
fn the_bit_rate_stays_modest() {
    let mut pattern = TestPattern::new(1);
    pattern.next_video_frame(false);
    let bytes: usize = (0..60)
        .map(|_| pattern.next_video_frame(false).data.len())
        .sum();
    // Bits per second, from two seconds.
    assert!(bytes * 4 < 1_500_000, "{bytes} bytes");
    assert!(pattern.next_video_frame(true).data.len() < 40_000);
}

#[test]
fn what_is_shown_stays_close_to_what_was_drawn() {
    let mut pattern = TestPattern::new(1);
    for _ in 0..40 {
        pattern.next_video_frame(false);
    }
    let drawn = pattern
        .painter
        .paint(TestPattern::picture_time(39), 39)
        .clone();
    for (drawn, shown) in drawn.planes.iter().zip(&pattern.encoder.shown().planes) {
        let pairs = drawn.samples.iter().zip(&shown.samples);
        let worst = pairs.map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst < Some(48), "{worst:?}");
    }
}

/// Decodes a key frame with another's decoder: a lossy WebP file is one of VP8 in a RIFF container.
fn decode(key_frame: &[u8]) -> Vec<u8> {
    let len = |len: usize| u32::try_from(len).unwrap().to_le_bytes();
    let padding = vec![0; key_frame.len() % 2];
    let chunk = [b"VP8 ", &len(key_frame.len())[..], key_frame, &padding].concat();
    let file = [b"RIFF", &len(chunk.len() + 4)[..], b"WEBP", &chunk].concat();
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).unwrap();
    assert_eq!(decoder.dimensions(), (640, 360));
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    pixels
}

#[test]
fn another_decoder_sees_the_colors_that_were_drawn() {
    let mut pattern = TestPattern::new(1);
    for (picture, flash) in [(0, [255; 3]), (3, [0; 3])] {
        let mut frame = pattern.next_video_frame(true);
        while frame.pts < TestPattern::picture_time(picture) {
            frame = pattern.next_video_frame(true);
        }
        let pixels = decode(&frame.data);
        let bars = [
            ((400, 200), flash),
            ((68, 316), [191, 191, 191]),
            ((140, 316), [191, 191, 0]),
            ((212, 316), [0, 191, 191]),
            ((284, 316), [0, 191, 0]),
            ((356, 316), [191, 0, 191]),
            ((428, 316), [191, 0, 0]),
            ((500, 316), [0, 0, 191]),
        ];
        for ((x, y), expected) in bars {
            let place = (y * 640 + x) * 3;
            let seen = &pixels[place..place + 3];
            let near = |(a, b): (&u8, &u8)| a.abs_diff(*b) < 16;
            assert!(seen.iter().zip(&expected).all(near), "{x}, {y}: {seen:?}");
        }
    }
}
