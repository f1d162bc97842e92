//! SRTP and SRTCP (RFC 3711, RFC 7714): sealing and opening packets with keys that DTLS or signalling agreed on.
//!
//! [`SrtpSend`] holds nothing but session keys: the 48-bit index of a packet comes from the caller, who counts
//! sequence numbers anyway. [`SrtpRecv`] keeps, for each SSRC, the rollover counter and the replay window, and
//! changes them only after a packet has proved authentic. Neither allocates for a packet, but for the first one of
//! an SSRC.

mod cipher;
mod error;
mod kdf;
mod recv;
mod replay;
mod send;
mod suite;

pub use error::SrtpError;
pub use recv::{MAX_SSRCS, RtpToOpen, SrtpRecv};
pub use send::{RtpToSeal, SrtpSend};
pub use suite::{SrtpCryptoSuite, SrtpMasterKey};

/// What a sealed RTP packet is at most longer than the clear one, in bytes, with any suite.
pub const MAX_RTP_OVERHEAD: usize = 16;

/// What a sealed RTCP packet is at most longer than the clear one, in bytes, with any suite: tag and index.
pub const MAX_RTCP_OVERHEAD: usize = 16 + RTCP_INDEX_LEN;

/// The fixed RTP header (RFC 3550, section 5.1).
const RTP_HEADER_LEN: usize = 12;

/// The part of an RTCP packet that stays in the clear (RFC 3711, section 3.4).
const RTCP_HEADER_LEN: usize = 8;

/// The E flag with the SRTCP index behind the packet (RFC 3711, section 3.4).
const RTCP_INDEX_LEN: usize = 4;

/// Says in the word of the SRTCP index that the packet is encrypted.
const RTCP_ENCRYPTED: u32 = 0x8000_0000;

#[cfg(test)]
mod tests;
