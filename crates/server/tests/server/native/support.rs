//! Native clients at work.

use std::time::{Duration, Instant};

use miso_client::{
    Consumer, DataConsumer, Frame, Producer, ProducerEvent, Retry, Room, RoomEvent, RoomOptions,
};
use miso_media::TestPattern;
use miso_signal::{PeerId, RoomId};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::{Server, soon};

/// How to enter the room of all these tests.
pub(crate) fn options(server: &Server, peer: &str) -> RoomOptions {
    let url = format!("ws://{}", server.http());
    let room = RoomId::new("native").unwrap();
    let mut options = RoomOptions::new(url, room, PeerId::new(peer).unwrap());
    options.retry = Retry {
        attempts: 1_000,
        first: Duration::from_millis(1),
        longest: Duration::from_millis(50),
        ..Retry::default()
    };
    options
}

pub(crate) async fn enter(server: &Server, peer: &str) -> Room {
    enter_with(options(server, peer)).await
}

pub(crate) async fn enter_with(options: RoomOptions) -> Room {
    let entering = Room::enter(options);
    soon("the room is entered", entering).await.unwrap()
}

/// The next event that is so.
pub(crate) async fn until<T>(
    room: &mut Room,
    what: &str,
    is_it: impl Fn(RoomEvent) -> Option<T>,
) -> T {
    let found = async {
        loop {
            let event = room.event().await.expect("the room goes on");
            if let Some(found) = is_it(event) {
                return found;
            }
        }
    };
    soon(what, found).await
}

pub(crate) async fn next_consumer(room: &mut Room) -> Consumer {
    let is_it = |event| match event {
        RoomEvent::Consumer(consumer) => Some(consumer),
        _ => None,
    };
    until(room, "a consumer", is_it).await
}

pub(crate) async fn next_data_consumer(room: &mut Room, label: &str) -> DataConsumer {
    let is_it = |event| match event {
        RoomEvent::DataConsumer(consumer) if consumer.label() == label => Some(consumer),
        _ => None,
    };
    until(room, "a data consumer", is_it).await
}

/// Pictures that are sent over and over, a key frame and what follows it.
pub(crate) fn pictures() -> Vec<Vec<u8>> {
    let mut pattern = TestPattern::new(1);
    (0..8)
        .map(|_| pattern.next_video_frame(false).data)
        .collect()
}

/// Sends [`pictures`] until it is stopped.
pub(crate) struct Pump {
    task: JoinHandle<()>,
    /// How many requests for a key frame were heard.
    requests: watch::Receiver<u32>,
}

impl Pump {
    pub(crate) fn start(mut producer: Producer) -> Self {
        let frame = |(index, data)| Frame {
            track: 0,
            data,
            pts: Duration::ZERO,
            dts: Duration::ZERO,
            duration: None,
            is_key_frame: index == 0,
        };
        let frames: Vec<_> = pictures().into_iter().enumerate().map(frame).collect();
        let (heard, requests) = watch::channel(0);
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            let mut pts = Duration::ZERO;
            for frame in frames.iter().cycle() {
                ticks.tick().await;
                let frame = Frame {
                    pts,
                    ..frame.clone()
                };
                pts += Duration::from_millis(20);
                producer.send_frame(&frame, Instant::now()).await.unwrap();
                while let Some(ProducerEvent::KeyFrameRequested) = producer.try_event() {
                    heard.send_modify(|count| *count += 1);
                }
            }
        });
        Self { task, requests }
    }

    /// Waits for another request for a key frame.
    pub(crate) async fn key_frame_requested(&mut self) {
        let another = self.requests.changed();
        soon("a request for a key frame", another).await.unwrap();
    }

    /// Ends it, and its producer with it.
    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}
