//! What arrived at a peer, and what can be said of it.

mod decoding;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use miso_wire::{Codec, Vp8Descriptor, Vp9Descriptor};

use crate::tag::Tag;

pub use decoding::{Decoding, Followed};

/// A packet that arrived.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Extended sequence number.
    pub seq: u64,
    /// RTP timestamp.
    pub timestamp: u32,
    /// Last one of its frame.
    pub marker: bool,
    /// What its source wrote behind the payload.
    pub tag: Tag,
    /// VP8 or VP9 picture id.
    pub picture_id: Option<u16>,
    /// Spatial layer within the stream.
    pub spatial: u8,
    /// Temporal layer.
    pub temporal: u8,
    /// Bytes of payload.
    pub len: usize,
    /// When it arrived.
    pub at: Instant,
}

/// The packets of one consumer.
#[derive(Clone, Debug, Default)]
pub struct MediaSink {
    /// In the order of arrival.
    pub arrivals: Vec<Arrival>,
    /// Packets whose payload carried no tag: they were damaged on the way, or are not media.
    pub untagged: u64,
    /// Whether a decoder could begin.
    can_begin: bool,
    /// What a decoder waits for; followed only where it asks for key frames after losses.
    decoding: Option<Decoding>,
    /// When a key frame was last asked for.
    asked_at: Option<Instant>,
}

/// How long a decoder waits for a lost packet before it asks for a key frame.
const PATIENCE: Duration = Duration::from_millis(400);

/// Time between two requests of a decoder that cannot begin.
const ASK_AGAIN: Duration = Duration::from_millis(500);

impl MediaSink {
    /// Takes a packet.
    pub(crate) fn receive(
        &mut self,
        header: (u64, u32, bool),
        payload: &[u8],
        codec: Codec,
        at: Instant,
    ) {
        let Some(tag) = Tag::read(payload) else {
            self.untagged += 1;
            return;
        };
        let (seq, timestamp, marker) = header;
        let info = codec.read(payload, marker, None).unwrap_or_default();
        let picture_id = match codec {
            Codec::Vp8 => Vp8Descriptor::parse(payload)
                .ok()
                .and_then(|descriptor| descriptor.picture_id)
                .map(|id| id.value),
            Codec::Vp9 => Vp9Descriptor::parse(payload)
                .ok()
                .and_then(|descriptor| descriptor.picture_id),
            _ => None,
        };
        self.arrivals.push(Arrival {
            seq,
            timestamp,
            marker,
            tag,
            picture_id,
            spatial: info.spatial,
            temporal: info.temporal,
            len: payload.len(),
            at,
        });
        if let (Some(decoding), Some(arrival)) = (&mut self.decoding, self.arrivals.last()) {
            decoding.follow(arrival);
        }
    }

    /// Whether the decoder asks for a key frame now, since it still has nothing to begin with.
    pub(crate) fn asks_for_key_frame(&mut self, at: Instant) -> bool {
        let begins = |arrival: &Arrival| arrival.tag.is_key && arrival.tag.index == 0;
        self.can_begin |= self.arrivals.last().is_some_and(begins);
        let is_due = self.asked_at.is_none_or(|asked| at - asked >= ASK_AGAIN);
        let stuck = self.decoding.as_ref().and_then(Decoding::stuck_since);
        let is_stuck = stuck.is_some_and(|since| at - since >= PATIENCE);
        if !is_due || self.can_begin && !is_stuck {
            return false;
        }
        self.asked_at = Some(at);
        true
    }

    /// From now on a decoder that lost something asks for a key frame.
    pub(crate) fn ask_after_losses(&mut self) {
        self.decoding = Some(Decoding::default());
    }

    /// How many packets arrived.
    pub fn len(&self) -> usize {
        self.arrivals.len()
    }

    /// Whether nothing arrived.
    pub fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
    }

    /// Forgets what arrived so far.
    pub fn clear(&mut self) {
        self.arrivals.clear();
        self.untagged = 0;
        self.can_begin = false;
    }

    /// What can be said of all that arrived.
    pub fn report(&self) -> MediaReport {
        MediaReport::of(&self.arrivals)
    }
}

