//! Dependency descriptors as an encoder writes them: the structure with each key frame, three bytes with others.

use miso_ortc::ScalabilityLayers;

use super::super::camera::Frame;

/// What a frame is to a decode target: two bits each.
const NOT_PRESENT: u32 = 0;
const DISCARDABLE: u32 = 1;
const SWITCH: u32 = 2;
const REQUIRED: u32 = 3;

/// One kind of frame.
#[derive(Clone, Copy, Debug)]
struct Template {
    spatial: u8,
    temporal: u8,
    is_key: bool,
}

/// The descriptors of one stream.
#[derive(Clone, Debug)]
pub(super) struct Descriptors {
    layers: ScalabilityLayers,
    templates: Vec<Template>,
    frame_number: u16,
}

impl Descriptors {
    /// Templates by layer: of each spatial one that of key pictures, then those of its temporal ones.
    pub(super) fn new(layers: ScalabilityLayers, first_number: u16) -> Self {
        let of_spatial = |spatial: u8| {
            let key = Template {
                spatial,
                temporal: 0,
                is_key: true,
            };
            let others = (0..layers.temporal).map(move |temporal| Template {
                spatial,
                temporal,
                is_key: false,
            });
            std::iter::once(key).chain(others)
        };
        Self {
            layers,
            templates: (0..layers.spatial).flat_map(of_spatial).collect(),
            frame_number: first_number,
        }
    }

    /// That of a packet.
    pub(super) fn of(&self, frame: &Frame, index: usize) -> Vec<u8> {
        let picture = frame.picture;
        let is_such = |it: &Template| {
            (it.spatial, it.temporal, it.is_key)
                == (frame.spatial, picture.temporal, picture.is_key)
        };
        let template = self.templates.iter().position(is_such).unwrap_or(0);
        let mut bits = BitWriter::default();
        bits.put((index == 0).into(), 1);
        bits.put(frame.is_last(index).into(), 1);
        bits.put(template as u32, 6);
        bits.put(self.frame_number.into(), 16);
        if picture.is_key && frame.spatial == 0 && index == 0 {
            // A structure, and nothing else.
            bits.put(0b10000, 5);
            self.put_structure(&mut bits);
        }
        bits.bytes
    }

    /// The next packet is of another frame.
    pub(super) fn frame_ends(&mut self) {
        self.frame_number = self.frame_number.wrapping_add(1);
    }

    fn put_structure(&self, bits: &mut BitWriter) {
        let targets = u32::from(self.layers.spatial) * u32::from(self.layers.temporal);
        // Ids begin with 0.
        bits.put(0, 6);
        bits.put(targets - 1, 5);
        for pair in self.templates.windows(2) {
            if let [this, next] = pair {
                let step = if next.spatial > this.spatial {
                    2
                } else {
                    u32::from(next.temporal > this.temporal)
                };
                bits.put(step, 2);
            }
        }
        bits.put(3, 2);
        for template in &self.templates {
            for spatial in 0..self.layers.spatial {
                for temporal in 0..self.layers.temporal {
                    bits.put(indication(template, (spatial, temporal)), 2);
                }
            }
        }
        for template in &self.templates {
            for difference in self.differences(template) {
                bits.put(1, 1);
                bits.put(difference - 1, 4);
            }
            bits.put(0, 1);
        }
        // No chains, out of none to `targets`; no resolutions.
        bits.put(0, (targets + 1).ilog2());
        bits.put(0, 1);
    }

    /// How many frames before it those are that it refers to.
    fn differences(&self, template: &Template) -> Vec<u32> {
        let below = (template.spatial > 0).then_some(1);
        let pictures = match (self.layers.temporal, template.temporal) {
            (2, 0) | (3, 1) => 2,
            (3, 0) => 4,
            _ => 1,
        };
        let before = pictures * u32::from(self.layers.spatial);
        let before = (!template.is_key).then_some(before);
        below.into_iter().chain(before).collect()
    }
}

/// Frames refer to the spatial layer below, and to the temporal layers below; only those of the lowest temporal layer
/// refer to their own.
fn indication(template: &Template, target: (u8, u8)) -> u32 {
    let Template {
        spatial,
        temporal,
        is_key,
    } = *template;
    if spatial > target.0 || temporal > target.1 {
        NOT_PRESENT
    } else if is_key {
        SWITCH
    } else if spatial < target.0 {
        REQUIRED
    } else if temporal > 0 && temporal == target.1 {
        DISCARDABLE
    } else {
        SWITCH
    }
}

/// Bits, the highest of each byte first.
#[derive(Debug, Default)]
struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are used; 0 when it is full.
    used: u32,
}

impl BitWriter {
    fn put(&mut self, value: u32, width: u32) {
        for bit in (0..width).rev() {
            if self.used == 0 {
                self.bytes.push(0);
            }
            self.used = (self.used + 1) % 8;
            if let Some(last) = self.bytes.last_mut() {
                let place = (8 - self.used) % 8;
                *last |= u8::from(value >> bit & 1 == 1) << place;
            }
        }
    }
}
