//! Native clients at work.

use std::time::Duration;

use miso_client::{Consumer, OutgoingPacket, Producer, Retry, Room, RoomEvent, RoomOptions};
use miso_signal::{PeerId, RoomId};
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
    let entering = Room::enter(options(server, peer));
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

/// Sends a packet every few milliseconds until it is stopped.
pub(crate) struct Pump {
    task: JoinHandle<()>,
}

impl Pump {
    /// What is sent: looks like a key frame of VP8 to the server.
    pub(crate) const PAYLOAD: &[u8] = &[0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 64, 0];

    pub(crate) fn start(producer: Producer) -> Self {
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(5));
            for timestamp in (0_u32..).step_by(450) {
                ticks.tick().await;
                let packet = OutgoingPacket {
                    payload: Self::PAYLOAD.into(),
                    timestamp,
                    marker: true,
                    audio_level: None,
                    captured: None,
                };
                producer.send_rtp(vec![packet]).await.unwrap();
            }
        });
        Self { task }
    }

    /// Ends it, and its producer with it.
    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}
