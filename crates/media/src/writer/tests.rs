use std::io::Cursor;
use std::time::Duration;

use super::*;
use crate::{Codec, Frame, Reader, TestPattern, Track};

fn read_all(bytes: Vec<u8>) -> Vec<Frame> {
    let mut reader = Reader::open(Cursor::new(bytes)).unwrap();
    std::iter::from_fn(|| reader.next_frame().unwrap()).collect()
}

#[test]
fn what_is_written_into_ivf_is_read_from_it() {
    for (codec, data) in [
        (Codec::Vp8, vec![0x10, 2, 3]),
        (Codec::Av1, vec![0x32, 1, 0x10]),
    ] {
        let mut writer = IvfWriter::new(Cursor::new(Vec::new()), &codec, 640, 360).unwrap();
        for index in 0..3 {
            writer
                .write_frame(&data, Duration::from_millis(40 * index))
                .unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let reader = Reader::open(Cursor::new(bytes.clone())).unwrap();
        let track = &reader.tracks()[0];
        assert_eq!(
            (&track.codec, track.width, track.height),
            (&codec, 640, 360)
        );
        let frames = read_all(bytes);
        assert_eq!(frames.len(), 3);
        for (index, frame) in (0..).zip(frames) {
            assert_eq!(frame.data, data);
            assert_eq!(frame.pts, Duration::from_millis(40 * index));
            assert!(frame.is_key_frame);
        }
    }
}

#[test]
fn sound_does_not_fit_ivf() {
    let refused = IvfWriter::new(Cursor::new(Vec::new()), &Codec::Opus, 0, 0);
    assert_eq!(
        refused.err().unwrap().to_string(),
        "Opus cannot be written into IVF; choose another container"
    );
}

#[test]
fn what_is_written_into_ogg_is_read_from_it() {
    let mut writer = OggOpusWriter::new(Vec::new(), 2, 5).unwrap();
    // 200 packets of 20 ms; the 101st to 105th are missing, as in silence.
    let packet = |index: u8| [vec![0xfc], vec![index; 254 + usize::from(index & 1)]].concat();
    let sent = (0..200u8).filter(|index| !(100..105).contains(index));
    for index in sent.clone() {
        let pts = Duration::from_millis(20 * u64::from(index));
        writer.write_packet(&packet(index), pts).unwrap();
    }
    let frames = read_all(writer.finish().unwrap());
    assert_eq!(frames.len(), 195);
    for (index, frame) in sent.zip(frames) {
        assert_eq!(frame.data, packet(index));
        assert_eq!(frame.pts, Duration::from_millis(20 * u64::from(index)));
        assert_eq!(frame.duration, Some(Duration::from_millis(20)));
    }
}

fn track(codec: Codec) -> Track {
    match codec {
        Codec::Opus => Track::audio(codec, 48_000, 2),
        codec => Track::video(codec, 0, 0),
    }
}

#[test]
fn what_is_written_into_webm_is_read_from_it() {
    let mut pattern = TestPattern::new(1);
    let mut sent: Vec<Frame> = (0..90)
        .map(|index| pattern.next_video_frame(index % 30 == 0))
        .collect();
    sent.extend((0..150).map(|_| pattern.next_audio_frame()));
    sent.sort_by_key(|frame| frame.pts);
    let tracks = TestPattern::tracks();
    let mut writer = WebmWriter::new(Cursor::new(Vec::new()), &tracks).unwrap();
    for frame in &sent {
        writer.write_frame(frame).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let reader = Reader::open(Cursor::new(bytes.clone())).unwrap();
    for (found, expected) in reader.tracks().iter().zip(&tracks) {
        assert_eq!(found.codec, expected.codec);
        assert_eq!(
            (found.width, found.channels),
            (expected.width, expected.channels)
        );
        assert_eq!(found.duration, Some(Duration::from_secs(3)));
    }
    let read = read_all(bytes);
    assert_eq!(read.len(), sent.len());
    for (read, sent) in read.iter().zip(&sent) {
        assert_eq!(
            (read.track, read.is_key_frame),
            (sent.track, sent.is_key_frame)
        );
        assert!(read.data == sent.data);
        assert!(read.pts.abs_diff(sent.pts) < Duration::from_millis(1));
    }
}

#[test]
fn a_recording_begins_with_the_first_key_frame_which_tells_its_size() {
    let mut pattern = TestPattern::new(1);
    pattern.next_video_frame(true);
    let late = [
        pattern.next_video_frame(false),
        pattern.next_video_frame(true),
    ];
    let tracks = [track(Codec::Vp8), track(Codec::Opus)];
    let mut writer = WebmWriter::new(Cursor::new(Vec::new()), &tracks).unwrap();
    writer.write_frame(&pattern.next_audio_frame()).unwrap();
    for frame in &late {
        writer.write_frame(frame).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let reader = Reader::open(Cursor::new(bytes.clone())).unwrap();
    assert_eq!(
        (reader.tracks()[0].width, reader.tracks()[0].height),
        (640, 360)
    );
    let kinds: Vec<usize> = read_all(bytes).iter().map(|frame| frame.track).collect();
    assert_eq!(kinds, [TestPattern::AUDIO, TestPattern::VIDEO]);
}

#[test]
fn what_was_written_before_a_crash_plays() {
    let mut pattern = TestPattern::new(1);
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WebmWriter::new(&mut bytes, &TestPattern::tracks()[..1]).unwrap();
    for index in 0..150 {
        writer
            .write_frame(&pattern.next_video_frame(index % 75 == 0))
            .unwrap();
    }
    drop(writer);
    assert_eq!(read_all(bytes.into_inner()).len(), 75);
}

#[test]
fn sizes_are_read_from_key_frames_of_each_codec() {
    use crate::bitstream::size;
    for (sample, codec) in [
        (
            &include_bytes!("../../samples/vp9-opus.webm")[..],
            Codec::Vp9,
        ),
        (include_bytes!("../../samples/av1.mp4"), Codec::Av1),
    ] {
        let mut reader = Reader::open(Cursor::new(sample.to_vec())).unwrap();
        let track = reader
            .tracks()
            .iter()
            .position(|track| track.codec == codec);
        let frame = std::iter::from_fn(|| reader.next_frame().unwrap())
            .find(|frame| Some(frame.track) == track)
            .unwrap();
        assert_eq!(size::of(&codec, &frame.data), Some((160, 90)));
    }
}

#[test]
fn codecs_that_webm_does_not_know_are_refused() {
    let refused = WebmWriter::new(Cursor::new(Vec::new()), &[track(Codec::H264)]);
    assert_eq!(
        refused.err().unwrap().to_string(),
        "H.264 cannot be written into WebM or Matroska; choose another container"
    );
}
