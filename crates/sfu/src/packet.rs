//! Where packets lie between their arrival and their last retransmission: blocks of fixed sizes, named by indices.
//!
//! A packet is written into its block once, already with its header extensions replaced, and read by every consumer.
//! Blocks of three sizes keep the memory of audio small; each size grows in chunks and never shrinks, so that after
//! warm-up nothing is allocated. One owner holds each index: the [`StreamRing`](crate::ring::StreamRing) that stores
//! the packet. Everything else names packets by their extended sequence number.

#![deny(clippy::indexing_slicing)]

use std::num::NonZeroU16;
use std::time::Instant;

use miso_wire::{ExtSeq, Pt, RtpTime};

use slab::Slab;

mod slab;

/// Block for audio and padding. Larger wastes memory on audio, smaller sends it to the next size.
const SMALL_BLOCK: usize = 256;

/// Block for what fits an Ethernet frame, with room for added header extensions. Larger wastes memory on video,
/// smaller sends full-size packets to the largest size.
const MEDIUM_BLOCK: usize = 1_536;

/// The longest packet that is stored. Longer ones are refused; a higher limit costs memory where jumbo frames arrive.
pub(crate) const MAX_PACKET: usize = 2_048;

/// Most blocks of each size: small, medium, large (at most 64, 384 and 64 MiB). More lets more streams keep their
/// whole history at the price of memory, fewer makes an overloaded worker drop sooner.
const MAX_BLOCKS: [usize; 3] = [262_144, 262_144, 32_768];

/// The P bit in the first byte of a packet.
const PADDING_FLAG: u8 = 0x20;

/// Names a block of a [`PacketPool`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PacketIndex(u32);

/// Upper bits of a [`PacketIndex`] that say which size the block has.
const SIZE_SHIFT: u32 = 30;

impl PacketIndex {
    fn new(size: BlockSize, slot: u32) -> Self {
        Self((size as u32) << SIZE_SHIFT | slot)
    }

    fn size(self) -> BlockSize {
        match self.0 >> SIZE_SHIFT {
            0 => BlockSize::Small,
            1 => BlockSize::Medium,
            _ => BlockSize::Large,
        }
    }

    fn slot(self) -> u32 {
        self.0 & ((1 << SIZE_SHIFT) - 1)
    }
}

/// The three sizes of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockSize {
    Small = 0,
    Medium = 1,
    Large = 2,
}

/// Where in the stored packet the header extension elements lie that each consumer overwrites: offsets of their
/// content from the packet's first byte. None where the packet has no such element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PatchOffsets {
    /// 8 bytes: the consumer's mid, zero padded.
    pub(crate) mid: Option<NonZeroU16>,
    /// 3 bytes: absolute send time, 6.18 fixed-point seconds.
    pub(crate) abs_send_time: Option<NonZeroU16>,
    /// 2 bytes: transport-wide sequence number.
    pub(crate) twcc: Option<NonZeroU16>,
}

/// What of the VP8 payload descriptor (RFC 7741, section 4.2) is rewritten where layers are selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vp8Fields {
    /// The 15-bit picture id, and where its two bytes lie from the packet's first byte.
    pub(crate) picture_id: Option<(u16, NonZeroU16)>,
    /// TL0PICIDX, and where its byte lies from the packet's first byte.
    pub(crate) tl0_pic_idx: Option<(u8, NonZeroU16)>,
}

/// Where in a RED packet (RFC 2198) its own frame lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RedPrimary {
    /// Bytes of payload before it; its headers and copies of earlier frames.
    pub(crate) offset: NonZeroU16,
    /// Its mapped payload type.
    pub(crate) pt: Pt,
}

/// Where in its stream's layers a packet stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LayerInfo {
    /// Spatial layer.
    pub(crate) spatial: u8,
    /// Temporal layer.
    pub(crate) temporal: u8,
    /// Whoever decodes the frame may go up to this temporal layer with the next one; its own or lower for none.
    pub(crate) opens_temporal: u8,
    /// Whether a receiver of the temporal layer below may go up to this one here.
    pub(crate) switching_up: bool,
    /// Whether it ends a frame of its spatial layer.
    pub(crate) end_of_frame: bool,
    /// Bit n for a spatial layer n whose receivers do without it, in K-SVC.
    pub(crate) unneeded_by: u8,
    /// Whether its codec tells key frames and layers, but this packet has nothing that does.
    pub(crate) untold: bool,
}

/// What is known of a stored packet without looking at its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PacketMeta {
    /// Its number in the stream it came in.
    pub(crate) ext_seq: ExtSeq,
    /// Its timestamp as it came.
    pub(crate) ts: RtpTime,
    /// When its receive batch was read.
    pub(crate) arrival: Instant,
    /// Bytes before the payload, extensions included.
    pub(crate) header_len: u16,
    /// Bytes of payload, padding excluded. None of them marks a padding-only packet, which is never forwarded.
    pub(crate) payload_len: u16,
    /// Bytes of padding behind the payload, see [`StreamRing::level`](crate::ring::StreamRing::level).
    pub(crate) padding: u8,
    /// Mapped payload type, the one that consumers know.
    pub(crate) pt: Pt,
    /// The marker bit as it came.
    pub(crate) marker: bool,
    /// First packet of a key frame.
    pub(crate) key_frame: bool,
    /// An audio packet of discontinuous transmission (opus).
    pub(crate) dtx: bool,
    /// What each consumer overwrites.
    pub(crate) patch: PatchOffsets,
    /// RED only.
    pub(crate) red: Option<RedPrimary>,
    /// VP8 only.
    pub(crate) vp8: Option<Vp8Fields>,
    /// Its layers.
    pub(crate) layer: LayerInfo,
}

