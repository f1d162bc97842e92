use std::io::Cursor;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::{IvfWriter, Kind, TestPattern, WebmWriter};

const SAMPLES: [(&str, &[u8]); 7] = [
    (
        "h264-b-frames-aac.mp4",
        include_bytes!("../../samples/h264-b-frames-aac.mp4"),
    ),
    (
        "h264-opus.mp4",
        include_bytes!("../../samples/h264-opus.mp4"),
    ),
    (
        "h264-opus-fragmented.mp4",
        include_bytes!("../../samples/h264-opus-fragmented.mp4"),
    ),
    (
        "h264-opus.mkv",
        include_bytes!("../../samples/h264-opus.mkv"),
    ),
    (
        "vp9-opus.webm",
        include_bytes!("../../samples/vp9-opus.webm"),
    ),
    ("av1.mp4", include_bytes!("../../samples/av1.mp4")),
    ("tone.opus", include_bytes!("../../samples/tone.opus")),
];

fn sample(name: &str) -> &'static [u8] {
    SAMPLES.iter().find(|(found, _)| *found == name).unwrap().1
}

fn open(bytes: &[u8]) -> Result<Reader, MediaError> {
    Reader::open(Cursor::new(bytes.to_vec()))
}

/// All frames up to the end or an error.
fn drain(reader: &mut Reader) -> (Vec<Frame>, Option<MediaError>) {
    let mut frames = Vec::new();
    loop {
        match reader.next_frame() {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => return (frames, None),
            Err(error) => return (frames, Some(error)),
        }
    }
}

fn frames_of(bytes: &[u8]) -> (Vec<Track>, Vec<Frame>) {
    let mut reader = open(bytes).unwrap();
    let (frames, error) = drain(&mut reader);
    assert!(error.is_none(), "{error:?}");
    (reader.tracks().to_vec(), frames)
}

fn message(bytes: &[u8]) -> String {
    match open(bytes) {
        Ok(mut reader) => drain(&mut reader).1.unwrap().to_string(),
        Err(error) => error.to_string(),
    }
}

fn of_track(frames: &[Frame], track: usize) -> Vec<&Frame> {
    frames.iter().filter(|frame| frame.track == track).collect()
}

#[test]
fn every_container_tells_its_tracks_and_gives_all_frames() {
    use Codec::{Av1, H264, Opus, Vp9};
    let aac = || Codec::Other("AAC".to_owned());
    let expected = [
        ("h264-b-frames-aac.mp4", vec![(H264, 30), (aac(), 0)]),
        ("h264-opus.mp4", vec![(H264, 30), (Opus, 101)]),
        ("h264-opus-fragmented.mp4", vec![(H264, 30), (Opus, 101)]),
        ("h264-opus.mkv", vec![(H264, 30), (Opus, 101)]),
        ("vp9-opus.webm", vec![(Vp9, 30), (Opus, 101)]),
        ("av1.mp4", vec![(Av1, 30)]),
        ("tone.opus", vec![(Opus, 101)]),
    ];
    for (name, expected) in expected {
        let (tracks, frames) = frames_of(sample(name));
        let found = tracks.iter().enumerate();
        let found: Vec<(Codec, usize)> = found
            .map(|(index, track)| (track.codec.clone(), of_track(&frames, index).len()))
            .collect();
        assert_eq!(found, expected, "{name}");
        for track in &tracks {
            if track.kind == Kind::Video {
                assert_eq!((track.width, track.height), (160, 90), "{name}");
            } else {
                assert!(track.sample_rate >= 44_100 && track.channels > 0, "{name}");
            }
        }
    }
}

#[test]
fn the_first_picture_is_a_key_frame_with_all_that_a_decoder_needs() {
    for (name, bytes) in SAMPLES {
        let (tracks, frames) = frames_of(bytes);
        let first = frames
            .iter()
            .find(|frame| tracks[frame.track].kind == Kind::Video);
        let Some(first) = first else { continue };
        assert!(first.is_key_frame, "{name}");
        match tracks[first.track].codec {
            Codec::H264 => {
                let kinds: Vec<u8> = crate::bitstream::h264::nals(&first.data)
                    .map(|nal| nal[0] & 0x1f)
                    .filter(|kind| matches!(kind, 5 | 7 | 8))
                    .collect();
                assert_eq!(kinds, [7, 8, 5], "{name}");
            }
            Codec::Av1 => assert!(crate::bitstream::av1::has_sequence_header(&first.data)),
            _ => {}
        }
    }
}

