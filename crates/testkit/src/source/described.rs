//! AV1 and H.264, whose layers the dependency descriptor tells (RTP payload format for AV1, appendix A).

mod descriptor;

use std::time::Instant;

use miso_ortc::ScalabilityLayers;

use super::camera::{Camera, Frame};
use super::{SourcePacket, VideoSettings};
use crate::tag::{TAG_LEN, Tag};
use descriptor::Descriptors;

/// H.264: a sequence and a picture parameter set, of constrained baseline.
const SPS: [u8; 9] = [0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe9];
const PPS: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];
/// H.264: the headers of a STAP-A, of a slice of a key frame, and of one of another.
const STAP_A: u8 = 24;
const IDR_SLICE: u8 = 0x65;
const SLICE: u8 = 0x41;
/// AV1: the headers of a sequence header and of a frame, neither with a length.
const SEQUENCE: [u8; 5] = [0x08, 0x00, 0x00, 0x00, 0x04];
const FRAME: u8 = 0x30;

/// How a [`DescribedSource`] packs its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Described {
    /// AV1 with spatial and temporal layers.
    Av1,
    /// H.264 with temporal layers (RFC 6184), each packet with a slice of its own.
    H264,
}

/// Video from a camera that films noise, with dependency descriptors.
#[derive(Clone, Debug)]
pub struct DescribedSource {
    format: Described,
    camera: Camera,
    descriptors: Descriptors,
}

impl DescribedSource {
    /// A camera that is switched on at `now`.
    pub fn new(
        format: Described,
        settings: VideoSettings,
        rng: &mut fastrand::Rng,
        now: Instant,
    ) -> Self {
        Self {
            format,
            camera: Camera::new(settings, rng.u32(..), now),
            descriptors: Descriptors::new(settings.layers, rng.u16(..)),
        }
    }

    /// How its frames are packed.
    pub fn format(&self) -> Described {
        self.format
    }

    /// The next picture is a key picture.
    pub fn request_key_frame(&mut self) {
        self.camera.request_key_frame();
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
        let mut packets = Vec::new();
        for spatial in 0..picture.active {
            let frame = self.camera.frame(picture, spatial);
            packets.extend((0..frame.count).map(|index| self.packet(&frame, index)));
            self.descriptors.frame_ends();
        }
        packets
    }

    fn packet(&mut self, frame: &Frame, index: usize) -> SourcePacket {
        let tag = self.camera.tag(frame, index);
        let begins = tag.is_key && index == 0;
        let payload = match self.format {
            Described::Av1 => av1(frame, (index, begins), tag),
            Described::H264 => h264(frame, begins, tag),
        };
        let is_last = frame.is_last(index);
        SourcePacket {
            timestamp: self.camera.timestamp(frame.picture),
            marker: is_last && frame.spatial + 1 == frame.picture.active,
            payload,
            level: None,
            descriptor: Some(self.descriptors.of(frame, index)),
        }
    }
}

/// A part of a frame; the first packet of a key frame has a sequence header before it.
fn av1(frame: &Frame, (index, begins): (usize, bool), tag: Tag) -> Vec<u8> {
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    // Z, Y; W: how many OBUs or parts of them; N.
    let spread = flag(index > 0, 0x80) | flag(!frame.is_last(index), 0x40);
    let mut payload = if begins {
        let mut head = vec![spread | 0x28, SEQUENCE.len() as u8];
        head.extend(SEQUENCE);
        head
    } else {
        vec![spread | 0x10]
    };
    if index == 0 {
        payload.push(FRAME);
    }
    filled(payload, frame.len, tag)
}

/// A slice; the first packet of a key frame has parameter sets before it.
fn h264(frame: &Frame, begins: bool, tag: Tag) -> Vec<u8> {
    let slice = if frame.picture.is_key {
        IDR_SLICE
    } else {
        SLICE
    };
    if !begins {
        return filled(vec![slice], frame.len, tag);
    }
    let mut payload = vec![STAP_A];
    for set in [&SPS[..], &PPS[..]] {
        payload.extend((set.len() as u16).to_be_bytes());
        payload.extend(set);
    }
    let rest = frame.len.saturating_sub(payload.len() + 2);
    payload.extend((rest as u16).to_be_bytes());
    payload.push(slice);
    filled(payload, frame.len, tag)
}

fn filled(mut payload: Vec<u8>, len: usize, tag: Tag) -> Vec<u8> {
    payload.resize(len.saturating_sub(TAG_LEN), 0x55);
    tag.append_to(&mut payload);
    payload
}

#[cfg(test)]
mod tests;
