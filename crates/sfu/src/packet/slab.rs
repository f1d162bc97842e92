//! Blocks of one size.

use crate::packet::PacketMeta;

/// Blocks that are added at a time. More wastes memory on small servers, fewer allocates more often while warming up.
const CHUNK_BLOCKS: usize = 64;

/// Blocks of `SIZE` bytes, in chunks that never move.
#[derive(Debug)]
pub(super) struct Slab<const SIZE: usize> {
    /// The blocks.
    chunks: Vec<Box<[[u8; SIZE]]>>,
    /// One entry for each block, stale where the block is free.
    meta: Vec<PacketMeta>,
    /// Blocks not in use; has room for all of them. The last freed is the next given: its lines are in cache.
    free: Vec<u32>,
    /// Most blocks there may be.
    limit: usize,
}

impl<const SIZE: usize> Slab<SIZE> {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            chunks: Vec::new(),
            meta: Vec::new(),
            free: Vec::new(),
            limit,
        }
    }

    pub(super) fn alloc(&mut self, meta: PacketMeta) -> Option<u32> {
        if self.free.is_empty() {
            self.grow(meta)?;
        }
        let slot = self.free.pop()?;
        *self.meta_mut(slot)? = meta;
        Some(slot)
    }

    pub(super) fn free(&mut self, slot: u32) {
        debug_assert!(
            !cfg!(test) || !self.free.contains(&slot),
            "block {slot} freed twice"
        );
        self.free.push(slot);
    }

    pub(super) fn block(&self, slot: u32) -> &[u8] {
        let (chunk, place) = place_of(slot);
        self.chunks
            .get(chunk)
            .and_then(|blocks| blocks.get(place))
            .map_or(&[], |block| block)
    }

    pub(super) fn block_mut(&mut self, slot: u32) -> &mut [u8] {
        let (chunk, place) = place_of(slot);
        self.chunks
            .get_mut(chunk)
            .and_then(|blocks| blocks.get_mut(place))
            .map_or(&mut [], |block| block)
    }

    pub(super) fn meta(&self, slot: u32) -> Option<&PacketMeta> {
        self.meta.get(slot as usize)
    }

    pub(super) fn meta_mut(&mut self, slot: u32) -> Option<&mut PacketMeta> {
        self.meta.get_mut(slot as usize)
    }

    #[cfg(test)]
    pub(super) fn used(&self) -> usize {
        self.meta.len() - self.free.len()
    }

    fn grow(&mut self, filler: PacketMeta) -> Option<()> {
        let (first, end) = (self.meta.len(), self.meta.len() + CHUNK_BLOCKS);
        if end > self.limit {
            return None;
        }
        self.chunks
            .push(vec![[0; SIZE]; CHUNK_BLOCKS].into_boxed_slice());
        self.meta.resize(end, filler);
        self.free.reserve(end);
        let (first, end) = (u32::try_from(first).ok()?, u32::try_from(end).ok()?);
        self.free.extend((first..end).rev());
        Some(())
    }
}

fn place_of(slot: u32) -> (usize, usize) {
    (slot as usize / CHUNK_BLOCKS, slot as usize % CHUNK_BLOCKS)
}
