//! Sender and receiver reports (RFC 3550, sections 6.4.1 and 6.4.2).

use super::MAX_COUNT;
use crate::bytes::{BufferFull, Put, Reader};
use crate::{NtpTime, RtpTime, Ssrc};

/// How one stream is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream that is reported on.
    pub ssrc: Ssrc,
    /// Share of packets lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the beginning; 24 bits signed, negative with duplicates.
    pub cumulative_lost: i32,
    /// Highest sequence number received, its wraps in the upper 16 bits.
    pub highest_seq: u32,
    /// Interarrival jitter in RTP timestamp units.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last SR received; zero when there was none.
    pub last_sr: u32,
    /// Time since that SR, in 1/65536 s.
    pub delay_since_last_sr: u32,
}

impl ReportBlock {
    pub(super) const LEN: usize = 24;
    const LOST_MIN: i32 = -(1 << 23);
    const LOST_MAX: i32 = (1 << 23) - 1;

    fn read(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            ssrc: Ssrc(reader.u32()?),
            fraction_lost: reader.u8()?,
            // Shifted up and down again to extend the sign.
            cumulative_lost: (reader.u24()? << 8).cast_signed() >> 8,
            highest_seq: reader.u32()?,
            jitter: reader.u32()?,
            last_sr: reader.u32()?,
            delay_since_last_sr: reader.u32()?,
        })
    }

    pub(super) fn write(&self, put: &mut Put<'_>) -> Result<(), BufferFull> {
        put.u32(self.ssrc.0)?;
        put.u8(self.fraction_lost)?;
        put.u24(
            self.cumulative_lost
                .clamp(Self::LOST_MIN, Self::LOST_MAX)
                .cast_unsigned(),
        )?;
        put.u32(self.highest_seq)?;
        put.u32(self.jitter)?;
        put.u32(self.last_sr)?;
        put.u32(self.delay_since_last_sr)
    }
}

/// The report blocks of an SR or RR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ReportBlocks<'a>(&'a [[u8; ReportBlock::LEN]]);

impl<'a> ReportBlocks<'a> {
    fn parse(reader: &mut Reader<'a>, count: u8) -> Option<Self> {
        let bytes = reader.take(usize::from(count) * ReportBlock::LEN)?;
        Some(Self(bytes.as_chunks().0))
    }

    fn iter(self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        self.0.iter().filter_map(ReportBlock::read)
    }
}

/// What a sender says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderInfo {
    /// The sender's stream.
    pub ssrc: Ssrc,
    /// When the report was made.
    pub ntp: NtpTime,
    /// The same moment in the stream's RTP time.
    pub rtp_time: RtpTime,
    /// Packets sent so far, modulo 2^32.
    pub packet_count: u32,
    /// Bytes of payload sent so far, headers and padding excluded, modulo 2^32.
    pub octet_count: u32,
}

impl SenderInfo {
    pub(super) const LEN: usize = 24;

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            ssrc: Ssrc(reader.u32()?),
            ntp: NtpTime(reader.u64()?),
            rtp_time: RtpTime(reader.u32()?),
            packet_count: reader.u32()?,
            octet_count: reader.u32()?,
        })
    }

    pub(super) fn write(&self, put: &mut Put<'_>) -> Result<(), BufferFull> {
        put.u32(self.ssrc.0)?;
        put.u64(self.ntp.0)?;
        put.u32(self.rtp_time.0)?;
        put.u32(self.packet_count)?;
        put.u32(self.octet_count)
    }
}

/// SR: what a sender sent, and what it received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderReport<'a> {
    /// About the sender's own stream.
    pub info: SenderInfo,
    /// About streams it receives.
    blocks: ReportBlocks<'a>,
}

impl<'a> SenderReport<'a> {
    pub(super) fn parse(mut reader: Reader<'a>, count: u8) -> Option<Self> {
        let info = SenderInfo::read(&mut reader)?;
        Some(Self {
            info,
            blocks: ReportBlocks::parse(&mut reader, count)?,
        })
    }

    /// The streams that the sender receives, at most 31.
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        self.blocks.iter()
    }
}

/// RR: what a participant received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverReport<'a> {
    /// Who reports.
    pub sender: Ssrc,
    /// About streams it receives.
    blocks: ReportBlocks<'a>,
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn parse(mut reader: Reader<'a>, count: u8) -> Option<Self> {
        let sender = Ssrc(reader.u32()?);
        Some(Self {
            sender,
            blocks: ReportBlocks::parse(&mut reader, count)?,
        })
    }

    /// The streams that are reported on, at most 31.
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        self.blocks.iter()
    }
}

/// Splits blocks into what the first report can hold and what further RRs have to.
pub(super) fn split_first(blocks: &[ReportBlock]) -> (&[ReportBlock], &[ReportBlock]) {
    blocks.split_at_checked(MAX_COUNT).unwrap_or((blocks, &[]))
}
