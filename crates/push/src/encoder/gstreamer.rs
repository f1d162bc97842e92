//! A pipeline of GStreamer.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use super::{EncoderError, From, Invocation, Job, Leg, plain_path};
use crate::args::VideoCodec;

pub(super) fn invocation(job: &Job) -> Result<Invocation, EncoderError> {
    let mut line = Line(vec!["-q".into()]);
    line.words(
        "matroskamux name=m streamable=true min-cluster-duration=0 ! fdsink fd=1 sync=false",
    );
    match &job.from {
        From::Files(files) => {
            let [file] = files.as_slice() else {
                return Err(EncoderError::Several);
            };
            let mut location = OsString::from("location=");
            location.push(plain_path(file));
            line.words("filesrc").word(location);
            line.words("! decodebin name=d");
        }
        From::Address(address) => {
            line.words("uridecodebin name=d")
                .word(format!("uri={address}"));
        }
        From::Pipe => {
            line.words("fdsrc fd=0 ! decodebin name=d");
        }
        From::Devices {
            camera,
            microphone,
            screen,
        } => {
            devices(
                &mut line,
                job,
                [camera, microphone, screen].map(Option::as_deref),
            );
            return Ok(line.finish());
        }
    }
    if job.video != Leg::Absent {
        line.words("d. ! queue");
        video(&mut line, job);
    }
    if job.audio != Leg::Absent {
        line.words("d. ! queue");
        audio(&mut line);
    }
    Ok(line.finish())
}

/// What is in a file or at an address: a branch of a pipeline for what is not there would wait for ever.
pub(super) fn discover(from: &From) -> Result<[Leg; 2], EncoderError> {
    let what: OsString = match from {
        From::Files(files) => match files.as_slice() {
            [file] => plain_path(file).into(),
            _ => return Err(EncoderError::Several),
        },
        From::Address(address) => address.into(),
        From::Pipe | From::Devices { .. } => {
            return Err(EncoderError::Undiscovered("a pipe".to_owned()));
        }
    };
    let output = Command::new("gst-discoverer-1.0")
        .arg(&what)
        .stdin(Stdio::null())
        .output();
    let text = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    let legs = text.map(|text| legs(&text)).unwrap_or_default();
    legs.ok_or_else(|| EncoderError::Undiscovered(what.to_string_lossy().into_owned()))
}

/// Reads a discoverer's report; none when it found nothing.
fn legs(report: &str) -> Option<[Leg; 2]> {
    let has = |kind: &str| {
        let mut lines = report.lines().map(str::trim_start);
        lines.any(|line| {
            line.strip_prefix(kind)
                .is_some_and(|rest| rest.starts_with([':', ' ']))
        })
    };
    let legs = ["video", "audio"].map(|kind| {
        if has(kind) {
            Leg::Encode(0)
        } else {
            Leg::Absent
        }
    });
    (legs != [Leg::Absent; 2]).then_some(legs)
}

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

    fn finish(self) -> Invocation {
        Invocation {
            program: "gst-launch-1.0",
            arguments: self.0,
        }
    }
}

fn devices(line: &mut Line, job: &Job, [camera, microphone, screen]: [Option<&str>; 3]) {
    if let Some(name) = camera {
        device(line, name, ["autovideosrc", "v4l2src", "device"]);
        video(line, job);
    }
    if let Some(name) = screen {
        device(
            line,
            name,
            ["ximagesrc use-damage=false", "ximagesrc", "display-name"],
        );
        video(line, job);
    }
    if let Some(name) = microphone {
        device(line, name, ["autoaudiosrc", "pulsesrc", "device"]);
        audio(line);
    }
}

/// The usual element, or one whose property has the device's name.
fn device(line: &mut Line, name: &str, [usual, element, property]: [&str; 3]) {
    if name.is_empty() {
        line.words(usual);
    } else {
        line.words(element).word(format!("{property}={name}"));
    }
    line.words("! queue");
}

fn video(line: &mut Line, job: &Job) {
    line.words("! videoconvert ! video/x-raw,format=I420 !");
    let rate = job.video_bitrate;
    match job.video_codec {
        VideoCodec::Vp8 => {
            line.words("vp8enc deadline=1 cpu-used=8 lag-in-frames=0 keyframe-max-dist=60 error-resilient=default");
            line.word(format!("target-bitrate={}", u64::from(rate) * 1000));
        }
        VideoCodec::H264 => {
            line.words("x264enc tune=zerolatency speed-preset=veryfast bframes=0 key-int-max=60");
            line.word(format!("bitrate={rate}"));
            line.words("! video/x-h264,profile=constrained-baseline ! h264parse");
        }
    }
    line.words("! queue ! m.");
}

fn audio(line: &mut Line) {
    line.words("! audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=2 ! opusenc bitrate=96000");
    line.words("! queue ! m.");
}

#[cfg(test)]
mod tests {
    use super::legs;
    use crate::encoder::Leg;

    #[test]
    fn a_discoverers_report_tells_what_is_there() {
        let film = "Properties:\n  container #0: Matroska\n    video #1: VP8\n    audio #2: Opus\n";
        assert_eq!(legs(film), Some([Leg::Encode(0), Leg::Encode(0)]));
        let old = "Topology:\n  container: AVI\n    video: MPEG-4 Video\n";
        assert_eq!(legs(old), Some([Leg::Encode(0), Leg::Absent]));
        assert_eq!(
            legs("An error was encountered while discovering the file"),
            None
        );
    }
}
