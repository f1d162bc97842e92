//! What stands in front of the clusters.

use std::time::Duration;

use super::ebml::{LONG_SIZE_LEN, UNKNOWN_SIZE, element, float, id, long_number, unsigned};
use crate::bitstream::av1::{SEQUENCE_HEADER, obus};
use crate::bitstream::opus::{self, OpusHead};
use crate::bitstream::size::sequence_header;
use crate::{Codec, Kind, Track};

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_ae6b;
const PROGRAM: &[u8] = b"miso";
/// 80 ms, which decoders of Opus need to settle after a jump (RFC 7845, section 4.6).
const SEEK_PRE_ROLL: u64 = 80_000_000;

/// Places in the file that are completed at its end.
#[derive(Debug, Default)]
pub(super) struct Places {
    segment_size: u64,
    segment_body: u64,
    duration: u64,
}

impl Places {
    /// A position relative to the segment, as the index has them.
    pub(super) const fn in_segment(&self, position: u64) -> u64 {
        position.saturating_sub(self.segment_body)
    }

    /// What is written where once the end is known.
    pub(super) fn completed(&self, end: u64, lasts: Duration) -> [(u64, Vec<u8>); 2] {
        let size = long_number(end.saturating_sub(self.segment_body));
        let millis = lasts.as_secs_f64() * 1_000.0;
        [
            (self.segment_size, size.to_vec()),
            (self.duration, millis.to_be_bytes().to_vec()),
        ]
    }
}

/// The head of a file that begins at `start`.
pub(super) fn write(tracks: &[Track], start: u64) -> (Vec<u8>, Places) {
    let mut out = Vec::new();
    let mut header = Vec::new();
    // Versions and limits of EBML, then the kind of document and its versions (RFC 8794, section 11.2).
    for (name, value) in [(0x4286, 1), (0x42f7, 1), (0x42f2, 4), (0x42f3, 8)] {
        unsigned(&mut header, name, value);
    }
    element(&mut header, 0x4282, b"webm");
    unsigned(&mut header, 0x4287, 4);
    unsigned(&mut header, 0x4285, 2);
    element(&mut out, EBML, &header);
    id(&mut out, SEGMENT);
    let at = |len: usize| start.saturating_add(u64::try_from(len).unwrap_or(0));
    let mut places = Places {
        segment_size: at(out.len()),
        segment_body: at(out.len() + LONG_SIZE_LEN),
        duration: 0,
    };
    out.extend(UNKNOWN_SIZE);
    let mut info = Vec::new();
    // Nanoseconds of a tick, the programs, and the duration last, so that its place is known.
    unsigned(&mut info, 0x2a_d7b1, 1_000_000);
    element(&mut info, 0x4d80, PROGRAM);
    element(&mut info, 0x5741, PROGRAM);
    float(&mut info, DURATION, 0.0);
    element(&mut out, INFO, &info);
    places.duration = at(out.len() - size_of::<f64>());
    let mut entries = Vec::new();
    for (index, track) in (1..).zip(tracks) {
        entry(&mut entries, index, track);
    }
    element(&mut out, TRACKS, &entries);
    (out, places)
}

fn entry(out: &mut Vec<u8>, index: u64, track: &Track) {
    let is_video = track.kind == Kind::Video;
    let (name, private) = match track.codec {
        Codec::Vp8 => ("V_VP8", Vec::new()),
        Codec::Vp9 => ("V_VP9", Vec::new()),
        Codec::Av1 => ("V_AV1", track.codec_private.clone()),
        _ => ("A_OPUS", opus_private(track)),
    };
    let mut body = Vec::new();
    // Number, lasting id, type, no lacing, codec.
    unsigned(&mut body, 0xd7, index);
    unsigned(&mut body, 0x73c5, index);
    unsigned(&mut body, 0x83, if is_video { 1 } else { 2 });
    unsigned(&mut body, 0x9c, 0);
    element(&mut body, 0x86, name.as_bytes());
    if !private.is_empty() {
        element(&mut body, 0x63a2, &private);
    }
    let mut details = Vec::new();
    if is_video {
        unsigned(&mut details, 0xb0, u64::from(track.width));
        unsigned(&mut details, 0xba, u64::from(track.height));
        element(&mut body, 0xe0, &details);
    } else {
        let delay = u64::try_from(delay(track).as_nanos()).unwrap_or(0);
        unsigned(&mut body, 0x56aa, delay);
        unsigned(&mut body, 0x56bb, SEEK_PRE_ROLL);
        float(&mut details, 0xb5, f64::from(opus::RATE));
        unsigned(&mut details, 0x9f, u64::from(track.channels.max(1)));
        element(&mut body, 0xe1, &details);
    }
    element(out, 0xae, &body);
}

/// What decoders of a track leave out at the start.
pub(super) fn delay(track: &Track) -> Duration {
    let pre_skip = OpusHead::parse(&track.codec_private).map_or(0, |head| head.pre_skip);
    Duration::from_nanos(u64::from(pre_skip) * 1_000_000_000 / u64::from(opus::RATE))
}

/// The OpusHead of the file that a track comes from, or one for what a call sends.
fn opus_private(track: &Track) -> Vec<u8> {
    if OpusHead::parse(&track.codec_private).is_some() {
        return track.codec_private.clone();
    }
    let head = OpusHead {
        channels: u8::try_from(track.channels.clamp(1, 2)).unwrap_or(2),
        pre_skip: 0,
        input_rate: opus::RATE,
    };
    head.write()
}

/// The codec configuration of AV1 from a key frame (AV1 in ISO-BMFF, section 2.3.3). Browsers send profile 0 with eight
/// bits; what others send is told by the sequence header, which is attached.
pub(super) fn av1_configuration(key_frame: &[u8]) -> Option<Vec<u8>> {
    const MARKER_AND_VERSION: u8 = 0x81;
    const SUBSAMPLED: u8 = 0x0c;
    let header = sequence_header(key_frame)?;
    let obu = obus(key_frame).find(|obu| obu.kind() == SEQUENCE_HEADER)?;
    let mut out = vec![
        MARKER_AND_VERSION,
        header.profile << 5 | header.level & 0x1f,
        u8::from(header.tier) << 7 | if header.profile == 0 { SUBSAMPLED } else { 0 },
        0,
    ];
    obu.write_sized(&mut out);
    Some(out)
}