#[test]
fn frames_come_in_the_order_of_decoding_and_time_begins_at_zero() {
    for (name, bytes) in SAMPLES {
        let (tracks, frames) = frames_of(bytes);
        let earliest = frames.iter().map(|frame| frame.pts.min(frame.dts)).min();
        assert_eq!(earliest, Some(Duration::ZERO), "{name}");
        for index in 0..tracks.len() {
            let frames = of_track(&frames, index);
            assert!(frames.is_sorted_by_key(|frame| frame.dts), "{name}");
        }
        // Two seconds, and what decoders leave out.
        let end = frames.iter().map(|frame| frame.pts).max().unwrap();
        assert!((1_900..2_100).contains(&end.as_millis()), "{name} {end:?}");
    }
}

#[test]
fn pictures_that_are_stored_out_of_order_are_reported() {
    for (name, bytes) in SAMPLES {
        let (tracks, frames) = frames_of(bytes);
        let reordered = !of_track(&frames, 0).is_sorted_by_key(|frame| frame.pts);
        let expected = matches!(name, "h264-b-frames-aac.mp4" | "h264-opus.mkv");
        assert_eq!(
            (tracks[0].has_b_frames, reordered),
            (expected, expected),
            "{name}"
        );
    }
}

#[test]
fn sound_goes_on_without_gaps_and_ends_where_the_file_says() {
    for name in ["h264-opus.mp4", "vp9-opus.webm", "tone.opus"] {
        let (tracks, frames) = frames_of(sample(name));
        let sound = tracks
            .iter()
            .position(|track| track.codec == Codec::Opus)
            .unwrap();
        let frames = of_track(&frames, sound);
        for (index, frame) in (0..).zip(&frames) {
            let start = Duration::from_millis(20 * index);
            assert!(
                frame.pts.abs_diff(start + frames[0].pts).as_micros() < 10,
                "{name}"
            );
        }
        // 2 s and libopus's delay of 312 samples.
        let heard: Duration = frames.iter().filter_map(|frame| frame.duration).sum();
        assert_eq!(heard.as_micros().div_ceil(100), 20_065, "{name}");
    }
}

#[test]
fn sound_and_picture_of_a_file_begin_together() {
    // The encoder's delay lies before the first picture.
    let (_, frames) = frames_of(sample("h264-opus.mp4"));
    let (picture, sound) = (of_track(&frames, 0)[0].pts, of_track(&frames, 1)[0].pts);
    assert_eq!(picture - sound, Duration::from_micros(6_500));
}

#[test]
fn what_is_no_media_file_is_refused_with_a_hint() {
    for (bytes, hint) in [
        (&b""[..], "the file is empty"),
        (b"Once upon a time", "the file is a text, not MP4"),
        (b"RIFF\x10\0\0\0AVI LIST", "the file is an AVI or WAV file"),
        (&[0x8f; 100], "the file is of an unknown format"),
        (b"OggS", "ends in the middle of a page's header"),
        (b"DKIF", "ends in the middle of its header"),
        (
            &[0x1a, 0x45, 0xdf, 0xa3],
            "ends in the middle of an element's size",
        ),
        (
            b"\0\0\0\x10ftypisom\0\0\0\0",
            "its data, before its description (moov)",
        ),
        (b"\0\0\0\x08moov", "has no video or audio track"),
    ] {
        let message = message(bytes);
        assert!(message.contains(hint), "{message}");
    }
}

