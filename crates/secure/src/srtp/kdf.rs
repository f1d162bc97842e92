//! Key derivation (RFC 3711, section 4.3; RFC 6188, section 3 for 256-bit keys; RFC 7714, section 11).

use super::SrtpError;
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

/// What a session key is for. The SRTCP labels are these plus three (RFC 3711, section 4.3.2).
#[derive(Clone, Copy)]
pub(super) enum Label {
    Encryption = 0,
    Authentication = 1,
    Salt = 2,
}

/// RTP and RTCP have session keys of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rtp,
    Rtcp,
}

/// Fills `out` with the session key for `label`. The derivation rate is zero, so it happens once for a master key.
pub(super) fn derive(
    (master_key, master_salt): (&[u8], &[u8]),
    (kind, label): (Kind, Label),
    out: &mut [u8],
) -> Result<(), SrtpError> {
    let algorithm = match master_key.len() {
        16 => &AES_128,
        32 => &AES_256,
        _ => return Err(SrtpError::KeyLength),
    };
    let label = label as u128 + if kind == Kind::Rtcp { 3 } else { 0 };
    // Salts of 96 bits are padded on the right to the 112 that the function takes; 16 more bits count blocks.
    let iv = left_justified(master_salt) ^ (label << 64);
    let key = UnboundCipherKey::new(algorithm, master_key)
        .and_then(EncryptingKey::ctr)
        .map_err(|_| SrtpError::Library)?;
    out.fill(0);
    key.less_safe_encrypt(
        out,
        EncryptionContext::Iv128(FixedLength::from(&iv.to_be_bytes())),
    )
    .map_err(|_| SrtpError::Library)?;
    Ok(())
}

/// The bytes as the upper end of a big-endian number of 16 bytes.
pub(super) fn left_justified(bytes: &[u8]) -> u128 {
    let mut padded = [0; 16];
    for (to, from) in padded.iter_mut().zip(bytes) {
        *to = *from;
    }
    u128::from_be_bytes(padded)
}
