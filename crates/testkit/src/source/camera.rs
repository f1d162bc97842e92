//! What all cameras with layers in one stream have in common: when they take a picture, and how large its frames are.

use std::time::Instant;

use miso_ortc::ScalabilityLayers;

use super::{KEY_FRAME_FACTOR, MIN_PACKET_LEN, VideoSettings, temporal_of, ticks, when};
use crate::tag::Tag;

/// A camera that films noise.
#[derive(Clone, Debug)]
pub(super) struct Camera {
    settings: VideoSettings,
    start: Instant,
    first_timestamp: u32,
    pictures: u64,
    /// Number of the last key picture.
    key_picture: u64,
    packets: u64,
    wants_key_frame: bool,
    /// Key pictures made so far.
    pub(super) key_frames: u64,
    /// Spatial layers that are sent, of those that were announced.
    active: u8,
}

/// A picture that was taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    /// Its number.
    pub(super) number: u32,
    pub(super) temporal: u8,
    pub(super) is_key: bool,
    /// Spatial layers of it.
    pub(super) active: u8,
}

/// One spatial layer of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) picture: Picture,
    pub(super) spatial: u8,
    /// Bytes of each packet.
    pub(super) len: usize,
    /// How many packets it has.
    pub(super) count: usize,
}

impl Frame {
    pub(super) const fn is_last(&self, index: usize) -> bool {
        index + 1 == self.count
    }
}

impl Camera {
    /// One that is switched on at `now`.
    pub(super) fn new(settings: VideoSettings, first_timestamp: u32, now: Instant) -> Self {
        Self {
            settings,
            start: now,
            first_timestamp,
            pictures: 0,
            key_picture: 0,
            packets: 0,
            wants_key_frame: true,
            key_frames: 0,
            active: settings.layers.spatial,
        }
    }

    pub(super) const fn request_key_frame(&mut self) {
        self.wants_key_frame = true;
    }

    pub(super) const fn set_active(&mut self, spatial_layers: u8) {
        self.active = spatial_layers;
    }

    pub(super) const fn layers(&self) -> ScalabilityLayers {
        self.settings.layers
    }

    pub(super) const fn packets(&self) -> u64 {
        self.packets
    }

    pub(super) fn poll_timeout(&self) -> Instant {
        when(self.start, self.pictures, self.settings.fps)
    }

    /// Takes a picture.
    pub(super) fn take(&mut self) -> Picture {
        let is_key = std::mem::take(&mut self.wants_key_frame);
        if is_key {
            self.key_frames += 1;
            self.key_picture = self.pictures;
        }
        let place = self.pictures - self.key_picture;
        let picture = Picture {
            number: u32::try_from(self.pictures).unwrap_or(u32::MAX),
            temporal: temporal_of(place, self.settings.layers.temporal),
            is_key,
            active: self.active,
        };
        self.pictures += 1;
        picture
    }

    /// A spatial layer of it; each has twice the bitrate of the one below.
    pub(super) fn frame(&self, picture: Picture, spatial: u8) -> Frame {
        let shares = (1_u64 << self.settings.layers.spatial) - 1;
        let bits = self.settings.bitrate.0 / u64::from(self.settings.fps);
        let bytes = usize::try_from(bits / 8 * (1 << spatial) / shares).unwrap_or(0);
        let bytes = bytes * if picture.is_key { KEY_FRAME_FACTOR } else { 1 };
        let packet_len = self.settings.packet_len.max(MIN_PACKET_LEN);
        let count = bytes.div_ceil(packet_len).max(1);
        Frame {
            picture,
            spatial,
            len: (bytes / count).max(MIN_PACKET_LEN),
            count,
        }
    }

    /// The timestamp of a picture.
    pub(super) fn timestamp(&self, picture: Picture) -> u32 {
        let ticks = ticks(u64::from(picture.number), self.settings.fps);
        self.first_timestamp.wrapping_add(ticks)
    }

    /// The tag of a packet of a frame. Packets are counted by their tags.
    pub(super) fn tag(&mut self, frame: &Frame, index: usize) -> Tag {
        let tag = Tag {
            packet: self.packets,
            frame: frame.picture.number,
            index: u16::try_from(index).unwrap_or(u16::MAX),
            count: u16::try_from(frame.count).unwrap_or(u16::MAX),
            is_key: frame.picture.is_key && frame.spatial == 0,
        };
        self.packets += 1;
        tag
    }
}
