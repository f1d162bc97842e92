//! VP8 payload descriptor (RFC 7741, section 4.2), with the places of what is rewritten.

use super::PayloadError;
use crate::bytes::{BufferFull, Reader, patch};

/// Picture id and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp8PictureId {
    /// 7 or 15 bits.
    pub value: u16,
    /// Where it begins in the payload.
    pub offset: usize,
    /// Whether it has 15 bits.
    pub wide: bool,
}

/// Running index of base layer frames and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp8Tl0PicIdx {
    /// The index.
    pub value: u8,
    /// Where it lies in the payload.
    pub offset: usize,
}

/// The descriptor in front of each VP8 payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp8Descriptor {
    /// S: the packet begins a partition.
    pub start: bool,
    /// PID: number of the partition, 0 to 7.
    pub partition: u8,
    /// N: no other frame refers to this one.
    pub non_reference: bool,
    /// The packet begins a key frame.
    pub key_frame: bool,
    /// Picture id.
    pub picture_id: Option<Vp8PictureId>,
    /// TL0PICIDX.
    pub tl0_pic_idx: Option<Vp8Tl0PicIdx>,
    /// TID: temporal layer, 0 to 3.
    pub temporal: Option<u8>,
    /// Y: the frame refers to the base layer only, so that a receiver may go up to its layer.
    pub layer_sync: bool,
    /// KEYIDX, 0 to 31.
    pub key_index: Option<u8>,
    /// Length of the descriptor.
    pub len: usize,
}

const EXTENDED: u8 = 0x80;
const HAS_PICTURE_ID: u8 = 0x80;
const HAS_TL0_PIC_IDX: u8 = 0x40;
const HAS_TEMPORAL: u8 = 0x20;
const HAS_KEY_INDEX: u8 = 0x10;
const WIDE: u8 = 0x80;

impl Vp8Descriptor {
    /// Parses the descriptor of a payload and the first bit behind it.
    ///
    /// # Errors
    /// [`PayloadError::Truncated`], for a payload without a byte behind the descriptor as well.
    pub fn parse(payload: &[u8]) -> Result<Self, PayloadError> {
        Self::parse_fields(payload).ok_or(PayloadError::Truncated)
    }

    fn parse_fields(payload: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(payload);
        let first = reader.u8()?;
        let flags = if first & EXTENDED == 0 {
            0
        } else {
            reader.u8()?
        };
        let mut descriptor = Self {
            start: first & 0x10 != 0,
            partition: first & 7,
            non_reference: first & 0x20 != 0,
            key_frame: false,
            picture_id: None,
            tl0_pic_idx: None,
            temporal: None,
            layer_sync: false,
            key_index: None,
            len: 0,
        };
        if flags & HAS_PICTURE_ID != 0 {
            let offset = payload.len() - reader.len();
            let high = reader.u8()?;
            let wide = high & WIDE != 0;
            let low = if wide { Some(reader.u8()?) } else { None };
            let value = low.map_or(u16::from(high), |low| {
                u16::from_be_bytes([high & !WIDE, low])
            });
            descriptor.picture_id = Some(Vp8PictureId {
                value,
                offset,
                wide,
            });
        }
        if flags & HAS_TL0_PIC_IDX != 0 {
            let offset = payload.len() - reader.len();
            descriptor.tl0_pic_idx = Some(Vp8Tl0PicIdx {
                value: reader.u8()?,
                offset,
            });
        }
        if flags & (HAS_TEMPORAL | HAS_KEY_INDEX) != 0 {
            let byte = reader.u8()?;
            if flags & HAS_TEMPORAL != 0 {
                descriptor.temporal = Some(byte >> 6);
                descriptor.layer_sync = byte & 0x20 != 0;
            }
            descriptor.key_index = (flags & HAS_KEY_INDEX != 0).then_some(byte & 0x1f);
        }
        descriptor.len = payload.len() - reader.len();
        // P of the frame header is zero for a key frame (RFC 6386, section 9.1).
        let inter = reader.u8()? & 1 != 0;
        descriptor.key_frame = descriptor.start && descriptor.partition == 0 && !inter;
        Some(descriptor)
    }

    /// Widens a picture id of 7 bits to 15, so that it can be rewritten to any number later. `buffer` begins with the
    /// payload, `payload_len` bytes long, and has room behind it. Returns the new length of the payload: one byte more
    /// when there was a narrow id, else the same. All offsets stay true.
    ///
    /// # Errors
    /// [`BufferFull`] when there is no room for one byte more, or the descriptor is not that of this payload.
    pub fn widen_picture_id(
        &mut self,
        buffer: &mut [u8],
        payload_len: usize,
    ) -> Result<usize, BufferFull> {
        let Some(picture_id) = self.picture_id.as_mut().filter(|id| !id.wide) else {
            return Ok(payload_len);
        };
        let moved = buffer
            .get_mut(picture_id.offset..=payload_len)
            .ok_or(BufferFull)?;
        moved.rotate_right(1);
        if let Some(high) = moved.first_mut() {
            *high = WIDE;
        }
        picture_id.wide = true;
        if let Some(index) = &mut self.tl0_pic_idx {
            index.offset += 1;
        }
        self.len += 1;
        Ok(payload_len + 1)
    }

    /// Overwrites the picture id in the payload: 15 bits, or the lower 7 where it is narrow. Does nothing where there
    /// is none.
    pub fn set_picture_id(&self, payload: &mut [u8], value: u16) {
        match self.picture_id {
            Some(Vp8PictureId {
                offset, wide: true, ..
            }) => {
                let [high, low] = value.to_be_bytes();
                patch(payload, offset, &[high | WIDE, low]);
            }
            Some(Vp8PictureId {
                offset,
                wide: false,
                ..
            }) => {
                let [_, low] = value.to_be_bytes();
                patch(payload, offset, &[low & !WIDE]);
            }
            None => {}
        }
    }

    /// Overwrites TL0PICIDX in the payload. Does nothing where there is none.
    pub fn set_tl0_pic_idx(&self, payload: &mut [u8], value: u8) {
        if let Some(index) = self.tl0_pic_idx {
            patch(payload, index.offset, &[value]);
        }
    }
}

#[cfg(test)]
mod tests;
