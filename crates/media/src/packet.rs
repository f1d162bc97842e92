//! Frames to RTP payloads and back. Sequence numbers and time stamps are the caller's.

mod assembly;
mod av1;
mod h264;
mod vp8;
mod vp9;

use crate::Codec;
use assembly::Assembly;

/// The payload of one RTP packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The bytes behind the RTP header.
    pub data: Vec<u8>,
    /// Marker of the RTP header: the last packet of a picture. Never set for sound (RFC 7587, section 4.2).
    pub marker: bool,
}

/// Cuts the frames of one stream into payloads.
#[derive(Clone, Debug)]
pub struct Packetizer {
    format: PayloadFormat,
    max_payload: usize,
    /// Number of the next picture, 15 bits, where the format has one.
    picture_id: u16,
}

#[derive(Clone, Copy, Debug)]
enum PayloadFormat {
    Vp8,
    Vp9,
    Av1,
    H264,
    Opus,
}

impl PayloadFormat {
    const fn of(codec: &Codec) -> Option<Self> {
        Some(match codec {
            Codec::Vp8 => Self::Vp8,
            Codec::Vp9 => Self::Vp9,
            Codec::Av1 => Self::Av1,
            Codec::H264 => Self::H264,
            Codec::Opus => Self::Opus,
            Codec::Other(_) => return None,
        })
    }
}

/// The shortest limit for which payloads can be made: room for headers and something behind them.
const MIN_PAYLOAD: usize = 32;
const PICTURE_ID_MASK: u16 = 0x7fff;

impl Packetizer {
    /// A packetizer whose payloads of pictures have at most `max_payload` bytes (32 at least; 1,200 suits most networks).
    /// Sound is never split. None for [`Codec::Other`].
    pub fn new(codec: &Codec, max_payload: usize) -> Option<Self> {
        Some(Self {
            format: PayloadFormat::of(codec)?,
            max_payload: max_payload.max(MIN_PAYLOAD),
            picture_id: 0,
        })
    }

    /// Begins with another picture id than 0, of which 15 bits count. A sender that starts again on the same SSRC goes
    /// on where it was.
    #[must_use]
    pub const fn with_picture_id(mut self, picture_id: u16) -> Self {
        self.picture_id = picture_id & PICTURE_ID_MASK;
        self
    }

    /// The picture id of the next frame.
    pub const fn picture_id(&self) -> u16 {
        self.picture_id
    }

    /// The payloads of one frame in the form that [`Codec`] describes; none for an empty frame.
    pub fn packetize(&mut self, frame: &[u8]) -> Vec<Payload> {
        if frame.is_empty() {
            return Vec::new();
        }
        let payloads = match self.format {
            PayloadFormat::Vp8 => vp8::packetize(frame, self.max_payload, self.picture_id),
            PayloadFormat::Vp9 => vp9::packetize(frame, self.max_payload, self.picture_id),
            PayloadFormat::Av1 => av1::packetize(frame, self.max_payload),
            PayloadFormat::H264 => h264::packetize(frame, self.max_payload),
            PayloadFormat::Opus => {
                return vec![Payload {
                    data: frame.to_vec(),
                    marker: false,
                }];
            }
        };
        self.picture_id = self.picture_id.wrapping_add(1) & PICTURE_ID_MASK;
        let last = payloads.len().saturating_sub(1);
        let marked = payloads.into_iter().enumerate();
        marked
            .map(|(index, data)| Payload {
                data,
                marker: index == last,
            })
            .collect()
    }
}

/// A frame put together from payloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedFrame {
    /// In the form that [`Codec`] describes.
    pub data: Vec<u8>,
    /// RTP timestamp of its packets.
    pub timestamp: u32,
    /// Whether a decoder can begin here.
    pub is_key_frame: bool,
    /// Something between this frame and the one before it was lost. Unless it is a key frame, a decoder may show garbage
    /// from here on.
    pub after_gap: bool,
}

/// Puts the payloads of one stream, in order, together to frames.
#[derive(Clone, Debug)]
pub struct Depacketizer {
    codec: Codec,
    format: PayloadFormat,
    assembly: Assembly,
}

impl Depacketizer {
    /// None for [`Codec::Other`].
    pub fn new(codec: &Codec) -> Option<Self> {
        Some(Self {
            codec: codec.clone(),
            format: PayloadFormat::of(codec)?,
            assembly: Assembly::default(),
        })
    }

    /// Takes the next payload, without padding. `after_gap` says that packets between this one and the one before it
    /// will not come any more. Returns a frame when this packet completes it; incomplete and malformed ones vanish.
    pub fn push(
        &mut self,
        payload: &[u8],
        marker: bool,
        timestamp: u32,
        after_gap: bool,
    ) -> Option<EncodedFrame> {
        if after_gap {
            self.assembly.lose();
        }
        if payload.is_empty() {
            return None;
        }
        let assembly = &mut self.assembly;
        assembly.begin_packet(timestamp);
        let taken = match self.format {
            PayloadFormat::Vp8 => vp8::take(payload, assembly),
            PayloadFormat::Vp9 => vp9::take(payload, assembly),
            PayloadFormat::Av1 => av1::take(payload, assembly),
            PayloadFormat::H264 => h264::take(payload, assembly),
            PayloadFormat::Opus => {
                assembly.start();
                assembly.append(payload)
            }
        };
        if taken.is_none() {
            assembly.lose();
        }
        let is_audio = matches!(self.format, PayloadFormat::Opus);
        if !marker && !is_audio {
            return None;
        }
        let elements = std::mem::take(&mut assembly.elements);
        let (data, after_gap) = assembly.finish()?;
        let data = match self.format {
            PayloadFormat::Av1 => av1::to_sized(&data, &elements)?,
            _ => data,
        };
        Some(EncodedFrame {
            is_key_frame: crate::bitstream::is_key_frame(&self.codec, &data),
            data,
            timestamp,
            after_gap,
        })
    }
}

/// Cuts into the fewest pieces of at most `max` bytes, all of nearly the same length: equally long packets can leave a
/// server in one segmented message.
fn pieces(data: &[u8], max: usize) -> impl Iterator<Item = &[u8]> {
    let count = data.len().div_ceil(max.max(1)).max(1);
    data.chunks(data.len().div_ceil(count).max(1))
}

#[cfg(test)]
mod tests;
