//! Files of every container, and payloads of every codec.

use std::io::Cursor;
use std::time::Duration;

use miso_media::{Codec, IvfWriter, Packetizer, TestPattern, WebmWriter};

use crate::{Seed, seed};

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../../crates/media/samples/", $name))
    };
}

/// As much of a sample as holds its head and some frames: short inputs are tried more often.
const SAMPLE_LEN: usize = 6_000;

pub(crate) fn seeds() -> Vec<Seed> {
    let samples: [(&str, &[u8]); 5] = [
        ("mp4_fragmented", sample!("h264-opus-fragmented.mp4")),
        ("mp4_av1", sample!("av1.mp4")),
        ("matroska_h264", sample!("h264-opus.mkv")),
        ("webm_vp9", sample!("vp9-opus.webm")),
        ("ogg_opus", sample!("tone.opus")),
    ];
    let mut seeds: Vec<Seed> = samples
        .into_iter()
        .map(|(name, bytes)| match name {
            // Its description stands at the end.
            "mp4_av1" => seed("media_file", name, bytes),
            _ => seed("media_file", name, &bytes[..SAMPLE_LEN.min(bytes.len())]),
        })
        .collect();
    seeds.push(seed("media_file", "ivf", ivf()));
    seeds.push(seed("media_file", "webm_own", webm()));
    seeds.extend(payloads());
    seeds
}

fn ivf() -> Vec<u8> {
    let out = Cursor::new(Vec::new());
    let mut writer = IvfWriter::new(out, &Codec::Vp8, 16, 16).expect("VP8 fits");
    for millis in [0, 40, 80] {
        let written = writer.write_frame(&[0x10, 1, 2, 3], Duration::from_millis(millis));
        written.expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

fn webm() -> Vec<u8> {
    let mut pattern = TestPattern::new(1);
    let tracks = TestPattern::tracks();
    let mut writer = WebmWriter::new(Cursor::new(Vec::new()), &tracks[1..]).expect("Opus fits");
    for _ in 0..10 {
        let mut frame = pattern.next_audio_frame();
        frame.track = 0;
        writer.write_frame(&frame).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

/// Frames of each codec as the target expects their payloads: length, flags, bytes.
fn payloads() -> Vec<Seed> {
    let frames: [(&str, Codec, Vec<u8>); 5] = [
        ("vp8", Codec::Vp8, vec![0x10; 120]),
        ("vp9", Codec::Vp9, vec![0x82; 120]),
        // A sequence header and a frame.
        (
            "av1",
            Codec::Av1,
            [&[0x0a, 1, 0, 0x32, 100, 0x10][..], &[7; 99]].concat(),
        ),
        (
            "h264",
            Codec::H264,
            [
                &[0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 0x88][..],
                &[3; 90],
            ]
            .concat(),
        ),
        ("opus", Codec::Opus, vec![0xfc; 40]),
    ];
    let seeds = (0u8..).zip(frames).map(|(index, (name, codec, frame))| {
        let mut packetizer = Packetizer::new(&codec, 60).expect("each has a payload format");
        let mut bytes = vec![index];
        for payload in packetizer.packetize(&frame) {
            let len = u8::try_from(payload.data.len()).expect("payloads are short");
            bytes.extend([len, u8::from(payload.marker)]);
            bytes.extend(payload.data);
        }
        seed("depacketize", name, bytes)
    });
    seeds.collect()
}
