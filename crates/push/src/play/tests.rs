use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use miso_media::Frame;
use miso_ortc::MediaKind;
use tokio::sync::{mpsc, watch};

use super::{Gaps, Stage};
use crate::console::Console;
use crate::link::Shot;
use crate::pace::Pacer;
use crate::source::{Picked, SourceError};
use crate::status::Played;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn picked(at: Duration) -> Result<Picked, SourceError> {
    let frame = Frame {
        track: 0,
        data: vec![1],
        pts: at,
        dts: at,
        duration: None,
        is_key_frame: true,
    };
    let kind = MediaKind::Video;
    Ok(Picked { kind, frame })
}

fn stage(ready: usize, waits: bool) -> (Stage, watch::Sender<usize>, mpsc::Receiver<Arc<Shot>>) {
    let (outlet, shots) = mpsc::channel(8);
    let (sender, ready) = watch::channel(ready);
    let stage = Stage {
        pacer: Pacer::new(true, None),
        outlets: vec![outlet],
        ready,
        waits,
        played: Arc::default(),
        console: Arc::new(Console::new()),
    };
    (stage, sender, shots)
}

#[test]
fn a_long_gap_between_key_frames_is_told_once() {
    let mut gaps = Gaps::default();
    assert!(!gaps.saw(ms(0), true));
    assert!(!gaps.saw(ms(9_000), true));
    assert!(!gaps.saw(ms(19_000), false));
    assert!(gaps.saw(ms(19_040), false));
    assert!(!gaps.saw(ms(40_000), false));
}

#[tokio::test]
async fn a_source_that_can_wait_does_so_until_somebody_can_send() {
    let (stage, ready, mut shots) = stage(0, true);
    let played: Arc<Played> = Arc::clone(&stage.played);
    let (frames, receiver) = mpsc::channel(8);
    frames.send(picked(ms(0))).await.unwrap();
    drop(frames);
    let playing = tokio::spawn(stage.play(receiver));
    tokio::task::yield_now().await;
    assert_eq!(played.pictures.load(Ordering::Relaxed), 0);
    let before = Instant::now();
    ready.send_replace(1);
    let shot = shots.recv().await.unwrap();
    assert!(shot.captured >= before);
    playing.await.unwrap().unwrap();
    assert_eq!(played.pictures.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_live_source_goes_on_while_nobody_can_send() {
    let (stage, _ready, mut shots) = stage(0, false);
    let (frames, receiver) = mpsc::channel(8);
    frames.send(picked(ms(0))).await.unwrap();
    drop(frames);
    stage.play(receiver).await.unwrap();
    assert!(shots.recv().await.is_some());
}

#[tokio::test]
async fn an_error_of_the_source_ends_the_play() {
    let (stage, _ready, _shots) = stage(1, true);
    let (frames, receiver) = mpsc::channel(8);
    frames
        .send(Err(SourceError::Folder("x".to_owned())))
        .await
        .unwrap();
    let error = stage.play(receiver).await.unwrap_err();
    assert_eq!(error.to_string(), "x is a folder; give files");
}
