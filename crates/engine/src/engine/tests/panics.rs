//! A bug in a worker.

use super::{audio, codecs, next, options};
use crate::{Engine, RequestError, RouterEvent};

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
