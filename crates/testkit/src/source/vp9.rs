//! VP9 with spatial and temporal layers in one stream (RFC 9628).

use std::time::Instant;

use miso_ortc::ScalabilityLayers;

use super::{KEY_FRAME_FACTOR, MIN_PACKET_LEN, SourcePacket, VideoSettings, temporal_of, when};
use crate::tag::{TAG_LEN, Tag};

/// VP9 from a camera that films noise.
#[derive(Clone, Debug)]
pub struct Vp9Source {
    settings: VideoSettings,
    start: Instant,
    first_timestamp: u32,
    first_picture_id: u16,
    pictures: u64,
    /// Number of the last key picture.
    key_picture: u64,
    packets: u64,
    tl0_pic_idx: u8,
    wants_key_frame: bool,
    /// Key pictures made so far.
    key_frames: u64,
    /// Spatial layers that are sent, of those that were announced.
    active: u8,
}

/// A frame to be made.
#[derive(Clone, Copy, Debug)]
struct Frame {
    spatial: u8,
    temporal: u8,
    is_key: bool,
    /// Bytes of each packet.
    len: usize,
    count: usize,
}

impl Vp9Source {
    /// A camera that is switched on at `now`.
    pub fn new(settings: VideoSettings, rng: &mut fastrand::Rng, now: Instant) -> Self {
        Self {
            settings,
            start: now,
            first_timestamp: rng.u32(..),
            first_picture_id: rng.u16(..0x8000),
            pictures: 0,
            key_picture: 0,
            packets: 0,
            tl0_pic_idx: rng.u8(..),
            wants_key_frame: true,
            key_frames: 0,
            active: settings.layers.spatial,
        }
    }

    /// The next picture is a key picture.
    pub fn request_key_frame(&mut self) {
        self.wants_key_frame = true;
    }

    /// Sends so many spatial layers from the next picture on, as an encoder that runs out of bitrate does.
    pub fn set_active(&mut self, spatial_layers: u8) {
        self.active = spatial_layers;
    }

    /// Layers that were announced.
    pub fn layers(&self) -> ScalabilityLayers {
        self.settings.layers
    }

    /// Key pictures made so far.
    pub fn key_frames(&self) -> u64 {
        self.key_frames
    }

    /// Packets made so far.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// When the next picture is to be taken.
    pub fn poll_timeout(&self) -> Instant {
        when(self.start, self.pictures, self.settings.fps)
    }

    /// The packets of the next picture: of all its layers.
    pub fn frame(&mut self) -> Vec<SourcePacket> {
        let is_key = std::mem::take(&mut self.wants_key_frame);
        if is_key {
            self.key_frames += 1;
            self.key_picture = self.pictures;
        }
        let place = self.pictures - self.key_picture;
        let temporal = temporal_of(place, self.settings.layers.temporal);
        if temporal == 0 {
            self.tl0_pic_idx = self.tl0_pic_idx.wrapping_add(1);
        }
        let mut packets = Vec::new();
        for spatial in 0..self.active {
            let (len, count) = self.size(spatial, is_key);
            let frame = Frame {
                spatial,
                temporal,
                is_key,
                len,
                count,
            };
            packets.extend((0..count).map(|index| self.packet(&frame, index)));
        }
        self.pictures += 1;
        packets
    }

    /// Each layer has twice the bitrate of the one below.
    fn size(&self, spatial: u8, is_key: bool) -> (usize, usize) {
        let shares = (1_u64 << self.settings.layers.spatial) - 1;
        let bits = self.settings.bitrate.0 / u64::from(self.settings.fps);
        let bytes = usize::try_from(bits / 8 * (1 << spatial) / shares).unwrap_or(0);
        let bytes = bytes * if is_key { KEY_FRAME_FACTOR } else { 1 };
        let packet_len = self.settings.packet_len.max(MIN_PACKET_LEN);
        let count = bytes.div_ceil(packet_len).max(1);
        ((bytes / count).max(MIN_PACKET_LEN), count)
    }

    fn packet(&mut self, frame: &Frame, index: usize) -> SourcePacket {
        let picture = u32::try_from(self.pictures).unwrap_or(u32::MAX);
        let id = self.first_picture_id.wrapping_add(picture as u16) & 0x7fff;
        let is_last = index + 1 == frame.count;
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        // I, L; P, B and E.
        let flags = 0xa0 | flag(!frame.is_key, 0x40) | flag(index == 0, 0x08) | flag(is_last, 0x04);
        let [high, low] = (id | 0x8000).to_be_bytes();
        // U: nothing refers to its own temporal layer, but for the lowest. D: to the spatial layer below.
        let up = flag(frame.temporal > 0, 0x10);
        let below = frame.spatial > 0 && (frame.is_key || !self.settings.layers.ksvc);
        let layer = frame.temporal << 5 | up | frame.spatial << 1 | u8::from(below);
        let mut payload = vec![flags, high, low, layer, self.tl0_pic_idx];
        payload.resize(frame.len.saturating_sub(TAG_LEN), 0x55);
        let tag = Tag {
            packet: self.packets,
            frame: picture,
            index: u16::try_from(index).unwrap_or(u16::MAX),
            count: u16::try_from(frame.count).unwrap_or(u16::MAX),
            is_key: frame.is_key && frame.spatial == 0,
        };
        tag.append_to(&mut payload);
        self.packets += 1;
        SourcePacket {
            timestamp: self
                .first_timestamp
                .wrapping_add(super::ticks(self.pictures, self.settings.fps)),
            marker: is_last && frame.spatial + 1 == self.active,
            payload,
            level: None,
        }
    }
}