impl PacketMeta {
    /// Length of header, payload and padding together.
    pub(crate) fn len(&self) -> usize {
        usize::from(self.header_len) + usize::from(self.payload_len) + usize::from(self.padding)
    }
}

/// All packets that a worker holds.
#[derive(Debug)]
pub(crate) struct PacketPool {
    small: Slab<SMALL_BLOCK>,
    medium: Slab<MEDIUM_BLOCK>,
    large: Slab<MAX_PACKET>,
}

impl Default for PacketPool {
    fn default() -> Self {
        Self::with_limits(MAX_BLOCKS)
    }
}

impl PacketPool {
    /// A pool that holds at most these numbers of small, medium and large blocks.
    fn with_limits([small, medium, large]: [usize; 3]) -> Self {
        Self {
            small: Slab::new(small),
            medium: Slab::new(medium),
            large: Slab::new(large),
        }
    }

    /// A block with room for `len` bytes. None when `len` is over [`MAX_PACKET`] or the pool is full: the packet is
    /// to be dropped and counted. The content of the block is undefined until [`block_mut`](Self::block_mut) is filled.
    pub(crate) fn alloc(&mut self, len: usize, meta: PacketMeta) -> Option<PacketIndex> {
        let (size, slot) = if len <= SMALL_BLOCK {
            (BlockSize::Small, self.small.alloc(meta)?)
        } else if len <= MEDIUM_BLOCK {
            (BlockSize::Medium, self.medium.alloc(meta)?)
        } else if len <= MAX_PACKET {
            (BlockSize::Large, self.large.alloc(meta)?)
        } else {
            return None;
        };
        Some(PacketIndex::new(size, slot))
    }

    /// Gives a block back. The index must not be used again.
    pub(crate) fn free(&mut self, index: PacketIndex) {
        match index.size() {
            BlockSize::Small => self.small.free(index.slot()),
            BlockSize::Medium => self.medium.free(index.slot()),
            BlockSize::Large => self.large.free(index.slot()),
        }
    }

    /// The whole block, to be written.
    pub(crate) fn block_mut(&mut self, index: PacketIndex) -> &mut [u8] {
        match index.size() {
            BlockSize::Small => self.small.block_mut(index.slot()),
            BlockSize::Medium => self.medium.block_mut(index.slot()),
            BlockSize::Large => self.large.block_mut(index.slot()),
        }
    }

    /// The packet's metadata. None for an index that this pool never gave.
    pub(crate) fn meta(&self, index: PacketIndex) -> Option<&PacketMeta> {
        match index.size() {
            BlockSize::Small => self.small.meta(index.slot()),
            BlockSize::Medium => self.medium.meta(index.slot()),
            BlockSize::Large => self.large.meta(index.slot()),
        }
    }

    /// The packet's metadata, to be completed.
    pub(crate) fn meta_mut(&mut self, index: PacketIndex) -> Option<&mut PacketMeta> {
        match index.size() {
            BlockSize::Small => self.small.meta_mut(index.slot()),
            BlockSize::Medium => self.medium.meta_mut(index.slot()),
            BlockSize::Large => self.large.meta_mut(index.slot()),
        }
    }

    /// Adds padding to a packet that has none (RFC 3550, section 5.1), at least a byte, if its block has room.
    pub(crate) fn pad(&mut self, index: PacketIndex, padding: u8) {
        let Some(start) = self.meta(index).map(PacketMeta::len) else {
            return;
        };
        let block = self.block_mut(index);
        let Some([zeros @ .., count]) = block.get_mut(start..start + usize::from(padding)) else {
            return;
        };
        zeros.fill(0);
        *count = padding;
        if let Some(flags) = block.first_mut() {
            *flags |= PADDING_FLAG;
        }
        if let Some(meta) = self.meta_mut(index) {
            meta.padding = padding;
        }
    }

    /// Metadata and bytes (header, payload and padding) of a packet.
    pub(crate) fn packet(&self, index: PacketIndex) -> Option<(&PacketMeta, &[u8])> {
        let meta = self.meta(index)?;
        let block = match index.size() {
            BlockSize::Small => self.small.block(index.slot()),
            BlockSize::Medium => self.medium.block(index.slot()),
            BlockSize::Large => self.large.block(index.slot()),
        };
        Some((meta, block.get(..meta.len())?))
    }

    /// Blocks in use.
    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.small.used() + self.medium.used() + self.large.used()
    }
}

#[cfg(test)]
pub(crate) mod tests;
