//! One packet from the store into the send buffer: patched for its consumer and sealed.

#![deny(clippy::indexing_slicing)]

use crate::packet::{PacketMeta, PatchOffsets};
use crate::send_stream::Vp8Rewrite;
use crate::transport::Sealing;
use miso_secure::{RtpToSeal, SrtpSend};
use miso_wire::{AbsSendTime, ExtSeq, Mid, Pt, RtpTime, Seq, Ssrc};
use std::num::NonZeroU16;

/// Most bytes that SRTP adds.
pub(super) const MAX_OVERHEAD: usize = 16;
/// Bytes that RTX puts before the payload (RFC 4588, section 4).
pub(super) const RTX_OVERHEAD: usize = 2;

/// What a packet is to the peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outward {
    pub(super) ssrc: Ssrc,
    pub(super) pt: Pt,
    pub(super) index: ExtSeq,
    pub(super) timestamp: RtpTime,
    pub(super) marker: bool,
    pub(super) mid: Option<Mid>,
    pub(super) send_time: Option<AbsSendTime>,
    pub(super) transport_seq: Option<Seq>,
    /// Bytes at the front of the payload that are left out.
    pub(super) skipped: u16,
    pub(super) vp8: Option<Vp8Rewrite>,
    /// The number that an RTX packet repeats.
    pub(super) original: Option<Seq>,
}

impl Outward {
    /// Writes the clear packet's header, and as much of its payload as differs from the stored one. The length of
    /// both, and the rest of the payload.
    #[inline]
    fn write<'a>(
        &self,
        out: &mut [u8],
        meta: &PacketMeta,
        packet: &'a [u8],
    ) -> Option<(usize, usize, &'a [u8])> {
        let header_len = usize::from(meta.header_len);
        let (header, payload) = packet.split_at_checked(header_len)?;
        let osn_len = if self.original.is_some() {
            RTX_OVERHEAD
        } else {
            0
        };
        let rewritten = if self.vp8.is_some() {
            descriptor_len(meta)
        } else {
            0
        };
        let payload = payload.get(usize::from(self.skipped)..)?;
        let (descriptor, rest) = payload.split_at_checked(rewritten)?;
        out.get_mut(..header_len)?.copy_from_slice(header);
        let patched = out.get_mut(header_len..header_len + osn_len + rewritten)?;
        let (osn, head) = patched.split_at_mut_checked(osn_len)?;
        head.copy_from_slice(descriptor);
        if let Some(original) = self.original {
            osn.copy_from_slice(&original.0.to_be_bytes());
        }
        if let (Some(vp8), Some(fields)) = (self.vp8, meta.vp8) {
            let id = (vp8.picture_id | 0x8000).to_be_bytes();
            put(out, fields.picture_id.map(|(_, at)| at), osn_len, &id);
            put(
                out,
                fields.tl0_pic_idx.map(|(_, at)| at),
                osn_len,
                &[vp8.tl0_pic_idx],
            );
        }
        self.write_header(out, &meta.patch);
        Some((header_len, osn_len + rewritten, rest))
    }

    #[inline]
    fn write_header(&self, out: &mut [u8], patch: &PatchOffsets) {
        self.write_fixed_header(out);
        if let Some(mid) = &self.mid {
            put(out, patch.mid, 0, mid.as_bytes());
        }
        if let Some(time) = self.send_time {
            put(out, patch.abs_send_time, 0, &time.to_bytes());
        }
        if let Some(seq) = self.transport_seq {
            put(out, patch.twcc, 0, &seq.0.to_be_bytes());
        }
    }

    /// Writes all but the first byte, which is the same for everybody.
    #[inline]
    fn write_fixed_header(&self, out: &mut [u8]) {
        let Some([_, fixed @ ..]) = out.first_chunk_mut::<12>() else {
            return;
        };
        let [s0, s1] = self.index.seq().0.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp.0.to_be_bytes();
        let [r0, r1, r2, r3] = self.ssrc.0.to_be_bytes();
        let kind = u8::from(self.marker) << 7 | (self.pt.0 & 0x7f);
        *fixed = [kind, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3];
    }

    /// Writes the packet as its peer takes it. Its length.
    #[inline]
    pub(super) fn put(
        &self,
        sealing: Sealing<'_>,
        out: &mut [u8],
        meta: &PacketMeta,
        packet: &[u8],
    ) -> Option<usize> {
        match sealing {
            Sealing::Srtp(keys) => self.seal(keys, out, meta, packet),
            Sealing::Clear => self.copy(out, meta, packet),
        }
    }

    /// Writes and seals the packet. Its length.
    #[inline]
    pub(super) fn seal(
        &self,
        keys: &SrtpSend,
        out: &mut [u8],
        meta: &PacketMeta,
        packet: &[u8],
    ) -> Option<usize> {
        let (header_len, patched, payload) = self.write(out, meta, packet)?;
        let to_seal = RtpToSeal {
            header_len,
            patched,
            payload,
            index: self.index,
            ssrc: self.ssrc,
        };
        keys.seal_rtp(out, to_seal).ok()
    }

    /// Writes the packet in clear. Its length.
    pub(super) fn copy(&self, out: &mut [u8], meta: &PacketMeta, packet: &[u8]) -> Option<usize> {
        let (header_len, patched, payload) = self.write(out, meta, packet)?;
        let start = header_len + patched;
        out.get_mut(start..start + payload.len())?
            .copy_from_slice(payload);
        Some(start + payload.len())
    }
}

/// Bytes of payload up to the end of the last field that is rewritten.
fn descriptor_len(meta: &PacketMeta) -> usize {
    let Some(vp8) = meta.vp8 else { return 0 };
    let end = |at: Option<NonZeroU16>, len: usize| at.map_or(0, |at| usize::from(at.get()) + len);
    let id = end(vp8.picture_id.map(|(_, at)| at), 2);
    let index = end(vp8.tl0_pic_idx.map(|(_, at)| at), 1);
    id.max(index).saturating_sub(usize::from(meta.header_len))
}

fn put(out: &mut [u8], at: Option<NonZeroU16>, shift: usize, bytes: &[u8]) {
    let Some(start) = at.map(|at| usize::from(at.get()) + shift) else {
        return;
    };
    if let Some(target) = out.get_mut(start..start + bytes.len()) {
        target.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests;
