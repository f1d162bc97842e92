//! From the source to all broadcasters, each frame at its time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use miso_ortc::MediaKind;
use tokio::sync::{mpsc, watch};

use crate::console::Console;
use crate::error::PushError;
use crate::link::Shot;
use crate::pace::Pacer;
use crate::source::Frames;
use crate::status::Played;

/// Time between key frames from which on the user is told what it means. Less tells of what hardly disturbs.
const LONG_GAP: Duration = Duration::from_secs(10);

/// Where frames go.
pub(crate) struct Stage {
    pub(crate) pacer: Pacer,
    pub(crate) outlets: Vec<mpsc::Sender<Arc<Shot>>>,
    /// How many broadcasters can send at present.
    pub(crate) ready: watch::Receiver<usize>,
    /// Whether the source waits while none can.
    pub(crate) waits: bool,
    pub(crate) played: Arc<Played>,
    pub(crate) console: Arc<Console>,
}

impl Stage {
    /// Plays until the source ends.
    pub(crate) async fn play(mut self, mut frames: Frames) -> Result<(), PushError> {
        let mut gaps = Gaps::default();
        while let Some(picked) = frames.recv().await {
            let picked = picked?;
            self.wait_for_broadcasters().await;
            let frame = picked.frame;
            let due = self.pacer.due(frame.dts, frame.pts, Instant::now());
            tokio::time::sleep_until(due.send_at.into()).await;
            if picked.kind == MediaKind::Video && gaps.saw(frame.pts, frame.is_key_frame) {
                self.console.note(
                    "note: key frames are more than 10 s apart; whoever joins sees nothing until the next one comes \
                     (--reencode makes one every 2 s)",
                );
            }
            let counter = match picked.kind {
                MediaKind::Video => &self.played.pictures,
                MediaKind::Audio => &self.played.sounds,
            };
            counter.fetch_add(1, Ordering::Relaxed);
            let shot = Arc::new(Shot {
                kind: picked.kind,
                data: frame.data,
                captured: due.captured,
                is_key_frame: frame.is_key_frame,
            });
            for outlet in &self.outlets {
                // A broadcaster that is not ready, or has too much to do, loses it as a network would.
                let _ = outlet.try_send(Arc::clone(&shot));
            }
        }
        Ok(())
    }

    async fn wait_for_broadcasters(&mut self) {
        if !self.waits || *self.ready.borrow() > 0 {
            return;
        }
        let begin = Instant::now();
        // When all broadcasters are gone for good, so is this task soon.
        let _ = self.ready.wait_for(|count| *count > 0).await;
        self.pacer.hold(begin.elapsed());
    }
}

/// Watches how far key frames are apart.
#[derive(Debug, Default)]
struct Gaps {
    last: Option<Duration>,
    has_told: bool,
}

impl Gaps {
    /// Whether the user is to be told of a long gap now: once.
    fn saw(&mut self, pts: Duration, is_key_frame: bool) -> bool {
        let last = *self.last.get_or_insert(pts);
        if is_key_frame {
            self.last = Some(pts);
        }
        let is_long = pts.saturating_sub(last) > LONG_GAP && !self.has_told;
        self.has_told |= is_long;
        is_long
    }
}

#[cfg(test)]
mod tests;
