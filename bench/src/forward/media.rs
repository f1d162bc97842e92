//! What the producer sends, as a browser would.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use anyhow::Context;
use miso_ortc::{MediaKind, RouterRtpCodecCapability, RtpParameters};
use miso_secure::{RtpToSeal, SrtpMasterKey, SrtpSend};
use miso_wire::{
    AbsSendTime, ExtSeq, ExtensionForm, ExtensionWriter, Pt, RtpFields, RtpTime, Ssrc,
};
use serde_json::json;

use crate::Load;

/// Frames that are key frames at the beginning: consumers begin with one.
const FIRST_KEY_FRAMES: u64 = 3;

/// Bytes of a sealed packet at most.
const MAX_SEALED: usize = 1_500;

const SSRC: Ssrc = Ssrc(0x0123_4567);
const RTX_SSRC: Ssrc = Ssrc(0x0123_4568);
const VIDEO_PT: Pt = Pt(96);
const AUDIO_PT: Pt = Pt(111);

/// Header extension ids, as Chromium has them.
const LEVEL_ID: u8 = 1;
const SEND_TIME_ID: u8 = 2;
const WIDE_CC_ID: u8 = 3;
const MID_ID: u8 = 4;

const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
const SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
const WIDE_CC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";

/// The codecs of the router.
pub(super) fn router_codecs() -> anyhow::Result<Vec<RouterRtpCodecCapability>> {
    let codecs = json!([
        {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2},
        {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000}
    ]);
    serde_json::from_value(codecs).context("the router's codecs")
}

/// What a load is made of: video if frames have several packets, else audio.
pub(super) const fn kind_of(load: &Load) -> MediaKind {
    if load.burst > 1 {
        MediaKind::Video
    } else {
        MediaKind::Audio
    }
}

/// What the producer says that it sends.
pub(super) fn parameters(kind: MediaKind) -> anyhow::Result<RtpParameters> {
    let parameters = match kind {
        MediaKind::Video => json!({
            "mid": "0",
            "codecs": [
                {"mimeType": "video/VP8", "payloadType": VIDEO_PT.0, "clockRate": 90000,
                 "parameters": {}, "rtcpFeedback": [
                    {"type": "goog-remb"}, {"type": "transport-cc"},
                    {"type": "ccm", "parameter": "fir"}, {"type": "nack"},
                    {"type": "nack", "parameter": "pli"}]},
                {"mimeType": "video/rtx", "payloadType": 97, "clockRate": 90000,
                 "parameters": {"apt": VIDEO_PT.0}, "rtcpFeedback": []}
            ],
            "headerExtensions": [
                {"uri": SEND_TIME, "id": SEND_TIME_ID}, {"uri": WIDE_CC, "id": WIDE_CC_ID},
                {"uri": MID, "id": MID_ID}
            ],
            "encodings": [{"ssrc": SSRC.0, "rtx": {"ssrc": RTX_SSRC.0}}],
            "rtcp": {"cname": "benchmark", "reducedSize": true}
        }),
        MediaKind::Audio => json!({
            "mid": "0",
            "codecs": [
                {"mimeType": "audio/opus", "payloadType": AUDIO_PT.0, "clockRate": 48000,
                 "channels": 2, "parameters": {"minptime": 10, "useinbandfec": 1},
                 "rtcpFeedback": [{"type": "transport-cc"}]}
            ],
            "headerExtensions": [
                {"uri": LEVEL, "id": LEVEL_ID}, {"uri": SEND_TIME, "id": SEND_TIME_ID},
                {"uri": WIDE_CC, "id": WIDE_CC_ID}, {"uri": MID, "id": MID_ID}
            ],
            "encodings": [{"ssrc": SSRC.0}],
            "rtcp": {"cname": "benchmark", "reducedSize": true}
        }),
    };
    serde_json::from_value(parameters).context("the producer's parameters")
}

/// Makes the packets of one stream and seals them.
pub(super) struct Source {
    kind: MediaKind,
    keys: SrtpSend,
    /// Packets in a frame.
    burst: usize,
    /// Bytes of a packet before it is sealed.
    packet_bytes: usize,
    /// From this place in a frame on they are one byte longer.
    longer_from: usize,
    /// Number of the next packet.
    next: ExtSeq,
    /// Frames so far.
    frames: u64,
    /// When the stream began.
    start: Instant,
    /// The sealed packets of a frame, side by side.
    frame: Vec<u8>,
}

