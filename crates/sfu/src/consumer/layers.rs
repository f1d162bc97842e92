//! Which packets of a layered stream a consumer gets, and what becomes of their numbers (fact sheet 3.11).
//!
//! Layers change from one picture to the next, never within one: all packets of a picture have one timestamp, and what
//! is decided for its first packet holds for those that come late as well. So whoever gets a frame got what it depends
//! on:
//!
//! * up to a higher spatial layer with a key picture only;
//! * up to a higher temporal layer with a frame that depends on lower ones only, or after one that opens it;
//! * down with any picture, but for spatial layers that depend on the same layer only (K-SVC), with a key picture.

#![deny(clippy::indexing_slicing)]

mod limits;
mod pictures;

use super::timeline::{GONE, Timeline};
use crate::packet::{LayerInfo, PacketMeta};
use crate::send_stream::Vp8Rewrite;
use limits::Limits;
use miso_wire::{ExtSeq, RtpTime};
use pictures::Pictures;
use std::time::{Duration, Instant};

/// After a key picture without the wanted spatial layer, how long until the next is asked for. Longer leaves viewers on
/// a lower layer that could have had the higher one, shorter asks senders more often for what they do not have.
const PATIENCE: Duration = Duration::from_secs(10);

/// The highest layers of a stream that are forwarded. Ordered by the spatial one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Layers {
    pub(crate) spatial: u8,
    pub(crate) temporal: u8,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is forwarded so.
    Forward {
        marker: bool,
        vp8: Option<Vp8Rewrite>,
    },
    /// It is left out on purpose.
    Drop,
}

/// The picture that is being forwarded.
#[derive(Clone, Copy, Debug)]
struct Picture {
    /// Its timestamp.
    ts: RtpTime,
    /// The highest number that was seen, of this or an earlier picture.
    newest: ExtSeq,
    /// Whether it depends on no earlier one.
    is_key: bool,
    /// Whether none of its packets was left out.
    is_whole: bool,
    /// The highest spatial layer of it that was forwarded.
    reached: u8,
    /// The highest spatial layer that was forwarded of the picture before.
    before: u8,
}

/// Chooses the packets of one leg.
#[derive(Debug)]
pub(crate) struct LayerFilter {
    /// Whether pictures that depend on earlier ones need of these their own spatial layer only (K-SVC).
    is_exact: bool,
    /// What is wanted.
    target: Layers,
    /// What is forwarded, and was.
    limits: Limits,
    /// The newest picture.
    picture: Option<Picture>,
    /// The picture numbers of VP8.
    pictures: Pictures,
    /// The timestamps.
    pub(crate) timeline: Timeline,
    /// The producer's stream whose numbers were last gone on from.
    synced_stream: Option<usize>,
    /// Whether the packet that was sent last ended a frame.
    last_had_marker: bool,
    /// When a key picture came that did not bring the wanted spatial layer.
    unreached: Option<Instant>,
}

impl LayerFilter {
    /// One that has seen nothing. `is_exact` for K-SVC.
    pub(crate) fn new(is_exact: bool) -> Self {
        Self {
            is_exact,
            target: Layers {
                spatial: 0,
                temporal: u8::MAX,
            },
            limits: Limits::default(),
            picture: None,
            pictures: Pictures::default(),
            timeline: Timeline::default(),
            synced_stream: None,
            last_had_marker: true,
            unreached: None,
        }
    }

    /// Sets what is wanted. True when that makes a key picture needed.
    pub(crate) fn set_target(&mut self, target: Layers) -> bool {
        if self.target == target {
            return false;
        }
        self.target = target;
        self.unreached = None;
        self.lacks_key_picture()
    }

    /// The highest layers that are forwarded; none before the first packet.
    pub(crate) fn current(&self) -> Option<Layers> {
        let limit = self.limits.current()?;
        let spatial = match self.picture {
            // Whether the wanted layer comes is seen at the end of the picture.
            Some(picture) if picture.is_key => {
                picture.before.max(picture.reached).min(limit.spatial)
            }
            _ => limit.spatial,
        };
        Some(Layers { spatial, ..limit })
    }

    /// Whether a key picture should be asked for.
    pub(crate) fn wants_key_picture(&self, now: Instant) -> bool {
        let is_patient = self
            .unreached
            .is_some_and(|at| now.saturating_duration_since(at) < PATIENCE);
        self.lacks_key_picture() && !is_patient
    }

    /// A key picture of which the wanted layer may still come lacks nothing.
    fn lacks_key_picture(&self) -> bool {
        let wanted = self.target.spatial;
        self.limits
            .current()
            .is_some_and(|limit| limit.spatial < wanted || self.is_exact && limit.spatial > wanted)
    }

    /// Nothing is forwarded from here on.
    pub(crate) fn stop(&mut self) {
        self.limits.clear();
        self.picture = None;
        self.unreached = None;
    }

    /// The stream has another source from here on.
    pub(crate) fn source_changed(&mut self, stream: usize) {
        self.timeline.source_changed(stream);
        if self.synced_stream == Some(stream) {
            self.synced_stream = Some(GONE);
        }
    }

