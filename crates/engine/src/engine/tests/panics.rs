//! A bug in a worker.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use super::{audio, codecs, next, options};
use crate::{Engine, PlainTransportOptions, RequestError, RouterEvent, TransportListenInfo};

#[tokio::test]
async fn a_dying_worker_takes_its_routers_and_no_others_and_comes_back() {
    let engine = Engine::start(options(2)).await.unwrap();
    let (doomed, mut doomed_events) = engine.create_router(codecs()).await.unwrap();
    let (safe, mut safe_events) = engine.create_router(codecs()).await.unwrap();
    let transport = doomed
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let producer = transport.produce(audio()).await.unwrap();
    engine.poison(0);

    assert!(matches!(
        next(&mut doomed_events).await,
        Some(RouterEvent::WorkerDied)
    ));
    assert!(next(&mut doomed_events).await.is_none());
    assert!(doomed.closed() && transport.closed() && producer.closed());
    assert_eq!(producer.pause().await, Err(RequestError::Closed));
    assert!(matches!(doomed.dump().await, Err(RequestError::Closed)));

    safe.create_webrtc_transport(Default::default())
        .await
        .unwrap();
    assert!(safe_events.try_recv().is_none());

    let metrics = engine.metrics().await;
    assert_eq!(
        metrics.iter().map(|it| it.panics).collect::<Vec<_>>(),
        [1, 0]
    );
    assert_eq!(metrics[0].objects, Default::default());
    let (reborn, _events) = engine.create_router(codecs()).await.unwrap();
    let again = reborn
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    assert_eq!(
        engine.metrics().await[0].objects.transports,
        1,
        "the empty worker is chosen"
    );
    assert_eq!(
        again.ice_candidates()[0].port,
        engine.workers()[0].udp[0].port()
    );
    engine.close().await;
}

#[tokio::test]
async fn a_dying_worker_gives_back_the_ports_of_its_plain_transports() {
    let engine = Engine::start(options(1)).await.unwrap();
    let (router, mut events) = engine.create_router(codecs()).await.unwrap();
    // An address that no other test uses.
    let ip = Ipv4Addr::new(127, 0, 0, 4);
    let listen_info = TransportListenInfo::new(IpAddr::V4(ip));
    let plain = || PlainTransportOptions::new(listen_info.clone());
    let transport = router.create_plain_transport(plain()).await.unwrap();
    let address = (ip, transport.tuple().local_port);
    UdpSocket::bind(address).unwrap_err();
    engine.poison(0);
    let died = next(&mut events).await;
    assert!(matches!(died, Some(RouterEvent::WorkerDied)));
    UdpSocket::bind(address).unwrap();
    let (reborn, _events) = engine.create_router(codecs()).await.unwrap();
    reborn.create_plain_transport(plain()).await.unwrap();
}
