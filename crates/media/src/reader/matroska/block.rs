//! Blocks: frames of a track behind a short header (RFC 9559, section 10).

use super::ebml;
use crate::bytes::Bytes;

pub(super) struct Block<'a> {
    pub(super) track: u64,
    /// Relative to the cluster, in ticks.
    pub(super) time: i16,
    pub(super) frames: Vec<&'a [u8]>,
}

impl<'a> Block<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let mut bytes = Bytes(body);
        let track = ebml::number(&mut bytes)?;
        let time = i16::from_be_bytes(bytes.array()?);
        let lacing = (bytes.u8()? >> 1) & 3;
        let frames = if lacing == 0 {
            vec![bytes.0]
        } else {
            laced(lacing, &mut bytes)?
        };
        Some(Self {
            track,
            time,
            frames,
        })
    }
}

/// Several frames in one block (section 10.3): all but the last have their sizes in front.
fn laced<'a>(lacing: u8, bytes: &mut Bytes<'a>) -> Option<Vec<&'a [u8]>> {
    let others = usize::from(bytes.u8()?);
    let sizes = match lacing {
        1 => xiph_sizes(others, bytes)?,
        2 => {
            let size = bytes.0.len() / (others + 1);
            vec![size; others]
        }
        _ => ebml_sizes(others, bytes)?,
    };
    let mut frames = Vec::with_capacity(others + 1);
    for size in sizes {
        frames.push(bytes.take(size)?);
    }
    frames.push(bytes.0);
    Some(frames)
}

fn xiph_sizes(count: usize, bytes: &mut Bytes<'_>) -> Option<Vec<usize>> {
    let mut sizes = Vec::with_capacity(count);
    for _ in 0..count {
        let mut size = 0;
        loop {
            let byte = bytes.u8()?;
            size += usize::from(byte);
            if byte < 255 {
                break;
            }
        }
        sizes.push(size);
    }
    Some(sizes)
}

/// The first size, then differences.
fn ebml_sizes(count: usize, bytes: &mut Bytes<'_>) -> Option<Vec<usize>> {
    let mut sizes = Vec::with_capacity(count);
    let mut size = 0i64;
    for index in 0..count {
        let first = *bytes.0.first()?;
        let value = i64::try_from(ebml::number(bytes)?).ok()?;
        if index == 0 {
            size = value;
        } else {
            let (len, _) = ebml::width(first)?;
            size = size.checked_add(value - ((1i64 << (7 * len - 1)) - 1))?;
        }
        sizes.push(usize::try_from(size).ok()?);
    }
    Some(sizes)
}
