//! VP9 with spatial and temporal layers in one stream (RFC 9628).

use std::time::Instant;

use miso_ortc::ScalabilityLayers;

use super::camera::{Camera, Frame};
use super::{SourcePacket, VideoSettings};
use crate::tag::TAG_LEN;

/// VP9 from a camera that films noise.
#[derive(Clone, Debug)]
pub struct Vp9Source {
    camera: Camera,
    first_picture_id: u16,
    tl0_pic_idx: u8,
}

impl Vp9Source {
    /// A camera that is switched on at `now`.
    pub fn new(settings: VideoSettings, rng: &mut fastrand::Rng, now: Instant) -> Self {
        Self {
            camera: Camera::new(settings, rng.u32(..), now),
            first_picture_id: rng.u16(..0x8000),
            tl0_pic_idx: rng.u8(..),
        }
    }

    /// The next picture is a key picture.
    pub fn request_key_frame(&mut self) {
        self.camera.request_key_frame();
    }

    /// Sends so many spatial layers from the next picture on, as an encoder that runs out of bitrate does.
    pub fn set_active(&mut self, spatial_layers: u8) {
        self.camera.set_active(spatial_layers);
    }

    /// Layers that were announced.
    pub fn layers(&self) -> ScalabilityLayers {
        self.camera.layers()
    }

    /// Key pictures made so far.
    pub fn key_frames(&self) -> u64 {
        self.camera.key_frames
    }

    /// Packets made so far.
    pub fn packets(&self) -> u64 {
        self.camera.packets()
    }

    /// When the next picture is to be taken.
    pub fn poll_timeout(&self) -> Instant {
        self.camera.poll_timeout()
    }

    /// The packets of the next picture: of all its layers.
    pub fn frame(&mut self) -> Vec<SourcePacket> {
        let picture = self.camera.take();
        if picture.temporal == 0 {
            self.tl0_pic_idx = self.tl0_pic_idx.wrapping_add(1);
        }
        let mut packets = Vec::new();
        for spatial in 0..picture.active {
            let frame = self.camera.frame(picture, spatial);
            packets.extend((0..frame.count).map(|index| self.packet(&frame, index)));
        }
        packets
    }

    fn packet(&mut self, frame: &Frame, index: usize) -> SourcePacket {
        let picture = frame.picture;
        let id = self.first_picture_id.wrapping_add(picture.number as u16) & 0x7fff;
        let is_last = frame.is_last(index);
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        // I, L; P, B and E.
        let flags =
            0xa0 | flag(!picture.is_key, 0x40) | flag(index == 0, 0x08) | flag(is_last, 0x04);
        let [high, low] = (id | 0x8000).to_be_bytes();
        // U: nothing refers to its own temporal layer, but for the lowest. D: to the spatial layer below.
        let up = flag(picture.temporal > 0, 0x10);
        let below = frame.spatial > 0 && (picture.is_key || !self.layers().ksvc);
        let layer = picture.temporal << 5 | up | frame.spatial << 1 | u8::from(below);
        let mut payload = vec![flags, high, low, layer, self.tl0_pic_idx];
        payload.resize(frame.len.saturating_sub(TAG_LEN), 0x55);
        self.camera.tag(frame, index).append_to(&mut payload);
        SourcePacket {
            timestamp: self.camera.timestamp(picture),
            marker: is_last && frame.spatial + 1 == picture.active,
            payload,
            level: None,
            descriptor: None,
        }
    }
}
