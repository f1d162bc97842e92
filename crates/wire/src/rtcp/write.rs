//! Writing compound packets into a buffer of limited size.

use super::feedback::nack_pair;
use super::report::split_first;
use super::transport_feedback::Plan;
use super::{
    BYE, Dlrr, FeedbackTime, FirEntry, MAX_COUNT, PSFB, PSFB_APPLICATION, PSFB_FIR, PSFB_PLI,
    RECEIVER_REPORT, RTPFB, RTPFB_NACK, RTPFB_TRANSPORT_CC, Remb, ReportBlock, SDES, SENDER_REPORT,
    SenderInfo, XR, sdes, xr,
};
use crate::bytes::{BufferFull, Put};
use crate::{Bitrate, NtpTime, Seq, Ssrc};

/// Appends packets to a compound. A packet is written whole or not at all; after [`BufferFull`] the compound is as it
/// was before, and can be sent to make room.
#[derive(Debug)]
pub struct RtcpWriter<'a> {
    /// Where the compound goes; its length is the limit.
    out: &'a mut [u8],
    /// Length of the compound so far.
    len: usize,
}

const HEADER_LEN: usize = 4;
const SSRC_LEN: usize = 4;

impl<'a> RtcpWriter<'a> {
    /// An empty compound at the front of `out`, whose length is the size limit.
    pub const fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    /// Bytes written so far.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is written yet.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The compound so far.
    pub fn as_bytes(&self) -> &[u8] {
        self.out.get(..self.len).unwrap_or(&[])
    }

    /// Bytes that are left.
    pub const fn remaining(&self) -> usize {
        self.out.len().saturating_sub(self.len)
    }

    /// SR. Blocks beyond the 31 that it can hold follow in RRs.
    ///
    /// # Errors
    /// [`BufferFull`].
    pub fn sender_report(
        &mut self,
        info: &SenderInfo,
        blocks: &[ReportBlock],
    ) -> Result<(), BufferFull> {
        let (first, rest) = split_first(blocks);
        let body_len = SenderInfo::LEN + first.len() * ReportBlock::LEN;
        self.check_room(HEADER_LEN + body_len + receiver_reports_len(rest))?;
        let mut put = self.packet(first.len(), SENDER_REPORT, body_len)?;
        info.write(&mut put)?;
        first.iter().try_for_each(|block| block.write(&mut put))?;
        if rest.is_empty() {
            Ok(())
        } else {
            self.receiver_report(info.ssrc, rest)
        }
    }

