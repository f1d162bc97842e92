//! Programs that encode: which is there, and with which arguments it is started. Both write Matroska with sound and
//! pictures together, so that these stay in sync.

mod ffmpeg;
mod gstreamer;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::args::{Encoder, VideoCodec};

/// What is encoded.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) from: From,
    /// What becomes of pictures.
    pub(crate) video: Leg,
    /// What becomes of sound.
    pub(crate) audio: Leg,
    pub(crate) video_codec: VideoCodec,
    /// Of pictures, in kbit/s.
    pub(crate) video_bitrate: u32,
}

/// Where it comes from.
#[derive(Clone, Debug)]
pub(crate) enum From {
    /// Files.
    Files(Vec<PathBuf>),
    /// Something with an address.
    Address(String),
    /// Its standard input.
    Pipe,
    /// Devices; empty names mean the usual one.
    Devices {
        camera: Option<String>,
        microphone: Option<String>,
        screen: Option<String>,
    },
}

/// What becomes of the first track of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leg {
    /// There is none.
    Absent,
    /// It is encoded if there is one.
    IfThere,
    /// It is encoded; the input with this index has it.
    Encode(usize),
    /// It is passed on as it is; the input with this index has it.
    Copy(usize),
}

impl Leg {
    /// The input that it comes from.
    const fn input(self) -> Option<usize> {
        match self {
            Self::Absent => None,
            Self::IfThere => Some(0),
            Self::Encode(input) | Self::Copy(input) => Some(input),
        }
    }
}

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) program: &'static str,
    pub(crate) arguments: Vec<OsString>,
}

/// Why nothing encodes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EncoderError {
    #[error(
        "neither ffmpeg nor GStreamer is installed; install one of them (for instance 'apt install ffmpeg')"
    )]
    NoneInstalled,
    #[error("{0} is not installed")]
    NotInstalled(&'static str),
    #[error(
        "GStreamer is used for one input at a time; install ffmpeg to send several files that must be encoded"
    )]
    Several,
    #[error(
        "GStreamer does not tell what is in {0}; install ffmpeg, or GStreamer's gst-discoverer-1.0"
    )]
    Undiscovered(String),
    #[error(
        "{0} cannot be had on this system by push; let ffmpeg write Matroska into a pipe, see --help"
    )]
    NoDevice(&'static str),
}

impl Encoder {
    const fn program(self) -> &'static str {
        match self {
            Self::Ffmpeg => "ffmpeg",
            Self::Gstreamer => "gst-launch-1.0",
        }
    }
}

/// How to start what is installed, or what the user wants.
pub(crate) fn invocation(job: &Job, wanted: Option<Encoder>) -> Result<Invocation, EncoderError> {
    choose(wanted, is_installed).and_then(|encoder| match encoder {
        Encoder::Ffmpeg => ffmpeg::invocation(job),
        Encoder::Gstreamer if [job.video, job.audio].contains(&Leg::IfThere) => {
            let [video, audio] = gstreamer::discover(&job.from)?;
            let from = job.from.clone();
            gstreamer::invocation(&Job {
                from,
                video,
                audio,
                ..*job
            })
        }
        Encoder::Gstreamer => gstreamer::invocation(job),
    })
}

fn choose(
    wanted: Option<Encoder>,
    is_there: impl Fn(&str) -> bool,
) -> Result<Encoder, EncoderError> {
    if let Some(encoder) = wanted {
        let program = encoder.program();
        return if is_there(program) {
            Ok(encoder)
        } else {
            Err(EncoderError::NotInstalled(program))
        };
    }
    let mut all = [Encoder::Ffmpeg, Encoder::Gstreamer].into_iter();
    all.find(|it| is_there(it.program()))
        .ok_or(EncoderError::NoneInstalled)
}

/// Whether a program is in one of the folders where the system looks for programs.
fn is_installed(program: &str) -> bool {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
}

/// A path that no program takes for an option or an address.
fn plain_path(path: &Path) -> PathBuf {
    if path.is_absolute() {
        path.to_owned()
    } else {
        Path::new(".").join(path)
    }
}

#[cfg(test)]
mod tests;