#[test]
fn sizes_that_are_claimed_are_not_believed() {
    let mut ivf = IvfWriter::new(Cursor::new(Vec::new()), &Codec::Vp8, 16, 16).unwrap();
    ivf.write_frame(&[0x10; 20], Duration::ZERO).unwrap();
    let mut ivf = ivf.finish().unwrap().into_inner();
    ivf[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(message(&ivf).contains("claims 4294967295 bytes for a frame"));
    ivf[32..36].copy_from_slice(&1_000_000u32.to_le_bytes());
    assert!(message(&ivf).contains("ends in the middle of a frame"));
    // A description of 16 EiB, and one of 2 GiB that is not there.
    let huge = b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xf0";
    assert!(message(huge).contains("more than the 67108864 that are accepted"));
    assert!(message(b"\x7f\0\0\0moov").contains("more than the 67108864"));
    let tracks = [
        &[0x1a, 0x45, 0xdf, 0xa3, 0x80][..],
        &[0x16, 0x54, 0xae, 0x6b, 0x08, 0x7f, 0xff, 0xff, 0xff],
    ];
    assert!(message(&tracks.concat()).contains("for its tracks"));
}

#[test]
fn frames_without_bytes_are_passed_over_and_times_that_run_backwards_are_not_sent_backwards() {
    let mut ivf = b"DKIF\0\0\x20\0VP80\x10\0\x10\0\x1e\0\0\0\x01\0\0\0\x04\0\0\0\0\0\0\0".to_vec();
    for (time, data) in [(5u64, &[0x10u8][..]), (6, &[]), (3, &[0x11]), (9, &[0x11])] {
        ivf.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        ivf.extend(time.to_le_bytes());
        ivf.extend(data);
    }
    let (_, frames) = frames_of(&ivf);
    let ticks = |time: Duration| (time.as_secs_f64() * 30.0).round();
    let times: Vec<_> = frames
        .iter()
        .map(|frame| (ticks(frame.pts), ticks(frame.dts)))
        .collect();
    assert_eq!(times, [(2.0, 2.0), (0.0, 2.0), (6.0, 6.0)]);
}

#[test]
fn frames_before_the_damage_are_given() {
    let bytes = sample("vp9-opus.webm");
    let mut reader = open(&bytes[..bytes.len() / 2]).unwrap();
    let (frames, error) = drain(&mut reader);
    assert!(frames.len() > 40);
    assert!(
        matches!(error, Some(MediaError::Truncated { .. })),
        "{error:?}"
    );
    let mut damaged = sample("tone.opus").to_vec();
    let middle = damaged.len() / 2 + 500;
    damaged[middle] ^= 1;
    let mut reader = open(&damaged).unwrap();
    let (frames, error) = drain(&mut reader);
    assert!(!frames.is_empty());
    assert!(error.unwrap().to_string().contains("checksum"));
}

/// Small files of every container.
fn small_files() -> Vec<Vec<u8>> {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(make_small_files).clone()
}

fn make_small_files() -> Vec<Vec<u8>> {
    let mut pattern = TestPattern::new(1);
    let mut webm = WebmWriter::new(Cursor::new(Vec::new()), &TestPattern::tracks()).unwrap();
    let mut ivf = IvfWriter::new(Cursor::new(Vec::new()), &Codec::Vp8, 640, 360).unwrap();
    let picture = pattern.next_video_frame(true);
    webm.write_frame(&picture).unwrap();
    ivf.write_frame(&picture.data[..500], picture.pts).unwrap();
    for _ in 0..20 {
        let mut sound = pattern.next_audio_frame();
        webm.write_frame(&sound).unwrap();
        sound.data.truncate(40);
        ivf.write_frame(&sound.data, sound.pts).unwrap();
    }
    let mut files: Vec<Vec<u8>> = SAMPLES.iter().map(|(_, bytes)| bytes.to_vec()).collect();
    files.push(webm.finish().unwrap().into_inner());
    files.push(ivf.finish().unwrap().into_inner());
    files
}

/// Reads as far as possible; what comes out must keep its promises.
fn survives(bytes: Vec<u8>) {
    let len = bytes.len();
    let Ok(mut reader) = Reader::open(Cursor::new(bytes)) else {
        return;
    };
    assert!(!reader.tracks().is_empty());
    let (frames, error) = drain(&mut reader);
    assert!(error.is_none_or(|error| error.to_string().len() > 20));
    let mut latest = vec![Duration::ZERO; reader.tracks().len()];
    for frame in &frames {
        // Parameter sets may be added to what is in the file.
        assert!(!frame.data.is_empty() && frame.data.len() <= 8 * len);
        assert!(frame.dts >= latest[frame.track]);
        latest[frame.track] = frame.dts;
    }
}

#[test]
fn a_file_that_is_cut_anywhere_in_its_head_is_survived() {
    for bytes in small_files() {
        for len in (0..bytes.len().min(1_500)).step_by(3) {
            survives(bytes[..len].to_vec());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_files_are_survived(
        cut in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..12),
    ) {
        for mut bytes in small_files() {
            for (place, value, near_head) in &damage {
                // Heads are short, and damage there has more consequences.
                let end = if *near_head { bytes.len().min(800) } else { bytes.len() };
                let place = place.index(end);
                bytes[place] = *value;
            }
            bytes.truncate(cut.index(4 * bytes.len()).max(1));
            survives(bytes);
        }
    }

    #[test]
    fn random_bytes_behind_a_known_beginning_are_survived(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        begin in prop_oneof![
            Just(&b"OggS\0\x02"[..]), Just(&b"DKIF\0\0\x20\0VP90"[..]), Just(&b"\0\0\0\x08ftyp"[..]),
            Just(&b"\0\0\x01\0moov"[..]), Just(&[0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xff][..]),
        ],
    ) {
        survives([begin, &bytes].concat());
    }
}
