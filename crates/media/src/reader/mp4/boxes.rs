//! Boxes within boxes that are in memory.

use crate::bytes::Bytes;

/// The boxes within another, up to the first that does not fit.
pub(super) fn children(body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut bytes = Bytes(body);
    std::iter::from_fn(move || {
        let size = bytes.u32()?;
        let kind = bytes.array()?;
        let len = match size {
            0 => bytes.0.len(),
            1 => usize::try_from(bytes.u64()?.checked_sub(16)?).ok()?,
            size => usize::try_from(size.checked_sub(8)?).ok()?,
        };
        Some((kind, bytes.take(len)?))
    })
}

/// The first box of a kind.
pub(super) fn child<'a>(body: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let mut found = children(body).filter(|(found, _)| found == kind);
    found.next().map(|(_, body)| body)
}

/// The box at the end of a path of kinds.
pub(super) fn descend<'a>(body: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(body, |body, kind| child(body, kind))
}

/// Version and flags of a full box, and what follows.
pub(super) fn full(body: &[u8]) -> Option<(u8, u32, Bytes<'_>)> {
    let mut bytes = Bytes(body);
    let word = bytes.u32()?;
    let [version, ..] = word.to_be_bytes();
    Some((version, word & 0x00ff_ffff, bytes))
}
