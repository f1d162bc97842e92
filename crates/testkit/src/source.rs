//! Media that nobody filmed: packets that look to an SFU like a browser's, and carry a tag by which the other end
//! can tell exactly what is missing.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use miso_ortc::ScalabilityLayers;
use miso_wire::{Bitrate, Codec, Pt};

use crate::tag::{TAG_LEN, Tag};

mod camera;
mod described;
mod vp9;

pub use described::{Described, DescribedSource};
pub use vp9::Vp9Source;

/// Time between two packets of audio.
const AUDIO_INTERVAL: Duration = Duration::from_millis(20);
/// RTP clock of Opus, Hz.
const AUDIO_CLOCK: u64 = 48_000;
/// RTP clock of video, Hz.
const VIDEO_CLOCK: u64 = 90_000;
/// How many times larger a key frame is than another.
const KEY_FRAME_FACTOR: usize = 3;
/// Bytes of a VP8 payload descriptor with picture id, TL0PICIDX and TID (RFC 7741, section 4.2).
const DESCRIPTOR_LEN: usize = 6;
/// Bytes of the header of a VP8 key frame (RFC 6386, section 9.1).
const FRAME_HEADER_LEN: usize = 10;
/// Video packets are not shorter, so that header, tag and something to encrypt fit in.
const MIN_PACKET_LEN: usize = 64;

/// A packet to be sent.
#[derive(Clone, Debug)]
pub struct SourcePacket {
    /// RTP timestamp.
    pub timestamp: u32,
    /// Last one of its frame.
    pub marker: bool,
    /// RTP payload.
    pub payload: Vec<u8>,
    /// Level in dBov, 0 (loudest) to -127; audio only.
    pub level: Option<i8>,
    /// Dependency descriptor.
    pub descriptor: Option<Vec<u8>>,
}

/// What video to make.
#[derive(Clone, Copy, Debug)]
pub struct VideoSettings {
    /// On average, key frames left out.
    pub bitrate: Bitrate,
    /// Frames a second.
    pub fps: u32,
    /// Longest payload, bytes.
    pub packet_len: usize,
    /// Layers within the stream; VP8 has temporal ones only, up to 3.
    pub layers: ScalabilityLayers,
}

impl Default for VideoSettings {
    fn default() -> Self {
        Self {
            bitrate: Bitrate::kbps(1_000),
            fps: 30,
            packet_len: 1_100,
            layers: ScalabilityLayers::default(),
        }
    }
}

/// The temporal layer of a frame by its place after the last key frame: 0; 0, 1; or 0, 2, 1, 2.
pub fn temporal_of(place: u64, layers: u8) -> u8 {
    match (layers, place % 4) {
        (2, 1 | 3) | (3, 2) => 1,
        (3, 1 | 3) => 2,
        _ => 0,
    }
}

/// When a frame is taken.
fn when(start: Instant, frame: u64, fps: u32) -> Instant {
    start + Duration::from_secs(1) * u32::try_from(frame).unwrap_or(u32::MAX) / fps
}

/// Ticks of the RTP clock from the first frame to this one.
fn ticks(frame: u64, fps: u32) -> u32 {
    (frame * VIDEO_CLOCK / u64::from(fps)) as u32
}

/// VP8 from a camera that films noise.
#[derive(Clone, Debug)]
pub struct Vp8Source {
    settings: VideoSettings,
    start: Instant,
    first_timestamp: u32,
    first_picture_id: u16,
    frames: u64,
    /// Number of the last key frame.
    key_frame: u64,
    tl0_pic_idx: u8,
    packets: u64,
    wants_key_frame: bool,
    /// Key frames made so far.
    key_frames: u64,
}

impl Vp8Source {
    /// A camera that is switched on at `now`.
    pub fn new(settings: VideoSettings, rng: &mut fastrand::Rng, now: Instant) -> Self {
        Self {
            settings,
            start: now,
            first_timestamp: rng.u32(..),
            first_picture_id: rng.u16(..0x8000),
            frames: 0,
            key_frame: 0,
            tl0_pic_idx: u8::MAX,
            packets: 0,
            wants_key_frame: true,
            key_frames: 0,
        }
    }

    /// The next frame is a key frame.
    pub fn request_key_frame(&mut self) {
        self.wants_key_frame = true;
    }

