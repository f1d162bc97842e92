//! Frames from files, the test pattern or a program, read by a thread of their own.

mod merge;
mod pattern;
mod pipe;
mod stream;
mod words;

use std::thread;
use std::time::Instant;

use miso_media::{Codec, Frame, MediaError};
use miso_ortc::{MediaKind, RtpCodecCapability};
use tokio::sync::mpsc;

use crate::pace::Repeats;

pub(crate) use merge::{Merge, Pick};
pub(crate) use pattern::PatternFeed;
pub(crate) use stream::{Bytes, StreamFeed};

/// A frame that is to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Picked {
    /// Sound or pictures.
    pub(crate) kind: MediaKind,
    /// The frame.
    pub(crate) frame: Frame,
}

/// Why a source gives no more frames.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("{name}: {error}")]
    Media { name: String, error: MediaError },
    #[error("{0} is a folder; give files")]
    Folder(String),
    #[error("nothing in {0} can be sent: it has neither pictures nor sound")]
    Nothing(String),
    #[error("{program} cannot be started: {reason}")]
    Start {
        program: &'static str,
        reason: String,
    },
    #[error("{program} failed: {words}")]
    Died {
        program: &'static str,
        words: String,
    },
    #[error("the thread that reads cannot be started: {0}")]
    Thread(std::io::Error),
}

/// What is sent of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    /// As what frames are cut into packets.
    pub(crate) codec: Codec,
    /// The room's codec that they are sent as.
    pub(crate) capability: RtpCodecCapability,
}

/// What a source is read by. Whatever can be repeated is opened anew for each round.
pub(crate) trait Feed: Send {
    /// The next frame; none at the end.
    fn next(&mut self) -> Result<Option<Picked>, SourceError>;
}

/// Opens a source at its beginning.
pub(crate) type Open = Box<dyn FnMut() -> Result<Box<dyn Feed>, SourceError> + Send>;

/// A source that is ready to be read.
pub(crate) struct Source {
    /// What it is, for the user.
    pub(crate) title: String,
    /// Its streams, at most one of a kind.
    pub(crate) streams: Vec<Stream>,
    /// Opens it.
    pub(crate) open: Open,
    /// Whether it begins again at its end.
    pub(crate) repeat: bool,
    /// Frames that are read ahead.
    pub(crate) read_ahead: usize,
    /// When a stream began that has begun already.
    pub(crate) begun_at: Option<Instant>,
}

/// The other end of the thread: frames, and at the end perhaps an error.
pub(crate) type Frames = mpsc::Receiver<Result<Picked, SourceError>>;

impl Source {
    /// Starts to read. The thread ends when the source does, or when nobody wants its frames any more.
    pub(crate) fn start(self) -> Result<Frames, SourceError> {
        let (sender, frames) = mpsc::channel(self.read_ahead);
        let thread = thread::Builder::new().name("push-source".to_owned());
        let started = thread.spawn(move || {
            if let Err(error) = read(self, &sender) {
                // Without a receiver there is nobody to tell.
                let _ = sender.blocking_send(Err(error));
            }
        });
        started.map_err(SourceError::Thread)?;
        Ok(frames)
    }
}

fn read(
    mut source: Source,
    frames: &mpsc::Sender<Result<Picked, SourceError>>,
) -> Result<(), SourceError> {
    let mut repeats = Repeats::default();
    loop {
        let mut feed = (source.open)()?;
        while let Some(mut picked) = feed.next()? {
            let frame = &mut picked.frame;
            repeats.saw(frame.pts, frame.duration);
            frame.pts = repeats.shifted(frame.pts);
            frame.dts = repeats.shifted(frame.dts);
            if frames.blocking_send(Ok(picked)).is_err() {
                return Ok(());
            }
        }
        if !repeats.begin_again() {
            return Err(SourceError::Nothing(source.title));
        }
        if !source.repeat {
            return Ok(());
        }
    }
}

/// Files, sent as they are.
pub(crate) struct FileFeed {
    pub(crate) files: Merge,
    pub(crate) picks: Vec<Pick>,
}

impl Feed for FileFeed {
    fn next(&mut self) -> Result<Option<Picked>, SourceError> {
        self.files.next(&self.picks)
    }
}

/// A source that has ended.
pub(crate) struct Nothing;

impl Feed for Nothing {
    fn next(&mut self) -> Result<Option<Picked>, SourceError> {
        Ok(None)
    }
}
