//! A test pattern: a drawn picture with a clock, and a beep with each full second, in which delay and the offset
//! between sound and picture can be seen, heard and measured.

mod beep;
mod font;
mod picture;
mod vp8;

use std::time::Duration;

use crate::{Codec, Frame, Track};
use picture::Painter;
use vp8::Encoder;

/// Width of the picture.
const WIDTH: u16 = 640;
/// Height of the picture.
const HEIGHT: u16 = 360;
/// Pictures per second. The flash of a tenth of a second is a whole number of them.
const FRAME_RATE: u32 = 30;
/// Duration of a packet of sound.
const PACKET: Duration = Duration::from_millis(20);

/// Makes a picture (VP8, 640 by 360, 30 per second, below 1.5 Mbit/s) and sound (Opus, stereo, packets of 20 ms)
/// without end, as fast as they are asked for. Time begins at zero.
///
/// In the first tenth of each second a 1 kHz tone sounds and a large area of the picture ([`TestPattern::FLASH`])
/// turns from black to white, both within the same 33 ms at most.
pub struct TestPattern {
    painter: Painter,
    encoder: Encoder,
    pictures: u64,
    packets: u64,
}

impl TestPattern {
    /// Track of the pictures in the frames.
    pub const VIDEO: usize = 0;
    /// Track of the sound in the frames.
    pub const AUDIO: usize = 1;
    /// The area that flashes: left, top, width and height in pixels.
    pub const FLASH: [u32; 4] = picture::FLASH;

    /// A pattern from its beginning. `number` is shown, so that several senders can be told apart.
    pub fn new(number: u32) -> Self {
        Self {
            painter: Painter::new(WIDTH, HEIGHT, number),
            encoder: Encoder::new(WIDTH, HEIGHT),
            pictures: 0,
            packets: 0,
        }
    }

    /// What it sends, in the order of the frames' track numbers.
    pub fn tracks() -> [Track; 2] {
        [
            Track::video(Codec::Vp8, u32::from(WIDTH), u32::from(HEIGHT)),
            Track::audio(Codec::Opus, 48_000, 2),
        ]
    }

    /// The next picture. With `key` it is a key frame; the first is one in any case. Later ones are only when asked for.
    pub fn next_video_frame(&mut self, key: bool) -> Frame {
        let time = Self::picture_time(self.pictures);
        let picture = self.painter.paint(time, self.pictures);
        let data = self.encoder.encode(picture, key);
        self.pictures += 1;
        Frame {
            track: Self::VIDEO,
            is_key_frame: crate::bitstream::is_key_frame(&Codec::Vp8, &data),
            data,
            pts: time,
            dts: time,
            duration: Some(Self::picture_time(self.pictures).saturating_sub(time)),
        }
    }

    /// The next packet of sound.
    pub fn next_audio_frame(&mut self) -> Frame {
        let packets_per_second = 50;
        let index = usize::try_from(self.packets % packets_per_second).unwrap_or(0);
        let millis = self.packets.saturating_mul(20);
        self.packets += 1;
        Frame {
            track: Self::AUDIO,
            data: beep::packet(index).to_vec(),
            pts: Duration::from_millis(millis),
            dts: Duration::from_millis(millis),
            duration: Some(PACKET),
            is_key_frame: true,
        }
    }

    fn picture_time(index: u64) -> Duration {
        let rate = u64::from(FRAME_RATE);
        let rest = Duration::from_nanos(index % rate * 1_000_000_000 / rate);
        Duration::from_secs(index / rate) + rest
    }
}

#[cfg(test)]
mod tests;
