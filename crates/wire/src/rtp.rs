//! RTP headers (RFC 3550, section 5.1): one parse to a small value with ranges, and setters that edit in place.

use std::fmt;
use std::ops::Range;

use crate::bytes::{BufferFull, Put, patch};
use crate::extension::ExtensionBlock;
use crate::{Pt, RtpTime, Seq, Ssrc};

/// Length of the fixed header in bytes.
const FIXED_LEN: usize = 12;

/// Why bytes are not an RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtpError {
    /// Fewer bytes than the fixed header, or than the CSRCs or extensions that it announces.
    Truncated,
    /// The version is not 2.
    BadVersion,
    /// The padding bit is set but the count in the last byte is zero or more than the payload.
    BadPadding,
}

impl fmt::Display for RtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "RTP packet is truncated",
            Self::BadVersion => "RTP version is not 2",
            Self::BadPadding => "RTP padding does not fit the payload",
        })
    }
}

impl std::error::Error for RtpError {}

/// What one look at an RTP packet yields. The packet itself stays where it is; offsets count from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpHeader {
    /// Payload type, 0 to 127.
    pub pt: Pt,
    /// Sequence number.
    pub seq: Seq,
    /// Timestamp in units of the clock rate.
    pub timestamp: RtpTime,
    /// Source of the packet.
    pub ssrc: Ssrc,
    /// Marker bit: for video the last packet of a frame, for audio the first of a talk spurt.
    pub marker: bool,
    /// Whether the padding bit is set.
    pub has_padding: bool,
    /// Bytes before the payload: fixed header, CSRCs and extensions.
    pub header_len: usize,
    /// Bytes of payload without padding. After [`RtpHeader::parse_header`] alone: everything behind the header.
    pub payload_len: usize,
    /// Bytes of padding, its count byte included. Zero until [`RtpHeader::finish`] has read it.
    pub padding_len: usize,
    /// Where the header extensions lie.
    pub extensions: ExtensionBlock,
}

impl RtpHeader {
    /// Parses a clear packet, padding included.
    ///
    /// # Errors
    /// Any [`RtpError`].
    pub fn parse(packet: &[u8]) -> Result<Self, RtpError> {
        let mut header = Self::parse_header(packet)?;
        header.finish(packet)?;
        Ok(header)
    }

    /// Parses what SRTP leaves readable: everything but payload and padding.
    ///
    /// # Errors
    /// [`RtpError::Truncated`] or [`RtpError::BadVersion`].
    pub fn parse_header(packet: &[u8]) -> Result<Self, RtpError> {
        let (fixed, rest) = packet
            .split_first_chunk::<FIXED_LEN>()
            .ok_or(RtpError::Truncated)?;
        let [first, second, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *fixed;
        if first >> 6 != 2 {
            return Err(RtpError::BadVersion);
        }
        let csrcs_len = usize::from(first & 0x0f) * 4;
        let rest = rest.get(csrcs_len..).ok_or(RtpError::Truncated)?;
        let mut header_len = FIXED_LEN + csrcs_len;
        let mut extensions = ExtensionBlock::EMPTY;
        if first & 0x10 != 0 {
            extensions = ExtensionBlock::parse(rest, header_len).ok_or(RtpError::Truncated)?;
            header_len = extensions.range().end;
        }
        Ok(Self {
            pt: Pt(second & 0x7f),
            seq: Seq(u16::from_be_bytes([s0, s1])),
            timestamp: RtpTime(u32::from_be_bytes([t0, t1, t2, t3])),
            ssrc: Ssrc(u32::from_be_bytes([i0, i1, i2, i3])),
            marker: second & 0x80 != 0,
            has_padding: first & 0x20 != 0,
            header_len,
            payload_len: packet.len().saturating_sub(header_len),
            padding_len: 0,
            extensions,
        })
    }

    /// Completes [`RtpHeader::parse_header`] once the packet is decrypted: `packet` is the clear packet without the
    /// authentication tag, its header unchanged.
    ///
    /// # Errors
    /// [`RtpError::Truncated`] when the packet is now shorter than its header, [`RtpError::BadPadding`] when the
    /// padding count is zero or more than the payload.
    pub fn finish(&mut self, packet: &[u8]) -> Result<(), RtpError> {
        let payload = packet.get(self.header_len..).ok_or(RtpError::Truncated)?;
        let padding_len = match (self.has_padding, payload.last()) {
            (false, _) => 0,
            (true, None | Some(0)) => return Err(RtpError::BadPadding),
            (true, Some(&count)) => usize::from(count),
        };
        self.payload_len = payload
            .len()
            .checked_sub(padding_len)
            .ok_or(RtpError::BadPadding)?;
        self.padding_len = padding_len;
        Ok(())
    }

    /// Where the payload lies in the packet, padding excluded.
    pub const fn payload_range(&self) -> Range<usize> {
        self.header_len..self.header_len + self.payload_len
    }

    /// The payload without padding; empty when `packet` is not the one that was parsed.
    pub fn payload<'a>(&self, packet: &'a [u8]) -> &'a [u8] {
        packet.get(self.payload_range()).unwrap_or(&[])
    }
}

/// The fields of a fixed header that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpFields {
    /// Payload type, 0 to 127.
    pub pt: Pt,
    /// Sequence number.
    pub seq: Seq,
    /// Timestamp.
    pub timestamp: RtpTime,
    /// Source.
    pub ssrc: Ssrc,
    /// Marker bit.
    pub marker: bool,
}

impl RtpFields {
    /// Writes a fixed header without CSRCs or padding and returns its length, 12. With `extension` the X bit is set,
    /// and the block of an [`ExtensionWriter`](crate::ExtensionWriter) has to follow.
    ///
    /// # Errors
    /// [`BufferFull`] when `out` has fewer than 12 bytes.
    pub fn write(&self, out: &mut [u8], extension: bool) -> Result<usize, BufferFull> {
        let fixed = out.first_chunk_mut::<FIXED_LEN>().ok_or(BufferFull)?;
        let mut put = Put::new(fixed);
        put.u8(0x80 | (u8::from(extension) << 4))?;
        put.u8((self.pt.0 & 0x7f) | (u8::from(self.marker) << 7))?;
        put.u16(self.seq.0)?;
        put.u32(self.timestamp.0)?;
        put.u32(self.ssrc.0)?;
        Ok(FIXED_LEN)
    }
}

/// Overwrites the payload type, keeping the marker. Does nothing on a packet that is too short.
pub fn set_pt(packet: &mut [u8], pt: Pt) {
    if let Some(byte) = packet.get_mut(1) {
        *byte = (*byte & 0x80) | (pt.0 & 0x7f);
    }
}

/// Overwrites the marker bit, keeping the payload type. Does nothing on a packet that is too short.
pub fn set_marker(packet: &mut [u8], marker: bool) {
    if let Some(byte) = packet.get_mut(1) {
        *byte = (*byte & 0x7f) | (u8::from(marker) << 7);
    }
}

/// Overwrites the sequence number. Does nothing on a packet that is too short.
pub fn set_seq(packet: &mut [u8], seq: Seq) {
    patch(packet, 2, &seq.0.to_be_bytes());
}

/// Overwrites the timestamp. Does nothing on a packet that is too short.
pub fn set_timestamp(packet: &mut [u8], timestamp: RtpTime) {
    patch(packet, 4, &timestamp.0.to_be_bytes());
}

/// Overwrites the SSRC. Does nothing on a packet that is too short.
pub fn set_ssrc(packet: &mut [u8], ssrc: Ssrc) {
    patch(packet, 8, &ssrc.0.to_be_bytes());
}

#[cfg(test)]
mod tests;
