//! What the payload of a packet says, and how it is copied into the store.

#![deny(clippy::indexing_slicing)]

use crate::packet::{LayerInfo, Vp8Fields};
use miso_wire::{
    Codec, DependencyDescriptor, DependencyStructure, PayloadInfo, RtpHeader, Vp8Descriptor,
};
use std::num::NonZeroU16;

/// A payload that was read.
pub(super) struct Payload {
    pub(super) info: PayloadInfo,
    vp8: Option<Vp8Descriptor>,
    /// Only a dependency descriptor could say anything, and there is none.
    untold: bool,
}

impl Payload {
    /// Reads a payload. One that contradicts its format says nothing of itself and is forwarded all the same: the
    /// decoder at the other end judges it.
    pub(super) fn read(
        codec: Codec,
        (header, packet): (&RtpHeader, &[u8]),
        descriptor: Option<&[u8]>,
        structure: &mut DependencyStructure,
    ) -> Self {
        let bytes = header.payload(packet);
        let dependency =
            descriptor.and_then(|value| DependencyDescriptor::parse(value, structure).ok());
        let info = codec
            .read(bytes, header.marker, dependency.as_ref())
            .unwrap_or_default();
        let vp8 = if codec == Codec::Vp8 {
            Vp8Descriptor::parse(bytes).ok()
        } else {
            None
        };
        Self {
            info,
            vp8,
            untold: codec == Codec::Av1 && descriptor.is_none(),
        }
    }

    /// Where the packet stands in its stream's layers.
    pub(super) const fn layer(&self) -> LayerInfo {
        let info = self.info;
        LayerInfo {
            spatial: info.spatial,
            temporal: info.temporal,
            opens_temporal: info.opens_temporal,
            switching_up: info.switching_up,
            end_of_frame: info.end_of_frame,
            unneeded_by: info.unneeded_by,
            untold: self.untold,
        }
    }

    /// Bytes that the stored payload has more than the one that arrived.
    pub(super) fn added_bytes(&self) -> usize {
        let narrow = self
            .vp8
            .as_ref()
            .and_then(|vp8| vp8.picture_id)
            .is_some_and(|id| !id.wide);
        usize::from(narrow)
    }

    /// Copies the payload to the front of `room`, picture ids widened, and tells where in a packet with a header of
    /// `header_len` bytes the fields lie that are rewritten.
    pub(super) fn copy(
        mut self,
        payload: &[u8],
        room: &mut [u8],
        header_len: usize,
    ) -> Option<Vp8Fields> {
        room.get_mut(..payload.len())?.copy_from_slice(payload);
        let vp8 = self.vp8.as_mut()?;
        vp8.widen_picture_id(room, payload.len()).ok()?;
        let place = |offset: usize| {
            u16::try_from(header_len + offset)
                .ok()
                .and_then(NonZeroU16::new)
        };
        Some(Vp8Fields {
            picture_id: vp8
                .picture_id
                .and_then(|id| Some((id.value, place(id.offset)?))),
            tl0_pic_idx: vp8
                .tl0_pic_idx
                .and_then(|index| Some((index.value, place(index.offset)?))),
        })
    }
}
