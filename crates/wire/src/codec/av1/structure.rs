//! The template structure that a key frame's dependency descriptor carries (appendix A.8.3).

use super::Bits;
use crate::codec::PayloadError;

const MAX_TEMPLATES: usize = 64;
const MAX_DECODE_TARGETS: usize = 32;
const MAX_SPATIAL: u8 = 3;
const MAX_TEMPORAL: u8 = 7;

/// What a frame is to a decode target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecodeTargetIndication {
    /// It does not belong to it.
    NotPresent,
    /// It belongs to it but nothing else needs it.
    Discardable,
    /// Whoever receives it may begin the target here.
    Switch,
    /// The target cannot be decoded without it.
    Required,
}

impl DecodeTargetIndication {
    pub(super) const fn unpack(packed: u64, decode_target: u8) -> Self {
        match packed.checked_shr(decode_target as u32 * 2) {
            Some(bits) => match bits & 3 {
                0 => Self::NotPresent,
                1 => Self::Discardable,
                2 => Self::Switch,
                _ => Self::Required,
            },
            None => Self::NotPresent,
        }
    }
}

pub(super) fn read_indications(
    bits: &mut Bits<'_>,
    decode_targets: u8,
) -> Result<u64, PayloadError> {
    let mut packed = 0;
    for decode_target in 0..decode_targets {
        packed |= u64::from(bits.read(2)?) << (decode_target * 2);
    }
    Ok(packed)
}

/// What frames of one kind have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DependencyTemplate {
    /// Spatial layer, 0 to 3.
    pub spatial: u8,
    /// Temporal layer, 0 to 7.
    pub temporal: u8,
    /// What such a frame is to each decode target, two bits each.
    pub(super) indications: u64,
}

impl DependencyTemplate {
    /// What such a frame is to a decode target.
    pub const fn indication(&self, decode_target: u8) -> DecodeTargetIndication {
        DecodeTargetIndication::unpack(self.indications, decode_target)
    }
}

/// How the frames of a stream depend on each other. Kept per stream between packets, about 1 KiB without a heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DependencyStructure {
    /// Id of the first template.
    template_id_offset: u8,
    /// How many templates there are, 0 to 64; none before the first structure.
    template_count: usize,
    /// The templates.
    templates: [DependencyTemplate; MAX_TEMPLATES],
    /// How many decode targets there are, 1 to 32.
    decode_target_count: u8,
    /// The highest spatial and temporal layer of each decode target.
    target_layers: [(u8, u8); MAX_DECODE_TARGETS],
    /// How many chains there are, 0 to 32.
    chain_count: u8,
    /// The chain that protects each decode target.
    protected_by: [u8; MAX_DECODE_TARGETS],
}

impl Default for DependencyStructure {
    fn default() -> Self {
        Self {
            template_id_offset: 0,
            template_count: 0,
            templates: [DependencyTemplate::default(); MAX_TEMPLATES],
            decode_target_count: 0,
            target_layers: [(0, 0); MAX_DECODE_TARGETS],
            chain_count: 0,
            protected_by: [0; MAX_DECODE_TARGETS],
        }
    }
}

impl std::fmt::Debug for DependencyStructure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DependencyStructure")
            .field("template_id_offset", &self.template_id_offset)
            .field("templates", &self.templates())
            .field("decode_target_count", &self.decode_target_count)
            .field("chain_count", &self.chain_count)
            .finish_non_exhaustive()
    }
}

impl DependencyStructure {
    /// The template with this id, 0 to 63.
    pub fn template(&self, id: u8) -> Option<&DependencyTemplate> {
        let index = id.wrapping_sub(self.template_id_offset) & 0x3f;
        self.templates().get(usize::from(index))
    }

    /// All templates, lower layers first.
    pub fn templates(&self) -> &[DependencyTemplate] {
        self.templates.get(..self.template_count).unwrap_or(&[])
    }

    /// How many decode targets there are, 1 to 32; none before the first structure.
    pub const fn decode_target_count(&self) -> u8 {
        self.decode_target_count
    }

    /// How many chains there are, 0 to 32.
    pub const fn chain_count(&self) -> u8 {
        self.chain_count
    }

