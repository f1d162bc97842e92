//! AV1 open bitstream units (AV1 bitstream specification, section 5.3).

use crate::bytes::Bytes;

pub(crate) const SEQUENCE_HEADER: u8 = 1;
pub(crate) const TEMPORAL_DELIMITER: u8 = 2;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;
pub(crate) const TILE_LIST: u8 = 8;
pub(crate) const PADDING: u8 = 15;

const HAS_EXTENSION: u8 = 0x04;
pub(crate) const HAS_SIZE: u8 = 0x02;

/// One unit of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Obu<'a> {
    /// First byte, as it was: type and flags.
    pub(crate) header: u8,
    /// Second byte, where flagged.
    pub(crate) extension: Option<u8>,
    pub(crate) payload: &'a [u8],
}

impl<'a> Obu<'a> {
    pub(crate) const fn kind(&self) -> u8 {
        (self.header >> 3) & 0xf
    }

    /// Parses one unit that may lack its size and then takes all bytes.
    pub(crate) fn parse(bytes: &mut Bytes<'a>) -> Option<Self> {
        let header = bytes.u8()?;
        // The highest bit is forbidden.
        if header & 0x80 != 0 {
            return None;
        }
        let extension = if header & HAS_EXTENSION != 0 {
            Some(bytes.u8()?)
        } else {
            None
        };
        let len = if header & HAS_SIZE != 0 {
            usize::try_from(read_leb128(bytes)?).ok()?
        } else {
            bytes.0.len()
        };
        Some(Self {
            header,
            extension,
            payload: bytes.take(len)?,
        })
    }

    /// Writes it without its size, as RTP has it.
    pub(crate) fn write_bare(&self, out: &mut Vec<u8>) {
        out.push(self.header & !HAS_SIZE);
        out.extend(self.extension);
        out.extend(self.payload);
    }

    /// Writes it with its size, as files have it.
    pub(crate) fn write_sized(&self, out: &mut Vec<u8>) {
        out.push(self.header | HAS_SIZE);
        out.extend(self.extension);
        write_leb128(out, self.payload.len());
        out.extend(self.payload);
    }
}

/// The units of a temporal unit, up to the first damaged one.
pub(crate) fn obus(data: &[u8]) -> impl Iterator<Item = Obu<'_>> {
    let mut bytes = Bytes(data);
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let obu = Obu::parse(&mut bytes);
        if obu.is_none() {
            bytes = Bytes(&[]);
        }
        obu
    })
}

/// A temporal unit in which each unit has its size and none is a temporal delimiter.
pub(crate) fn without_delimiters(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    for obu in obus(data).filter(|obu| obu.kind() != TEMPORAL_DELIMITER) {
        obu.write_sized(&mut out);
    }
    out
}

pub(crate) fn has_sequence_header(data: &[u8]) -> bool {
    obus(data).any(|obu| obu.kind() == SEQUENCE_HEADER)
}

/// Whether the first frame of the temporal unit is a key frame.
pub(crate) fn is_key_frame(data: &[u8]) -> bool {
    let first = obus(data).find(|obu| matches!(obu.kind(), FRAME_HEADER | FRAME));
    // show_existing_frame is 0, frame_type is KEY_FRAME, 0 (section 5.9.2); reduced still pictures are not video.
    first
        .and_then(|obu| obu.payload.first())
        .is_some_and(|byte| byte & 0xe0 == 0)
}

/// Reads a number of at most 32 bits (section 4.10.5).
pub(crate) fn read_leb128(bytes: &mut Bytes<'_>) -> Option<u32> {
    let mut value = 0u64;
    for index in 0..8 {
        let byte = bytes.u8()?;
        value |= u64::from(byte & 0x7f) << (index * 7);
        if byte & 0x80 == 0 {
            return u32::try_from(value).ok();
        }
    }
    None
}

pub(crate) fn write_leb128(out: &mut Vec<u8>, value: usize) {
    let mut rest = value;
    loop {
        let [low, ..] = rest.to_le_bytes();
        rest >>= 7;
        if rest == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}
