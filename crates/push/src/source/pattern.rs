//! The test pattern as a source.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use miso_media::{Frame, TestPattern};
use miso_ortc::MediaKind;

use super::{Feed, Picked, SourceError};

/// Pictures and sound of the test pattern, in order.
pub(crate) struct PatternFeed {
    pattern: TestPattern,
    /// What the room takes.
    kinds: Vec<MediaKind>,
    /// Set when somebody needs a key frame.
    key_frame_wanted: Arc<AtomicBool>,
    /// The next sound, which may be later than the next picture.
    sound: Option<Frame>,
    /// When the last picture ended.
    pictures_until: std::time::Duration,
}

impl PatternFeed {
    pub(crate) fn new(kinds: Vec<MediaKind>, key_frame_wanted: Arc<AtomicBool>) -> Self {
        Self {
            pattern: TestPattern::new(1),
            kinds,
            key_frame_wanted,
            sound: None,
            pictures_until: std::time::Duration::ZERO,
        }
    }

    fn next_picture(&mut self) -> Picked {
        let is_wanted = self.key_frame_wanted.swap(false, Ordering::Relaxed);
        let frame = self.pattern.next_video_frame(is_wanted);
        self.pictures_until = frame.pts + frame.duration.unwrap_or_default();
        let kind = MediaKind::Video;
        Picked { kind, frame }
    }

    fn next_sound(&mut self) -> Frame {
        self.sound
            .take()
            .unwrap_or_else(|| self.pattern.next_audio_frame())
    }
}

impl Feed for PatternFeed {
    fn next(&mut self) -> Result<Option<Picked>, SourceError> {
        let kind = MediaKind::Audio;
        if !self.kinds.contains(&MediaKind::Video) {
            let frame = self.next_sound();
            return Ok(Some(Picked { kind, frame }));
        }
        if !self.kinds.contains(&kind) {
            return Ok(Some(self.next_picture()));
        }
        let frame = self.next_sound();
        if frame.dts < self.pictures_until {
            return Ok(Some(Picked { kind, frame }));
        }
        self.sound = Some(frame);
        Ok(Some(self.next_picture()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use miso_ortc::MediaKind;

    use super::PatternFeed;
    use crate::source::Feed;

    #[test]
    fn pictures_and_sound_come_in_the_order_of_their_times() {
        let kinds = vec![MediaKind::Video, MediaKind::Audio];
        let mut feed = PatternFeed::new(kinds, Arc::default());
        let frames: Vec<_> = (0..80).map(|_| feed.next().unwrap().unwrap()).collect();
        let times: Vec<Duration> = frames.iter().map(|it| it.frame.dts).collect();
        assert!(times.is_sorted(), "{times:?}");
        let pictures = frames
            .iter()
            .filter(|it| it.kind == MediaKind::Video)
            .count();
        assert_eq!(pictures, 30);
    }

    #[test]
    fn a_wish_for_a_key_frame_is_met_by_the_next_picture_and_once() {
        let wish = Arc::new(AtomicBool::new(false));
        let mut feed = PatternFeed::new(vec![MediaKind::Video], Arc::clone(&wish));
        let mut is_key = || feed.next().unwrap().unwrap().frame.is_key_frame;
        assert!(is_key());
        assert!(!is_key());
        wish.store(true, Ordering::Relaxed);
        assert!(is_key());
        assert!(!is_key());
    }
}
