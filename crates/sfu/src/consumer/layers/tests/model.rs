//! Streams whose frames say what they depend on.

use crate::packet::tests::plain_meta;
use crate::packet::{LayerInfo, PacketMeta, Vp8Fields};
use crate::testing::base;
use std::num::NonZeroU16;

/// RTP ticks from one picture to the next.
pub(super) const TICKS: u32 = 3_000;
/// Pictures after which every temporal layer can be gone up to.
pub(super) const PERIOD: u64 = 8;

/// How a generated stream is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) spatial: u8,
    pub(super) temporal: u8,
    /// Pictures from one key picture to the next.
    pub(super) key_every: u64,
    /// Packets of each frame.
    pub(super) packets: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Vp8,
    Vp9,
    Vp9Key,
    /// AV1 and H264, by the dependency descriptor.
    Described,
    /// AV1 whose spatial layers depend on each other in key pictures only.
    DescribedKey,
}

impl Kind {
    pub(super) const fn is_exact(self) -> bool {
        matches!(self, Self::Vp9Key | Self::DescribedKey)
    }

    /// As frames that refer to earlier pictures say it.
    const fn unneeded_by(self, spatial: u8) -> u8 {
        match self {
            Self::Vp9 | Self::Vp9Key => !(1 << spatial),
            // Three spatial layers at most; those above depend on this one or do not.
            Self::Described => (1 << spatial) - 1,
            Self::DescribedKey => 0x07 & !(1 << spatial),
            Self::Vp8 => 0,
        }
    }
}

/// A frame by its picture and spatial layer.
pub(super) type FrameId = (u64, u8);

#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) id: FrameId,
    pub(super) temporal: u8,
    pub(super) depends_on: Vec<FrameId>,
    pub(super) packets: Vec<PacketMeta>,
}

fn temporal_of(place: u64, layers: u8) -> u8 {
    match (layers, place % 4) {
        (2, place) => (place % 2) as u8,
        (3, 0) => 0,
        (3, 2) => 1,
        (3, _) => 2,
        _ => 0,
    }
}

/// The pictures that a picture refers to within its spatial layer, and whether these are of lower temporal layers only.
fn references(shape: &Shape, place: u64) -> (Vec<u64>, bool) {
    let temporal = temporal_of(place, shape.temporal);
    let last = |temporal: u8| {
        (0..place)
            .rev()
            .find(|it| temporal_of(*it, shape.temporal) == temporal)
    };
    let mut references: Vec<u64> = (0..temporal).filter_map(last).collect();
    // In the first half of a period nothing refers to its own layer, nor to what was before the period.
    let is_free = place % PERIOD < 4 && temporal > 0;
    references.retain(|it| !is_free || *it >= place - place % PERIOD);
    // The second picture of the highest layer may: its layer has begun.
    let is_second = temporal == 2 && place % 4 == 3;
    if !is_free || is_second {
        references.extend(last(temporal));
    }
    (references, is_free && !is_second)
}

pub(super) fn meta(shape: &Shape, seq: u64, picture: u64, layer: LayerInfo) -> PacketMeta {
    let mut meta = plain_meta(seq, (picture as u32).wrapping_mul(TICKS), base());
    meta.layer = layer;
    if shape.kind == Kind::Vp8 {
        let at = NonZeroU16::new(20).unwrap();
        let id = (picture + 0x7ff0) as u16 & 0x7fff;
        meta.vp8 = Some(Vp8Fields {
            picture_id: Some((id, at)),
            tl0_pic_idx: Some((0, at)),
        });
    }
    meta
}

/// So many pictures.
pub(super) fn stream(shape: &Shape, pictures: u64) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut seq = 70_000;
    for picture in 0..pictures {
        let place = picture % shape.key_every;
        let (is_key, start) = (place == 0, picture - place);
        let temporal = temporal_of(place, shape.temporal);
        let (references, is_free) = references(shape, place);
        for spatial in 0..shape.spatial {
            let mut depends_on: Vec<FrameId> =
                references.iter().map(|it| (start + it, spatial)).collect();
            if spatial > 0 && (is_key || !shape.kind.is_exact()) {
                depends_on.push((picture, spatial - 1));
            }
            let described = matches!(shape.kind, Kind::Described | Kind::DescribedKey);
            // The lowest layer at the start of a period opens all others: they begin anew.
            let opens = described && place.is_multiple_of(PERIOD);
            let packets = (0..shape.packets).map(|index| {
                let layer = LayerInfo {
                    spatial,
                    temporal,
                    opens_temporal: if opens { shape.temporal - 1 } else { temporal },
                    switching_up: is_free && !described,
                    end_of_frame: index + 1 == shape.packets,
                    unneeded_by: if is_key {
                        0
                    } else {
                        shape.kind.unneeded_by(spatial)
                    },
                    untold: false,
                };
                let mut meta = meta(shape, seq + index, picture, layer);
                meta.key_frame = is_key && spatial == 0 && index == 0;
                meta.marker = spatial + 1 == shape.spatial && index + 1 == shape.packets;
                meta
            });
            let packets: Vec<PacketMeta> = packets.collect();
            seq += shape.packets;
            frames.push(Frame {
                id: (picture, spatial),
                temporal,
                depends_on,
                packets,
            });
        }
    }
    frames
}

/// Random numbers of a seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
