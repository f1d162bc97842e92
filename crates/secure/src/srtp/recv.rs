//! Opening packets.

use super::cipher::{Cipher, Gcm};
use super::kdf::Kind;
use super::replay::ReplayWindow;
use super::send::{RTP_INDEX_END, rtcp_aad, rtcp_ssrc, split};
use super::{
    RTCP_ENCRYPTED, RTCP_HEADER_LEN, RTCP_INDEX_LEN, RTP_HEADER_LEN, SrtpCryptoSuite, SrtpError,
    SrtpMasterKey,
};
use miso_wire::{ExtSeq, Seq, Ssrc};

/// How many SSRCs one peer may have in use, of which its RTCP may be a part, unless [`SrtpRecv::set_max_ssrcs`] said
/// otherwise.
///
/// More costs memory (about 300 bytes each, paid only by who holds the keys) and makes the search for an SSRC longer;
/// fewer refuses streams of peers that have many or that change their SSRCs without [`SrtpRecv::forget`].
pub const MAX_SSRCS: usize = 256;

/// 1,024 indices: as much reordering as one second of 10 Mbit/s.
type RtpWindow = ReplayWindow<16>;

/// 128 indices: RTCP is sparse.
type RtcpWindow = ReplayWindow<2>;

/// What the caller has read in an RTP packet's header.
#[derive(Clone, Copy, Debug)]
pub struct RtpToOpen {
    /// Bytes of the header with its extensions. At least 12.
    pub header_len: usize,
    /// The sequence number in the header.
    pub seq: Seq,
    /// The SSRC in the header.
    pub ssrc: Ssrc,
}

/// Session keys and replay state for receiving from one peer.
pub struct SrtpRecv {
    suite: SrtpCryptoSuite,
    rtp: Cipher,
    rtcp: Cipher,
    /// SSRCs in the order of their first packets, apart from their states so that the search stays in one cache line.
    ssrcs: Vec<Ssrc>,
    /// The state of the SSRC at the same place in `ssrcs`.
    states: Vec<SsrcState>,
    /// How many there may be.
    max_ssrcs: usize,
}

/// What was received of an SSRC.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SsrcState {
    rtp: RtpWindow,
    rtcp: RtcpWindow,
}

/// Where the state of a packet's SSRC is, or will be.
#[derive(Clone, Copy)]
enum Place {
    Known(usize),
    New,
}

impl SrtpRecv {
    /// Derives the session keys.
    ///
    /// # Errors
    /// [`SrtpError::Library`] only.
    pub fn new(master: &SrtpMasterKey) -> Result<Self, SrtpError> {
        Ok(Self {
            suite: master.suite(),
            rtp: Cipher::new(master, Kind::Rtp)?,
            rtcp: Cipher::new(master, Kind::Rtcp)?,
            ssrcs: Vec::new(),
            states: Vec::new(),
            max_ssrcs: MAX_SSRCS,
        })
    }

    /// Lets the peer have so many SSRCs in use. Those that it has are kept.
    pub const fn set_max_ssrcs(&mut self, max: usize) {
        self.max_ssrcs = max;
    }

    /// The suite in use.
    pub const fn suite(&self) -> SrtpCryptoSuite {
        self.suite
    }

    /// Opens an RTP packet in place. Returns its length without the tag, and its index.
    ///
    /// The rollover counter of an SSRC starts at zero and is then estimated from the highest index so far (RFC 3711,
    /// section 3.3.1). More than 2^15 packets lost in a row are past finding.
    ///
    /// # Errors
    /// [`SrtpError::Forged`], [`SrtpError::Replayed`], [`SrtpError::Late`], [`SrtpError::Short`] by fault of whoever
    /// sent the packet, [`SrtpError::TooManySsrcs`] when it is the first of one SSRC too many. No state has changed
    /// then, and the packet's payload is of no use.
    pub fn open_rtp(
        &mut self,
        packet: &mut [u8],
        header: RtpToOpen,
    ) -> Result<(usize, ExtSeq), SrtpError> {
        let place = self.place(header.ssrc)?;
        let index = self.estimate(place, header.seq);
        if index.0 >= RTP_INDEX_END {
            return Err(SrtpError::Exhausted);
        }
        if let Some(state) = self.state(place) {
            state.rtp.check(index.0)?;
        }
        let len = self.decrypt_rtp(packet, header, index)?;
        self.state_mut(place, header.ssrc).rtp.insert(index.0);
        Ok((len, index))
    }

