//! Records one peer of a room: sound to `PREFIX.ogg`, pictures to `PREFIX.ivf`.
//!
//!     cargo run -p miso-client --example recorder -- ws://127.0.0.1:8888 ROOM PEER PREFIX [--insecure]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Duration;

use anyhow::{Context, bail};
use miso_client::{Codec, Consumer, Offer, PeerId, Room, RoomEvent, RoomId, RoomOptions, TlsTrust};
use miso_media::{IvfWriter, OggOpusWriter};
use tokio::sync::watch;
use tokio::task::JoinSet;

type Out = BufWriter<File>;

/// A file in the making.
enum Writer {
    Ogg(OggOpusWriter<Out>),
    Ivf(IvfWriter<Out>),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (options, prefix) = options()?;
    let mut room = Room::enter(options).await?;
    let (stop, stopped) = watch::channel(());
    let mut recordings = JoinSet::new();
    loop {
        tokio::select! {
            event = room.event() => match event {
                Some(RoomEvent::Consumer(consumer)) => {
                    recordings.spawn(record(consumer, prefix.clone(), stopped.clone()));
                }
                Some(RoomEvent::Closed(_)) | None => break,
                Some(_) => {}
            },
            Some(done) = recordings.join_next() => println!("{}", done??),
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    drop(stop);
    while let Some(done) = recordings.join_next().await {
        println!("{}", done??);
    }
    Ok(())
}

/// Where to go and what to write, from the command line. Nothing but this peer's media is taken.
fn options() -> anyhow::Result<(RoomOptions, String)> {
    let (flags, arguments): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|it| it.starts_with("--"));
    let [url, room, peer, prefix] = arguments.as_slice() else {
        bail!("usage: recorder URL ROOM PEER PREFIX [--insecure]");
    };
    let mut options = RoomOptions::new(url, RoomId::new(room)?, PeerId::new("recorder")?);
    options.sends = false;
    if flags.iter().any(|it| it == "--insecure") {
        options.trust = TlsTrust::Anyone;
    }
    let wanted = PeerId::new(peer)?;
    let options = options.accept_if(
        move |offer| matches!(offer, Offer::Media(it) if it.peer_id.as_ref() == Some(&wanted)),
    );
    Ok((options, prefix.clone()))
}

/// Writes until the consumer is closed or all is stopped; what was written.
async fn record(
    mut consumer: Consumer,
    prefix: String,
    mut stopped: watch::Receiver<()>,
) -> anyhow::Result<String> {
    let (mut writer, path) = Writer::create(&consumer, &prefix)?;
    let clock_rate = u64::from(consumer.codec().clock_rate);
    let (mut frames, mut ticks, mut last) = (0_u64, 0_u64, None);
    let mut complete = false;
    loop {
        let frame = tokio::select! {
            frame = consumer.frame() => frame,
            _ = stopped.changed() => None,
        };
        let Some(frame) = frame else {
            break;
        };
        // Nothing can be shown before the first key frame, nor after a loss until the next.
        complete = frame.is_key_frame || (complete && !frame.after_gap);
        if !complete {
            consumer.request_key_frame().await?;
            continue;
        }
        // Timestamps wrap around.
        let step = frame
            .timestamp
            .wrapping_sub(last.unwrap_or(frame.timestamp));
        ticks += u64::from(step);
        last = Some(frame.timestamp);
        writer.write(
            &frame.data,
            Duration::from_nanos(ticks * 1_000_000_000 / clock_rate),
        )?;
        frames += 1;
    }
    writer.finish()?;
    Ok(format!("{path}: {frames} frames, {:?}", consumer.stats()))
}

impl Writer {
    fn create(consumer: &Consumer, prefix: &str) -> anyhow::Result<(Self, String)> {
        let (codec, extension) = match consumer.codec().mime_type.codec() {
            Codec::Opus => (miso_media::Codec::Opus, "ogg"),
            Codec::Vp8 => (miso_media::Codec::Vp8, "ivf"),
            Codec::Vp9 => (miso_media::Codec::Vp9, "ivf"),
            Codec::Av1 => (miso_media::Codec::Av1, "ivf"),
            Codec::H264 => (miso_media::Codec::H264, "ivf"),
            other => bail!("{other:?} cannot be recorded"),
        };
        let path = format!("{prefix}.{extension}");
        let out = BufWriter::new(File::create(&path).context(path.clone())?);
        let writer = match codec {
            miso_media::Codec::Opus => Self::Ogg(OggOpusWriter::new(out, 2, 1)?),
            // Players take the size from the first picture.
            codec => Self::Ivf(IvfWriter::new(out, &codec, 0, 0)?),
        };
        Ok((writer, path))
    }

    fn write(&mut self, frame: &[u8], time: Duration) -> anyhow::Result<()> {
        match self {
            Self::Ogg(it) => it.write_packet(frame, time)?,
            Self::Ivf(it) => it.write_frame(frame, time)?,
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Ogg(it) => it.finish()?.flush()?,
            Self::Ivf(it) => it.finish()?.flush()?,
        }
        Ok(())
    }
}
