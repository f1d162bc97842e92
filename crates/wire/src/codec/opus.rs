//! Opus (RFC 6716).

/// Whether an Opus packet carries no sound, only its table-of-contents byte: discontinuous transmission.
///
/// Codes 0 and 1 (one frame, two equal frames) with nothing behind the byte, code 2 (two frames) with only the first
/// one's length (RFC 6716, section 3.2); code 3 never.
pub const fn opus_is_dtx(payload: &[u8]) -> bool {
    match payload {
        [toc] => *toc & 3 <= 1,
        [toc, _] => *toc & 3 == 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