    /// Opens an RTCP packet in place. Returns its length without index and tag.
    ///
    /// # Errors
    /// As [`open_rtp`](Self::open_rtp), and [`SrtpError::Unencrypted`].
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let ssrc = rtcp_ssrc(packet)?;
        let place = self.place(ssrc)?;
        let word = self.rtcp_word(packet)?;
        if word & RTCP_ENCRYPTED == 0 {
            return Err(SrtpError::Unencrypted);
        }
        let index = u64::from(word & !RTCP_ENCRYPTED);
        if let Some(state) = self.state(place) {
            state.rtcp.check(index)?;
        }
        let len = self.decrypt_rtcp(packet, (ssrc, index), word.to_be_bytes())?;
        self.state_mut(place, ssrc).rtcp.insert(index);
        Ok(len)
    }

    /// Drops what is known of an SSRC, which makes room for another. Should it come back, its rollover counter is
    /// taken for zero again.
    pub fn forget(&mut self, ssrc: Ssrc) {
        if let Some(at) = self.ssrcs.iter().position(|known| *known == ssrc) {
            self.ssrcs.swap_remove(at);
            self.states.swap_remove(at);
        }
    }

    /// How many SSRCs have sent something authentic.
    pub fn ssrc_count(&self) -> usize {
        self.ssrcs.len()
    }

    fn place(&self, ssrc: Ssrc) -> Result<Place, SrtpError> {
        match self.ssrcs.iter().position(|known| *known == ssrc) {
            Some(at) => Ok(Place::Known(at)),
            None if self.ssrcs.len() < self.max_ssrcs => Ok(Place::New),
            None => Err(SrtpError::TooManySsrcs),
        }
    }

    fn state(&self, place: Place) -> Option<&SsrcState> {
        match place {
            Place::Known(at) => self.states.get(at),
            Place::New => None,
        }
    }

    /// Only for packets that are authentic.
    fn state_mut(&mut self, place: Place, ssrc: Ssrc) -> &mut SsrcState {
        let at = match place {
            Place::Known(at) => at,
            Place::New => {
                self.ssrcs.push(ssrc);
                self.states.push(SsrcState {
                    rtp: RtpWindow::new(),
                    rtcp: RtcpWindow::new(),
                });
                self.states.len() - 1
            }
        };
        #[expect(
            clippy::indexing_slicing,
            reason = "`place` was made from this table, which has only grown since"
        )]
        &mut self.states[at]
    }

    fn estimate(&self, place: Place, seq: Seq) -> ExtSeq {
        match self.state(place).and_then(|state| state.rtp.highest()) {
            Some(highest) => ExtSeq(highest).closest(seq),
            None => ExtSeq(u64::from(seq.0)),
        }
    }

    fn decrypt_rtp(
        &self,
        packet: &mut [u8],
        header: RtpToOpen,
        index: ExtSeq,
    ) -> Result<usize, SrtpError> {
        let clear_len = packet
            .len()
            .checked_sub(self.suite.rtp_overhead())
            .ok_or(SrtpError::Short)?;
        if header.header_len < RTP_HEADER_LEN {
            return Err(SrtpError::Short);
        }
        let (clear, tag) = split(packet, clear_len)?;
        let at = (header.ssrc, index.0);
        match &self.rtp {
            Cipher::Gcm(gcm) => {
                let (header, body) = split(clear, header.header_len)?;
                gcm.open(at, header, body, tag)?;
            }
            Cipher::CmSha1(cm) => {
                cm.verify(clear, &index.roc().to_be_bytes(), tag)?;
                let (_, body) = split(clear, header.header_len)?;
                cm.apply_keystream(at, body)?;
            }
        }
        Ok(clear_len)
    }

    /// The word with the E flag and the index: at the very end with GCM (RFC 7714, section 9), else before the tag.
    fn rtcp_word(&self, packet: &[u8]) -> Result<u32, SrtpError> {
        let behind = match &self.rtcp {
            Cipher::Gcm(_) => 0,
            Cipher::CmSha1(cm) => cm.tag_len(),
        };
        let end = packet.len().checked_sub(behind).ok_or(SrtpError::Short)?;
        let word = packet
            .get(RTCP_HEADER_LEN..end)
            .and_then(<[u8]>::last_chunk::<RTCP_INDEX_LEN>);
        word.map(|word| u32::from_be_bytes(*word))
            .ok_or(SrtpError::Short)
    }

    fn decrypt_rtcp(
        &self,
        packet: &mut [u8],
        at: (Ssrc, u64),
        word: [u8; RTCP_INDEX_LEN],
    ) -> Result<usize, SrtpError> {
        let clear_len = packet
            .len()
            .checked_sub(self.suite.rtcp_overhead())
            .ok_or(SrtpError::Short)?;
        let (clear, trailer) = split(packet, clear_len)?;
        match &self.rtcp {
            Cipher::Gcm(gcm) => {
                let (tag, _) = split(trailer, Gcm::TAG_LEN)?;
                let (header, body) = split(clear, RTCP_HEADER_LEN)?;
                gcm.open(at, &rtcp_aad(header, word)?, body, tag)?;
            }
            Cipher::CmSha1(cm) => {
                let (_, tag) = split(trailer, RTCP_INDEX_LEN)?;
                cm.verify(clear, &word, tag)?;
                let (_, body) = split(clear, RTCP_HEADER_LEN)?;
                cm.apply_keystream(at, body)?;
            }
        }
        Ok(clear_len)
    }
}

impl std::fmt::Debug for SrtpRecv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SrtpRecv")
            .field("suite", &self.suite)
            .field("ssrcs", &self.ssrcs)
            .finish_non_exhaustive()
    }
}

/// All that a receiver remembers, to be compared.
#[cfg(test)]
#[derive(PartialEq, Eq)]
pub(super) struct Snapshot(Vec<Ssrc>, Vec<SsrcState>);

#[cfg(test)]
impl SrtpRecv {
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot(self.ssrcs.clone(), self.states.clone())
    }
}
