//! Descriptions of tracks (RFC 9559, section 5.1.4).

use super::ebml::{children, float, unsigned};
use crate::bitstream::Stored;
use crate::reader::MAX_TRACKS;
use crate::{Codec, Track};

const ENTRY: u32 = 0xae;
const NUMBER: u32 = 0xd7;
const TYPE: u32 = 0x83;
const CODEC_ID: u32 = 0x86;
const CODEC_PRIVATE: u32 = 0x63a2;
const CODEC_DELAY: u32 = 0x56aa;
const DEFAULT_DURATION: u32 = 0x23_e383;
const CONTENT_ENCODINGS: u32 = 0x6d80;
const VIDEO: u32 = 0xe0;
const PIXEL_WIDTH: u32 = 0xb0;
const PIXEL_HEIGHT: u32 = 0xba;
const AUDIO: u32 = 0xe1;
const SAMPLING_FREQUENCY: u32 = 0xb5;
const CHANNELS: u32 = 0x9f;

const TYPE_VIDEO: u64 = 1;
const TYPE_AUDIO: u64 = 2;
/// Where a track does not say (section 5.1.4.1.29.1).
const DEFAULT_SAMPLING_FREQUENCY: f64 = 8_000.0;

pub(super) struct StoredTrack {
    pub(super) number: u64,
    pub(super) track: Track,
    pub(super) stored: Stored,
    /// What is to be subtracted from times, in nanoseconds.
    pub(super) delay: i64,
    /// Duration of each frame, in nanoseconds.
    pub(super) default_duration: Option<u64>,
    /// Where the sound so far ends, in nanoseconds.
    pub(super) sound_end: Option<i64>,
}

impl StoredTrack {
    pub(super) const fn is_other(&self) -> bool {
        matches!(self.track.codec, Codec::Other(_))
    }
}

/// All tracks of sound and pictures; none when there are none or one is damaged.
pub(super) fn read(body: &[u8]) -> Option<Vec<StoredTrack>> {
    let entries = children(body).filter(|(id, _)| *id == ENTRY);
    let tracks: Option<Vec<Option<StoredTrack>>> = entries
        .take(MAX_TRACKS)
        .map(|(_, entry)| read_entry(entry))
        .collect();
    let tracks: Vec<StoredTrack> = tracks?.into_iter().flatten().collect();
    (!tracks.is_empty()).then_some(tracks)
}

/// None inside for subtitles and the like.
fn read_entry(entry: &[u8]) -> Option<Option<StoredTrack>> {
    let find = |wanted: u32| {
        let mut found = children(entry).filter(|(id, _)| *id == wanted);
        found.next().map(|(_, value)| value)
    };
    let number = |id| find(id).map(unsigned);
    let private = find(CODEC_PRIVATE).unwrap_or(&[]);
    let mut codec = codec_of(find(CODEC_ID)?);
    if find(CONTENT_ENCODINGS).is_some() {
        codec = Codec::Other(format!("compressed or encrypted {codec}"));
    }
    let stored = Stored::of(&codec, private)?;
    let mut track = match number(TYPE)? {
        TYPE_VIDEO => {
            let video = find(VIDEO).unwrap_or(&[]);
            let side = |wanted| {
                let mut found = children(video).filter(|(id, _)| *id == wanted);
                let value = found.next().map_or(0, |(_, value)| unsigned(value));
                u32::try_from(value).unwrap_or(0)
            };
            Track::video(codec, side(PIXEL_WIDTH), side(PIXEL_HEIGHT))
        }
        TYPE_AUDIO => read_audio(codec, find(AUDIO).unwrap_or(&[])),
        _ => return Some(None),
    };
    track.codec_private = private.to_vec();
    Some(Some(StoredTrack {
        number: number(NUMBER)?,
        track,
        stored,
        delay: i64::try_from(number(CODEC_DELAY).unwrap_or(0)).unwrap_or(0),
        default_duration: number(DEFAULT_DURATION),
        sound_end: None,
    }))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion from float saturates, and a rate is only shown"
)]
fn read_audio(codec: Codec, audio: &[u8]) -> Track {
    let (mut rate, mut channels) = (DEFAULT_SAMPLING_FREQUENCY, 1);
    for (id, value) in children(audio) {
        match id {
            SAMPLING_FREQUENCY => rate = float(value).unwrap_or(rate),
            CHANNELS => channels = u16::try_from(unsigned(value)).unwrap_or(1),
            _ => {}
        }
    }
    Track::audio(codec, rate as u32, channels)
}

fn codec_of(id: &[u8]) -> Codec {
    const NAMES: [(&str, &str); 7] = [
        ("V_MPEGH/ISO/HEVC", "H.265"),
        ("V_MPEG4/ISO/", "MPEG-4"),
        ("V_THEORA", "Theora"),
        ("A_AAC", "AAC"),
        ("A_MPEG/L3", "MP3"),
        ("A_VORBIS", "Vorbis"),
        ("A_AC3", "AC-3"),
    ];
    let id = String::from_utf8_lossy(id);
    let id = id.trim_end_matches('\0');
    match id {
        "V_MPEG4/ISO/AVC" => Codec::H264,
        "V_VP8" => Codec::Vp8,
        "V_VP9" => Codec::Vp9,
        "V_AV1" => Codec::Av1,
        "A_OPUS" => Codec::Opus,
        _ => {
            let known = NAMES.iter().find(|(prefix, _)| id.starts_with(prefix));
            Codec::Other(known.map_or(id, |(_, name)| *name).to_owned())
        }
    }
}