    /// Key frames made so far.
    pub fn key_frames(&self) -> u64 {
        self.key_frames
    }

    /// Packets made so far.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// When the next frame is to be taken.
    pub fn poll_timeout(&self) -> Instant {
        when(self.start, self.frames, self.settings.fps)
    }

    /// The packets of the next frame.
    pub fn frame(&mut self) -> Vec<SourcePacket> {
        let is_key = std::mem::take(&mut self.wants_key_frame);
        if is_key {
            self.key_frames += 1;
            self.key_frame = self.frames;
        }
        if self.temporal() == 0 {
            self.tl0_pic_idx = self.tl0_pic_idx.wrapping_add(1);
        }
        let bits = self.settings.bitrate.0 / u64::from(self.settings.fps);
        let bytes =
            usize::try_from(bits / 8).unwrap_or(0) * if is_key { KEY_FRAME_FACTOR } else { 1 };
        let packet_len = self.settings.packet_len.max(MIN_PACKET_LEN);
        let count = bytes.div_ceil(packet_len).max(1);
        let len = (bytes / count).max(MIN_PACKET_LEN);
        let packets = (0..count)
            .map(|index| self.packet(index, count, len, is_key))
            .collect();
        self.frames += 1;
        packets
    }

    /// The temporal layer of the next frame.
    fn temporal(&self) -> u8 {
        temporal_of(self.frames - self.key_frame, self.settings.layers.temporal)
    }

    fn packet(&mut self, index: usize, count: usize, len: usize, is_key: bool) -> SourcePacket {
        let frame = u32::try_from(self.frames).unwrap_or(u32::MAX);
        let id = self.first_picture_id.wrapping_add(frame as u16) & 0x7fff;
        // X; S on the first packet only. I, L and T. M: a picture id of 15 bits.
        let first = if index == 0 { 0x90 } else { 0x80 };
        let [high, low] = (id | 0x8000).to_be_bytes();
        // Y: nothing refers to its own temporal layer, but for the lowest.
        let temporal = self.temporal() << 6 | 0x20;
        let mut payload = vec![first, 0xe0, high, low, self.tl0_pic_idx, temporal];
        debug_assert_eq!(payload.len(), DESCRIPTOR_LEN);
        if index == 0 {
            let not_key = u8::from(!is_key);
            payload.extend([
                0x10 | not_key,
                0,
                0,
                0x9d,
                0x01,
                0x2a,
                0x80,
                0x02,
                0xe0,
                0x01,
            ]);
            debug_assert_eq!(payload.len(), DESCRIPTOR_LEN + FRAME_HEADER_LEN);
        }
        payload.resize(len.saturating_sub(TAG_LEN), 0x55);
        let tag = Tag {
            packet: self.packets,
            frame,
            index: u16::try_from(index).unwrap_or(u16::MAX),
            count: u16::try_from(count).unwrap_or(u16::MAX),
            is_key,
        };
        tag.append_to(&mut payload);
        self.packets += 1;
        let ticks = ticks(self.frames, self.settings.fps);
        SourcePacket {
            timestamp: self.first_timestamp.wrapping_add(ticks),
            marker: index + 1 == count,
            payload,
            level: None,
            descriptor: None,
        }
    }
}

/// Opus from a microphone.
#[derive(Clone, Debug)]
pub struct OpusSource {
    start: Instant,
    first_timestamp: u32,
    packets: u64,
    /// Payload length, bytes.
    len: usize,
    level: i8,
    /// Copies of earlier frames in each packet (RED), and the payload type of all.
    copies: Option<(usize, Pt)>,
    /// The last frames, the newest last.
    last: VecDeque<Vec<u8>>,
}

impl OpusSource {
    /// A microphone that is switched on at `now`, with this level in dBov.
    pub fn new(level: i8, rng: &mut fastrand::Rng, now: Instant) -> Self {
        Self {
            start: now,
            first_timestamp: rng.u32(..),
            packets: 0,
            len: 80,
            level,
            copies: None,
            last: VecDeque::new(),
        }
    }

    /// The same in RED with copies of as many frames before, all of this payload type.
    pub fn with_copies(self, copies: usize, pt: Pt) -> Self {
        Self {
            copies: Some((copies, pt)),
            ..self
        }
    }