    /// The leg goes on with the stream from a key picture on, or whatever it can begin with. How many numbers before
    /// its first packet the sequence goes on, and what to take off timestamps.
    pub(crate) fn resume(&mut self, stream: usize) -> (u64, u32) {
        let is_other = self
            .synced_stream
            .replace(stream)
            .is_some_and(|it| it != stream);
        self.stop();
        self.pictures.restart();
        // A receiver in the middle of a frame is shown a gap, so that it gives the frame up.
        let gap = if is_other && !self.last_had_marker {
            2
        } else {
            1
        };
        (gap, self.timeline.offset())
    }

    /// A packet was sent with this marker and timestamp.
    pub(crate) fn sent(&mut self, stream: usize, meta: &PacketMeta, sent: (RtpTime, bool)) {
        let (output, marker) = sent;
        self.last_had_marker = marker;
        self.timeline.sent(stream, (meta.ts, output), meta.arrival);
    }

    /// Judges a packet of the stream that is forwarded.
    pub(crate) fn judge(&mut self, meta: &PacketMeta) -> Verdict {
        let is_newest = self
            .picture
            .is_none_or(|picture| meta.ext_seq > picture.newest);
        let limit = if is_newest {
            self.advance(meta);
            self.limits.current()
        } else {
            self.limits.at(meta.ts)
        };
        // Before the beginning there was nothing.
        let Some(limit) = limit else {
            return Verdict::Drop;
        };
        let layer = &meta.layer;
        let is_spared = self.is_exact
            && layer
                .unneeded_by
                .checked_shr(limit.spatial.into())
                .is_some_and(|bits| bits & 1 == 1);
        let is_kept =
            layer.spatial <= limit.spatial && layer.temporal <= limit.temporal && !is_spared;
        if is_newest && let Some(picture) = &mut self.picture {
            picture.is_whole &= is_kept;
            if is_kept {
                picture.reached = picture.reached.max(layer.spatial);
            }
        }
        let vp8 = match &meta.vp8 {
            None => None,
            Some(fields) => match self.pictures.rewrite(fields, is_newest, is_kept) {
                Some(vp8) => Some(vp8),
                None => return Verdict::Drop,
            },
        };
        if !is_kept {
            return Verdict::Drop;
        }
        let ends = layer.end_of_frame && layer.spatial == limit.spatial;
        Verdict::Forward {
            marker: meta.marker || ends,
            vp8,
        }
    }

    /// Takes in that the packet, newer than any before, came.
    fn advance(&mut self, meta: &PacketMeta) {
        match &mut self.picture {
            Some(picture) if picture.ts == meta.ts => {
                picture.newest = meta.ext_seq;
                // A key picture whose first packet did not come first.
                if meta.key_frame && !picture.is_key && picture.is_whole {
                    picture.is_key = true;
                    self.limits.set(meta.ts, self.target);
                }
            }
            _ => self.begin_picture(meta),
        }
        // Takes effect with later pictures: this one's temporal layer is not higher.
        if let Some(current) = self.limits.current()
            && meta.layer.spatial == current.spatial
            && meta.layer.temporal <= current.temporal
        {
            let opened = meta.layer.opens_temporal.min(self.target.temporal);
            if opened > current.temporal {
                let temporal = opened;
                self.limits.set(
                    meta.ts,
                    Layers {
                        temporal,
                        ..current
                    },
                );
            }
        }
    }

    fn begin_picture(&mut self, meta: &PacketMeta) {
        let last = self.end_picture(meta.arrival);
        // The first packet is one to begin with.
        let is_key = meta.key_frame || last.is_none();
        let next = match last {
            Some(last) if !is_key => self.after(last, &meta.layer),
            _ => self.target,
        };
        if self
            .picture
            .is_some_and(|last| !meta.ts.is_newer_than(last.ts))
        {
            // The sender's clock was set back.
            self.limits.clear();
        }
        self.limits.set(meta.ts, next);
        self.picture = Some(Picture {
            ts: meta.ts,
            newest: meta.ext_seq,
            is_key,
            is_whole: true,
            reached: 0,
            before: last.map_or(0, |last| last.spatial),
        });
    }

    /// What was forwarded of the last picture.
    fn end_picture(&mut self, now: Instant) -> Option<Layers> {
        let limit = self.limits.current()?;
        let Some(picture) = self.picture.filter(|picture| picture.is_key) else {
            return Some(limit);
        };
        let reached = Layers {
            spatial: picture.reached.min(limit.spatial),
            ..limit
        };
        if reached != limit {
            self.unreached = Some(now);
            // From right after the key picture on, not from the next one that happened to come: one in between that
            // comes late goes on from what was forwarded of the key picture, and what came before it goes on from it.
            self.limits.set(picture.ts.wrapping_add(1), reached);
        }
        Some(reached)
    }

    /// What is forwarded of a picture that depends on others, after this much of the one before.
    fn after(&self, mut layers: Layers, begin: &LayerInfo) -> Layers {
        let target = self.target;
        if layers.spatial > target.spatial && !self.is_exact {
            layers.spatial = target.spatial;
        }
        layers.temporal = layers.temporal.min(target.temporal);
        let is_next = layers.temporal.checked_add(1) == Some(begin.temporal);
        if begin.switching_up && is_next && begin.temporal <= target.temporal {
            layers.temporal = begin.temporal;
        }
        layers
    }
}

#[cfg(test)]
mod tests;
