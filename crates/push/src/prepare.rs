//! From what the user wants sent to a source that is ready to be read.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use miso_media::{Codec, TestPattern, Track};
use miso_ortc::{MediaKind, RtpCapabilities};

use crate::args::PushArgs;
use crate::error::PushError;
use crate::input::Input;
use crate::plan::{self, Unfit};
use crate::source::{FileFeed, Merge, Open, PatternFeed, Pick, Source, SourceError, Stream};

/// Frames that are read ahead of files and programs. More hides longer pauses of disks and programs; less keeps memory
/// small and a live picture fresh. As many are about a second of film.
const READ_AHEAD: usize = 64;
/// Frames that the test pattern is drawn ahead: hardly any, so that a key frame comes as soon as it is asked for.
const PATTERN_AHEAD: usize = 1;

/// What preparing a source needs to know.
pub(crate) struct Wish<'a> {
    pub(crate) args: &'a PushArgs,
    pub(crate) input: &'a Input,
    pub(crate) room: &'a RtpCapabilities,
    pub(crate) key_frame_wanted: Arc<AtomicBool>,
}

/// A track that was chosen, and whether it is sent as it is.
struct Chosen {
    pick: Pick,
    name: String,
    track: Track,
    verdict: Result<Stream, Unfit>,
}

impl Wish<'_> {
    /// Opens what is to be sent. Blocks while files are read.
    pub(crate) fn prepare(self) -> Result<Source, PushError> {
        match self.input {
            Input::Pattern => self.pattern(),
            Input::Files(files) => self.files(files.clone()),
            Input::Address(_) | Input::Pipe | Input::Devices { .. } => {
                Err(PushError::NothingInCommon)
            }
        }
    }

    fn pattern(self) -> Result<Source, PushError> {
        let streams = TestPattern::tracks().into_iter().filter_map(|track| {
            let capability = plan::find(self.room, &track.codec)?;
            Some(Stream {
                codec: track.codec,
                capability,
            })
        });
        let streams: Vec<_> = streams.collect();
        if streams.is_empty() {
            return Err(PushError::NothingInCommon);
        }
        let kinds: Vec<_> = streams.iter().map(|it| it.capability.kind).collect();
        let wish = Arc::clone(&self.key_frame_wanted);
        let open: Open = Box::new(move || {
            let feed = PatternFeed::new(kinds.clone(), Arc::clone(&wish));
            Ok(Box::new(feed))
        });
        Ok(Source {
            title: "test pattern: VP8 and Opus".to_owned(),
            streams,
            open,
            repeat: false,
            read_ahead: PATTERN_AHEAD,
        })
    }

    fn files(self, paths: Vec<PathBuf>) -> Result<Source, PushError> {
        let mut files = Merge::open(&paths)?;
        let kinds = [MediaKind::Video, MediaKind::Audio];
        let chosen: Vec<_> = kinds
            .into_iter()
            .filter_map(|kind| self.choose(&mut files, kind))
            .collect();
        if chosen.is_empty() {
            return Err(SourceError::Nothing(self.input.name()).into());
        }
        let mut streams = Vec::new();
        for it in &chosen {
            match &it.verdict {
                Ok(stream) => streams.push(stream.clone()),
                Err(unfit) => {
                    return Err(PushError::Transport(format!("{}: {unfit}", it.name)));
                }
            }
        }
        let title = chosen.iter().map(describe).collect::<Vec<_>>().join("; ");
        let picks: Vec<_> = chosen.iter().map(|it| it.pick).collect();
        let mut first = Some(files);
        let open: Open = Box::new(move || {
            let files = match first.take() {
                Some(files) => files,
                None => Merge::open(&paths)?,
            };
            let picks = picks.clone();
            Ok(Box::new(FileFeed { files, picks }))
        });
        Ok(Source {
            title,
            streams,
            open,
            repeat: self.args.repeat,
            read_ahead: READ_AHEAD,
        })
    }

    /// The first track of a kind, judged.
    fn choose(&self, files: &mut Merge, kind: MediaKind) -> Option<Chosen> {
        let (pick, name, track) = files.first(kind)?;
        let verdict = if self.args.reencode && kind == MediaKind::Video {
            Err(Unfit::Wished)
        } else {
            let judged = plan::judge(&track, files.peek(pick), self.room);
            let codec = track.codec.clone();
            judged.map(|capability| Stream { codec, capability })
        };
        Some(Chosen {
            pick,
            name,
            track,
            verdict,
        })
    }
}

/// One track for people.
fn describe(chosen: &Chosen) -> String {
    let Chosen { name, track, .. } = chosen;
    let codec: &Codec = &track.codec;
    let what = match plan::kind(track) {
        MediaKind::Video if track.width > 0 => {
            format!("video {codec} {}x{}", track.width, track.height)
        }
        MediaKind::Video => format!("video {codec}"),
        MediaKind::Audio => format!("sound {codec}"),
    };
    format!("{what} of {name} as it is")
}
