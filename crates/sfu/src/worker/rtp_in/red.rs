//! Packets that were lost, restored from the copies in later ones (RFC 2198).

#![deny(clippy::indexing_slicing)]

use super::payload::Red;
use super::{ClearPacket, Origin, StreamPlace};
use crate::worker::Worker;
use miso_wire::{ExtensionBlock, RtpHeader, RtpTime, Seq};
use std::time::Instant;

/// Most packets restored from one. Senders add one or two copies; more would serve longer bursts, fewer would leave
/// less to do for who sends many.
const MAX_RESTORED: u64 = 8;

impl Worker {
    /// Restores what was lost right before a packet as far as it has copies: each is taken for one packet, as senders
    /// make them. Whoever takes no RED has nothing else to repair losses with, and nobody needs to be asked.
    ///
    /// To be called before the packet itself is stored, so that consumers get all in order.
    pub(super) fn restore_lost(
        &mut self,
        place: StreamPlace,
        packet: &ClearPacket<'_>,
        (red, lost): (Red, u64),
        now: Instant,
    ) {
        let header = &packet.header;
        let payload = header.payload(packet.bytes);
        for frames_back in (1..=lost.min(MAX_RESTORED) as u16).rev() {
            let copy = red.layout.copy(payload, usize::from(frames_back));
            let Some(copy) = copy.filter(|copy| !copy.range.is_empty()) else {
                continue;
            };
            let ticks = u32::from(copy.timestamp_offset);
            let restored = RtpHeader {
                pt: red.blocks.pt,
                seq: Seq(header.seq.0.wrapping_sub(frames_back)),
                timestamp: RtpTime(header.timestamp.0.wrapping_sub(ticks)),
                marker: false,
                header_len: header.header_len + copy.range.start,
                payload_len: copy.range.len(),
                // They tell of the packet that came.
                extensions: ExtensionBlock::EMPTY,
                ..*header
            };
            let restored = ClearPacket {
                bytes: packet.bytes,
                header: restored,
                origin: Origin::Copy,
            };
            // One that is not taken is as lost as it was.
            let _ = self.receive_media(place, &restored, now);
        }
    }
}
