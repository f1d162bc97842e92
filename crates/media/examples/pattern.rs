//! Writes some seconds of the test pattern: `cargo run -p miso-media --example pattern SECONDS OUT.ivf OUT.opus`.

use std::fs::File;
use std::io::BufWriter;

use miso_media::{Codec, IvfWriter, MediaError, OggOpusWriter, TestPattern};

fn main() -> Result<(), MediaError> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |default: &str| arguments.next().unwrap_or_else(|| default.to_owned());
    let seconds: u32 = next("10").parse().unwrap_or(10);
    let video = BufWriter::new(File::create(next("pattern.ivf"))?);
    let audio = BufWriter::new(File::create(next("pattern.opus"))?);
    let mut pattern = TestPattern::new(1);
    let mut video = IvfWriter::new(video, &Codec::Vp8, 640, 360)?;
    let mut audio = OggOpusWriter::new(audio, 2, 1)?;
    for index in 0..seconds * 30 {
        let frame = pattern.next_video_frame(index % 300 == 0);
        video.write_frame(&frame.data, frame.pts)?;
    }
    for _ in 0..seconds * 50 {
        let frame = pattern.next_audio_frame();
        audio.write_packet(&frame.data, frame.pts)?;
    }
    video.finish()?;
    audio.finish()?;
    Ok(())
}
