//! Several files as one source.

use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use miso_media::{Frame, MediaError, Reader, Track};
use miso_ortc::MediaKind;

use super::{Picked, SourceError};
use crate::input::file_name;
use crate::plan;

/// How many frames are read ahead to find the first one of a track. More finds tracks that begin late; less opens files
/// faster and takes less memory.
const READ_AHEAD: usize = 50;

/// A file that is open.
struct Part {
    name: String,
    reader: Reader,
    /// Frames that were read already.
    ahead: VecDeque<Frame>,
    /// What comes behind them, once known.
    end: Option<Result<(), MediaError>>,
}

impl Part {
    fn open(path: &Path) -> Result<Self, SourceError> {
        let name = file_name(path);
        let failed = |error: MediaError| SourceError::Media {
            name: name.clone(),
            error,
        };
        let file = File::open(path).map_err(|error| failed(MediaError::Io(error)))?;
        let metadata = file
            .metadata()
            .map_err(|error| failed(MediaError::Io(error)))?;
        if metadata.is_dir() {
            return Err(SourceError::Folder(name));
        }
        let reader = Reader::open(file).map_err(failed)?;
        Ok(Self::new(name, reader))
    }

    const fn new(name: String, reader: Reader) -> Self {
        Self {
            name,
            reader,
            ahead: VecDeque::new(),
            end: None,
        }
    }

    /// Reads frames until so many are there, or the file ends.
    fn fill(&mut self, count: usize) {
        while self.ahead.len() < count && self.end.is_none() {
            match self.reader.next_frame() {
                Ok(Some(frame)) => self.ahead.push_back(frame),
                Ok(None) => self.end = Some(Ok(())),
                Err(error) => self.end = Some(Err(error)),
            }
        }
    }

    /// When the next frame is to be sent; none at the end.
    fn next_time(&mut self) -> Result<Option<Duration>, SourceError> {
        self.fill(1);
        if let Some(frame) = self.ahead.front() {
            return Ok(Some(frame.dts));
        }
        match self.end.replace(Ok(())) {
            Some(Err(error)) => Err(SourceError::Media {
                name: self.name.clone(),
                error,
            }),
            _ => Ok(None),
        }
    }
}

/// A track of one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Index of the file.
    pub(crate) part: usize,
    /// Index of the track in it.
    pub(crate) track: usize,
}

/// Files whose frames come in the order in which they are to be sent.
pub(crate) struct Merge {
    parts: Vec<Part>,
}

impl Merge {
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self, SourceError> {
        let parts = paths
            .iter()
            .map(|path| Part::open(path))
            .collect::<Result<_, _>>()?;
        Ok(Self { parts })
    }

    /// One that is open already, such as the output of a program.
    pub(crate) fn of(name: String, reader: Reader) -> Self {
        Self {
            parts: vec![Part::new(name, reader)],
        }
    }

    /// Every track with its place and the name of its file.
    pub(crate) fn tracks(&self) -> impl Iterator<Item = (Pick, &str, &Track)> {
        self.parts.iter().enumerate().flat_map(|(part, it)| {
            let tracks = it.reader.tracks().iter().enumerate();
            tracks.map(move |(track, found)| (Pick { part, track }, it.name.as_str(), found))
        })
    }

    /// The first frame of a track, if it is not far from the beginning.
    pub(crate) fn peek(&mut self, pick: Pick) -> Option<&Frame> {
        let part = self.parts.get_mut(pick.part)?;
        let is_its = |frame: &Frame| frame.track == pick.track;
        // No further than needed: live sources are delayed by it.
        while !part.ahead.iter().any(is_its) && part.end.is_none() && part.ahead.len() < READ_AHEAD
        {
            part.fill(part.ahead.len() + 1);
        }
        part.ahead.iter().find(|frame| is_its(frame))
    }

    /// The next frame of the picked tracks; none when all files have ended.
    pub(crate) fn next(&mut self, picks: &[Pick]) -> Result<Option<Picked>, SourceError> {
        loop {
            let mut earliest: Option<(Duration, usize)> = None;
            for (index, part) in self.parts.iter_mut().enumerate() {
                let time = part.next_time()?.map(|time| (time, index));
                earliest = [earliest, time].into_iter().flatten().min();
            }
            let Some((_, part)) = earliest else {
                return Ok(None);
            };
            let Some((it, frame)) = self.parts.get_mut(part).and_then(|it| {
                let frame = it.ahead.pop_front()?;
                Some((it, frame))
            }) else {
                return Ok(None);
            };
            let track = frame.track;
            if picks.contains(&Pick { part, track }) {
                let tracks = it.reader.tracks();
                if let Some(kind) = tracks.get(track).map(plan::kind) {
                    return Ok(Some(Picked { kind, frame }));
                }
            }
        }
    }

    /// The first track of this kind.
    pub(crate) fn first(&self, kind: MediaKind) -> Option<(Pick, String, Track)> {
        let mut tracks = self
            .tracks()
            .filter(|(_, _, track)| plan::kind(track) == kind);
        tracks
            .next()
            .map(|(pick, name, track)| (pick, name.to_owned(), track.clone()))
    }
}
