//! Descriptions of tracks.

use super::boxes::{child, children, descend, full};
use crate::bitstream::Stored;
use crate::bytes::Bytes;
use crate::{Codec, Track};

pub(super) struct StoredTrack {
    pub(super) id: u32,
    pub(super) track: Track,
    pub(super) stored: Stored,
    /// Ticks per second.
    pub(super) timescale: u64,
    /// What the edit list adds to all times, in nanoseconds.
    pub(super) shift: i64,
    /// Defaults of fragments (trex).
    pub(super) default_duration: u32,
    pub(super) default_size: u32,
    /// Where the next fragment begins that does not say it, in ticks.
    pub(super) next_dts: i64,
}

/// Fields of a sample entry in front of its boxes.
const VISUAL_LEN: usize = 78;
const AUDIO_LEN: usize = 28;

/// Reads a `trak` box; none for what is neither sound nor pictures.
pub(super) fn read(trak: &[u8], movie: &[u8]) -> Result<Option<StoredTrack>, &'static str> {
    const INCOMPLETE: &str = "a track's description is not complete";
    let handler = descend(trak, &[b"mdia", b"hdlr"]).and_then(|body| body.get(8..12));
    let is_video = match handler.ok_or(INCOMPLETE)? {
        b"vide" => true,
        b"soun" => false,
        _ => return Ok(None),
    };
    let id = child(trak, b"tkhd").and_then(track_id).ok_or(INCOMPLETE)?;
    let times = descend(trak, &[b"mdia", b"mdhd"]).and_then(times);
    let (timescale, ticks) = times.ok_or(INCOMPLETE)?;
    let stsd = descend(trak, &[b"mdia", b"minf", b"stbl", b"stsd"]).ok_or(INCOMPLETE)?;
    let (kind, entry) = stsd
        .get(8..)
        .and_then(|entries| children(entries).next())
        .ok_or(INCOMPLETE)?;
    let mut track = if is_video {
        read_visual(kind, entry)
    } else {
        read_audio(kind, entry)
    }
    .ok_or(INCOMPLETE)?;
    let stored =
        Stored::of(&track.codec, &track.codec_private).ok_or("a codec's configuration is wrong")?;
    if track.codec == Codec::H264 && track.codec_private.is_empty() {
        track.codec = Codec::Other("H.264 without configuration".to_owned());
    }
    let movie_scale = child(movie, b"mvhd").and_then(times_of_movie).unwrap_or(1);
    let defaults = child(movie, b"mvex").and_then(|mvex| defaults(mvex, id));
    let (default_duration, default_size) = defaults.unwrap_or((0, 0));
    let mut stored = StoredTrack {
        id,
        track,
        stored,
        timescale,
        shift: edit_shift(trak, timescale, movie_scale),
        default_duration,
        default_size,
        next_dts: 0,
    };
    stored.set_duration(ticks, timescale);
    Ok(Some(stored))
}

fn track_id(tkhd: &[u8]) -> Option<u32> {
    let (version, _, mut bytes) = full(tkhd)?;
    bytes.take(if version == 1 { 16 } else { 8 })?;
    bytes.u32()
}

/// Time scale and duration of `mdhd`.
fn times(mdhd: &[u8]) -> Option<(u64, u64)> {
    let (version, _, mut bytes) = full(mdhd)?;
    bytes.take(if version == 1 { 16 } else { 8 })?;
    let timescale = u64::from(bytes.u32()?);
    let ticks = if version == 1 {
        bytes.u64()?
    } else {
        u64::from(bytes.u32()?)
    };
    (timescale > 0).then_some((timescale, ticks))
}

/// `mvhd` begins as `mdhd` does.
fn times_of_movie(mvhd: &[u8]) -> Option<u64> {
    times(mvhd).map(|(timescale, _)| timescale)
}

/// Default duration and size of the samples of a track's fragments.
fn defaults(mvex: &[u8], id: u32) -> Option<(u32, u32)> {
    children(mvex)
        .filter(|(kind, _)| kind == b"trex")
        .find_map(|(_, body)| {
            let (_, _, mut bytes) = full(body)?;
            if bytes.u32()? != id {
                return None;
            }
            bytes.u32()?;
            Some((bytes.u32()?, bytes.u32()?))
        })
}

/// What the edit list says about the beginning: an empty edit delays the track, the first other one skips its head.
fn edit_shift(trak: &[u8], timescale: u64, movie_scale: u64) -> i64 {
    let Some((version, _, mut bytes)) = descend(trak, &[b"edts", b"elst"]).and_then(full) else {
        return 0;
    };
    let mut shift = 0i64;
    for _ in 0..bytes.u32().unwrap_or(0) {
        let entry = if version == 1 {
            bytes.u64().zip(bytes.u64().map(u64::cast_signed))
        } else {
            let lasts = bytes.u32().map(u64::from);
            lasts.zip(bytes.u32().map(|time| i64::from(time.cast_signed())))
        };
        let Some((lasts, media_time)) = entry.filter(|_| bytes.u32().is_some()) else {
            return shift;
        };
        if media_time >= 0 {
            return shift.saturating_sub(super::nanos(media_time, timescale, 1));
        }
        let lasts = i64::try_from(lasts).unwrap_or(i64::MAX);
        shift = shift.saturating_add(super::nanos(lasts, movie_scale, 1));
    }
    shift
}

fn read_visual(kind: [u8; 4], entry: &[u8]) -> Option<Track> {
    let mut fields = Bytes(entry);
    fields.take(24)?;
    let (width, height) = (u32::from(fields.u16()?), u32::from(fields.u16()?));
    let boxes = entry.get(VISUAL_LEN..)?;
    let (codec, configuration) = match &kind {
        b"avc1" | b"avc3" => (Codec::H264, child(boxes, b"avcC")),
        b"vp08" => (Codec::Vp8, None),
        b"vp09" => (Codec::Vp9, child(boxes, b"vpcC")),
        b"av01" => (Codec::Av1, child(boxes, b"av1C")),
        b"hvc1" | b"hev1" => (Codec::Other("H.265".to_owned()), None),
        b"mp4v" => (Codec::Other("MPEG-4".to_owned()), None),
        _ => (Codec::Other(name_of(kind)), None),
    };
    let mut track = Track::video(codec, width, height);
    track.codec_private = configuration.unwrap_or(&[]).to_vec();
    Some(track)
}

fn read_audio(kind: [u8; 4], entry: &[u8]) -> Option<Track> {
    let mut fields = Bytes(entry);
    fields.take(16)?;
    let channels = fields.u16()?;
    fields.take(6)?;
    // In units of 2^-16.
    let rate = fields.u32()? >> 16;
    let codec = match &kind {
        b"Opus" => Codec::Opus,
        b"mp4a" => Codec::Other("AAC".to_owned()),
        b"fLaC" => Codec::Other("FLAC".to_owned()),
        b"ac-3" => Codec::Other("AC-3".to_owned()),
        b".mp3" => Codec::Other("MP3".to_owned()),
        _ => Codec::Other(name_of(kind)),
    };
    let boxes = entry.get(AUDIO_LEN..)?;
    let mut track = Track::audio(codec, rate, channels);
    if track.codec == Codec::Opus {
        track.codec_private = child(boxes, b"dOps").unwrap_or(&[]).to_vec();
    }
    Some(track)
}

fn name_of(kind: [u8; 4]) -> String {
    kind.escape_ascii().to_string()
}
