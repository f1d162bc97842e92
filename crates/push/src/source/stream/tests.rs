use std::io::Cursor;

use miso_media::{Codec, IvfWriter, TestPattern};
use miso_ortc::MediaKind;

use super::StreamFeed;
use crate::encoder::Invocation;
use crate::source::{Feed, SourceError};

/// Ten pictures.
fn ivf() -> Vec<u8> {
    let mut writer = IvfWriter::new(Cursor::new(Vec::new()), &Codec::Vp8, 640, 360).unwrap();
    let mut pattern = TestPattern::new(1);
    for _ in 0..10 {
        let frame = pattern.next_video_frame(false);
        writer.write_frame(&frame.data, frame.pts).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn shell(script: &str) -> Invocation {
    Invocation {
        program: "sh",
        arguments: ["-c", script].map(Into::into).to_vec(),
    }
}

/// All frames, and how it ended.
fn all(mut feed: StreamFeed) -> (usize, Result<(), SourceError>) {
    let (pick, ..) = feed.media().first(MediaKind::Video).unwrap();
    feed.pick(vec![pick]);
    let mut count = 0;
    loop {
        match feed.next() {
            Ok(Some(_)) => count += 1,
            Ok(None) => return (count, Ok(())),
            Err(error) => return (count, Err(error)),
        }
    }
}

#[test]
fn the_end_of_a_stream_is_its_end() {
    let (count, end) = all(StreamFeed::from_bytes("pipe", Box::new(Cursor::new(ivf()))).unwrap());
    assert_eq!(count, 10);
    end.unwrap();
}

#[test]
fn a_stream_that_is_cut_off_is_told() {
    let mut bytes = ivf();
    bytes.truncate(bytes.len() - 1);
    let (count, end) = all(StreamFeed::from_bytes("pipe", Box::new(Cursor::new(bytes))).unwrap());
    assert_eq!(count, 9);
    assert!(matches!(end, Err(SourceError::Media { .. })), "{end:?}");
}

#[cfg(unix)]
#[test]
fn a_program_gets_the_input_and_its_output_is_read() {
    let feed = StreamFeed::from_program(&shell("cat"), Some(Box::new(Cursor::new(ivf()))));
    let (count, end) = all(feed.unwrap());
    assert_eq!(count, 10);
    end.unwrap();
}

#[cfg(unix)]
#[test]
fn a_program_that_dies_ends_with_its_last_words() {
    let dies = shell("echo first >&2; echo 'no such device' >&2; exit 3");
    let error = StreamFeed::from_program(&dies, None).err().unwrap();
    assert_eq!(error.to_string(), "sh failed: first / no such device");
    let in_the_middle = shell("cat; echo 'out of luck' >&2; exit 3");
    let feed = StreamFeed::from_program(&in_the_middle, Some(Box::new(Cursor::new(ivf()))));
    let (count, end) = all(feed.unwrap());
    assert_eq!(
        (count, end.unwrap_err().to_string()),
        (10, "sh failed: out of luck".to_owned())
    );
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let mut invocation = shell("");
    invocation.program = "no-such-program";
    let error = StreamFeed::from_program(&invocation, None).err().unwrap();
    assert!(
        error
            .to_string()
            .starts_with("no-such-program cannot be started"),
        "{error}"
    );
}
