//! RTCP (RFC 3550, section 6): a compound packet as an iterator of typed packets, and a writer for all that a server
//! sends.
//!
//! A parsed packet is checked as a whole, so the iterators over its lists cannot fail.

mod feedback;
mod report;
mod sdes;
mod transport_feedback;
mod write;
mod xr;

use std::fmt;

pub use feedback::{Fir, FirEntry, Nack, Pli, Remb};
pub use report::{ReceiverReport, ReportBlock, SenderInfo, SenderReport};
pub use sdes::{Bye, Sdes, SdesChunk};
pub use transport_feedback::{FeedbackTime, TransportFeedback};
pub use write::{RtcpWriter, TransportFeedbackHead};
pub use xr::{Dlrr, DlrrBlock, Xr, XrBlock};

use crate::bytes::Reader;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SDES: u8 = 202;
const BYE: u8 = 203;
/// Transport layer feedback (RFC 4585, section 6.2).
const RTPFB: u8 = 205;
const RTPFB_NACK: u8 = 1;
const RTPFB_TRANSPORT_CC: u8 = 15;
/// Payload-specific feedback (RFC 4585, section 6.3).
const PSFB: u8 = 206;
const PSFB_PLI: u8 = 1;
const PSFB_FIR: u8 = 4;
const PSFB_APPLICATION: u8 = 15;
const XR: u8 = 207;

/// Lists of five-bit length end here.
const MAX_COUNT: usize = 31;

/// Why bytes are not RTCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtcpError {
    /// Fewer bytes than the header announces.
    Truncated,
    /// The version is not 2.
    BadVersion,
    /// The padding bit is set but the count in the last byte is zero or more than the packet.
    BadPadding,
    /// A packet of this type is too short for its lists or contradicts itself.
    Malformed(u8),
}

impl fmt::Display for RtcpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("RTCP packet is truncated"),
            Self::BadVersion => f.write_str("RTCP version is not 2"),
            Self::BadPadding => f.write_str("RTCP padding does not fit the packet"),
            Self::Malformed(packet_type) => {
                write!(f, "RTCP packet of type {packet_type} is malformed")
            }
        }
    }
}

impl std::error::Error for RtcpError {}

/// One packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtcpPacket<'a> {
    /// SR.
    SenderReport(SenderReport<'a>),
    /// RR.
    ReceiverReport(ReceiverReport<'a>),
    /// SDES.
    Sdes(Sdes<'a>),
    /// BYE.
    Bye(Bye<'a>),
    /// Generic NACK.
    Nack(Nack<'a>),
    /// Picture loss indication.
    Pli(Pli),
    /// Full intra request.
    Fir(Fir<'a>),
    /// Receiver estimated maximum bitrate.
    Remb(Remb<'a>),
    /// Transport-wide congestion control feedback.
    TransportFeedback(TransportFeedback<'a>),
    /// Extended report.
    Xr(Xr<'a>),
}

/// Iterator over the packets of a compound. Types that are not known, APP among them, are passed over. The first
/// malformed packet yields its error and ends the iteration.
#[derive(Clone, Debug)]
pub struct RtcpPackets<'a> {
    /// What has not been looked at.
    rest: &'a [u8],
}

impl<'a> RtcpPackets<'a> {
    /// Iterates over a clear compound packet.
    pub const fn new(compound: &'a [u8]) -> Self {
        Self { rest: compound }
    }
}

impl<'a> Iterator for RtcpPackets<'a> {
    type Item = Result<RtcpPacket<'a>, RtcpError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let parsed = Raw::split(self.rest).and_then(|(raw, rest)| {
                self.rest = rest;
                raw.parse()
            });
            match parsed {
                Ok(None) => {}
                Ok(Some(packet)) => return Some(Ok(packet)),
                Err(error) => {
                    self.rest = &[];
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

/// A packet with its common header taken off.
#[derive(Clone, Copy, Debug)]
struct Raw<'a> {
    /// The five bits that are a count or a format.
    count: u8,
    /// The packet type.
    packet_type: u8,
    /// What follows the first four bytes, padding excluded.
    body: &'a [u8],
}

impl<'a> Raw<'a> {
    fn split(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), RtcpError> {
        let ([first, packet_type, l0, l1], rest) =
            bytes.split_first_chunk().ok_or(RtcpError::Truncated)?;
        if first >> 6 != 2 {
            return Err(RtcpError::BadVersion);
        }
        let len = usize::from(u16::from_be_bytes([*l0, *l1])) * 4;
        let (body, rest) = rest.split_at_checked(len).ok_or(RtcpError::Truncated)?;
        let body = if first & 0x20 == 0 {
            body
        } else {
            without_padding(body).ok_or(RtcpError::BadPadding)?
        };
        Ok((
            Self {
                count: first & 0x1f,
                packet_type: *packet_type,
                body,
            },
            rest,
        ))
    }

    fn parse(self) -> Result<Option<RtcpPacket<'a>>, RtcpError> {
        let reader = Reader::new(self.body);
        let packet = match (self.packet_type, self.count) {
            (SENDER_REPORT, count) => {
                SenderReport::parse(reader, count).map(RtcpPacket::SenderReport)
            }
            (RECEIVER_REPORT, count) => {
                ReceiverReport::parse(reader, count).map(RtcpPacket::ReceiverReport)
            }
            (SDES, count) => Sdes::parse(reader, count).map(RtcpPacket::Sdes),
            (BYE, count) => Bye::parse(reader, count).map(RtcpPacket::Bye),
            (RTPFB, RTPFB_NACK) => Nack::parse(reader).map(RtcpPacket::Nack),
            (RTPFB, RTPFB_TRANSPORT_CC) => {
                TransportFeedback::parse(reader).map(RtcpPacket::TransportFeedback)
            }
            (PSFB, PSFB_PLI) => Pli::parse(reader).map(RtcpPacket::Pli),
            (PSFB, PSFB_FIR) => Fir::parse(reader).map(RtcpPacket::Fir),
            (PSFB, PSFB_APPLICATION) if Remb::is_it(reader) => {
                Remb::parse(reader).map(RtcpPacket::Remb)
            }
            (XR, _) => Xr::parse(reader).map(RtcpPacket::Xr),
            _ => return Ok(None),
        };
        packet
            .ok_or(RtcpError::Malformed(self.packet_type))
            .map(Some)
    }
}

fn without_padding(body: &[u8]) -> Option<&[u8]> {
    let count = body.last().copied().filter(|count| *count != 0)?;
    body.get(..body.len().checked_sub(usize::from(count))?)
}

#[cfg(test)]
mod tests;
