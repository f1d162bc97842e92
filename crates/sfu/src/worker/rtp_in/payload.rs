//! What the payload of a packet says, and how it is copied into the store.

#![deny(clippy::indexing_slicing)]

use crate::drops::DropReason;
use crate::packet::{LayerInfo, RedPrimary, Vp8Fields};
use crate::producer::codecs::{ProducerCodec, RedBlocks};
use miso_wire::{
    Codec, DependencyDescriptor, DependencyStructure, PayloadInfo, RedLayout, RtpHeader,
    Vp8Descriptor,
};
use std::num::NonZeroU16;

/// A RED payload that was read.
#[derive(Clone, Copy)]
pub(super) struct Red {
    pub(super) layout: RedLayout,
    pub(super) blocks: RedBlocks,
}

/// A payload that was read.
pub(super) struct Payload {
    pub(super) info: PayloadInfo,
    /// What is told of it is told of the frame in it.
    pub(super) red: Option<Red>,
    vp8: Option<Vp8Descriptor>,
    /// Only a dependency descriptor could say anything, and there is none.
    untold: bool,
}

impl Payload {
    /// Reads a payload. One that contradicts its format says nothing of itself and is forwarded all the same: the
    /// decoder at the other end judges it.
    ///
    /// # Errors
    /// [`DropReason::MalformedRed`]: what is in RED is rewritten, and taken out for who does not know it.
    pub(super) fn read(
        codec: &ProducerCodec,
        (header, packet): (&RtpHeader, &[u8]),
        descriptor: Option<&[u8]>,
        structure: &mut DependencyStructure,
    ) -> Result<Self, DropReason> {
        let bytes = header.payload(packet);
        // Padding alone has nothing in it.
        if let Some(blocks) = codec.red.filter(|_| !bytes.is_empty()) {
            return Self::read_red(codec.payload, blocks, bytes, header.marker);
        }
        let codec = codec.payload;
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
        Ok(Self {
            info,
            red: None,
            vp8,
            untold: codec == Codec::Av1 && descriptor.is_none(),
        })
    }

    fn read_red(
        codec: Codec,
        blocks: RedBlocks,
        bytes: &[u8],
        marker: bool,
    ) -> Result<Self, DropReason> {
        let layout = RedLayout::parse(bytes, blocks.pt).map_err(|_| DropReason::MalformedRed)?;
        let primary = bytes.get(layout.primary()..).unwrap_or(&[]);
        Ok(Self {
            info: codec.read(primary, marker, None).unwrap_or_default(),
            red: Some(Red { layout, blocks }),
            vp8: None,
            untold: false,
        })
    }

    /// Where in a packet of RED its own frame lies.
    pub(super) fn primary(&self) -> Option<RedPrimary> {
        let red = self.red?;
        let offset = u16::try_from(red.layout.primary()).ok()?;
        Some(RedPrimary {
            offset: NonZeroU16::new(offset)?,
            pt: red.blocks.mapped_pt,
        })
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

    /// Copies the payload to the front of `room`, picture ids widened and blocks of RED renamed, and tells where in a
    /// packet with a header of `header_len` bytes the fields lie that are rewritten.
    pub(super) fn copy(
        mut self,
        payload: &[u8],
        room: &mut [u8],
        header_len: usize,
    ) -> Option<Vp8Fields> {
        let copied = room.get_mut(..payload.len())?;
        copied.copy_from_slice(payload);
        if let Some(red) = &self.red {
            red.layout.rename(copied, red.blocks.mapped_pt);
        }
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
