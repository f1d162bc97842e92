//! What a benchmark sends.

#[cfg(test)]
mod tests;

use std::time::Duration;

/// Frames for many destinations, at a steady rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Destinations (consumers); each gets every packet.
    pub n: usize,
    /// Packets in a frame.
    pub burst: usize,
    /// Bytes of a packet before it is sealed, header included.
    pub packet_bytes: usize,
    /// Packets at the end of a frame that are one byte longer, as browsers make them; the limit's never are.
    pub longer: usize,
    /// Frames per second.
    pub frames_per_second: u32,
    /// How long it is sent, besides the warm-up.
    pub duration: Duration,
}

/// Frames sent before measuring begins: caches, branch predictors and the reader's pages fill.
const WARM_UP_FRAMES: u32 = 10;

impl Load {
    /// Video, if frames have several packets: 1,200 bytes each, 30 frames a second. Else audio:
    /// 200 bytes, 50 a second.
    #[must_use]
    pub fn new(n: usize, burst: usize, duration: Duration) -> Self {
        let (packet_bytes, frames_per_second) = if burst > 1 { (1_200, 30) } else { (200, 50) };
        Self {
            n,
            burst,
            packet_bytes,
            longer: 0,
            frames_per_second,
            duration,
        }
    }

    /// The loads of a run: 10, 100 and 500 destinations of 10-packet frames and 100 of
    /// single-packet audio, narrowed to the given number and burst.
    #[must_use]
    pub fn selection(n: Option<usize>, burst: Option<usize>, duration: Duration) -> Vec<Self> {
        let usual = [(10, 10), (100, 10), (500, 10), (100, 1)];
        let mut loads: Vec<_> = usual
            .into_iter()
            .map(|(usual_n, usual_burst)| (n.unwrap_or(usual_n), burst.unwrap_or(usual_burst)))
            .collect();
        loads.sort_by_key(|(n, burst)| (usize::MAX - burst, *n));
        loads.dedup();
        let make = |(n, burst)| Self::new(n, burst, duration);
        loads.into_iter().map(make).collect()
    }

    /// Frames to be measured.
    #[must_use]
    pub fn frames(&self) -> u32 {
        let frames = self.duration.as_secs_f64() * f64::from(self.frames_per_second);
        (frames.round() as u32).max(1)
    }

    /// Frames to be sent before those.
    #[must_use]
    pub fn warm_up_frames(&self) -> u32 {
        WARM_UP_FRAMES
    }

    /// Packets that leave in one frame, over all destinations.
    #[must_use]
    pub fn packets_per_frame(&self) -> u64 {
        (self.n * self.burst) as u64
    }

    /// Packets that leave while it is measured.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.packets_per_frame() * u64::from(self.frames())
    }

    /// Packets that leave in all, warm-up included.
    #[must_use]
    pub fn packets_with_warm_up(&self) -> u64 {
        self.packets_per_frame() * u64::from(self.frames() + self.warm_up_frames())
    }
}
