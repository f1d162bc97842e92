//! Arguments of ffmpeg.

use std::ffi::OsString;

use super::{EncoderError, From, Invocation, Job, Leg, plain_path};
use crate::args::VideoCodec;

/// Milliseconds that a Matroska cluster holds, which ffmpeg writes only when it is complete. More delays live sources;
/// less adds a few bytes each time.
const CLUSTER: &str = "100";
/// A key frame every two seconds. Less often keeps who joins waiting; more often costs bits.
const KEY_FRAMES: &str = "expr:gte(t,n_forced*2)";

pub(super) fn invocation(job: &Job) -> Result<Invocation, EncoderError> {
    let mut line = Line::default();
    line.words("-hide_banner -loglevel error");
    if !matches!(job.from, From::Pipe) {
        line.words("-nostdin");
    }
    inputs(&mut line, &job.from)?;
    map(&mut line, job.video, "V");
    map(&mut line, job.audio, "a");
    line.words("-sn -dn -map_metadata -1");
    match job.video {
        Leg::Absent => {}
        Leg::Copy(_) => {
            line.words("-c:v copy");
        }
        Leg::IfThere | Leg::Encode(_) => video(&mut line, job),
    }
    match job.audio {
        Leg::Absent => {}
        Leg::Copy(_) => {
            line.words("-c:a copy");
        }
        Leg::IfThere | Leg::Encode(_) => {
            line.words("-c:a libopus -b:a 96k -ac 2 -ar 48000 -frame_duration 20");
        }
    }
    line.words("-f matroska -live 1 -flush_packets 1 -cluster_time_limit")
        .word(CLUSTER);
    line.word("pipe:1");
    Ok(Invocation {
        program: "ffmpeg",
        arguments: line.0,
    })
}

#[derive(Default)]
struct Line(Vec<OsString>);

impl Line {
    /// Words without spaces in them.
    fn words(&mut self, words: &str) -> &mut Self {
        self.0.extend(words.split(' ').map(OsString::from));
        self
    }

    fn word(&mut self, word: impl Into<OsString>) -> &mut Self {
        self.0.push(word.into());
        self
    }
}

fn inputs(line: &mut Line, from: &From) -> Result<(), EncoderError> {
    match from {
        From::Files(files) => {
            for file in files {
                let mut name = OsString::from("file:");
                name.push(plain_path(file));
                line.word("-i").word(name);
            }
        }
        From::Address(address) => {
            if address.starts_with("rtsp:") {
                // Over UDP the first loss damages a picture that was encoded for a reliable path.
                line.words("-rtsp_transport tcp");
            }
            line.word("-i").word(address);
        }
        From::Pipe => {
            line.words("-i pipe:0");
        }
        From::Devices {
            camera,
            microphone,
            screen,
        } => {
            if let Some(camera) = camera {
                device(
                    line,
                    CAMERA.ok_or(EncoderError::NoDevice("a camera"))?,
                    camera,
                );
            }
            if let Some(screen) = screen {
                device(
                    line,
                    SCREEN.ok_or(EncoderError::NoDevice("a screen"))?,
                    screen,
                );
            }
            if let Some(microphone) = microphone {
                device(
                    line,
                    MICROPHONE.ok_or(EncoderError::NoDevice("a microphone"))?,
                    microphone,
                );
            }
        }
    }
    Ok(())
}

/// Options of a device, and its usual name; where the name begins with `$`, that of a variable.
type Device = (&'static str, &'static str);

#[cfg(target_os = "linux")]
const CAMERA: Option<Device> = Some(("-f v4l2", "/dev/video0"));
#[cfg(target_os = "linux")]
const SCREEN: Option<Device> = Some(("-f x11grab -framerate 30", "$DISPLAY"));
#[cfg(target_os = "linux")]
const MICROPHONE: Option<Device> = Some(("-f pulse", "default"));

#[cfg(target_os = "macos")]
const CAMERA: Option<Device> = Some(("-f avfoundation -framerate 30", "0"));
#[cfg(target_os = "macos")]
const SCREEN: Option<Device> = Some((
    "-f avfoundation -framerate 30 -capture_cursor 1",
    "Capture screen 0",
));
#[cfg(target_os = "macos")]
const MICROPHONE: Option<Device> = Some(("-f avfoundation", ":0"));

#[cfg(target_os = "windows")]
const SCREEN: Option<Device> = Some(("-f gdigrab -framerate 30", "desktop"));
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
const SCREEN: Option<Device> = None;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const CAMERA: Option<Device> = None;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const MICROPHONE: Option<Device> = None;

fn device(line: &mut Line, (options, usual): Device, name: &str) {
    line.words("-thread_queue_size 512")
        .words(options)
        .word("-i");
    let usual = match usual.strip_prefix('$') {
        Some(variable) => std::env::var(variable).unwrap_or_else(|_| ":0".to_owned()),
        None => usual.to_owned(),
    };
    line.word(if name.is_empty() {
        usual.as_str()
    } else {
        name
    });
}

/// Takes the first track of a kind; `V` is pictures but not those of covers.
fn map(line: &mut Line, leg: Leg, kind: &str) {
    if let Some(input) = leg.input() {
        let maybe = if leg == Leg::IfThere { "?" } else { "" };
        line.word("-map").word(format!("{input}:{kind}:0{maybe}"));
    }
}

fn video(line: &mut Line, job: &Job) {
    let rate = job.video_bitrate;
    match job.video_codec {
        VideoCodec::Vp8 => {
            line.words(
                "-c:v libvpx -deadline realtime -cpu-used 8 -lag-in-frames 0 -auto-alt-ref 0",
            );
            line.words("-error-resilient 1");
        }
        VideoCodec::H264 => {
            line.words("-c:v libx264 -profile:v baseline -preset veryfast -tune zerolatency -bf 0");
            // Half as many samples of colour want even numbers of pixels.
            line.word("-vf").word("scale=trunc(iw/2)*2:trunc(ih/2)*2");
        }
    }
    line.words(&format!(
        "-pix_fmt yuv420p -b:v {rate}k -maxrate {rate}k -bufsize {rate}k"
    ));
    line.word("-force_key_frames").word(KEY_FRAMES);
}
