//! How the numbers of the stream that a consumer follows become its own, so that a change of stream is none for the
//! peer: timestamps go on, and so do the picture ids of VP8.

#![deny(clippy::indexing_slicing)]

use crate::packet::{PacketMeta, Vp8Fields};
use crate::send_stream::Vp8Rewrite;
use miso_wire::RtpTime;
use std::time::Instant;

/// Picture ids have 15 bits (RFC 7741, section 4.2).
const PICTURE_ID_MASK: u16 = 0x7fff;

/// The latest packet that was sent, in the consumer's numbers.
#[derive(Clone, Copy, Debug)]
struct Latest {
    timestamp: RtpTime,
    at: Instant,
    vp8: Option<Vp8Rewrite>,
}

/// The offsets in force.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rewrite {
    /// Taken off timestamps.
    timestamp: u32,
    picture_id: u16,
    tl0_pic_idx: u8,
    /// Whether picture ids are others than they came.
    pictures_differ: bool,
    latest: Option<Latest>,
}

impl Rewrite {
    /// The consumer goes on with another stream, or after a pause, from this packet on. What is to be taken off
    /// timestamps from here on.
    pub(crate) fn switch_to(
        &mut self,
        meta: &PacketMeta,
        clock_rate: u32,
        is_other_stream: bool,
    ) -> u32 {
        let Some(latest) = self.latest else {
            return self.timestamp;
        };
        if is_other_stream {
            // The two streams' clocks have nothing in common but real time.
            let elapsed = meta
                .arrival
                .saturating_duration_since(latest.at)
                .as_micros();
            let ticks =
                u32::try_from(elapsed * u128::from(clock_rate) / 1_000_000).unwrap_or(u32::MAX / 2);
            self.timestamp = meta
                .ts
                .0
                .wrapping_sub(latest.timestamp.wrapping_add(ticks.max(1)).0);
        }
        if let (Some(vp8), Some(last)) = (&meta.vp8, latest.vp8)
            && is_other_stream
        {
            self.switch_pictures(vp8, last);
        }
        self.timestamp
    }

    fn switch_pictures(&mut self, vp8: &Vp8Fields, last: Vp8Rewrite) {
        self.pictures_differ = true;
        if let Some((found, _)) = vp8.picture_id {
            self.picture_id = last.picture_id.wrapping_add(1).wrapping_sub(found) & PICTURE_ID_MASK;
        }
        if let Some((found, _)) = vp8.tl0_pic_idx {
            self.tl0_pic_idx = last.tl0_pic_idx.wrapping_add(1).wrapping_sub(found);
        }
    }

    /// The consumer's picture ids of a packet.
    fn pictures(&self, meta: &PacketMeta) -> Option<Vp8Rewrite> {
        let vp8 = meta.vp8?;
        Some(Vp8Rewrite {
            picture_id: vp8
                .picture_id
                .map_or(0, |(id, _)| id)
                .wrapping_add(self.picture_id)
                & PICTURE_ID_MASK,
            tl0_pic_idx: vp8
                .tl0_pic_idx
                .map_or(0, |(index, _)| index)
                .wrapping_add(self.tl0_pic_idx),
        })
    }

    /// What is to be rewritten in the payload of a packet; none while it can stay as it came.
    pub(crate) fn payload(&self, meta: &PacketMeta) -> Option<Vp8Rewrite> {
        if self.pictures_differ {
            self.pictures(meta)
        } else {
            None
        }
    }

    /// A packet was sent with this timestamp.
    pub(crate) fn sent(&mut self, meta: &PacketMeta, timestamp: RtpTime) {
        let is_latest = self
            .latest
            .is_none_or(|latest| !latest.timestamp.is_newer_than(timestamp));
        if is_latest {
            self.latest = Some(Latest {
                timestamp,
                at: meta.arrival,
                vp8: self.pictures(meta),
            });
        }
    }
}

#[cfg(test)]
mod tests;
