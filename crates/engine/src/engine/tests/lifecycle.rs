//! Start and end.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use super::{codecs, engine, next, options, room};
use crate::{Engine, EngineOptions, RequestError, StartError};

#[tokio::test]
async fn every_worker_has_a_udp_and_a_tcp_port_of_its_own() {
    let engine = Engine::start(options(3)).await.unwrap();
    let workers = engine.workers();
    assert_eq!(
        workers.iter().map(|it| it.index).collect::<Vec<_>>(),
        [0, 1, 2]
    );
    let mut ports: Vec<u16> = workers
        .iter()
        .flat_map(|it| &it.udp)
        .map(SocketAddr::port)
        .collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 3);
    assert!(
        workers
            .iter()
            .all(|it| it.tcp.len() == 1 && it.tcp[0].port() != 0)
    );
    engine.close().await;
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_address() {
    let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let refused = Engine::start(EngineOptions {
        base_port: address.port(),
        ..options(1)
    })
    .await
    .unwrap_err();
    let expected = format!("cannot listen on udp {address}: the port is taken by another program");
    assert_eq!(refused.to_string(), expected);
}

#[tokio::test]
async fn impossible_options_are_refused_in_words() {
    let none = Engine::start(options(0)).await.unwrap_err();
    assert!(matches!(none, StartError::NoWorkers));
    let deaf = EngineOptions {
        listen_ips: Vec::new(),
        ..options(1)
    };
    assert!(matches!(
        Engine::start(deaf).await,
        Err(StartError::NoListenAddress)
    ));
    let high = EngineOptions {
        base_port: 65_535,
        ..options(2)
    };
    let refused = Engine::start(high).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "base port 65535 leaves no port for worker 1; choose a lower one"
    );
}

#[tokio::test]
async fn closing_frees_the_ports_and_ends_event_streams() {
    let (engine, router, mut events) = room().await;
    let [worker] = engine.workers().try_into().unwrap();
    engine.close().await;
    assert!(next(&mut events).await.is_none());
    assert!(router.closed());
    UdpSocket::bind(worker.udp[0]).unwrap();
    let again = EngineOptions {
        base_port: worker.tcp[0].port(),
        ..options(1)
    };
    Engine::start(again).await.unwrap().close().await;
}

#[tokio::test]
async fn dropping_the_engine_ends_its_routers() {
    let (engine, router, mut events) = room().await;
    drop(engine);
    assert!(next(&mut events).await.is_none());
    let refused = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap_err();
    assert_eq!(refused, RequestError::Closed);
}

#[tokio::test]
async fn a_router_lives_as_long_as_its_last_handle() {
    let (engine, router, mut events) = room().await;
    let clone = router.clone();
    drop(router);
    assert!(!clone.closed());
    assert_eq!(engine.metrics().await[0].objects.routers, 1);
    drop(clone);
    assert!(next(&mut events).await.is_none());
    let metrics = engine.metrics().await;
    assert_eq!(metrics[0].objects.routers, 0);
    assert_eq!(engine.dump().await[0]["routerIds"], serde_json::json!([]));
}

#[tokio::test]
async fn routers_go_to_the_least_loaded_worker() {
    let engine = Engine::start(options(2)).await.unwrap();
    let mut routers = Vec::new();
    for _ in 0..4 {
        routers.push(engine.create_router(codecs()).await.unwrap());
    }
    let spread: Vec<u64> = engine
        .metrics()
        .await
        .iter()
        .map(|it| it.objects.routers)
        .collect();
    assert_eq!(spread, [2, 2]);
}

#[tokio::test]
async fn a_router_of_unsupported_codecs_is_refused() {
    let engine = engine().await;
    let codec = crate::RouterRtpCodecCapability::new("audio/nonsense", 1, 1).unwrap();
    let refused = engine.create_router(vec![codec]).await.unwrap_err();
    assert!(
        matches!(&refused, RequestError::Unsupported(text)
        if text.starts_with("media codec not supported")),
        "{refused:?}"
    );
    assert_eq!(engine.metrics().await[0].objects.routers, 0);
}

#[tokio::test]
async fn ipv4_and_ipv6_are_served_at_once_where_the_machine_has_both() {
    if UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return;
    }
    let listen_ips = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    let engine = Engine::start(EngineOptions {
        listen_ips,
        ..options(1)
    })
    .await
    .unwrap();
    let (router, _events) = engine.create_router(codecs()).await.unwrap();
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let candidates: Vec<_> = transport
        .ice_candidates()
        .iter()
        .map(|it| (it.protocol, it.address.as_str()))
        .collect();
    let expected = [
        ("udp", "127.0.0.1"),
        ("udp", "::1"),
        ("tcp", "127.0.0.1"),
        ("tcp", "::1"),
    ];
    assert_eq!(candidates, expected);
}
