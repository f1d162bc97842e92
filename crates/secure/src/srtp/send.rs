//! Sealing packets.

use super::cipher::{Cipher, Gcm};
use super::kdf::Kind;
use super::{
    RTCP_ENCRYPTED, RTCP_HEADER_LEN, RTCP_INDEX_LEN, RTP_HEADER_LEN, SrtpCryptoSuite, SrtpError,
    SrtpMasterKey,
};
use miso_wire::{ExtSeq, Ssrc};

/// The first index that does not fit the 48 bits of SRTP.
pub(super) const RTP_INDEX_END: u64 = 1 << 48;

/// An RTP packet that is about to be sealed; its header is already in the send buffer.
#[derive(Clone, Copy, Debug)]
pub struct RtpToSeal<'a> {
    /// Bytes of the final header at the start of the send buffer, extensions included. At least 12.
    pub header_len: usize,
    /// How many payload bytes stand in the send buffer behind the header already, because they were rewritten
    /// (a VP8 descriptor, the original sequence number of RTX). May be zero.
    pub patched: usize,
    /// The rest of the payload, sealed straight from here into the send buffer.
    pub payload: &'a [u8],
    /// Sequence number with rollover counter, below 2^48.
    pub index: ExtSeq,
    /// The SSRC in the header.
    pub ssrc: Ssrc,
}

/// Session keys for sending to one peer.
///
/// No state but the SRTCP index is kept for packets: who calls owes a new index for each new packet of an SSRC.
///
/// **Retransmission without RTX** seals the same index again. That is safe only when header and payload are, byte
/// for byte, those of the first time. Under AES-GCM two different packets with one index give the authentication key
/// away to whoever sees both (RFC 7714, section 8.4), and a changed header extension (transport-wide sequence number,
/// send time) is enough of a difference.
pub struct SrtpSend {
    suite: SrtpCryptoSuite,
    rtp: Cipher,
    rtcp: Cipher,
    /// The index of the next SRTCP packet, 31 bits. One for all SSRCs, so no two packets share it.
    rtcp_index: u32,
}

impl SrtpSend {
    /// Derives the session keys.
    ///
    /// # Errors
    /// [`SrtpError::Library`] only.
    pub fn new(master: &SrtpMasterKey) -> Result<Self, SrtpError> {
        Ok(Self {
            suite: master.suite(),
            rtp: Cipher::new(master, Kind::Rtp)?,
            rtcp: Cipher::new(master, Kind::Rtcp)?,
            rtcp_index: 0,
        })
    }

    /// The suite in use.
    pub const fn suite(&self) -> SrtpCryptoSuite {
        self.suite
    }

    /// Reads the memory of the keys, which the cache may have lost, ahead of sealing. What comes out means nothing.
    pub fn touch(&self) -> u64 {
        self.suite as u64 ^ self.rtp.touch()
    }

    /// Seals an RTP packet into `out`, whose start holds the header and the patched bytes, and returns its length.
    ///
    /// # Errors
    /// [`SrtpError::NoRoom`] when `out` is shorter than header, patched bytes, payload and
    /// [`SrtpCryptoSuite::rtp_overhead`]; [`SrtpError::Short`] and [`SrtpError::HeaderMismatch`] when the header is
    /// not that of this packet; [`SrtpError::Exhausted`] from index 2^48 on. `out` is then of no use.
    pub fn seal_rtp(&self, out: &mut [u8], packet: RtpToSeal<'_>) -> Result<usize, SrtpError> {
        let index = packet.index.0;
        if index >= RTP_INDEX_END {
            return Err(SrtpError::Exhausted);
        }
        let clear_len = packet.header_len + packet.patched + packet.payload.len();
        let sealed_len = clear_len + self.suite.rtp_overhead();
        let out = out.get_mut(..sealed_len).ok_or(SrtpError::NoRoom)?;
        let at = (packet.ssrc, index);
        match &self.rtp {
            Cipher::Gcm(gcm) => {
                let (header, body) = split(out, packet.header_len)?;
                check_header(header, &packet)?;
                let (prefix, rest) = split(body, packet.patched)?;
                gcm.seal(at, header, prefix, (packet.payload, rest))?;
            }
            Cipher::CmSha1(cm) => {
                let (clear, tag) = split(out, clear_len)?;
                let (header, body) = split(clear, packet.header_len)?;
                check_header(header, &packet)?;
                let (_, rest) = split(body, packet.patched)?;
                rest.copy_from_slice(packet.payload);
                cm.apply_keystream(at, body)?;
                cm.sign(clear, &packet.index.roc().to_be_bytes(), tag);
            }
        }
        Ok(sealed_len)
    }

