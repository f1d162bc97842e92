use std::path::PathBuf;

use super::{EncoderError, From, Invocation, Job, Leg, choose, ffmpeg, gstreamer};
use crate::args::{Encoder, VideoCodec};

fn job(from: From, video: Leg, audio: Leg) -> Job {
    Job {
        from,
        video,
        audio,
        video_codec: VideoCodec::Vp8,
        video_bitrate: 1_500,
    }
}

fn files(names: &[&str]) -> From {
    From::Files(names.iter().map(PathBuf::from).collect())
}

fn text(invocation: &Invocation) -> String {
    let words = invocation.arguments.iter().map(|it| it.to_string_lossy());
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn ffmpeg_is_preferred_and_what_is_missing_is_named() {
    let only = |name: &'static str| move |it: &str| it == name;
    assert_eq!(choose(None, |_| true), Ok(Encoder::Ffmpeg));
    assert_eq!(choose(None, only("gst-launch-1.0")), Ok(Encoder::Gstreamer));
    assert_eq!(choose(None, |_| false), Err(EncoderError::NoneInstalled));
    let wanted = choose(Some(Encoder::Gstreamer), only("ffmpeg"));
    assert_eq!(wanted, Err(EncoderError::NotInstalled("gst-launch-1.0")));
}

#[test]
fn only_the_track_that_does_not_fit_is_encoded() {
    let job = job(files(&["film.mp4"]), Leg::Copy(0), Leg::Encode(0));
    let line = text(&ffmpeg::invocation(&job).unwrap());
    assert!(
        line.contains("-i file:./film.mp4 -map 0:V:0 -map 0:a:0"),
        "{line}"
    );
    assert!(line.contains("-c:v copy -c:a libopus"), "{line}");
    assert!(line.ends_with("pipe:1"), "{line}");
}

#[test]
fn tracks_of_several_files_keep_their_places() {
    let job = job(
        files(&["-odd.ivf", "/s/sound.mp3"]),
        Leg::Encode(0),
        Leg::Encode(1),
    );
    let line = text(&ffmpeg::invocation(&job).unwrap());
    assert!(
        line.contains("-i file:./-odd.ivf -i file:/s/sound.mp3 -map 0:V:0 -map 1:a:0"),
        "{line}"
    );
    assert!(
        line.contains("-c:v libvpx") && line.contains("-b:v 1500k"),
        "{line}"
    );
    assert_eq!(gstreamer::invocation(&job), Err(EncoderError::Several));
}

#[test]
fn what_may_be_absent_is_asked_for_with_a_question_mark() {
    let address = From::Address("rtsp://h/s".to_owned());
    let line = text(&ffmpeg::invocation(&job(address, Leg::IfThere, Leg::IfThere)).unwrap());
    assert!(
        line.contains("-rtsp_transport tcp -i rtsp://h/s -map 0:V:0? -map 0:a:0?"),
        "{line}"
    );
}

#[test]
fn only_a_pipe_is_read_from_standard_input() {
    let invocation = ffmpeg::invocation(&job(From::Pipe, Leg::IfThere, Leg::IfThere)).unwrap();
    let line = text(&invocation);
    assert!(
        line.contains("-i pipe:0") && !line.contains("-nostdin"),
        "{line}"
    );
    let file = ffmpeg::invocation(&job(files(&["a"]), Leg::IfThere, Leg::IfThere)).unwrap();
    assert!(text(&file).contains("-nostdin"));
}

#[test]
fn h264_is_encoded_without_b_frames() {
    let mut h264 = job(files(&["a"]), Leg::Encode(0), Leg::Absent);
    h264.video_codec = VideoCodec::H264;
    let line = text(&ffmpeg::invocation(&h264).unwrap());
    assert!(
        line.contains("-profile:v baseline") && line.contains("-bf 0"),
        "{line}"
    );
    assert!(!line.contains("-map 0:a"), "{line}");
    let line = text(&gstreamer::invocation(&h264).unwrap());
    assert!(
        line.contains("bframes=0") && !line.contains("opusenc"),
        "{line}"
    );
}

#[test]
fn gstreamer_muxes_sound_and_pictures_together() {
    let job = job(files(&["film.avi"]), Leg::Encode(0), Leg::Encode(0));
    let line = text(&gstreamer::invocation(&job).unwrap());
    assert!(line.starts_with("-q matroskamux name=m"), "{line}");
    assert!(
        line.contains("filesrc location=./film.avi ! decodebin name=d d. ! queue ! videoconvert"),
        "{line}"
    );
    assert_eq!(line.matches("! m.").count(), 2, "{line}");
}

#[cfg(target_os = "linux")]
#[test]
fn devices_are_the_usual_ones_unless_named() {
    let from = From::Devices {
        camera: Some(String::new()),
        microphone: Some("hw:1".to_owned()),
        screen: None,
    };
    let line = text(&ffmpeg::invocation(&job(from, Leg::Encode(0), Leg::Encode(1))).unwrap());
    assert!(line.contains("-f v4l2 -i /dev/video0"), "{line}");
    assert!(
        line.contains("-f pulse -i hw:1 -map 0:V:0 -map 1:a:0"),
        "{line}"
    );
}
