//! The tables of a track: where its samples lie and when they are shown.

use std::collections::VecDeque;

use super::boxes::{child, descend, full};
use crate::bytes::Bytes;

/// One stored frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) offset: u64,
    pub(super) size: u32,
    /// In ticks of the track.
    pub(super) dts: i64,
    /// Composition offset: how much later than decoded it is shown.
    pub(super) shown_after: i32,
    pub(super) duration: u32,
}

/// A run of samples with the same value.
struct Runs<'a> {
    bytes: Bytes<'a>,
    left: u32,
    value: u32,
}

impl<'a> Runs<'a> {
    fn new(body: Option<&'a [u8]>) -> Self {
        let bytes = body.and_then(full).and_then(|(_, _, mut bytes)| {
            bytes.u32()?;
            Some(bytes)
        });
        Self {
            bytes: bytes.unwrap_or(Bytes(&[])),
            left: 0,
            value: 0,
        }
    }

    /// The value of the next sample; that of the last one when the table is too short.
    fn next(&mut self) -> u32 {
        while self.left == 0 {
            let Some((count, value)) = self.bytes.u32().zip(self.bytes.u32()) else {
                return self.value;
            };
            (self.left, self.value) = (count, value);
        }
        self.left -= 1;
        self.value
    }
}

/// Sizes of samples: one for all, or a table.
struct Sizes<'a> {
    fixed: u32,
    bytes: Bytes<'a>,
    left: u32,
}

impl<'a> Sizes<'a> {
    fn new(stbl: &'a [u8]) -> Option<Self> {
        let (_, _, mut bytes) = full(child(stbl, b"stsz")?)?;
        let fixed = bytes.u32()?;
        let left = bytes.u32()?;
        Some(Self { fixed, bytes, left })
    }

    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        if self.fixed > 0 {
            return Some(self.fixed);
        }
        self.bytes.u32()
    }
}

/// Where chunks begin and how many samples each has.
struct Chunks<'a> {
    offsets: Bytes<'a>,
    wide: bool,
    /// Runs: number of the first chunk, samples per chunk.
    runs: Bytes<'a>,
    next_run: Option<(u32, u32)>,
    per_chunk: u32,
    number: u32,
}

impl<'a> Chunks<'a> {
    fn new(stbl: &'a [u8]) -> Option<Self> {
        let (wide, table) = match child(stbl, b"stco") {
            Some(table) => (false, table),
            None => (true, child(stbl, b"co64")?),
        };
        let (_, _, mut offsets) = full(table)?;
        offsets.u32()?;
        let (_, _, mut runs) = full(child(stbl, b"stsc")?)?;
        runs.u32()?;
        let mut chunks = Self {
            offsets,
            wide,
            runs,
            next_run: None,
            per_chunk: 0,
            number: 0,
        };
        chunks.next_run = chunks.read_run();
        Some(chunks)
    }

    fn read_run(&mut self) -> Option<(u32, u32)> {
        let run = (self.runs.u32()?, self.runs.u32()?);
        self.runs.u32()?;
        Some(run)
    }

    /// Offset and number of samples of the next chunk.
    fn next(&mut self) -> Option<(u64, u32)> {
        self.number = self.number.checked_add(1)?;
        while let Some((_, per_chunk)) = self.next_run.filter(|(first, _)| *first <= self.number) {
            self.per_chunk = per_chunk;
            self.next_run = self.read_run();
        }
        let offset = if self.wide {
            self.offsets.u64()?
        } else {
            u64::from(self.offsets.u32()?)
        };
        Some((offset, self.per_chunk))
    }
}

/// All samples of a track; none in a file that consists of fragments. `room` is how many more are accepted.
pub(super) fn read(
    trak: &[u8],
    file_len: u64,
    room: &mut usize,
) -> Result<VecDeque<Sample>, &'static str> {
    let stbl = descend(trak, &[b"mdia", b"minf", b"stbl"]).ok_or("a track has no tables")?;
    let (Some(mut sizes), Some(mut chunks)) = (Sizes::new(stbl), Chunks::new(stbl)) else {
        return Err("a track's tables are not complete");
    };
    // Without this, a number could stand for more samples than there are bytes.
    if u64::from(sizes.fixed) * u64::from(sizes.left) > file_len {
        return Err("a track claims more data than the file has");
    }
    let mut durations = Runs::new(child(stbl, b"stts"));
    let mut offsets = Runs::new(child(stbl, b"ctts"));
    let mut samples = VecDeque::new();
    let mut dts = 0i64;
    while let Some((mut offset, count)) = chunks.next() {
        for _ in 0..count {
            let Some(size) = sizes.next() else {
                return Ok(samples);
            };
            *room = room
                .checked_sub(1)
                .ok_or("it has more frames than are accepted (4 million)")?;
            let duration = durations.next();
            samples.push_back(Sample {
                offset,
                size,
                dts,
                // Unsigned in version 0, but written as signed by many, and never that large.
                shown_after: offsets.next().cast_signed(),
                duration,
            });
            offset = offset.saturating_add(u64::from(size));
            dts = dts.saturating_add(i64::from(duration));
        }
    }
    Ok(samples)
}
