use std::io::Cursor;
use std::path::PathBuf;

use miso_media::{Codec, IvfWriter, OggOpusWriter, Reader, TestPattern};
use miso_ortc::MediaKind;

use super::{Merge, Part, Pick};

/// A second of pictures.
fn ivf() -> Vec<u8> {
    let mut writer = IvfWriter::new(Cursor::new(Vec::new()), &Codec::Vp8, 640, 360).unwrap();
    let mut pattern = TestPattern::new(1);
    for _ in 0..30 {
        let frame = pattern.next_video_frame(false);
        writer.write_frame(&frame.data, frame.pts).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A second of sound.
fn ogg() -> Vec<u8> {
    let mut writer = OggOpusWriter::new(Vec::new(), 2, 7).unwrap();
    let mut pattern = TestPattern::new(1);
    for _ in 0..50 {
        let frame = pattern.next_audio_frame();
        writer.write_packet(&frame.data, frame.pts).unwrap();
    }
    writer.finish().unwrap()
}

fn merge(files: Vec<Vec<u8>>) -> Merge {
    let part = |bytes| Part::new("file".to_owned(), Reader::open(Cursor::new(bytes)).unwrap());
    Merge {
        parts: files.into_iter().map(part).collect(),
    }
}

#[test]
fn frames_of_several_files_come_in_the_order_of_their_times() {
    let mut files = merge(vec![ivf(), ogg()]);
    let video = files.first(MediaKind::Video).unwrap().0;
    let audio = files.first(MediaKind::Audio).unwrap().0;
    assert_eq!((video.part, audio.part), (0, 1));
    assert!(files.peek(video).unwrap().is_key_frame);
    let mut times = Vec::new();
    while let Some(picked) = files.next(&[video, audio]).unwrap() {
        times.push(picked.frame.dts);
    }
    assert_eq!(times.len(), 80);
    assert!(times.is_sorted());
}

#[test]
fn what_is_not_picked_is_left_out() {
    let mut files = merge(vec![ivf(), ogg()]);
    let audio = files.first(MediaKind::Audio).unwrap().0;
    let mut count = 0;
    while let Some(picked) = files.next(&[audio]).unwrap() {
        assert_eq!(picked.kind, MediaKind::Audio);
        count += 1;
    }
    assert_eq!(count, 50);
}

#[test]
fn what_was_read_ahead_is_given_before_a_cut_is_told() {
    let mut bytes = ivf();
    bytes.truncate(bytes.len() - 1);
    let mut files = merge(vec![bytes]);
    let pick = Pick { part: 0, track: 0 };
    for _ in 0..29 {
        assert!(files.next(&[pick]).unwrap().is_some());
    }
    let error = files.next(&[pick]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("file: the IVF file ends in the middle"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Merge::open(&[PathBuf::from("/nowhere/film.mp4")])
        .err()
        .unwrap();
    assert!(error.to_string().starts_with("film.mp4: "), "{error}");
}
