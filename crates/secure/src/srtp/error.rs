//! Why a packet could not be sealed or opened.

use std::fmt;

/// Why a packet could not be sealed or opened, or keys not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SrtpError {
    /// The caller's master key with salt has not the length that its suite asks for
    /// ([`SrtpCryptoSuite::key_len`](crate::SrtpCryptoSuite::key_len)).
    KeyLength,
    /// The packet is too short to be what it claims to be.
    Short,
    /// The caller's buffer cannot hold the sealed packet.
    NoRoom,
    /// The caller's index or SSRC is not the one in the packet's header.
    HeaderMismatch,
    /// The packet is not authentic: another key, another rollover counter, or changed on the way.
    Forged,
    /// The packet was received before (RFC 3711, section 3.3.2).
    Replayed,
    /// The packet is older than the replay window reaches.
    Late,
    /// The packet's SSRC is new and the table of SSRCs is full.
    TooManySsrcs,
    /// The RTCP packet is authenticated only; every suite here also encrypts.
    Unencrypted,
    /// All packet indices under this key are used up (RFC 3711, section 9.2).
    Exhausted,
    /// The cryptographic library failed: memory or a bug.
    Library,
}

impl fmt::Display for SrtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyLength => "invalid decoded SRTP key length",
            Self::Short => "SRTP packet is too short",
            Self::NoRoom => "no room for the sealed packet",
            Self::HeaderMismatch => "index or SSRC differs from the header",
            Self::Forged => "SRTP authentication failed",
            Self::Replayed => "SRTP packet was received before",
            Self::Late => "SRTP packet is older than the replay window",
            Self::TooManySsrcs => "too many SSRCs",
            Self::Unencrypted => "SRTCP packet is not encrypted",
            Self::Exhausted => "SRTP key is used up",
            Self::Library => "cryptographic library failed",
        })
    }
}

impl std::error::Error for SrtpError {}
