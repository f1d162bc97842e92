//! Media files, and frames put together from payloads.

use std::io::Cursor;
use std::time::Duration;

use miso_media::{Codec, Depacketizer, Packetizer, Reader};

use crate::first_byte;

/// Input: a file. However odd it is, reading it ends, and what is read keeps the promises of [`miso_media::Frame`].
pub fn media_file(data: &[u8]) {
    let Ok(mut reader) = Reader::open(Cursor::new(data.to_vec())) else {
        return;
    };
    assert!(!reader.tracks().is_empty());
    let mut latest = vec![Duration::ZERO; reader.tracks().len()];
    while let Ok(Some(frame)) = reader.next_frame() {
        assert!(!frame.data.is_empty());
        assert!(frame.dts >= latest[frame.track]);
        latest[frame.track] = frame.dts;
    }
}

/// Input: a codec, the lengths of payloads and what they say about themselves, and the payloads. A frame that comes out
/// survives being sent again, and is then the same.
pub fn depacketize(data: &[u8]) {
    const CODECS: [Codec; 5] = [Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264, Codec::Opus];
    let (codec, mut rest) = first_byte(data);
    let codec = &CODECS[usize::from(codec) % CODECS.len()];
    let mut depacketizer = Depacketizer::new(codec).expect("each has a payload format");
    while let Some(([len, flags], payloads)) = rest.split_first_chunk() {
        let (payload, behind) = payloads.split_at(payloads.len().min(usize::from(*len)));
        rest = behind;
        let (marker, gap) = (flags & 1 != 0, flags & 2 != 0);
        let timestamp = u32::from(flags >> 2 & 1);
        if let Some(frame) = depacketizer.push(payload, marker, timestamp, gap) {
            sent_again(codec, &frame.data);
        }
    }
}

fn sent_again(codec: &Codec, frame: &[u8]) {
    let mut packetizer = Packetizer::new(codec, 50).expect("each has a payload format");
    let mut depacketizer = Depacketizer::new(codec).expect("each has a payload format");
    let payloads = packetizer.packetize(frame);
    let mut whole = None;
    for payload in &payloads {
        assert!(!payload.data.is_empty());
        assert!(whole.is_none(), "a frame ended early");
        whole = depacketizer.push(&payload.data, payload.marker, 0, false);
    }
    // Damaged NAL units and OBUs may vanish, or be split at what looks like a start code.
    if matches!(codec, Codec::Vp8 | Codec::Vp9 | Codec::Opus) {
        assert_eq!(whole.map(|whole| whole.data).as_deref(), Some(frame));
    }
}
