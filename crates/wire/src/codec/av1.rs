//! AV1: the aggregation header of a payload (RTP payload format for AV1, section 4.4) and the dependency descriptor
//! header extension (appendix A), which alone tells frames and layers.

mod bits;
mod structure;

pub use structure::{DecodeTargetIndication, DependencyStructure, DependencyTemplate};

use super::PayloadError;
use crate::bytes::Reader;
use bits::Bits;

/// The first byte of an AV1 payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1Aggregation {
    /// Z: the first OBU goes on from the packet before.
    pub continues: bool,
    /// Y: the last OBU goes on in the next packet.
    pub continued: bool,
    /// W: number of OBUs, 1 to 3, or 0 when each has its length.
    pub obu_count: u8,
    /// N: the packet begins a coded video sequence, that is a key frame.
    pub new_sequence: bool,
}

impl Av1Aggregation {
    /// Parses the first byte of a payload.
    ///
    /// # Errors
    /// [`PayloadError::Truncated`] when there is none, [`PayloadError::Malformed`] when a new sequence claims to go
    /// on from the packet before.
    pub fn parse(payload: &[u8]) -> Result<Self, PayloadError> {
        let byte = *payload.first().ok_or(PayloadError::Truncated)?;
        let header = Self {
            continues: byte & 0x80 != 0,
            continued: byte & 0x40 != 0,
            obu_count: (byte >> 4) & 3,
            new_sequence: byte & 0x08 != 0,
        };
        if header.new_sequence && header.continues {
            Err(PayloadError::Malformed)
        } else {
            Ok(header)
        }
    }
}

/// What a dependency descriptor says about the frame of its packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DependencyDescriptor {
    /// The packet begins a frame.
    pub start_of_frame: bool,
    /// The packet ends a frame.
    pub end_of_frame: bool,
    /// Template that the frame follows, 0 to 63.
    pub template_id: u8,
    /// Number of the frame, modulo 2^16.
    pub frame_number: u16,
    /// Whether a template structure is attached, which is so on key frames.
    pub has_structure: bool,
    /// Spatial layer of the frame, 0 to 3.
    pub spatial: u8,
    /// Temporal layer of the frame, 0 to 7.
    pub temporal: u8,
    /// Whoever decodes the frame may go up to this temporal layer of its spatial layer with the next one; its own
    /// where it is no switch for a higher one.
    pub opens_temporal: u8,
    /// Bit n for a spatial layer n none of whose decode targets has the frame.
    pub unneeded_by: u8,
    /// Decode targets that the sender still serves, bit 0 for the first; given with a structure and on a change.
    pub active_decode_targets: Option<u32>,
    /// What the frame is to each decode target, two bits each.
    indications: u64,
}

/// The flags in front of the extended fields.
#[derive(Clone, Copy, Debug, Default)]
struct CustomFields {
    dtis: bool,
    fdiffs: bool,
    chains: bool,
}

impl DependencyDescriptor {
    /// Parses the value of the header extension. `structure` is what the stream's last structure said, empty at
    /// first; one that is attached takes its place, unless there is an error.
    ///
    /// # Errors
    /// [`PayloadError::Truncated`], [`PayloadError::Malformed`], or [`PayloadError::UnknownTemplate`] when the frame's
    /// template is not in the structure.
    pub fn parse(value: &[u8], structure: &mut DependencyStructure) -> Result<Self, PayloadError> {
        let mut reader = Reader::new(value);
        let (Some(first), Some(frame_number)) = (reader.u8(), reader.u16()) else {
            return Err(PayloadError::Truncated);
        };
        let mut descriptor = Self {
            start_of_frame: first & 0x80 != 0,
            end_of_frame: first & 0x40 != 0,
            template_id: first & 0x3f,
            frame_number,
            has_structure: false,
            spatial: 0,
            temporal: 0,
            opens_temporal: 0,
            unneeded_by: 0,
            active_decode_targets: None,
            indications: 0,
        };
        if reader.len() == 0 {
            descriptor.follow_template(structure)?;
            descriptor.follow_targets(structure);
            return Ok(descriptor);
        }
        let attached = descriptor.read_extended(Bits::new(reader.rest()), structure)?;
        if let Some(attached) = attached {
            *structure = attached;
        }
        Ok(descriptor)
    }

    /// What the frame is to a decode target of the structure.
    pub const fn indication(&self, decode_target: u8) -> DecodeTargetIndication {
        DecodeTargetIndication::unpack(self.indications, decode_target)
    }

    fn follow_template(&mut self, structure: &DependencyStructure) -> Result<(), PayloadError> {
        let template = structure
            .template(self.template_id)
            .ok_or(PayloadError::UnknownTemplate)?;
        self.spatial = template.spatial;
        self.temporal = template.temporal;
        self.indications = template.indications;
        Ok(())
    }

    /// Looks up for which temporal layers of its spatial layer the frame is a switch, and which spatial layers it does
    /// not serve.
    fn follow_targets(&mut self, structure: &DependencyStructure) {
        self.opens_temporal = self.temporal;
        let (mut known, mut served) = (0_u8, 0_u8);
        for decode_target in 0..structure.decode_target_count() {
            let Some((spatial, temporal)) = structure.layers_of(decode_target) else {
                continue;
            };
            let indication = self.indication(decode_target);
            let layer = 1 << spatial;
            known |= layer;
            if indication != DecodeTargetIndication::NotPresent {
                served |= layer;
            }
            if indication == DecodeTargetIndication::Switch && spatial == self.spatial {
                self.opens_temporal = self.opens_temporal.max(temporal);
            }
        }
        self.unneeded_by = known & !served;
    }

    fn read_extended(
        &mut self,
        mut bits: Bits<'_>,
        known: &DependencyStructure,
    ) -> Result<Option<DependencyStructure>, PayloadError> {
        self.has_structure = bits.flag()?;
        let has_active = bits.flag()?;
        let custom = CustomFields {
            dtis: bits.flag()?,
            fdiffs: bits.flag()?,
            chains: bits.flag()?,
        };
        let attached = if self.has_structure {
            Some(DependencyStructure::read(&mut bits)?)
        } else {
            None
        };
        let structure = attached.as_ref().unwrap_or(known);
        // Without a structure nothing tells the width of what follows.
        self.follow_template(structure)?;
        if self.has_structure {
            self.active_decode_targets =
                Some(u32::MAX >> (u32::BITS - u32::from(structure.decode_target_count())));
        }
        if has_active {
            self.active_decode_targets =
                Some(bits.read(u32::from(structure.decode_target_count()))?);
        }
        self.read_custom(&mut bits, custom, structure)?;
        self.follow_targets(structure);
        Ok(attached)
    }

    fn read_custom(
        &mut self,
        bits: &mut Bits<'_>,
        custom: CustomFields,
        structure: &DependencyStructure,
    ) -> Result<(), PayloadError> {
        if custom.dtis {
            self.indications = structure::read_indications(bits, structure.decode_target_count())?;
        }
        if custom.fdiffs {
            loop {
                match bits.read(2)? {
                    0 => break,
                    size => bits.read(4 * size)?,
                };
            }
        }
        if custom.chains {
            for _ in 0..structure.chain_count() {
                bits.read(8)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
