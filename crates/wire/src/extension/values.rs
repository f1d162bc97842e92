//! The values of header extensions, each between bytes and a type.

use std::time::Duration;

use crate::bytes::Reader;
use crate::{Mid, NtpTime, Rid, Seq};

/// Audio level of a packet (RFC 6464): one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioLevel {
    /// Loudness as -dBov: 0 is the loudest, 127 is silence.
    pub minus_dbov: u8,
    /// Whether the encoder thinks that there is voice.
    pub voice: bool,
}

impl AudioLevel {
    /// Reads the value of the element; a second byte, as the two-byte form may add, is not looked at.
    pub fn read(value: &[u8]) -> Option<Self> {
        let byte = *value.first()?;
        Some(Self {
            minus_dbov: byte & 0x7f,
            voice: byte & 0x80 != 0,
        })
    }

    /// The value of the element.
    pub fn to_bytes(self) -> [u8; 1] {
        [(self.minus_dbov & 0x7f) | (u8::from(self.voice) << 7)]
    }
}

/// Send time of a packet on the sender's clock: 24 bits, 6.18 fixed-point seconds, wraps every 64 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbsSendTime(pub u32);

impl AbsSendTime {
    const WRAP: Duration = Duration::from_secs(64);

    /// The value of a moment, given as time since any fixed one.
    pub fn from_duration(time: Duration) -> Self {
        let micros =
            (time.as_secs() % Self::WRAP.as_secs()) * 1_000_000 + u64::from(time.subsec_micros());
        let ticks = ((micros << 18) + 500_000) / 1_000_000;
        Self(u32::try_from(ticks & 0xff_ffff).unwrap_or(0))
    }

    /// The time since the last wrap, below 64 s.
    pub fn to_duration(self) -> Duration {
        Duration::from_nanos((u64::from(self.0 & 0xff_ffff) * 1_000_000_000) >> 18)
    }

    /// How far `self` lies behind `newer`, modulo 64 s.
    pub fn until(self, newer: Self) -> Duration {
        Self(newer.0.wrapping_sub(self.0) & 0xff_ffff).to_duration()
    }

    /// Reads the value of the element: three bytes.
    pub fn read(value: &[u8]) -> Option<Self> {
        Reader::new(value).u24().map(Self)
    }

    /// The value of the element.
    pub const fn to_bytes(self) -> [u8; 3] {
        let [_, a, b, c] = self.0.to_be_bytes();
        [a, b, c]
    }
}

/// Reads the transport-wide sequence number: two bytes.
pub fn read_transport_seq(value: &[u8]) -> Option<Seq> {
    Reader::new(value).u16().map(Seq)
}

/// The value of a transport-wide sequence number.
pub const fn write_transport_seq(seq: Seq) -> [u8; 2] {
    seq.0.to_be_bytes()
}

/// How a picture has to be turned to be shown upright (3GPP TS 26.114, section 7.4.5): one byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VideoOrientation {
    /// Whether it comes from the camera on the back.
    pub camera: bool,
    /// Whether it is mirrored.
    pub flip: bool,
    /// Clockwise rotation in degrees: 0, 90, 180 or 270.
    pub rotation: u16,
}

impl VideoOrientation {
    /// Reads the value of the element.
    pub fn read(value: &[u8]) -> Option<Self> {
        let byte = *value.first()?;
        Some(Self {
            camera: byte & 8 != 0,
            flip: byte & 4 != 0,
            rotation: u16::from(byte & 3) * 90,
        })
    }

    /// The value of the element; other rotations than the four become the next smaller.
    pub const fn to_bytes(self) -> [u8; 1] {
        let quarter = match self.rotation {
            0..90 => 0,
            90..180 => 1,
            180..270 => 2,
            _ => 3,
        };
        [((self.camera as u8) << 3) | ((self.flip as u8) << 2) | quarter]
    }
}

/// When a frame was captured: 8 or 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbsCaptureTime {
    /// Time of capture on the capturer's clock.
    pub timestamp: NtpTime,
    /// What to add to the sender's clock to get the capturer's, signed 32.32 fixed-point seconds; only in the long form.
    pub clock_offset: Option<i64>,
}

impl AbsCaptureTime {
    /// Reads the value of the element; other lengths than 8 and 16 are refused.
    pub fn read(value: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(value);
        let timestamp = NtpTime(reader.u64()?);
        match reader.rest() {
            [] => Some(Self {
                timestamp,
                clock_offset: None,
            }),
            rest => {
                let clock_offset = Some(i64::from_be_bytes(rest.try_into().ok()?));
                Some(Self {
                    timestamp,
                    clock_offset,
                })
            }
        }
    }

    /// The value in its long form; a missing offset is written as zero.
    pub fn to_bytes(self) -> [u8; 16] {
        let both = (u128::from(self.timestamp.0) << 64)
            | u128::from(self.clock_offset.unwrap_or(0).cast_unsigned());
        both.to_be_bytes()
    }
}

/// Limits that the sender suggests for the receiver's playout delay: three bytes, steps of 10 ms up to 40.95 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayoutDelay {
    /// Shortest delay.
    pub min: Duration,
    /// Longest delay.
    pub max: Duration,
}

impl PlayoutDelay {
    const STEP: Duration = Duration::from_millis(10);

    /// Reads the value of the element.
    pub fn read(value: &[u8]) -> Option<Self> {
        let both = Reader::new(value).u24()?;
        Some(Self {
            min: Self::STEP * (both >> 12),
            max: Self::STEP * (both & 0xfff),
        })
    }

    /// The value of the element, rounded down to steps and limited to the maximum.
    pub fn to_bytes(self) -> [u8; 3] {
        let steps = |delay: Duration| {
            let steps = delay.as_millis() / Self::STEP.as_millis();
            u32::try_from(steps.min(0xfff)).unwrap_or(0xfff)
        };
        let [_, a, b, c] = ((steps(self.min) << 12) | steps(self.max)).to_be_bytes();
        [a, b, c]
    }
}

/// Time between the nominal and the real transmission of a packet (RFC 5450), in RTP timestamp units, 24 bits signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransmissionOffset(pub i32);

impl TransmissionOffset {
    /// Reads the value of the element: three bytes.
    pub fn read(value: &[u8]) -> Option<Self> {
        // Shifted up and down again to extend the sign.
        Reader::new(value)
            .u24()
            .map(|bits| Self((bits << 8).cast_signed() >> 8))
    }

    /// The value of the element: the lower 24 bits.
    pub const fn to_bytes(self) -> [u8; 3] {
        let [_, a, b, c] = self.0.to_be_bytes();
        [a, b, c]
    }
}

/// Reads a MID, which ends at a zero byte if there is one (placeholders are padded with zeros).
pub fn read_mid(value: &[u8]) -> Option<Mid> {
    Mid::new(before_zero(value)).ok()
}

/// Reads a RID or repaired RID; ends at a zero byte as a MID does.
pub fn read_rid(value: &[u8]) -> Option<Rid> {
    Rid::new(before_zero(value)).ok()
}

/// Overwrites a placeholder with a MID, padded with zeros. Returns whether it fits; if not, nothing is written.
#[must_use]
pub fn write_mid(placeholder: &mut [u8], mid: Mid) -> bool {
    let Some((text, padding)) = placeholder.split_at_mut_checked(mid.as_bytes().len()) else {
        return false;
    };
    text.copy_from_slice(mid.as_bytes());
    padding.fill(0);
    true
}

fn before_zero(value: &[u8]) -> &[u8] {
    value.split(|byte| *byte == 0).next().unwrap_or(&[])
}