    /// Seals in place the RTCP packet, compound or reduced-size, that fills `out[..len]`; returns its new length.
    ///
    /// # Errors
    /// [`SrtpError::NoRoom`] when `out` is shorter than `len` and [`SrtpCryptoSuite::rtcp_overhead`];
    /// [`SrtpError::Short`] when there is no whole header; [`SrtpError::Exhausted`] after 2^31 packets.
    pub fn seal_rtcp(&mut self, out: &mut [u8], len: usize) -> Result<usize, SrtpError> {
        if self.rtcp_index & RTCP_ENCRYPTED != 0 {
            return Err(SrtpError::Exhausted);
        }
        let sealed_len = len + self.suite.rtcp_overhead();
        let out = out.get_mut(..sealed_len).ok_or(SrtpError::NoRoom)?;
        let (clear, trailer) = split(out, len)?;
        let ssrc = rtcp_ssrc(clear)?;
        let at = (ssrc, u64::from(self.rtcp_index));
        let word = (RTCP_ENCRYPTED | self.rtcp_index).to_be_bytes();
        match &self.rtcp {
            Cipher::Gcm(gcm) => {
                let (tag, index) = split(trailer, Gcm::TAG_LEN)?;
                let (header, body) = split(clear, RTCP_HEADER_LEN)?;
                gcm.seal(at, &rtcp_aad(header, word)?, body, (&[], tag))?;
                index.copy_from_slice(&word);
            }
            Cipher::CmSha1(cm) => {
                let (index, tag) = split(trailer, RTCP_INDEX_LEN)?;
                let (_, body) = split(clear, RTCP_HEADER_LEN)?;
                cm.apply_keystream(at, body)?;
                cm.sign(clear, &word, tag);
                index.copy_from_slice(&word);
            }
        }
        self.rtcp_index += 1;
        Ok(sealed_len)
    }
}

impl std::fmt::Debug for SrtpSend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SrtpSend")
            .field("suite", &self.suite)
            .field("rtcp_index", &self.rtcp_index)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
impl SrtpSend {
    pub(super) fn set_rtcp_index(&mut self, index: u32) {
        self.rtcp_index = index;
    }

    pub(super) fn set_rtp_keys(&mut self, keys: Cipher) {
        self.rtp = keys;
    }

    pub(super) fn set_rtcp_keys(&mut self, keys: Cipher) {
        self.rtcp = keys;
    }

    pub(super) fn rtp_keys(&self) -> &Cipher {
        &self.rtp
    }
}

/// A nonce that is not the packet's own would break the cipher, so the two compares are worth it.
fn check_header(header: &[u8], packet: &RtpToSeal<'_>) -> Result<(), SrtpError> {
    let Some([_, _, seq_a, seq_b, _, _, _, _, ssrc @ ..]) = header.first_chunk::<RTP_HEADER_LEN>()
    else {
        return Err(SrtpError::Short);
    };
    let same = u16::from_be_bytes([*seq_a, *seq_b]) == packet.index.seq().0
        && u32::from_be_bytes(*ssrc) == packet.ssrc.0;
    if same {
        Ok(())
    } else {
        Err(SrtpError::HeaderMismatch)
    }
}

/// The SSRC of the sender of an RTCP packet.
pub(super) fn rtcp_ssrc(packet: &[u8]) -> Result<Ssrc, SrtpError> {
    match packet.first_chunk::<RTCP_HEADER_LEN>() {
        Some([_, _, _, _, ssrc @ ..]) => Ok(Ssrc(u32::from_be_bytes(*ssrc))),
        None => Err(SrtpError::Short),
    }
}

/// What GCM authenticates besides an encrypted RTCP packet's body: its header and the index (RFC 7714, section 9.2).
pub(super) fn rtcp_aad(
    header: &[u8],
    word: [u8; RTCP_INDEX_LEN],
) -> Result<[u8; RTCP_HEADER_LEN + RTCP_INDEX_LEN], SrtpError> {
    let mut aad = [0; RTCP_HEADER_LEN + RTCP_INDEX_LEN];
    let (front, back) = split(&mut aad, RTCP_HEADER_LEN)?;
    if header.len() != front.len() {
        return Err(SrtpError::Short);
    }
    front.copy_from_slice(header);
    back.copy_from_slice(&word);
    Ok(aad)
}

/// `split_at_mut` with an error.
pub(super) fn split(bytes: &mut [u8], at: usize) -> Result<(&mut [u8], &mut [u8]), SrtpError> {
    bytes.split_at_mut_checked(at).ok_or(SrtpError::Short)
}
