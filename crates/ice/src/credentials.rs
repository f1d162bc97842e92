//! Username fragment and password of one ICE session.

#[cfg(test)]
mod tests;

use std::fmt;

use rand::{CryptoRng, Rng};

/// Characters in either part. RFC 8445, section 5.3 asks for 24 and 128 bits of randomness; 32 characters of this
/// alphabet have 165.
const LEN: usize = 32;

const ALPHABET: [u8; 36] = *b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A username fragment of ours: 32 characters of `0-9a-z`. Unique among all transports for practical purposes, so it
/// finds the transport for a stranger's first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ufrag([u8; LEN]);

impl Ufrag {
    /// What a received username fragment would be if it were one of ours; `None` if it has another shape.
    pub fn from_received(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; LEN] = bytes.try_into().ok()?;
        bytes
            .iter()
            .all(|byte| ALPHABET.contains(byte))
            .then_some(Self(bytes))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }
}

impl fmt::Display for Ufrag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the peer must know to reach a transport. Debug output leaves the password out.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    ufrag: Ufrag,
    password: [u8; LEN],
}

impl Credentials {
    /// New ones. Whoever can predict the generator can pass for the peer, which is why it must be a cryptographic one.
    pub fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self {
            ufrag: Ufrag(random_text(rng)),
            password: random_text(rng),
        }
    }

    /// Names the transport; not secret.
    pub const fn ufrag(&self) -> Ufrag {
        self.ufrag
    }

    /// 32 characters of `0-9a-z`.
    pub fn password(&self) -> &str {
        text(&self.password)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("ufrag", &self.ufrag.as_str())
            .finish_non_exhaustive()
    }
}

fn random_text(rng: &mut (impl CryptoRng + ?Sized)) -> [u8; LEN] {
    std::array::from_fn(|_| {
        ALPHABET
            .get(rng.random_range(..ALPHABET.len()))
            .copied()
            .unwrap_or(b'0')
    })
}

/// Only characters of [`ALPHABET`] get in, so the text is never empty for want of UTF-8.
fn text(bytes: &[u8; LEN]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
