//! From which packet on a consumer is served.

#![deny(clippy::indexing_slicing)]

use super::Serving;
use crate::consumer::leg::Current;
use crate::consumer::timeline::Takeover;
use crate::packet::PacketMeta;
use miso_wire::{RtpTime, Ssrc};

impl Serving<'_> {
    /// Goes over to the awaited stream if its key frame is here, and begins with the key frame that the current
    /// stream waits for.
    pub(super) fn begin_awaited(&mut self) {
        if let Some(target) = self.leg.target {
            let next = self.begin(&target);
            if next.awaits_key_frame {
                self.leg.target = Some(next);
            } else {
                self.leg.target = None;
                self.leg.current = Some(next);
                self.leg.send.reset_score();
                return;
            }
        }
        if let Some(current) = self.leg.current.filter(|current| current.awaits_key_frame) {
            self.leg.current = Some(self.begin(&current));
        }
    }

    /// A stream whose key frame should be asked for.
    pub(super) fn awaited(&self) -> Option<Ssrc> {
        let is_awaited = |current: &Current| {
            let filter = self.leg.filter.as_ref();
            current.awaits_key_frame
                || filter.is_some_and(|filter| filter.wants_key_picture(self.now))
        };
        let current = self.leg.current.filter(is_awaited);
        let stream = self.leg.target.or(current)?.stream;
        Some(self.producer.streams.get(stream)?.mapped_ssrc)
    }

    /// The stream, followed from the key frame on that it waits for, if that is here, else with all that arrived so
    /// far passed over.
    fn begin(&mut self, followed: &Current) -> Current {
        let Some(stream) = self.producer.streams.get(followed.stream) else {
            return *followed;
        };
        let pool = self.pool;
        let key_frame = stream
            .ring
            .since(followed.cursor)
            .filter_map(|(_, _, index)| pool.meta(index))
            .find(|meta| meta.key_frame || meta.layer.untold);
        match key_frame {
            Some(meta) if self.take_over(followed.stream, meta) => Current {
                replay: Some(meta.ext_seq),
                awaits_key_frame: false,
                ..*followed
            },
            _ => Current {
                cursor: stream.ring.cursor(),
                ..*followed
            },
        }
    }

    /// Brings the timestamps of a stream in line with what was sent before. False when that needs another key frame.
    fn take_over(&mut self, stream: usize, meta: &PacketMeta) -> bool {
        let clock_rate = self.leg.send.params().clock_rate;
        let Some(filter) = &mut self.leg.filter else {
            return true;
        };
        let capture_of = |stream: usize, ts: RtpTime| {
            let stream = self.producer.streams.get(stream)?;
            stream.capture.sender_time(ts)
        };
        let latest = filter.timeline.latest();
        let since_latest = latest.and_then(|latest| {
            let before = capture_of(latest.stream, latest.input)?;
            capture_of(stream, meta.ts)?.checked_sub(before)
        });
        let takeover = Takeover {
            stream,
            ts: meta.ts,
            arrival: meta.arrival,
            since_latest,
        };
        filter.timeline.take_over(&takeover, clock_rate)
    }
}
