//! The command line of `miso push`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::http::ServerUrl;
use crate::input::Input;

const EXAMPLES: &str = "\
Examples:
  miso push --room demo film.mp4                  a film, as it is where its codecs fit the room
  miso push --room demo --loop video.ivf sound.ogg
  miso push --room demo --test-pattern            a clock and a beep; needs no file and nothing installed
  miso push --room demo --camera --microphone
  miso push --room demo --screen
  miso push --room demo rtsp://192.0.2.7/stream
  ffmpeg ... -f matroska - | miso push --room demo -
  miso push --room demo --server https://video.example --peers 5 --test-pattern

MP4, WebM, Matroska, IVF and Ogg files with H.264, VP8, VP9, AV1 and Opus are sent without being encoded again. What
does not fit (other codecs, H.264 with B-frames), cameras, screens, addresses and pipes go through ffmpeg or GStreamer,
whichever is installed.

Ctrl-C ends it: the broadcaster leaves the room, the exit code is 0. If the server goes away in the middle, push waits
for it and goes on. What fails for good is one sentence and the exit code 1.";

/// Arguments of `miso push`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true)
    .args(["inputs", "test_pattern", "camera", "microphone", "screen"]))]
pub struct PushArgs {
    /// Files, an address (rtsp://, https:// ...), or - for a pipe; of files the first video and first sound are sent
    #[arg(value_name = "INPUT", conflicts_with_all = ["test_pattern", "camera", "microphone", "screen"])]
    pub(crate) inputs: Vec<String>,

    /// Room to send into; made if it is not there, and closed again when nobody is left in it
    #[arg(long, env = "MISO_ROOM", value_name = "ROOM")]
    pub(crate) room: String,

    /// The server's address
    #[arg(
        long,
        env = "MISO_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:8888"
    )]
    pub(crate) server: ServerUrl,

    /// Accept any certificate of an https server, such as the one that miso makes for itself
    #[arg(long)]
    pub(crate) insecure: bool,

    /// Name shown in the room [default: the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Send a moving picture with a clock, and a beep each second
    #[arg(long, conflicts_with_all = ["camera", "microphone", "screen"], help_heading = "Inputs")]
    pub(crate) test_pattern: bool,

    /// Send a camera [default device: the first one]
    #[arg(long, value_name = "DEVICE", num_args = 0..=1, require_equals = true, default_missing_value = "",
        help_heading = "Inputs")]
    pub(crate) camera: Option<String>,

    /// Send a microphone, alone or with the camera or screen [default device: the system's]
    #[arg(long, value_name = "DEVICE", num_args = 0..=1, require_equals = true, default_missing_value = "",
        help_heading = "Inputs")]
    pub(crate) microphone: Option<String>,

    /// Send a screen [default: the one of this session]
    #[arg(long, value_name = "DISPLAY", num_args = 0..=1, require_equals = true, default_missing_value = "",
        conflicts_with = "camera", help_heading = "Inputs")]
    pub(crate) screen: Option<String>,

    /// Begin again at the end, for ever
    #[arg(long = "loop", conflicts_with_all = ["test_pattern", "camera", "microphone", "screen"])]
    pub(crate) repeat: bool,

    /// Send each frame when its time has come. The default but for cameras, microphones and screens
    #[arg(long, overrides_with = "no_realtime")]
    pub(crate) realtime: bool,

    /// Send each frame as soon as it can be read, for pipes and addresses that already keep time
    #[arg(long)]
    pub(crate) no_realtime: bool,

    /// How to send
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Transport::Webrtc)]
    pub(crate) transport: Transport,

    /// Encrypt plain RTP
    #[arg(long)]
    pub(crate) srtp: bool,

    /// Number of broadcasters that send the same
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) peers: u16,

    /// Program that encodes what must be encoded [default: ffmpeg if installed, else gstreamer]
    #[arg(long, value_enum, value_name = "PROGRAM", help_heading = "Encoding")]
    pub(crate) encoder: Option<Encoder>,

    /// Codec of pictures that must be encoded
    #[arg(long, value_enum, value_name = "CODEC", default_value_t = VideoCodec::Vp8, help_heading = "Encoding")]
    pub(crate) video_codec: VideoCodec,

    /// Bitrate of pictures that must be encoded, in kbit/s
    #[arg(long, value_name = "KBITS", default_value_t = 2500,
        value_parser = clap::value_parser!(u32).range(50..=100_000), help_heading = "Encoding")]
    pub(crate) video_bitrate: u32,

    /// Encode pictures again even if they fit the room
    #[arg(long, help_heading = "Encoding")]
    pub(crate) reencode: bool,
}

/// How media travels to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    /// ICE, DTLS and SRTP, as browsers do; adapts to a bad link by sending lost packets again
    Webrtc,
    /// Plain RTP and RTCP over UDP, for trusted networks
    Plain,
}

/// Who encodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoder {
    /// The program `ffmpeg`
    Ffmpeg,
    /// The program `gst-launch-1.0`
    Gstreamer,
}

/// Into what pictures are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VideoCodec {
    /// VP8, which every browser plays
    Vp8,
    /// H.264, constrained baseline
    H264,
}

/// Something wrong with the arguments that their parser does not find.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum ArgsError {
    #[error("the room has no name; give one with --room")]
    NoRoom,
    #[error(
        "an address or pipe ({0}) must be the only input; to combine sources, combine them with ffmpeg first"
    )]
    NotAlone(String),
    #[error("--srtp is for '--transport plain'; WebRTC is always encrypted")]
    SrtpWithWebRtc,
}

impl PushArgs {
    /// What is to be sent.
    ///
    /// # Errors
    /// [`ArgsError`] when the arguments contradict one another.
    pub(crate) fn input(&self) -> Result<Input, ArgsError> {
        if self.room.is_empty() {
            return Err(ArgsError::NoRoom);
        }
        if self.srtp && self.transport != Transport::Plain {
            return Err(ArgsError::SrtpWithWebRtc);
        }
        if self.test_pattern {
            return Ok(Input::Pattern);
        }
        if self.camera.is_some() || self.microphone.is_some() || self.screen.is_some() {
            return Ok(Input::Devices {
                camera: self.camera.clone(),
                microphone: self.microphone.clone(),
                screen: self.screen.clone(),
            });
        }
        if let [only] = self.inputs.as_slice() {
            if only == "-" {
                return Ok(Input::Pipe);
            }
            if is_address(only) {
                return Ok(Input::Address(only.clone()));
            }
        }
        let odd = self.inputs.iter().find(|it| *it == "-" || is_address(it));
        if let Some(odd) = odd {
            return Err(ArgsError::NotAlone(odd.clone()));
        }
        Ok(Input::Files(
            self.inputs.iter().map(PathBuf::from).collect(),
        ))
    }

    /// Whether frames wait for their time.
    pub(crate) const fn keeps_time(&self, input: &Input) -> bool {
        if self.realtime {
            return true;
        }
        !self.no_realtime && !matches!(input, Input::Devices { .. })
    }

    /// The name that peers see, of the broadcaster with this index.
    pub(crate) fn display_name(&self, input: &Input, index: u16) -> String {
        let name = self.name.clone().unwrap_or_else(|| input.name());
        if self.peers == 1 {
            return name;
        }
        format!("{name} {}", index + 1)
    }
}

/// Whether it is something like `rtsp://…`. One letter in front of the colon is a drive.
fn is_address(input: &str) -> bool {
    input.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.len() > 1
            && !rest.is_empty()
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

#[cfg(test)]
mod tests;
