//! From what the user wants sent to a source that is ready to be read.

use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use miso_media::{MediaError, TestPattern, Track};
use miso_ortc::{MediaKind, RtpCapabilities};

use crate::args::PushArgs;
use crate::encoder::{self, EncoderError, From, Invocation, Job, Leg};
use crate::error::PushError;
use crate::input::Input;
use crate::plan::{self, Unfit};
use crate::source::{
    Bytes, FileFeed, Merge, Nothing, Open, PatternFeed, Pick, Source, SourceError, Stream,
    StreamFeed,
};

/// Frames that are read ahead of files and programs. More hides longer pauses of disks and programs; less keeps memory
/// small and a live picture fresh. As many are about a second of film.
const READ_AHEAD: usize = 64;
/// Frames that the test pattern is drawn ahead: hardly any, so that a key frame comes as soon as it is asked for.
const PATTERN_AHEAD: usize = 1;

/// Bytes of standard input by which a container is told.
const HEAD: u64 = 16;
/// What is sent, pictures first.
const KINDS: [MediaKind; 2] = [MediaKind::Video, MediaKind::Audio];

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
            Input::Address(address) => {
                self.encoded(From::Address(address.clone()), [Leg::IfThere; 2], None)
            }
            Input::Pipe => self.pipe(),
            Input::Devices {
                camera,
                microphone,
                screen,
            } => {
                let there = |is_there| {
                    if is_there {
                        Leg::Encode(0)
                    } else {
                        Leg::Absent
                    }
                };
                let has_video = camera.is_some() || screen.is_some();
                let audio = match microphone {
                    None => Leg::Absent,
                    // Each device is an input of its own.
                    Some(_) => Leg::Encode(usize::from(has_video)),
                };
                let from = From::Devices {
                    camera: camera.clone(),
                    microphone: microphone.clone(),
                    screen: screen.clone(),
                };
                self.encoded(from, [there(has_video), audio], None)
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
            begun_at: None,
        })
    }

    fn files(self, paths: Vec<PathBuf>) -> Result<Source, PushError> {
        let mut files = match Merge::open(&paths) {
            // Whatever it is, an encoder may know it.
            Err(SourceError::Media {
                error: MediaError::UnknownFormat { .. },
                ..
            }) if paths.len() == 1 => {
                return self.encoded(From::Files(paths), [Leg::IfThere; 2], None);
            }
            opened => opened?,
        };
        let [video, audio] = KINDS.map(|kind| self.choose(&mut files, (kind, false)));
        if video.as_ref().or(audio.as_ref()).is_none() {
            return Err(SourceError::Nothing(self.input.name()).into());
        }
        let chosen: Vec<_> = [&video, &audio].into_iter().flatten().collect();
        if chosen.iter().any(|it| it.verdict.is_err()) {
            return self.encoded(From::Files(paths), [&video, &audio].map(leg), None);
        }
        let streams = chosen
            .iter()
            .filter_map(|it| it.verdict.clone().ok())
            .collect();
        let title = chosen
            .iter()
            .map(|it| it.describe(""))
            .collect::<Vec<_>>()
            .join("; ");
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
            begun_at: None,
        })
    }

    /// Standard input, read by ourselves if we can.
    fn pipe(self) -> Result<Source, PushError> {
        let mut head = Vec::new();
        let mut input = std::io::stdin();
        let read = input.by_ref().take(HEAD).read_to_end(&mut head);
        let name = self.input.name();
        read.map_err(|error| SourceError::Media {
            name: name.clone(),
            error: error.into(),
        })?;
        let is_ours = [&b"DKIF"[..], b"OggS", &[0x1a, 0x45, 0xdf, 0xa3]];
        let is_ours = is_ours.iter().any(|magic| head.starts_with(magic));
        let bytes: Bytes = Box::new(Cursor::new(head).chain(input));
        if !is_ours || self.args.reencode {
            return self.encoded(From::Pipe, [Leg::IfThere; 2], Some(bytes));
        }
        let feed = StreamFeed::from_bytes(&name, bytes)?;
        self.stream(feed, ["", ""], None)
    }

    /// Through a program, which is started to see what it writes.
    fn encoded(
        self,
        from: From,
        [video, audio]: [Leg; 2],
        input: Option<Bytes>,
    ) -> Result<Source, PushError> {
        let job = Job {
            from,
            video,
            audio,
            video_codec: self.args.video_codec,
            video_bitrate: self.args.video_bitrate,
        };
        let failed = |error: EncoderError| PushError::Encoder {
            name: self.input.name(),
            error,
        };
        let invocation = encoder::invocation(&job, self.args.encoder).map_err(failed)?;
        let feed = StreamFeed::from_program(&invocation, input)?;
        let by = |leg| {
            if matches!(leg, Leg::Copy(_)) {
                ""
            } else {
                invocation.program
            }
        };
        let programs = [by(video), by(audio)];
        self.stream(feed, programs, Some(invocation))
    }

    /// A stream that has begun, and the programs that encode its tracks.
    fn stream(
        self,
        mut feed: StreamFeed,
        programs: [&str; 2],
        invocation: Option<Invocation>,
    ) -> Result<Source, PushError> {
        let (mut streams, mut picks, mut titles) = (Vec::new(), Vec::new(), Vec::new());
        for (kind, program) in KINDS.into_iter().zip(programs) {
            let Some(mut chosen) = self.choose(feed.media(), (kind, true)) else {
                continue;
            };
            chosen.name = self.input.name();
            titles.push(chosen.describe(program));
            picks.push(chosen.pick);
            let unfit = |unfit| PushError::Unfit(chosen.name.clone(), unfit);
            streams.push(chosen.verdict.map_err(unfit)?);
        }
        if streams.is_empty() {
            return Err(SourceError::Nothing(self.input.name()).into());
        }
        feed.pick(picks.clone());
        let begun_at = Some(feed.begun_at());
        let mut first = Some(feed);
        let open: Open = Box::new(move || {
            let mut feed = match (first.take(), &invocation) {
                (Some(feed), _) => feed,
                (None, Some(invocation)) => StreamFeed::from_program(invocation, None)?,
                // A pipe that has ended gives nothing more.
                (None, None) => return Ok(Box::new(Nothing)),
            };
            feed.pick(picks.clone());
            Ok(Box::new(feed))
        });
        Ok(Source {
            title: titles.join("; "),
            streams,
            open,
            repeat: self.args.repeat && !matches!(self.input, Input::Pipe),
            read_ahead: READ_AHEAD,
            begun_at,
        })
    }

    /// The first track of a kind, judged.
    fn choose(&self, files: &mut Merge, (kind, is_encoded): (MediaKind, bool)) -> Option<Chosen> {
        let (pick, name, track) = files.first(kind)?;
        let is_wished = self.args.reencode && matches!(self.input, Input::Files(_)) && !is_encoded;
        let verdict = if is_wished && kind == MediaKind::Video {
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

impl Chosen {
    /// For people, with the program that encodes it, if any does.
    fn describe(&self, encoder: &str) -> String {
        let Self { name, track, .. } = self;
        let codec = &track.codec;
        let what = match plan::kind(track) {
            MediaKind::Video if track.width > 0 => {
                format!("video {codec} {}x{}", track.width, track.height)
            }
            MediaKind::Video => format!("video {codec}"),
            MediaKind::Audio => format!("sound {codec}"),
        };
        if encoder.is_empty() {
            format!("{what} of {name} as it is")
        } else {
            format!("{what} of {name}, encoded by {encoder}")
        }
    }
}

/// What becomes of a track in an encoder.
fn leg(chosen: &Option<Chosen>) -> Leg {
    match chosen {
        None => Leg::Absent,
        Some(chosen) if chosen.verdict.is_ok() => Leg::Copy(chosen.pick.part),
        Some(chosen) => Leg::Encode(chosen.pick.part),
    }
}
