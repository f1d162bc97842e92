//! One stream over plain RTP: packets, what was lost of them, and reports. Pure but for random numbers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use miso_media::Packetizer;
use miso_ortc::{
    MediaKind, RtcpFeedback, RtcpParameters, RtpCapabilities, RtpCodecCapability,
    RtpCodecParameters, RtpEncodingParameters, RtpParameters,
};
use miso_wire::{
    ExtSeq, NtpTime, Pt, ReportBlock, RtcpWriter, RtpFields, RtpTime, SenderInfo, Seq, Ssrc,
};

use super::super::{LinkStats, MAX_PAYLOAD, Shot};
use super::seal::Keys;
use crate::error::PushError;
use crate::rtp_clock::RtpClock;
use crate::source::Stream;

/// Packets that are kept to be sent again. More meets later requests; less takes less memory. As many are a second of
/// 4 Mbit/s.
const KEPT: usize = 500;
/// Length of an RTP header without extensions.
const HEADER: usize = 12;
/// Room for an SR and an SDES with our names.
const REPORT: usize = 128;

pub(super) struct Outlet {
    codec: RtpCodecParameters,
    kind: MediaKind,
    /// The producer's id, once it is known.
    pub(super) producer: String,
    packetizer: Packetizer,
    clock: RtpClock,
    ssrc: Ssrc,
    /// Number of the next packet.
    next: ExtSeq,
    /// Sent packets, sealed, so that one that is sent again is the same byte for byte.
    kept: VecDeque<(Seq, Vec<u8>)>,
    packets: u64,
    octets: u64,
    lost: u64,
}

impl Outlet {
    pub(super) fn new(
        stream: &Stream,
        room: &RtpCapabilities,
        epoch: Instant,
    ) -> Result<Self, PushError> {
        let wanted = &stream.capability;
        let same = |it: &&RtpCodecCapability| {
            it.mime_type == wanted.mime_type && it.parameters == wanted.parameters
        };
        let found = room
            .codecs
            .iter()
            .find(same)
            .ok_or(PushError::NothingInCommon)?;
        let codec = RtpCodecParameters {
            mime_type: found.mime_type.clone(),
            payload_type: found
                .preferred_payload_type
                .ok_or(PushError::NothingInCommon)?,
            clock_rate: found.clock_rate,
            channels: found.channels,
            parameters: found.parameters.clone(),
            rtcp_feedback: feedback(found.kind),
        };
        let packetizer =
            Packetizer::new(&stream.codec, MAX_PAYLOAD).ok_or(PushError::NothingInCommon)?;
        Ok(Self {
            kind: found.kind,
            producer: String::new(),
            packetizer,
            clock: RtpClock::new(epoch, codec.clock_rate, fastrand::u32(..)),
            codec,
            ssrc: Ssrc(fastrand::u32(1..)),
            // Random, and small enough not to wrap around at once (RFC 3711, section 3.3.1).
            next: ExtSeq(fastrand::u64(1..0x8000)),
            kept: VecDeque::new(),
            packets: 0,
            octets: 0,
            lost: 0,
        })
    }

    pub(super) const fn kind(&self) -> MediaKind {
        self.kind
    }

    pub(super) const fn ssrc(&self) -> Ssrc {
        self.ssrc
    }

    /// What the server is told.
    pub(super) fn parameters(&self, cname: &str) -> RtpParameters {
        RtpParameters {
            mid: None,
            codecs: vec![self.codec.clone()],
            header_extensions: Vec::new(),
            encodings: vec![RtpEncodingParameters {
                ssrc: Some(self.ssrc),
                ..RtpEncodingParameters::default()
            }],
            rtcp: RtcpParameters {
                cname: Some(cname.to_owned()),
                reduced_size: true,
                mux: Some(true),
            },
            msid: None,
        }
    }

