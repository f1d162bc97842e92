//! Sends a media file, or a test pattern with a beep, into a room.
//!
//!     cargo run -p miso-client --example pusher -- ws://127.0.0.1:8888 ROOM [FILE] [--insecure]

use std::fs::File;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use miso_client::{
    Codec, Frame, MediaKind, PeerId, ProduceOptions, Producer, ProducerEvent, Room, RoomEvent,
    RoomId, RoomOptions, TlsTrust,
};
use miso_media::{Reader, TestPattern, Track};

/// Where frames come from.
enum Source {
    File(Box<Reader>),
    Pattern(Box<Pattern>),
}

/// The test pattern with its next frames.
struct Pattern {
    pattern: TestPattern,
    video: Frame,
    audio: Frame,
    /// Whether the next picture must need no other.
    key_frame: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (options, file) = options()?;
    let mut source = Source::open(file.as_deref())?;
    let mut room = Room::enter(options).await?;
    'entered: loop {
        let mut producers = produce(&room, &source.tracks()).await?;
        room.send_transport()?.connected().await?;
        let mut start = None;
        while let Some(frame) = source.next()? {
            // Goes on where it was, also after another entry.
            let start = *start.get_or_insert(Instant::now() - frame.dts);
            tokio::select! {
                () = tokio::time::sleep_until((start + frame.dts).into()) => {}
                event = again(&mut room) => {
                    event?;
                    continue 'entered;
                }
                _ = tokio::signal::ctrl_c() => return Ok(()),
            }
            let Some(Some(producer)) = producers.get_mut(frame.track) else {
                continue;
            };
            // While the session is broken nothing arrives anyway.
            let _ = producer.send_frame(&frame, start + frame.pts).await;
            if producer.try_event() == Some(ProducerEvent::KeyFrameRequested) {
                source.request_key_frame();
            }
            if frame.track == 0 {
                report(frame.dts, &producers);
            }
        }
        room.leave().await;
        return Ok(());
    }
}

/// Where to go and what to send, from the command line.
fn options() -> anyhow::Result<(RoomOptions, Option<String>)> {
    let (flags, arguments): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|it| it.starts_with("--"));
    let [url, room, file @ ..] = arguments.as_slice() else {
        bail!("usage: pusher URL ROOM [FILE] [--insecure]");
    };
    let mut options = RoomOptions::new(url, RoomId::new(room)?, PeerId::new("pusher")?);
    options.receives = false;
    if flags.iter().any(|it| it == "--insecure") {
        options.trust = TlsTrust::Anyone;
    }
    Ok((options, file.first().cloned()))
}

/// Waits until the room was entered anew.
async fn again(room: &mut Room) -> anyhow::Result<()> {
    loop {
        match room.event().await.context("the room is over")? {
            RoomEvent::Rejoined { .. } => return Ok(()),
            RoomEvent::Closed(end) => bail!("the room is over: {end:?}"),
            _ => {}
        }
    }
}

/// A producer for each track that can be sent.
async fn produce(room: &Room, tracks: &[Track]) -> anyhow::Result<Vec<Option<Producer>>> {
    let mut producers = Vec::new();
    for track in tracks {
        let (kind, codec) = match &track.codec {
            miso_media::Codec::Opus => (MediaKind::Audio, Codec::Opus),
            miso_media::Codec::Vp8 => (MediaKind::Video, Codec::Vp8),
            miso_media::Codec::Vp9 => (MediaKind::Video, Codec::Vp9),
            miso_media::Codec::H264 => (MediaKind::Video, Codec::H264),
            miso_media::Codec::Av1 => (MediaKind::Video, Codec::Av1),
            other => {
                println!("{other} is left out");
                producers.push(None);
                continue;
            }
        };
        let options = ProduceOptions::new(kind).with_codec(codec);
        producers.push(Some(room.produce(options).await?));
    }
    Ok(producers)
}

/// Once a second, how it is received.
fn report(time: Duration, producers: &[Option<Producer>]) {
    if time.subsec_millis() >= 20 {
        return;
    }
    for producer in producers.iter().flatten() {
        let stats = producer.stats();
        println!(
            "{:>4} s {}: {} kbit/s, {} packets, {} sent again, loss {:?}, round trip {:?}",
            time.as_secs(),
            producer.kind(),
            stats.bitrate.0 / 1_000,
            stats.packets,
            stats.retransmitted,
            stats.loss,
            stats.round_trip,
        );
    }
}

impl Source {
    fn open(file: Option<&str>) -> anyhow::Result<Self> {
        Ok(match file {
            Some(path) => {
                let file = File::open(path).with_context(|| path.to_owned())?;
                Self::File(Box::new(
                    Reader::open(file).with_context(|| path.to_owned())?,
                ))
            }
            None => {
                let mut pattern = TestPattern::new(1);
                let (video, audio) = (pattern.next_video_frame(true), pattern.next_audio_frame());
                Self::Pattern(Box::new(Pattern {
                    pattern,
                    video,
                    audio,
                    key_frame: false,
                }))
            }
        })
    }

    fn tracks(&self) -> Vec<Track> {
        match self {
            Self::File(reader) => reader.tracks().to_vec(),
            Self::Pattern(_) => TestPattern::tracks().to_vec(),
        }
    }

    /// The frame that is due next, of either track.
    fn next(&mut self) -> anyhow::Result<Option<Frame>> {
        Ok(match self {
            Self::File(reader) => reader.next_frame()?,
            Self::Pattern(it) if it.video.dts <= it.audio.dts => {
                let key_frame = std::mem::take(&mut it.key_frame);
                let next = it.pattern.next_video_frame(key_frame);
                Some(std::mem::replace(&mut it.video, next))
            }
            Self::Pattern(it) => {
                let next = it.pattern.next_audio_frame();
                Some(std::mem::replace(&mut it.audio, next))
            }
        })
    }

    /// A file has its key frames where it has them.
    fn request_key_frame(&mut self) {
        if let Self::Pattern(it) = self {
            it.key_frame = true;
        }
    }
}
