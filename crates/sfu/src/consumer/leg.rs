//! One stream to a consumer's peer, and what it forwards.
//!
//! Most consumers have one leg, which goes from one stream of the producer to another. Those of type pipe have one for
//! each encoding, which never changes.

#![deny(clippy::indexing_slicing)]

use super::layers::LayerFilter;
use crate::producer::Producer;
use crate::ring::ArrivalCursor;
use crate::send_stream::SendStream;
use miso_wire::{ExtSeq, RtpTime, Ssrc};
use std::time::Instant;

/// What a leg forwards at present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Current {
    /// Index of the producer's stream.
    pub(crate) stream: usize,
    /// What it was served of it.
    pub(crate) cursor: ArrivalCursor,
    /// The number from which on it is to get what is stored, before it gets what arrives: a key frame's first packet
    /// may have arrived after others of the frame.
    pub(crate) replay: Option<ExtSeq>,
    /// Whether a packet that a decoder can begin with is still awaited.
    pub(crate) awaits_key_frame: bool,
    /// Whether the sequence numbers are to go on from here.
    pub(crate) must_sync: bool,
}

/// One stream to the peer.
#[derive(Debug)]
pub(crate) struct Leg {
    /// The stream.
    pub(crate) send: SendStream,
    /// What is forwarded.
    pub(crate) current: Option<Current>,
    /// The stream that is to be forwarded as soon as it has a key frame.
    pub(crate) target: Option<Current>,
    /// Chooses among the packets, where there are layers to choose from.
    pub(crate) filter: Option<Box<LayerFilter>>,
    /// Whether its only stream has another source than what was sent last.
    has_new_source: bool,
}

impl Leg {
    /// One that forwards nothing yet.
    pub(crate) fn new(send: SendStream) -> Self {
        Self {
            send,
            current: None,
            target: None,
            filter: None,
            has_new_source: false,
        }
    }

    /// Reads what serving it needs and the cache may have lost. What comes out means nothing.
    pub(crate) fn touch(&self) -> u64 {
        self.send.touch() ^ self.current.map_or(0, |current| current.stream as u64)
    }

    /// Forwards nothing until it follows a stream again.
    pub(crate) fn stop(&mut self) {
        self.follow_nothing();
        self.send.pause();
    }

    /// The same, but what was sent may still be asked for.
    pub(crate) fn follow_nothing(&mut self) {
        self.current = None;
        self.target = None;
        if let Some(filter) = &mut self.filter {
            filter.stop();
        }
    }

    /// A stream of the producer has another source from here on, and nothing that was stored of it is left.
    pub(crate) fn source_changed(&mut self, stream: usize) {
        let is_it = |followed: &Current| followed.stream == stream;
        if self.current.as_ref().is_some_and(is_it) {
            self.stop();
        }
        if self.target.as_ref().is_some_and(is_it) {
            self.target = None;
        }
        match &mut self.filter {
            Some(filter) => filter.source_changed(stream),
            None => self.has_new_source = true,
        }
    }

    /// The numbers go on from a packet with this timestamp. How many before it, and what to take off timestamps.
    pub(crate) fn resume(&mut self, stream: usize, ts: RtpTime, now: Instant) -> (u64, u32) {
        let has_new_source = std::mem::take(&mut self.has_new_source);
        match &mut self.filter {
            Some(filter) => filter.resume(stream),
            None if has_new_source => (1, self.send.ts_offset_from(ts, now)),
            None => (1, self.send.ts_offset()),
        }
    }

    /// The stream that is forwarded at present, not only awaited.
    pub(crate) fn begun(&self) -> Option<usize> {
        let begun = self.current.filter(|current| !current.awaits_key_frame);
        begun.map(|current| current.stream)
    }

    /// Follows a stream, at once when it follows none, else from its next key frame on. The router's SSRC of the
    /// stream whose key frame is now awaited, if that is news.
    pub(crate) fn follow(
        &mut self,
        best: Option<usize>,
        producer: &Producer,
        needs_key_frame: bool,
    ) -> Option<Ssrc> {
        let Some(stream) = best else {
            self.follow_nothing();
            return None;
        };
        let found = producer.streams.get(stream)?;
        let follow = Current {
            stream,
            cursor: found.ring.cursor(),
            replay: None,
            awaits_key_frame: needs_key_frame,
            must_sync: true,
        };
        match (self.current, self.target) {
            (Some(current), _) if current.stream == stream => {
                self.target = None;
                return None;
            }
            (_, Some(target)) if target.stream == stream => return None,
            // What it still waits for is given up, not played to the end.
            (Some(current), _) if !current.awaits_key_frame => self.target = Some(follow),
            _ => {
                self.current = Some(follow);
                self.target = None;
            }
        }
        needs_key_frame.then_some(found.mapped_ssrc)
    }
}

/// The legs of a consumer, at least one.
#[derive(Debug)]
pub(crate) struct Legs {
    /// The only one but for pipes; inline, so that the packet path finds it beside the consumer.
    first: Leg,
    /// The others of a pipe, in the order of the encodings.
    others: Box<[Leg]>,
}

impl Legs {
    /// One for each of these streams to the peer.
    pub(crate) fn new(first: SendStream, others: impl Iterator<Item = SendStream>) -> Self {
        Self {
            first: Leg::new(first),
            others: others.map(Leg::new).collect(),
        }
    }

    /// The first, which is the only one but for pipes.
    pub(crate) const fn first(&self) -> &Leg {
        &self.first
    }

    /// The same, to be changed.
    pub(crate) const fn first_mut(&mut self) -> &mut Leg {
        &mut self.first
    }

    /// All in the order of the encodings.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Leg> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// All, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Leg> {
        std::iter::once(&mut self.first).chain(&mut self.others)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.others.len() + 1
    }

    /// One by its place.
    pub(crate) fn get(&self, index: usize) -> Option<&Leg> {
        match index.checked_sub(1) {
            None => Some(&self.first),
            Some(other) => self.others.get(other),
        }
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut Leg> {
        match index.checked_sub(1) {
            None => Some(&mut self.first),
            Some(other) => self.others.get_mut(other),
        }
    }

    /// The place of the one that sends media under an SSRC.
    pub(crate) fn position(&self, ssrc: Ssrc) -> Option<usize> {
        self.iter().position(|leg| leg.send.params().ssrc == ssrc)
    }
}

#[cfg(test)]
mod tests;