impl Source {
    pub(super) fn new(load: &Load, keys: &SrtpMasterKey) -> anyhow::Result<Self> {
        Ok(Self {
            kind: kind_of(load),
            keys: SrtpSend::new(keys)?,
            burst: load.burst,
            packet_bytes: load.packet_bytes,
            longer_from: load.burst.saturating_sub(load.longer),
            next: ExtSeq(1),
            frames: 0,
            start: Instant::now(),
            frame: Vec::with_capacity(load.burst * MAX_SEALED),
        })
    }

    /// The packets of the next frame in runs of equal length, each with the length of its packets.
    pub(super) fn next_frame(&mut self) -> anyhow::Result<[(&[u8], usize); 2]> {
        let elapsed = self.start.elapsed();
        self.frame.clear();
        let mut end_of_first = 0;
        for place in 0..self.burst {
            let mut packet = [0; MAX_SEALED];
            let length = self.seal(place, elapsed, &mut packet)?;
            self.frame
                .extend_from_slice(packet.get(..length).unwrap_or_default());
            if place < self.longer_from {
                end_of_first = self.frame.len();
            }
        }
        self.frames += 1;
        let (first, second) = self.frame.split_at(end_of_first);
        let length = |run: &[u8], packets: usize| run.len() / packets.max(1);
        Ok([
            (first, length(first, self.longer_from)),
            (second, length(second, self.burst - self.longer_from)),
        ])
    }

    fn seal(&mut self, place: usize, elapsed: Duration, out: &mut [u8]) -> anyhow::Result<usize> {
        let header_len = self.write_header(place, elapsed, out)?;
        let payload = self.payload(place, header_len);
        let index = self.next;
        self.next = ExtSeq(index.0 + 1);
        let to_seal = RtpToSeal {
            header_len,
            patched: 0,
            payload: &payload,
            index,
            ssrc: SSRC,
        };
        Ok(self.keys.seal_rtp(out, to_seal)?)
    }

    fn write_header(
        &self,
        place: usize,
        elapsed: Duration,
        out: &mut [u8],
    ) -> anyhow::Result<usize> {
        let (pt, clock_rate, marker) = match self.kind {
            MediaKind::Video => (VIDEO_PT, 90_000, place + 1 == self.burst),
            MediaKind::Audio => (AUDIO_PT, 48_000, false),
        };
        let ticks = elapsed.as_micros() * clock_rate / 1_000_000;
        let fields = RtpFields {
            pt,
            seq: self.next.seq(),
            timestamp: RtpTime((ticks & u128::from(u32::MAX)) as u32),
            ssrc: SSRC,
            marker,
        };
        let fixed = fields.write(out, true)?;
        let rest = out.get_mut(fixed..).unwrap_or_default();
        let mut extensions = ExtensionWriter::new(rest, ExtensionForm::OneByte);
        if self.kind == MediaKind::Audio {
            extensions.push(LEVEL_ID, &[0x80 | 40])?;
        }
        let send_time = AbsSendTime::from_duration(elapsed);
        extensions.push(SEND_TIME_ID, &send_time.to_bytes())?;
        extensions.push(WIDE_CC_ID, &self.next.seq().0.to_be_bytes())?;
        extensions.push(MID_ID, b"0")?;
        Ok(fixed + extensions.finish()?)
    }

    /// Of the length that makes the packet as long as the load says.
    fn payload(&self, place: usize, header_len: usize) -> Vec<u8> {
        let packet_bytes = self.packet_bytes + usize::from(place >= self.longer_from);
        let mut payload = vec![0x55; packet_bytes.saturating_sub(header_len)];
        if self.kind == MediaKind::Video {
            let start = self.vp8_start(place);
            payload.splice(..start.len().min(payload.len()), start);
        }
        payload
    }

    /// Descriptor with a picture id of 15 bits, and in the first packet the frame's header (RFC 7741, 4.2 and 4.3).
    fn vp8_start(&self, place: usize) -> Vec<u8> {
        let [high, low] = ((self.frames & 0x7fff) as u16 | 0x8000).to_be_bytes();
        let is_first = place == 0;
        let is_key_frame = self.frames < FIRST_KEY_FRAMES;
        let mut start = vec![0x80 | u8::from(is_first) << 4, 0x80, high, low];
        match (is_first, is_key_frame) {
            (true, true) => start.extend([0x10, 0, 0, 0x9d, 1, 0x2a, 0, 5, 0xd0, 2]),
            (true, false) => start.extend([0x11, 0, 0]),
            _ => {}
        }
        start
    }
}
