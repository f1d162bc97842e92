//! EBML: elements with names and sizes of variable length (RFC 8794).

use crate::bytes::Bytes;

/// The header of an element.
pub(super) struct Element {
    pub(super) id: u32,
    /// None when only its end tells it.
    pub(super) size: Option<u64>,
}

/// How many bytes a number has whose first is this, 1 to 8, and what of its value is in it.
pub(super) const fn width(first: u8) -> Option<(u32, u8)> {
    let zeros = first.leading_zeros();
    if zeros > 7 {
        return None;
    }
    let mask = if zeros == 7 { 0 } else { 0x7f >> zeros };
    Some((zeros + 1, first & mask))
}

/// A number of variable length, without its marker.
pub(super) fn number(bytes: &mut Bytes<'_>) -> Option<u64> {
    let (len, value) = width(bytes.u8()?)?;
    let rest = bytes.take(usize::try_from(len - 1).ok()?)?;
    Some(
        rest.iter()
            .fold(u64::from(value), |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

/// The elements within another, up to the first that does not fit.
pub(super) fn children(body: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut bytes = Bytes(body);
    std::iter::from_fn(move || {
        let first = bytes.u8()?;
        let (len, _) = width(first).filter(|(len, _)| *len <= 4)?;
        let mut id = u32::from(first);
        for _ in 1..len {
            id = id << 8 | u32::from(bytes.u8()?);
        }
        let size = usize::try_from(number(&mut bytes)?).ok()?;
        Some((id, bytes.take(size)?))
    })
}

pub(super) fn unsigned(value: &[u8]) -> u64 {
    value
        .iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

pub(super) fn signed(value: &[u8]) -> i64 {
    let negative = value.first().is_some_and(|byte| byte & 0x80 != 0);
    let start = if negative { -1 } else { 0 };
    value
        .iter()
        .take(8)
        .fold(start, |sum, byte| sum << 8 | i64::from(*byte))
}

pub(super) fn float(value: &[u8]) -> Option<f64> {
    match value.len() {
        4 => value
            .try_into()
            .ok()
            .map(|bytes| f32::from_be_bytes(bytes).into()),
        8 => value.try_into().ok().map(f64::from_be_bytes),
        _ => None,
    }
}
