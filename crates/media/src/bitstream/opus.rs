//! Opus packets: how long they are (RFC 6716, section 3.1), and the identification header (RFC 7845, section 5.1).

use crate::bytes::Bytes;

/// Ticks of Opus timestamps per second.
pub(crate) const RATE: u32 = 48_000;
/// Longest packet there may be, in samples: 120 ms.
const MAX_SAMPLES: u32 = 5_760;

/// Samples per channel, at 48 kHz, that a packet decodes to; none for a packet that is not valid.
pub(crate) fn samples(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let config = toc >> 3;
    let frame = match config {
        // SILK: 10, 20, 40, 60 ms.
        0..=11 => match config & 3 {
            3 => 2_880,
            shift => 480 << shift,
        },
        // Hybrid: 10, 20 ms.
        12..=15 => 480 << (config & 1),
        // CELT: 2.5, 5, 10, 20 ms.
        _ => 120 << (config & 3),
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 0x3f),
    };
    let samples = frame * count;
    (samples > 0 && samples <= MAX_SAMPLES).then_some(samples)
}

/// What an OpusHead says that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpusHead {
    pub(crate) channels: u8,
    /// Samples to discard at the start.
    pub(crate) pre_skip: u16,
    /// Rate of the sound before it was encoded; only informative.
    pub(crate) input_rate: u32,
}

impl OpusHead {
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let mut fields = Bytes(packet);
        if fields.take(8)? != b"OpusHead" || fields.u8()? & 0xf0 != 0 {
            return None;
        }
        let channels = fields.u8()?;
        let pre_skip = fields.u16_le()?;
        let input_rate = fields.u32_le()?;
        (channels > 0).then_some(Self {
            channels,
            pre_skip,
            input_rate,
        })
    }

    /// The header as it is stored, for mono or stereo (mapping family 0).
    pub(crate) fn write(self) -> Vec<u8> {
        let mut bytes = b"OpusHead\x01".to_vec();
        bytes.push(self.channels);
        bytes.extend(self.pre_skip.to_le_bytes());
        bytes.extend(self.input_rate.to_le_bytes());
        // Output gain, mapping family.
        bytes.extend([0, 0, 0]);
        bytes
    }
}
