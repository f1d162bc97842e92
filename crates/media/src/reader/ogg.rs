//! Ogg with Opus (RFC 3533, RFC 7845). Other codecs in Ogg are named only.

mod page;

use std::collections::VecDeque;

use super::source::{Source, What};
use super::{MAX_TRACKS, RawFrame, duration, nanos};
use crate::bitstream::opus::{self, OpusHead};
use crate::{Codec, Format, MediaError, Track};
use page::{Page, Pages};

/// A packet of Opus cannot be longer than 120 ms of frames of 1,275 bytes; more is damage.
const MAX_PACKET_LEN: usize = 64 << 10;

pub(super) const fn what(name: &'static str) -> What {
    What {
        format: Format::Ogg,
        name,
    }
}

pub(super) struct OggReader {
    pages: Pages,
    /// The Opus stream that is read; none when there is none.
    opus: Option<OpusStream>,
}

struct OpusStream {
    track: usize,
    serial: u32,
    pre_skip: u64,
    /// Where the next packet begins, in samples since the first one, pre-skip included.
    position: u64,
    /// The granule position of the first sample, known after the first page with packets.
    first_granule: Option<u64>,
    /// The comment header is still to come.
    awaits_comment: bool,
    partial: Vec<u8>,
    ready: VecDeque<Packet>,
    ended: bool,
}

struct Packet {
    data: Vec<u8>,
    start: u64,
    samples: u64,
}

pub(super) fn open(source: Source) -> Result<(Vec<Track>, OggReader), MediaError> {
    let mut pages = Pages::new(source);
    let (mut tracks, mut opus) = (Vec::new(), None);
    // All first pages come before any other (RFC 3533, section 4).
    while let Some(page) = pages.next()? {
        if !page.begins_stream() {
            pages.put_back(page);
            break;
        }
        if tracks.len() >= MAX_TRACKS {
            continue;
        }
        let packet = page.packets().next().map_or(&[][..], |(packet, _)| packet);
        let Some(track) = describe(packet) else {
            continue;
        };
        if let (Some(head), None) = (OpusHead::parse(packet), &opus) {
            opus = Some(OpusStream::new(tracks.len(), page.serial, head));
        }
        tracks.push(track);
    }
    if tracks.is_empty() {
        return Err(MediaError::NoTracks {
            format: Format::Ogg,
        });
    }
    if let Some(opus) = &opus {
        let last = pages.last_granule(opus.serial)?;
        let samples = last.and_then(|last| last.checked_sub(opus.pre_skip));
        if let (Some(samples), Some(track)) = (samples, tracks.get_mut(opus.track)) {
            track.duration = Some(duration(samples, u64::from(opus::RATE), 1));
        }
    }
    Ok((tracks, OggReader { pages, opus }))
}

/// What a stream's first packet says; none for what is neither sound nor pictures.
fn describe(packet: &[u8]) -> Option<Track> {
    if let Some(head) = OpusHead::parse(packet) {
        let mut track = Track::audio(Codec::Opus, opus::RATE, u16::from(head.channels));
        track.codec_private = packet.to_vec();
        return Some(track);
    }
    let audio = |name: &str| Track::audio(Codec::Other(name.into()), 0, 0);
    Some(match packet {
        [1, b'v', b'o', b'r', b'b', b'i', b's', ..] => audio("Vorbis"),
        [0x7f, b'F', b'L', b'A', b'C', ..] => audio("FLAC"),
        [b'S', b'p', b'e', b'e', b'x', ..] => audio("Speex"),
        [0x80, b't', b'h', b'e', b'o', b'r', b'a', ..] => {
            Track::video(Codec::Other("Theora".into()), 0, 0)
        }
        _ => return None,
    })
}

impl OggReader {
    pub(super) fn next_frame(&mut self) -> Result<Option<RawFrame>, MediaError> {
        let Some(opus) = &mut self.opus else {
            return Ok(None);
        };
        loop {
            if let Some(packet) = opus.ready.pop_front() {
                let start = i64::try_from(packet.start).unwrap_or(i64::MAX);
                let pts = nanos(start, u64::from(opus::RATE), 1);
                return Ok(Some(RawFrame {
                    track: opus.track,
                    data: packet.data,
                    pts,
                    dts: pts,
                    duration: Some(duration(packet.samples, u64::from(opus::RATE), 1)),
                }));
            }
            if opus.ended {
                return Ok(None);
            }
            let Some(page) = self.pages.next()? else {
                if opus.partial.is_empty() {
                    return Ok(None);
                }
                return Err(self.pages.truncated("a packet"));
            };
            if page.serial == opus.serial {
                opus.take_page(&page)
                    .map_err(|what| self.pages.damaged(what))?;
            }
        }
    }
}

impl OpusStream {
    fn new(track: usize, serial: u32, head: OpusHead) -> Self {
        Self {
            track,
            serial,
            pre_skip: u64::from(head.pre_skip),
            position: 0,
            first_granule: None,
            awaits_comment: true,
            partial: Vec::new(),
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// Collects the packets of a page.
    fn take_page(&mut self, page: &Page) -> Result<(), &'static str> {
        if !page.continues() {
            self.partial.clear();
        }
        let mut on_page = 0;
        for (piece, complete) in page.packets() {
            if self.partial.len() + piece.len() > MAX_PACKET_LEN {
                // Comment headers may hold pictures and be long; their content does not matter.
                if !self.awaits_comment {
                    return Err("a packet is longer than Opus allows");
                }
            } else {
                self.partial.extend_from_slice(piece);
            }
            if !complete {
                continue;
            }
            let data = std::mem::take(&mut self.partial);
            if std::mem::replace(&mut self.awaits_comment, false) {
                continue;
            }
            // An empty or broken packet is a lost one to a decoder; it has no length of its own.
            let Some(samples) = opus::samples(&data) else {
                continue;
            };
            on_page += u64::from(samples);
            self.ready.push_back(Packet {
                data,
                start: self.position,
                samples: u64::from(samples),
            });
            self.position += u64::from(samples);
        }
        self.take_granule(page, on_page);
        self.ended = page.ends_stream();
        Ok(())
    }

    /// A granule position counts samples up to the end of the page. It tells how much of the last packet is not to be
    /// heard, and where samples are missing.
    fn take_granule(&mut self, page: &Page, on_page: u64) {
        let Some(granule) = page.granule.filter(|_| on_page > 0) else {
            return;
        };
        let Some(first) = self.first_granule else {
            // The first page may be trimmed when it is the last one as well (RFC 7845, section 4.5).
            self.first_granule = Some(granule.saturating_sub(on_page));
            if page.ends_stream() {
                self.trim(granule);
            }
            return;
        };
        let end = granule.saturating_sub(first);
        if page.ends_stream() {
            self.trim(end);
        } else if end > self.position {
            // A hole in the stream, such as lost pages: what follows plays when it should.
            let hole = end - self.position;
            let mut packets = self.ready.iter_mut().rev();
            let mut left = on_page;
            while let Some(packet) = packets.next().filter(|_| left > 0) {
                left = left.saturating_sub(packet.samples);
                packet.start += hole;
            }
            self.position = end;
        }
    }

    /// Shortens the last packets so that the stream ends at `end`.
    fn trim(&mut self, end: u64) {
        for packet in self.ready.iter_mut().rev() {
            if packet.start < end {
                packet.samples = packet.samples.min(end - packet.start);
                return;
            }
            packet.samples = 0;
        }
    }
}
