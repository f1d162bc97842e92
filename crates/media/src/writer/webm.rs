//! WebM: VP8, VP9 and AV1 with Opus (RFC 9559).

mod ebml;
mod head;

use std::collections::VecDeque;
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use crate::bitstream::size;
use crate::{Codec, Format, Frame, Kind, MediaError, Track};
use ebml::{element, number, unsigned};

/// A cluster ends before a key frame after so long, and in any case after the second. Longer clusters save bytes,
/// shorter ones lose less when writing is cut off and are found faster.
const CLUSTER: Duration = Duration::from_secs(2);
const MAX_CLUSTER: Duration = Duration::from_secs(10);
/// Bytes of a cluster that are held in memory before it is written.
const MAX_CLUSTER_LEN: usize = 8 << 20;
/// Frames that are held while a track has not shown a key frame yet; older ones are lost.
const MAX_HELD: usize = 2_000;
const MAX_HELD_LEN: usize = 8 << 20;

const SIMPLE_BLOCK: u32 = 0xa3;
const CLUSTER_ID: u32 = 0x1f43_b675;
const CLUSTER_TIMESTAMP: u32 = 0xe7;
const CUES: u32 = 0x1c53_bb6b;
const CUE_POINT: u32 = 0xbb;
const CUE_TIME: u32 = 0xb3;
const CUE_POSITIONS: u32 = 0xb7;
const CUE_TRACK: u32 = 0xf7;
const CUE_CLUSTER_POSITION: u32 = 0xf1;
const KEY_FRAME: u8 = 0x80;

/// Writes tracks of sound and pictures into a WebM file. What has been written plays even if [`WebmWriter::finish`] is
/// never called; only its length and its index are missing then.
#[derive(Debug)]
pub struct WebmWriter<W> {
    out: W,
    tracks: Vec<Track>,
    /// Frames that wait for the head to be complete; none once it is written.
    held: Option<VecDeque<Frame>>,
    held_len: usize,
    head: head::Places,
    cluster: Option<Cluster>,
    /// Time and position of each cluster.
    cues: Vec<(u64, u64)>,
    end: Duration,
}

#[derive(Debug)]
struct Cluster {
    start: Duration,
    body: Vec<u8>,
}

impl<W: Write + Seek> WebmWriter<W> {
    /// Begins a file. Width and height may be 0, and the configuration of AV1 empty: they are then taken from the first
    /// key frame, and writing begins there.
    ///
    /// # Errors
    /// [`MediaError::CannotHold`] for a codec that WebM does not know, [`MediaError::NoTracks`] without tracks.
    pub fn new(out: W, tracks: &[Track]) -> Result<Self, MediaError> {
        let format = Format::Matroska;
        if tracks.is_empty() {
            return Err(MediaError::NoTracks { format });
        }
        if let Some(track) = tracks
            .iter()
            .find(|track| matches!(track.codec, Codec::H264 | Codec::Other(_)))
        {
            return Err(MediaError::CannotHold {
                format,
                codec: track.codec.to_string(),
            });
        }
        Ok(Self {
            out,
            tracks: tracks.to_vec(),
            held: Some(VecDeque::new()),
            held_len: 0,
            head: head::Places::default(),
            cluster: None,
            cues: Vec::new(),
            end: Duration::ZERO,
        })
    }

    /// Adds a frame; its track is the index into the tracks that were given. An empty one, or one of no track, is left
    /// out.
    ///
    /// # Errors
    /// [`MediaError::Io`] when writing fails.
    pub fn write_frame(&mut self, frame: &Frame) -> Result<(), MediaError> {
        let Some(track) = self.tracks.get_mut(frame.track) else {
            return Ok(());
        };
        if frame.data.is_empty() {
            return Ok(());
        }
        let Some(held) = &mut self.held else {
            return self.write_now(frame);
        };
        if !is_described(track) {
            if !frame.is_key_frame {
                return Ok(());
            }
            describe(track, &frame.data);
        }
        self.held_len += frame.data.len();
        held.push_back(frame.clone());
        while held.len() > MAX_HELD || self.held_len > MAX_HELD_LEN {
            let lost = held.pop_front();
            self.held_len -= lost.map_or(self.held_len, |frame| frame.data.len());
        }
        if self.tracks.iter().all(is_described) {
            self.begin()?;
        }
        Ok(())
    }

