//! Fragments: `moof` boxes (ISO/IEC 14496-12, section 8.8).

use std::collections::VecDeque;

use super::boxes::{child, children, full};
use super::samples::Sample;
use super::track::StoredTrack;

const HAS_BASE_OFFSET: u32 = 0x01;
const HAS_DESCRIPTION: u32 = 0x02;
const HAS_DEFAULT_DURATION: u32 = 0x08;
const HAS_DEFAULT_SIZE: u32 = 0x10;
const RUN_HAS_OFFSET: u32 = 0x001;
const RUN_HAS_FIRST_FLAGS: u32 = 0x004;
const RUN_HAS_DURATION: u32 = 0x100;
const RUN_HAS_SIZE: u32 = 0x200;
const RUN_HAS_FLAGS: u32 = 0x400;
const RUN_HAS_SHOWN_AFTER: u32 = 0x800;

const WRONG: &str = "a fragment's description is wrong";

/// What holds for the samples of one track in a fragment.
struct Defaults {
    duration: u32,
    size: u32,
    /// What offsets of runs are relative to.
    base: u64,
}

/// Where a fragment is, and how many samples of it are accepted.
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) room: usize,
}

/// Adds the samples of a fragment.
pub(super) fn read(
    moof: &[u8],
    mut place: Place,
    tracks: &mut [StoredTrack],
    waiting: &mut [VecDeque<Sample>],
) -> Result<(), &'static str> {
    for (_, traf) in children(moof).filter(|(kind, _)| kind == b"traf") {
        let header = child(traf, b"tfhd").ok_or(WRONG)?;
        let (_, flags, mut fields) = full(header).ok_or(WRONG)?;
        let id = fields.u32().ok_or(WRONG)?;
        let found = tracks.iter_mut().zip(waiting.iter_mut());
        let Some((track, waiting)) = found.into_iter().find(|(track, _)| track.id == id) else {
            continue;
        };
        let mut defaults = Defaults {
            duration: track.default_duration,
            size: track.default_size,
            base: place.start,
        };
        if flags & HAS_BASE_OFFSET != 0 {
            defaults.base = fields.u64().ok_or(WRONG)?;
        }
        if flags & HAS_DESCRIPTION != 0 {
            fields.u32().ok_or(WRONG)?;
        }
        if flags & HAS_DEFAULT_DURATION != 0 {
            defaults.duration = fields.u32().ok_or(WRONG)?;
        }
        if flags & HAS_DEFAULT_SIZE != 0 {
            defaults.size = fields.u32().ok_or(WRONG)?;
        }
        if let Some(dts) = child(traf, b"tfdt").and_then(decode_time) {
            track.next_dts = dts;
        }
        let mut offset = defaults.base;
        for (_, trun) in children(traf).filter(|(kind, _)| kind == b"trun") {
            let before = waiting.len();
            offset =
                read_run(trun, (offset, place.room), &defaults, (track, waiting)).ok_or(WRONG)?;
            place.room = place.room.saturating_sub(waiting.len() - before);
        }
    }
    Ok(())
}

fn decode_time(tfdt: &[u8]) -> Option<i64> {
    let (version, _, mut fields) = full(tfdt)?;
    if version == 1 {
        return i64::try_from(fields.u64()?).ok();
    }
    fields.u32().map(i64::from)
}

/// Adds the samples of a run; returns where its data ends.
fn read_run(
    trun: &[u8],
    (mut offset, room): (u64, usize),
    defaults: &Defaults,
    (track, waiting): (&mut StoredTrack, &mut VecDeque<Sample>),
) -> Option<u64> {
    let (_, flags, mut fields) = full(trun)?;
    let count = fields.u32()?;
    if flags & RUN_HAS_OFFSET != 0 {
        let relative = i64::from(fields.u32()?.cast_signed());
        offset = defaults.base.checked_add_signed(relative)?;
    }
    if flags & RUN_HAS_FIRST_FLAGS != 0 {
        fields.u32()?;
    }
    let per_sample = RUN_HAS_DURATION | RUN_HAS_SIZE | RUN_HAS_FLAGS | RUN_HAS_SHOWN_AFTER;
    // A run whose samples have no fields could claim any number of them.
    if flags & per_sample == 0 && count > MAX_UNLISTED {
        return None;
    }
    if usize::try_from(count).ok()? > room {
        return None;
    }
    for _ in 0..count {
        let mut field = |flag, default| {
            if flags & flag == 0 {
                Some(default)
            } else {
                fields.u32()
            }
        };
        let duration = field(RUN_HAS_DURATION, defaults.duration)?;
        let size = field(RUN_HAS_SIZE, defaults.size)?;
        field(RUN_HAS_FLAGS, 0)?;
        let shown_after = field(RUN_HAS_SHOWN_AFTER, 0)?.cast_signed();
        waiting.push_back(Sample {
            offset,
            size,
            dts: track.next_dts,
            shown_after,
            duration,
        });
        offset = offset.checked_add(u64::from(size))?;
        track.next_dts = track.next_dts.saturating_add(i64::from(duration));
    }
    Some(offset)
}

/// Most samples of a run that are described by defaults alone.
const MAX_UNLISTED: u32 = 100_000;
