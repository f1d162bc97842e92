//! VP9 payload descriptor (RFC 9628, section 4.2).

use super::PayloadError;
use crate::bytes::Reader;

/// Layer indices of a VP9 packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp9Layers {
    /// TID: temporal layer, 0 to 7.
    pub temporal: u8,
    /// U: a receiver of lower temporal layers may go up here.
    pub switching_up: bool,
    /// SID: spatial layer, 0 to 7.
    pub spatial: u8,
    /// D: the frame refers to the spatial layer below.
    pub inter_layer: bool,
    /// TL0PICIDX, where the mode is not flexible.
    pub tl0_pic_idx: Option<u8>,
}

/// The descriptor in front of each VP9 payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp9Descriptor {
    /// Picture id of 7 or 15 bits.
    pub picture_id: Option<u16>,
    /// P: the picture refers to earlier ones.
    pub inter_predicted: bool,
    /// B: the packet begins a frame of its spatial layer.
    pub start_of_frame: bool,
    /// E: the packet ends a frame of its spatial layer.
    pub end_of_frame: bool,
    /// F: references are listed with each picture.
    pub flexible: bool,
    /// Layer indices.
    pub layers: Option<Vp9Layers>,
    /// Number of spatial layers, 1 to 8, where the scalability structure is included.
    pub spatial_layers: Option<u8>,
    /// Z: no spatial layer above refers to this frame.
    pub not_reference_for_upper: bool,
    /// Length of the descriptor.
    pub len: usize,
}

const HAS_PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const HAS_LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const START: u8 = 0x08;
const END: u8 = 0x04;
const HAS_STRUCTURE: u8 = 0x02;
const NOT_FOR_UPPER: u8 = 0x01;
/// At most so many references of a picture in flexible mode.
const MAX_REFERENCES: usize = 3;

impl Vp9Descriptor {
    /// Parses the descriptor of a payload.
    ///
    /// # Errors
    /// [`PayloadError::Truncated`], or [`PayloadError::Malformed`] for a picture with more than three references.
    pub fn parse(payload: &[u8]) -> Result<Self, PayloadError> {
        let mut reader = Reader::new(payload);
        let flags = reader.u8().ok_or(PayloadError::Truncated)?;
        let flexible = flags & FLEXIBLE != 0;
        let inter_predicted = flags & INTER_PREDICTED != 0;
        let mut descriptor = Self {
            picture_id: None,
            inter_predicted,
            start_of_frame: flags & START != 0,
            end_of_frame: flags & END != 0,
            flexible,
            layers: None,
            spatial_layers: None,
            not_reference_for_upper: flags & NOT_FOR_UPPER != 0,
            len: 0,
        };
        if flags & HAS_PICTURE_ID != 0 {
            descriptor.picture_id =
                Some(read_picture_id(&mut reader).ok_or(PayloadError::Truncated)?);
        }
        if flags & HAS_LAYERS != 0 {
            descriptor.layers =
                Some(read_layers(&mut reader, flexible).ok_or(PayloadError::Truncated)?);
        }
        if flexible && inter_predicted {
            skip_references(&mut reader)?;
        }
        if flags & HAS_STRUCTURE != 0 {
            descriptor.spatial_layers =
                Some(read_structure(&mut reader).ok_or(PayloadError::Truncated)?);
        }
        descriptor.len = payload.len() - reader.len();
        Ok(descriptor)
    }

    /// Whether the packet begins a key frame: neither earlier pictures nor lower layers are needed.
    pub fn is_key_frame(&self) -> bool {
        !self.inter_predicted && self.start_of_frame && self.spatial() == 0
    }

    /// Spatial layer, 0 where there are none.
    pub fn spatial(&self) -> u8 {
        self.layers.map_or(0, |layers| layers.spatial)
    }

    /// Temporal layer, 0 where there are none.
    pub fn temporal(&self) -> u8 {
        self.layers.map_or(0, |layers| layers.temporal)
    }
}

fn read_picture_id(reader: &mut Reader<'_>) -> Option<u16> {
    let high = reader.u8()?;
    if high & 0x80 == 0 {
        return Some(u16::from(high));
    }
    Some(u16::from_be_bytes([high & 0x7f, reader.u8()?]))
}

fn read_layers(reader: &mut Reader<'_>, flexible: bool) -> Option<Vp9Layers> {
    let byte = reader.u8()?;
    let tl0_pic_idx = if flexible { None } else { Some(reader.u8()?) };
    Some(Vp9Layers {
        temporal: byte >> 5,
        switching_up: byte & 0x10 != 0,
        spatial: (byte >> 1) & 7,
        inter_layer: byte & 1 != 0,
        tl0_pic_idx,
    })
}

fn skip_references(reader: &mut Reader<'_>) -> Result<(), PayloadError> {
    for _ in 0..MAX_REFERENCES {
        let another = reader.u8().ok_or(PayloadError::Truncated)? & 1 != 0;
        if !another {
            return Ok(());
        }
    }
    Err(PayloadError::Malformed)
}

/// Passes over the scalability structure; returns the number of spatial layers.
fn read_structure(reader: &mut Reader<'_>) -> Option<u8> {
    let byte = reader.u8()?;
    let spatial_layers = (byte >> 5) + 1;
    if byte & 0x10 != 0 {
        // Width and height of each layer.
        reader.take(usize::from(spatial_layers) * 4)?;
    }
    if byte & 0x08 != 0 {
        for _ in 0..reader.u8()? {
            let picture = reader.u8()?;
            reader.take(usize::from((picture >> 2) & 3))?;
        }
    }
    Some(spatial_layers)
}

#[cfg(test)]
mod tests;