    /// Writes what is held, the index, and the length.
    ///
    /// # Errors
    /// [`MediaError::Io`] when writing fails.
    pub fn finish(mut self) -> Result<W, MediaError> {
        self.begin()?;
        self.end_cluster()?;
        let cues = self.cues();
        self.out.write_all(&cues)?;
        let end = self.out.stream_position()?;
        for (place, bytes) in self.head.completed(end, self.end) {
            self.out.seek(SeekFrom::Start(place))?;
            self.out.write_all(&bytes)?;
        }
        self.out.seek(SeekFrom::Start(end))?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Writes the head, and the frames that waited for it.
    fn begin(&mut self) -> Result<(), MediaError> {
        let Some(held) = self.held.take() else {
            return Ok(());
        };
        let start = self.out.stream_position()?;
        let (head, places) = head::write(&self.tracks, start);
        self.head = places;
        self.out.write_all(&head)?;
        for frame in held {
            self.write_now(&frame)?;
        }
        Ok(())
    }

    fn write_now(&mut self, frame: &Frame) -> Result<(), MediaError> {
        let is_video = |track: &Track| track.kind == Kind::Video;
        let begins = frame.is_key_frame
            && (self.tracks.get(frame.track).is_some_and(is_video)
                || !self.tracks.iter().any(is_video));
        if let Some(cluster) = &self.cluster {
            let age = frame.pts.saturating_sub(cluster.start);
            let is_full = age >= MAX_CLUSTER || cluster.body.len() >= MAX_CLUSTER_LEN;
            if is_full || (begins && age >= CLUSTER) {
                self.end_cluster()?;
            }
        }
        let cluster = self.cluster.get_or_insert_with(|| Cluster {
            start: frame.pts,
            body: Vec::new(),
        });
        // A player subtracts what a decoder of Opus leaves out at the start.
        let delay = self
            .tracks
            .get(frame.track)
            .map_or(Duration::ZERO, head::delay);
        let offset = millis(frame.pts + delay) - millis(cluster.start);
        let offset = i16::try_from(offset).unwrap_or(i16::MIN);
        let mut block = Vec::with_capacity(frame.data.len() + 12);
        block.extend(number(u64::try_from(frame.track + 1).unwrap_or(0)));
        block.extend(offset.to_be_bytes());
        block.push(if frame.is_key_frame { KEY_FRAME } else { 0 });
        block.extend(&frame.data);
        element(&mut cluster.body, SIMPLE_BLOCK, &block);
        let end = frame.pts + frame.duration.unwrap_or(Duration::ZERO);
        self.end = self.end.max(end);
        Ok(())
    }

    fn end_cluster(&mut self) -> Result<(), MediaError> {
        let Some(cluster) = self.cluster.take() else {
            return Ok(());
        };
        let time = u64::try_from(millis(cluster.start)).unwrap_or(0);
        let position = self.out.stream_position()?;
        self.cues.push((time, self.head.in_segment(position)));
        let mut body = Vec::with_capacity(cluster.body.len() + 16);
        unsigned(&mut body, CLUSTER_TIMESTAMP, time);
        body.extend(cluster.body);
        let mut bytes = Vec::with_capacity(body.len() + 16);
        element(&mut bytes, CLUSTER_ID, &body);
        self.out.write_all(&bytes)?;
        Ok(())
    }

    /// The index, which names the first track of pictures, or else the first.
    fn cues(&self) -> Vec<u8> {
        let video = |track: &Track| track.kind == Kind::Video;
        let track = self.tracks.iter().position(video).unwrap_or(0);
        let track = u64::try_from(track + 1).unwrap_or(0);
        let mut points = Vec::new();
        for (time, position) in &self.cues {
            let (mut point, mut positions) = (Vec::new(), Vec::new());
            unsigned(&mut positions, CUE_TRACK, track);
            unsigned(&mut positions, CUE_CLUSTER_POSITION, *position);
            unsigned(&mut point, CUE_TIME, *time);
            element(&mut point, CUE_POSITIONS, &positions);
            element(&mut points, CUE_POINT, &point);
        }
        let mut out = Vec::new();
        if !points.is_empty() {
            element(&mut out, CUES, &points);
        }
        out
    }
}

/// Rounded milliseconds, in which all times are written.
fn millis(time: Duration) -> i64 {
    i64::try_from((time.as_micros() + 500) / 1_000).unwrap_or(i64::MAX)
}

/// Whether all that a head must say of a track is known.
fn is_described(track: &Track) -> bool {
    let configured = track.codec != Codec::Av1 || !track.codec_private.is_empty();
    track.kind == Kind::Audio || (track.width > 0 && track.height > 0 && configured)
}

fn describe(track: &mut Track, key_frame: &[u8]) {
    if let Some((width, height)) = size::of(&track.codec, key_frame) {
        (track.width, track.height) = (width, height);
    }
    if track.codec == Codec::Av1 && track.codec_private.is_empty() {
        track.codec_private = head::av1_configuration(key_frame).unwrap_or_default();
    }
}
