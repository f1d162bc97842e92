use std::io::Cursor;
use std::time::Duration;

use super::*;
use crate::{Codec, Frame, Reader};

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