    /// The packets of a frame, sealed if there are keys.
    pub(super) fn packets(
        &mut self,
        shot: &Shot,
        keys: Option<&Keys>,
    ) -> Result<Vec<Vec<u8>>, PushError> {
        let timestamp = RtpTime(self.clock.at(shot.captured));
        let mut packets = Vec::new();
        for payload in self.packetizer.packetize(&shot.data) {
            let fields = RtpFields {
                pt: Pt(self.codec.payload_type.0),
                seq: self.next.seq(),
                timestamp,
                ssrc: self.ssrc,
                marker: payload.marker,
            };
            let mut packet = vec![0; HEADER];
            fields
                .write(&mut packet, false)
                .map_err(|_| PushError::NothingInCommon)?;
            match keys {
                Some(keys) => keys.seal_rtp(&mut packet, &payload.data, (self.next, self.ssrc))?,
                None => packet.extend_from_slice(&payload.data),
            }
            self.keep(self.next.seq(), &packet);
            self.next = ExtSeq(self.next.0 + 1);
            self.packets += 1;
            // Exact: no payload is that long.
            self.octets += payload.data.len() as u64;
            packets.push(packet);
        }
        Ok(packets)
    }

    fn keep(&mut self, seq: Seq, packet: &[u8]) {
        if self.kind == MediaKind::Audio {
            return;
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((seq, packet.to_vec()));
    }

    /// A packet that is to be sent again, if it is still there.
    pub(super) fn again(&self, seq: Seq) -> Option<Vec<u8>> {
        let kept = self.kept.iter().rev();
        let mut found = kept.filter(|(it, _)| *it == seq);
        found.next().map(|(_, packet)| packet.clone())
    }

    /// A report with the stream's clock, once something was sent.
    pub(super) fn report(
        &self,
        (now, ntp): (Instant, NtpTime),
        cname: &str,
        is_end: bool,
    ) -> Option<Vec<u8>> {
        if self.packets == 0 {
            return None;
        }
        let info = SenderInfo {
            ssrc: self.ssrc,
            ntp,
            rtp_time: RtpTime(self.clock.at(now)),
            packet_count: low_bits(self.packets),
            octet_count: low_bits(self.octets),
        };
        let mut buffer = [0; REPORT];
        let mut writer = RtcpWriter::new(&mut buffer);
        writer.sender_report(&info, &[]).ok()?;
        writer.sdes_cname(self.ssrc, cname.as_bytes()).ok()?;
        if is_end {
            writer.bye(&[self.ssrc]).ok()?;
        }
        Some(writer.as_bytes().to_vec())
    }

    /// Takes the server's report; the time there and back, if it says so (RFC 3550, section 6.4.1).
    pub(super) fn take_report(&mut self, block: &ReportBlock, now: NtpTime) -> Option<Duration> {
        self.lost = u64::try_from(block.cumulative_lost).unwrap_or(0);
        if block.last_sr == 0 {
            return None;
        }
        let units = now
            .middle()
            .wrapping_sub(block.last_sr)
            .wrapping_sub(block.delay_since_last_sr);
        // Clocks that are read at different moments may make it a little less than nothing.
        let units = if units > u32::MAX / 2 { 0 } else { units };
        Some(Duration::from_secs_f64(f64::from(units) / 65_536.0))
    }

    pub(super) fn add_to(&self, sum: &mut LinkStats) {
        sum.packets += self.packets;
        sum.bytes += self.octets + self.packets * HEADER as u64;
        sum.lost += self.lost;
    }
}

/// What we can do about the server's wishes.
fn feedback(kind: MediaKind) -> Vec<RtcpFeedback> {
    match kind {
        MediaKind::Audio => Vec::new(),
        MediaKind::Video => vec![
            RtcpFeedback::new("nack", ""),
            RtcpFeedback::new("nack", "pli"),
            RtcpFeedback::new("ccm", "fir"),
        ],
    }
}

fn low_bits(count: u64) -> u32 {
    u32::try_from(count & u64::from(u32::MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