    /// Whether it is in RED.
    pub fn is_red(&self) -> bool {
        self.copies.is_some()
    }

    /// What goes into a packet with this frame.
    fn packed(&mut self, frame: Vec<u8>) -> Vec<u8> {
        let Some((copies, pt)) = self.copies else {
            return frame;
        };
        let mut payload = Vec::new();
        for (copy, back) in self.last.iter().zip((1..=self.last.len()).rev()) {
            let offset = (AUDIO_CLOCK / 50) as u32 * back as u32;
            let [_, fields @ ..] = (offset << 10 | copy.len() as u32).to_be_bytes();
            payload.push(0x80 | pt.0);
            payload.extend(fields);
        }
        payload.push(pt.0);
        payload.extend(self.last.iter().flatten());
        payload.extend(&frame);
        self.last.push_back(frame);
        if self.last.len() > copies {
            self.last.pop_front();
        }
        payload
    }

    /// As loud as this from now on, dBov.
    pub fn set_level(&mut self, level: i8) {
        self.level = level;
    }

    /// Packets made so far.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// When the next packet is to be taken.
    pub fn poll_timeout(&self) -> Instant {
        self.start + AUDIO_INTERVAL * u32::try_from(self.packets).unwrap_or(u32::MAX)
    }

    /// The next packet.
    pub fn packet(&mut self) -> SourcePacket {
        let ticks = self.packets * AUDIO_CLOCK / 50;
        // TOC: CELT, 20 ms, one frame.
        let mut payload = vec![0xf8];
        payload.resize(self.len - TAG_LEN, 0x55);
        let tag = Tag {
            packet: self.packets,
            frame: u32::try_from(self.packets).unwrap_or(u32::MAX),
            index: 0,
            count: 1,
            is_key: true,
        };
        tag.append_to(&mut payload);
        self.packets += 1;
        SourcePacket {
            timestamp: self.first_timestamp.wrapping_add(ticks as u32),
            marker: self.packets == 1,
            payload: self.packed(payload),
            level: Some(self.level),
            descriptor: None,
        }
    }
}

/// Where a producer's packets come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Video.
    Vp8(Vp8Source),
    /// Video with layers in one stream.
    Vp9(Vp9Source),
    /// Video whose layers are told by dependency descriptors.
    Described(DescribedSource),
    /// Audio.
    Opus(OpusSource),
}

impl Source {
    /// When the next packets are to be taken.
    pub fn poll_timeout(&self) -> Instant {
        match self {
            Self::Vp8(source) => source.poll_timeout(),
            Self::Vp9(source) => source.poll_timeout(),
            Self::Described(source) => source.poll_timeout(),
            Self::Opus(source) => source.poll_timeout(),
        }
    }

    /// The next packets.
    pub fn take(&mut self) -> Vec<SourcePacket> {
        match self {
            Self::Vp8(source) => source.frame(),
            Self::Vp9(source) => source.frame(),
            Self::Described(source) => source.frame(),
            Self::Opus(source) => vec![source.packet()],
        }
    }

    /// Packets made so far.
    pub fn packets(&self) -> u64 {
        match self {
            Self::Vp8(source) => source.packets(),
            Self::Vp9(source) => source.packets(),
            Self::Described(source) => source.packets(),
            Self::Opus(source) => source.packets(),
        }
    }

    /// The layers in each of its streams.
    pub fn layers(&self) -> ScalabilityLayers {
        match self {
            Self::Vp8(source) => source.settings.layers,
            Self::Vp9(source) => source.layers(),
            Self::Described(source) => source.layers(),
            Self::Opus(_) => ScalabilityLayers::default(),
        }
    }

    /// How its packets are packed.
    pub fn codec(&self) -> Codec {
        match self {
            Self::Vp8(_) => Codec::Vp8,
            Self::Vp9(_) => Codec::Vp9,
            Self::Described(source) => match source.format() {
                Described::Av1 => Codec::Av1,
                Described::H264 => Codec::H264,
            },
            Self::Opus(_) => Codec::Opus,
        }
    }

    /// The next frame begins anew.
    pub fn request_key_frame(&mut self) {
        match self {
            Self::Vp8(source) => source.request_key_frame(),
            Self::Vp9(source) => source.request_key_frame(),
            Self::Described(source) => source.request_key_frame(),
            Self::Opus(_) => {}
        }
    }
}