    /// RR, several when there are more than 31 blocks, one without blocks when there are none.
    ///
    /// # Errors
    /// [`BufferFull`].
    pub fn receiver_report(
        &mut self,
        sender: Ssrc,
        blocks: &[ReportBlock],
    ) -> Result<(), BufferFull> {
        self.check_room(receiver_reports_len(blocks).max(HEADER_LEN + SSRC_LEN))?;
        let mut rest = blocks;
        loop {
            let first;
            (first, rest) = split_first(rest);
            let mut put = self.packet(
                first.len(),
                RECEIVER_REPORT,
                SSRC_LEN + first.len() * ReportBlock::LEN,
            )?;
            put.u32(sender.0)?;
            first.iter().try_for_each(|block| block.write(&mut put))?;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// SDES with the canonical name of one source, at most 255 bytes.
    ///
    /// # Errors
    /// [`BufferFull`], for a name that is too long as well.
    pub fn sdes_cname(&mut self, ssrc: Ssrc, cname: &[u8]) -> Result<(), BufferFull> {
        let cname_len = u8::try_from(cname.len()).map_err(|_| BufferFull)?;
        // Item header, name and at least one zero byte that ends the chunk.
        let body_len = SSRC_LEN + (2 + cname.len() + 1).next_multiple_of(4);
        let mut put = self.packet(1, SDES, body_len)?;
        put.u32(ssrc.0)?;
        put.u8(sdes::CNAME)?;
        put.u8(cname_len)?;
        put.bytes(cname)?;
        put.zeros();
        Ok(())
    }

    /// BYE of at most 31 sources.
    ///
    /// # Errors
    /// [`BufferFull`], for more sources as well.
    pub fn bye(&mut self, ssrcs: &[Ssrc]) -> Result<(), BufferFull> {
        let mut put = self.packet(ssrcs.len(), BYE, ssrcs.len() * SSRC_LEN)?;
        ssrcs.iter().try_for_each(|ssrc| put.u32(ssrc.0))
    }

    /// XR with a receiver reference time.
    ///
    /// # Errors
    /// [`BufferFull`].
    pub fn xr_reference_time(&mut self, sender: Ssrc, now: NtpTime) -> Result<(), BufferFull> {
        let mut put = self.packet(0, XR, SSRC_LEN + 12)?;
        put.u32(sender.0)?;
        put.u8(xr::REFERENCE_TIME)?;
        put.u8(0)?;
        put.u16(2)?;
        put.u64(now.0)
    }

    /// XR with delays since the last reference times.
    ///
    /// # Errors
    /// [`BufferFull`].
    pub fn xr_dlrr(&mut self, sender: Ssrc, items: &[Dlrr]) -> Result<(), BufferFull> {
        let block_len = items.len() * Dlrr::LEN;
        let words = u16::try_from(block_len / 4).map_err(|_| BufferFull)?;
        let mut put = self.packet(0, XR, SSRC_LEN + 4 + block_len)?;
        put.u32(sender.0)?;
        put.u8(xr::DLRR)?;
        put.u8(0)?;
        put.u16(words)?;
        items.iter().try_for_each(|item| item.write(&mut put))
    }

    /// Generic NACK of as many of the `lost` packets as fit; they should be in order. Returns how many it names, all
    /// of them at the front of the list; nothing is written for an empty list.
    ///
    /// # Errors
    /// [`BufferFull`] when not one fits.
    pub fn nack(&mut self, sender: Ssrc, media: Ssrc, lost: &[Seq]) -> Result<usize, BufferFull> {
        const PAIR_LEN: usize = 4;
        if lost.is_empty() {
            return Ok(0);
        }
        let room = self.remaining().saturating_sub(HEADER_LEN + 2 * SSRC_LEN) / PAIR_LEN;
        let (mut pairs, mut used) = (0, 0);
        while let Some((_, _, count)) = lost
            .get(used..)
            .and_then(nack_pair)
            .filter(|_| pairs < room)
        {
            pairs += 1;
            used += count;
        }
        if pairs == 0 {
            return Err(BufferFull);
        }
        let mut put = self.feedback(RTPFB_NACK, RTPFB, (sender, media), pairs * PAIR_LEN)?;
        let mut rest = lost.get(..used).unwrap_or(&[]);
        while let Some((first, mask, count)) = nack_pair(rest) {
            put.u16(first.0)?;
            put.u16(mask)?;
            rest = rest.get(count..).unwrap_or(&[]);
        }
        Ok(used)
    }

    /// PLI.
    ///
    /// # Errors
    /// [`BufferFull`].
    pub fn pli(&mut self, sender: Ssrc, media: Ssrc) -> Result<(), BufferFull> {
        self.feedback(PSFB_PLI, PSFB, (sender, media), 0).map(drop)
    }

    /// FIR. RFC 5104 wants a `media` of zero; peers accept the stream's SSRC as well.
    ///
    /// # Errors
    /// [`BufferFull`].
    pub fn fir(
        &mut self,
        sender: Ssrc,
        media: Ssrc,
        entries: &[FirEntry],
    ) -> Result<(), BufferFull> {
        let mut put = self.feedback(PSFB_FIR, PSFB, (sender, media), entries.len() * 8)?;
        for entry in entries {
            put.u32(entry.ssrc.0)?;
            put.u8(entry.seq)?;
            put.u24(0)?;
        }
        Ok(())
    }

    /// REMB for at most 255 streams; the bitrate is rounded down to 18 significant bits.
    ///
    /// # Errors
    /// [`BufferFull`], for more streams as well.
    pub fn remb(
        &mut self,
        sender: Ssrc,
        bitrate: Bitrate,
        ssrcs: &[Ssrc],
    ) -> Result<(), BufferFull> {
        let count = u8::try_from(ssrcs.len()).map_err(|_| BufferFull)?;
        let mut put = self.feedback(
            PSFB_APPLICATION,
            PSFB,
            (sender, Ssrc(0)),
            8 + ssrcs.len() * SSRC_LEN,
        )?;
        put.bytes(&Remb::NAME)?;
        put.u8(count)?;
        put.u24(Remb::pack(bitrate))?;
        ssrcs.iter().try_for_each(|ssrc| put.u32(ssrc.0))
    }

    /// Transport feedback. `head` says who reports, on what and from which packet on; `arrivals` are the times of
    /// arrival of that packet and its successors, none for those that did not arrive.
    ///
    /// Returns how many of `arrivals` the message covers, all at the front: fewer when the buffer is full or a gap of
    /// more than 8 s needs a new reference time; go on from there with the next feedback count. Zero, and nothing
    /// written, when none arrived.
    ///
    /// # Errors
    /// [`BufferFull`] when not one status fits.
    pub fn transport_feedback(
        &mut self,
        head: &TransportFeedbackHead,
        arrivals: &[Option<FeedbackTime>],
    ) -> Result<usize, BufferFull> {
        if arrivals.iter().all(Option::is_none) {
            return Ok(0);
        }
        let room = self.remaining().saturating_sub(HEADER_LEN);
        let plan = Plan::new(arrivals, room).ok_or(BufferFull)?;
        let count = u16::try_from(plan.arrivals.len()).map_err(|_| BufferFull)?;
        let mut put = self.packet(usize::from(RTPFB_TRANSPORT_CC), RTPFB, plan.body_len)?;
        put.u32(head.sender.0)?;
        put.u32(head.media.0)?;
        put.u16(head.base.0)?;
        put.u16(count)?;
        put.u24(plan.reference_bits())?;
        put.u8(head.feedback_count)?;
        plan.write(&mut put)?;
        put.zeros();
        Ok(plan.arrivals.len())
    }

    fn feedback(
        &mut self,
        format: u8,
        packet_type: u8,
        (sender, media): (Ssrc, Ssrc),
        fci_len: usize,
    ) -> Result<Put<'_>, BufferFull> {
        let mut put = self.packet(usize::from(format), packet_type, 2 * SSRC_LEN + fci_len)?;
        put.u32(sender.0)?;
        put.u32(media.0)?;
        Ok(put)
    }

    /// Reserves a packet, writes its header and returns what writes its body, whose length is a multiple of four.
    fn packet(
        &mut self,
        count: usize,
        packet_type: u8,
        body_len: usize,
    ) -> Result<Put<'_>, BufferFull> {
        let count = u8::try_from(count)
            .ok()
            .filter(|count| usize::from(*count) <= MAX_COUNT)
            .ok_or(BufferFull)?;
        let words = u16::try_from(body_len / 4).map_err(|_| BufferFull)?;
        self.check_room(HEADER_LEN + body_len)?;
        let end = self.len + HEADER_LEN + body_len;
        let packet = self.out.get_mut(self.len..end).ok_or(BufferFull)?;
        self.len = end;
        let mut put = Put::new(packet);
        put.u8(0x80 | count)?;
        put.u8(packet_type)?;
        put.u16(words)?;
        Ok(put)
    }

    const fn check_room(&self, len: usize) -> Result<(), BufferFull> {
        if len <= self.remaining() {
            Ok(())
        } else {
            Err(BufferFull)
        }
    }
}

/// What a transport feedback message begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportFeedbackHead {
    /// Who reports.
    pub sender: Ssrc,
    /// Any stream of the transport.
    pub media: Ssrc,
    /// Transport-wide sequence number of the first packet.
    pub base: Seq,
    /// Number of this message; one more for each.
    pub feedback_count: u8,
}

const fn receiver_reports_len(blocks: &[ReportBlock]) -> usize {
    blocks.len().div_ceil(MAX_COUNT) * (HEADER_LEN + SSRC_LEN) + blocks.len() * ReportBlock::LEN
}
