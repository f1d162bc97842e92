use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use miso_engine::{Certificate, Engine, EngineOptions, TransportListenInfo};
use miso_signal::PeerId;

use super::*;
use crate::config::Settings;
use crate::counters::Counters;
use crate::session::{Closing, Outgoing};

/// Time within which everything happens that is to happen.
const PATIENCE: Duration = Duration::from_secs(10);

async fn registry() -> Arc<Registry> {
    let mut settings = Settings::default();
    settings.web.data_dir = Some("unused".into());
    let config = settings.complete().unwrap();
    let options = EngineOptions {
        workers: 1,
        listen_ips: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
        base_port: 0,
        ..EngineOptions::new(Certificate::generate(SystemTime::now()).unwrap())
    };
    Registry::new(Arc::new(RoomContext {
        engine: Engine::start(options).await.unwrap(),
        codecs: room::media_codecs().unwrap(),
        media: config.media,
        limits: config.limits,
        broadcasters: config.broadcasters.times(),
        join_within: config.web.join_within.duration(),
        plain: TransportListenInfo::new(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        counters: Arc::new(Counters::default()),
    }))
}

fn params(room: &str, peer: &str) -> ConnectionParams {
    ConnectionParams {
        room_id: RoomId::new(room).unwrap(),
        peer_id: PeerId::new(peer).unwrap(),
        consumer_replicas: 0,
    }
}

/// Waits until the room behind a seat is gone.
async fn gone(seat: &Seat) {
    tokio::time::timeout(PATIENCE, seat.mailbox().closed())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_room_that_panics_is_counted_and_costs_no_other_room() {
    let registry = registry().await;
    let (broken, ..) = registry.enter(params("broken", "p")).await.unwrap();
    let (well, ..) = registry.enter(params("well", "p")).await.unwrap();
    broken.mailbox().send(RoomMessage::Panic).await.unwrap();
    gone(&broken).await;
    assert!(!well.mailbox().is_closed());
    // Its peers can rejoin at once; the room is new.
    let (again, _, mut queued) = registry.enter(params("broken", "p")).await.unwrap();
    assert!(matches!(queued.next().await, Some(Outgoing::Text(_))));
    assert!(!again.mailbox().is_closed());
    let counters = &registry.context.counters;
    assert_eq!(
        (
            counters.get(Count::RoomOpened),
            counters.get(Count::RoomFailed)
        ),
        (3, 1)
    );
}

#[tokio::test]
async fn a_seat_that_is_dropped_leaves_the_room_and_the_last_one_closes_it() {
    let registry = registry().await;
    let (first, ..) = registry.enter(params("r", "a")).await.unwrap();
    let (second, ..) = registry.enter(params("r", "b")).await.unwrap();
    let mailbox = first.mailbox().clone();
    drop(first);
    drop(second);
    tokio::time::timeout(PATIENCE, mailbox.closed())
        .await
        .unwrap();
    assert!(registry.rooms().by_id.is_empty());
}

#[tokio::test]
async fn whoever_gives_up_while_entering_leaves_nobody_behind() {
    let registry = registry().await;
    for _ in 0..50 {
        let mut entering = Box::pin(registry.enter(params("r", "p")));
        // Far enough to knock, not far enough to be let in.
        let _ = futures_util::poll!(entering.as_mut());
        drop(entering);
    }
    registry.tasks.close();
    tokio::time::timeout(PATIENCE, registry.tasks.wait())
        .await
        .unwrap();
    assert!(registry.rooms().by_id.is_empty());
}

#[tokio::test]
async fn a_closed_registry_lets_nobody_in_and_has_told_everybody() {
    let registry = registry().await;
    let (_seat, _outbox, mut queued) = registry.enter(params("r", "p")).await.unwrap();
    tokio::time::timeout(PATIENCE, registry.close())
        .await
        .unwrap();
    // The version, under both its names.
    for _ in 0..2 {
        assert!(matches!(queued.next().await, Some(Outgoing::Text(_))));
    }
    assert!(matches!(
        queued.next().await,
        Some(Outgoing::Close(Closing::GoingAway))
    ));
    let refused = registry.enter(params("r", "q")).await;
    assert_eq!(refused.err(), Some(EnterError::Stopping));
}