    /// The chain that protects a decode target.
    pub fn protecting_chain(&self, decode_target: u8) -> Option<u8> {
        let exists = decode_target < self.decode_target_count && self.chain_count > 0;
        self.protected_by
            .get(usize::from(decode_target))
            .copied()
            .filter(|_| exists)
    }

    /// The highest spatial and temporal layer of a decode target; none when there is no such target.
    pub fn layers_of(&self, decode_target: u8) -> Option<(u8, u8)> {
        let exists = decode_target < self.decode_target_count;
        let layers = self.target_layers.get(usize::from(decode_target));
        layers.copied().filter(|_| exists)
    }

    pub(super) fn read(bits: &mut Bits<'_>) -> Result<Self, PayloadError> {
        let mut structure = Self {
            template_id_offset: bits.read_u8(6)?,
            ..Self::default()
        };
        structure.decode_target_count = bits.read_u8(5)? + 1;
        structure.read_layers(bits)?;
        let decode_targets = structure.decode_target_count;
        for template in structure.templates_mut() {
            template.indications = read_indications(bits, decode_targets)?;
        }
        structure.find_layers();
        for _ in structure.templates() {
            skip_frame_differences(bits)?;
        }
        structure.read_chains(bits)?;
        if bits.flag()? {
            skip_resolutions(bits, structure.max_spatial())?;
        }
        Ok(structure)
    }

    fn templates_mut(&mut self) -> &mut [DependencyTemplate] {
        self.templates
            .get_mut(..self.template_count)
            .unwrap_or(&mut [])
    }

    /// Notes the layers of the decode targets, which are looked up for each packet.
    fn find_layers(&mut self) {
        let templates = self.templates.get(..self.template_count).unwrap_or(&[]);
        for (decode_target, layers) in (0..self.decode_target_count).zip(&mut self.target_layers) {
            let present = |t: &&DependencyTemplate| {
                t.indication(decode_target) != DecodeTargetIndication::NotPresent
            };
            let members = templates.iter().filter(present);
            *layers = members.fold((0, 0), |(spatial, temporal), template| {
                (
                    spatial.max(template.spatial),
                    temporal.max(template.temporal),
                )
            });
        }
    }

    fn max_spatial(&self) -> u8 {
        self.templates()
            .last()
            .map_or(0, |template| template.spatial)
    }

    fn read_layers(&mut self, bits: &mut Bits<'_>) -> Result<(), PayloadError> {
        let mut next = DependencyTemplate::default();
        loop {
            let slot = self
                .templates
                .get_mut(self.template_count)
                .ok_or(PayloadError::Malformed)?;
            *slot = next;
            self.template_count += 1;
            match bits.read(2)? {
                0 => {}
                1 => next.temporal += 1,
                2 => {
                    next = DependencyTemplate {
                        spatial: next.spatial + 1,
                        ..DependencyTemplate::default()
                    }
                }
                _ => return Ok(()),
            }
            if next.spatial > MAX_SPATIAL || next.temporal > MAX_TEMPORAL {
                return Err(PayloadError::Malformed);
            }
        }
    }

    fn read_chains(&mut self, bits: &mut Bits<'_>) -> Result<(), PayloadError> {
        self.chain_count = bits.read_below(self.decode_target_count + 1)?;
        if self.chain_count == 0 {
            return Ok(());
        }
        for protected_by in self
            .protected_by
            .iter_mut()
            .take(usize::from(self.decode_target_count))
        {
            *protected_by = bits.read_below(self.chain_count)?;
        }
        for _ in self.templates() {
            for _ in 0..self.chain_count {
                bits.read(4)?;
            }
        }
        Ok(())
    }
}

fn skip_frame_differences(bits: &mut Bits<'_>) -> Result<(), PayloadError> {
    while bits.flag()? {
        bits.read(4)?;
    }
    Ok(())
}

/// Width and height of each spatial layer.
fn skip_resolutions(bits: &mut Bits<'_>, max_spatial: u8) -> Result<(), PayloadError> {
    for _ in 0..=max_spatial {
        bits.read(32)?;
    }
    Ok(())
}