/// What can be said of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaReport {
    /// Different packets.
    pub packets: usize,
    /// Packets that arrived more than once.
    pub duplicates: usize,
    /// Sequence numbers that are missing between the first and the last one.
    pub missing: Vec<u64>,
    /// Packets before the first one that begins a key frame; what follows is said of those from there on.
    pub before_key_frame: usize,
    /// Frames of which all packets arrived.
    pub complete_frames: usize,
    /// Of these, key frames.
    pub key_frames: usize,
    /// Frames of which some packets are missing.
    pub incomplete_frames: usize,
    /// Places where the timestamp went back, as sequence numbers.
    pub timestamps_back: Vec<u64>,
    /// Places where packets of one source follow that do not follow each other there, though the sequence numbers do.
    pub content_jumps: Vec<u64>,
    /// Places where the picture id did not go up by one with the frame.
    pub picture_jumps: Vec<u64>,
    /// Packets of a frame with unequal timestamps, or of two frames with the same.
    pub torn_frames: Vec<u64>,
}

impl MediaReport {
    /// It began with a key frame, nothing is missing, and everything is where it belongs.
    pub fn is_flawless(&self) -> bool {
        self.before_key_frame == 0 && self.is_complete()
    }

    /// From the first key frame on nothing is missing, and everything is where it belongs. The very first packets can
    /// be lost for good, since their receiver knows nothing of them.
    pub fn is_complete(&self) -> bool {
        self.packets > 0
            && self.missing.is_empty()
            && self.incomplete_frames == 0
            && self.timestamps_back.is_empty()
            && self.content_jumps.is_empty()
            && self.picture_jumps.is_empty()
            && self.torn_frames.is_empty()
    }

    fn of(arrivals: &[Arrival]) -> Self {
        let mut by_seq: BTreeMap<u64, &Arrival> = BTreeMap::new();
        let mut report = Self::default();
        for arrival in arrivals {
            if by_seq.insert(arrival.seq, arrival).is_some() {
                report.duplicates += 1;
            }
        }
        let begins = |arrival: &&Arrival| arrival.tag.is_key && arrival.tag.index == 0;
        let first = by_seq
            .values()
            .find(|arrival| begins(arrival))
            .map(|arrival| arrival.seq);
        report.before_key_frame = by_seq
            .keys()
            .filter(|seq| first.is_none_or(|first| **seq < first))
            .count();
        let ordered: Vec<&Arrival> = by_seq.into_values().skip(report.before_key_frame).collect();
        report.packets = ordered.len();
        for pair in ordered.windows(2) {
            if let [before, after] = pair {
                report.compare(before, after);
            }
        }
        report.count_frames(&ordered);
        report
    }

    fn compare(&mut self, before: &Arrival, after: &Arrival) {
        self.missing.extend(before.seq + 1..after.seq);
        let ticks = after.timestamp.wrapping_sub(before.timestamp);
        if ticks > u32::MAX / 2 {
            self.timestamps_back.push(after.seq);
        }
        let adjacent = after.seq == before.seq + 1;
        if adjacent && after.tag.packet != before.tag.packet + 1 {
            self.content_jumps.push(after.seq);
        }
        let same_frame = after.tag.frame == before.tag.frame && after.tag.index > before.tag.index;
        if same_frame != (ticks == 0) {
            self.torn_frames.push(after.seq);
        }
        if let (Some(old), Some(new)) = (before.picture_id, after.picture_id) {
            let step = new.wrapping_sub(old) & 0x7fff;
            if adjacent && step != u16::from(!same_frame) {
                self.picture_jumps.push(after.seq);
            }
        }
    }

    /// Frames by timestamp. The end of the last one may be lost for good: nothing that follows tells of it.
    fn count_frames(&mut self, ordered: &[&Arrival]) {
        let last = ordered.last().map(|last| last.seq);
        for frame in ordered.chunk_by(|a, b| a.timestamp == b.timestamp) {
            let Some(first) = frame.first() else { continue };
            let is_last = frame.last().map(|last| last.seq) == last;
            if frame.len() == usize::from(first.tag.count) {
                self.complete_frames += 1;
                self.key_frames += usize::from(first.tag.is_key);
            } else if !is_last {
                self.incomplete_frames += 1;
            }
        }
    }
}

/// Messages of one DataChannel, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub struct DataSink {
    /// Whether the channel opened.
    pub is_open: bool,
    /// Whether the peer closed it.
    pub is_closed: bool,
    /// Binary or not, and the bytes.
    pub messages: Vec<(bool, Vec<u8>)>,
}
