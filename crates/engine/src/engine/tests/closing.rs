//! What a close takes with it, and what is told of it.

use super::{audio, consuming, next, rest, room, short, video};
use crate::{
    ConsumerEvent, DataConsumerOptions, DataProducerOptions, DirectTransportOptions, RequestError,
    RouterEvent,
};

#[tokio::test]
async fn a_closed_producer_closes_its_consumers() {
    let (_engine, router, mut events) = room().await;
    let from = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let to = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let producer = from.produce(audio()).await.unwrap();
    let consumer = to.consume(consuming(producer.id(), &router)).await.unwrap();
    producer.close();
    producer.close();
    let event = next(&mut events).await.unwrap();
    assert!(
        matches!(&event, RouterEvent::Consumer { id, event: ConsumerEvent::ProducerClose }
        if id == consumer.id()),
        "{event:?}"
    );
    assert!(producer.closed() && consumer.closed());
    assert_eq!(consumer.pause().await, Err(RequestError::Closed));
    assert_eq!(producer.pause().await, Err(RequestError::Closed));
    assert!(!to.closed());
}

#[tokio::test]
async fn a_closed_transport_takes_its_own_and_what_others_consume_of_it() {
    let (engine, router, mut events) = room().await;
    let from = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let to = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let voice = from.produce(audio()).await.unwrap();
    let own = from.consume(consuming(voice.id(), &router)).await.unwrap();
    let remote = to.consume(consuming(voice.id(), &router)).await.unwrap();
    from.close();
    assert!(from.closed() && voice.closed() && own.closed());
    let told = [
        next(&mut events).await,
        next(&mut events).await,
        next(&mut events).await,
    ]
    .map(|event| short(&event.unwrap()));
    let expected = [
        "producer TransportClose",
        "consumer TransportClose",
        "consumer ProducerClose",
    ];
    assert_eq!(told, expected);
    assert!(remote.closed() && !to.closed());
    assert_eq!(serde_json::to_value(from.ice_state()).unwrap(), "closed");
    assert!(matches!(
        from.produce(video()).await,
        Err(RequestError::Closed)
    ));
    let objects = engine.metrics().await[0].objects;
    assert_eq!(
        (objects.transports, objects.producers, objects.consumers),
        (1, 0, 0)
    );
}

#[tokio::test]
async fn a_closed_router_tells_the_whole_cascade_and_ends() {
    let (engine, router, mut events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let direct = router
        .create_direct_transport(DirectTransportOptions::default())
        .await
        .unwrap();
    let voice = transport.produce(audio()).await.unwrap();
    transport
        .consume(consuming(voice.id(), &router))
        .await
        .unwrap();
    let chat = direct
        .produce_data(DataProducerOptions::default())
        .await
        .unwrap();
    direct
        .consume_data(DataConsumerOptions::new(chat.id()))
        .await
        .unwrap();
    router.close();
    let expected = [
        "producer TransportClose",
        "consumer TransportClose",
        "transport Closed",
        "data producer TransportClose",
        "data consumer TransportClose",
        "transport Closed",
    ];
    assert_eq!(rest(&mut events).await, expected);
    assert!(transport.closed() && voice.closed() && chat.closed());
    assert!(matches!(router.dump().await, Err(RequestError::Closed)));
    let objects = engine.metrics().await[0].objects;
    assert_eq!(objects, Default::default());
}

#[tokio::test]
async fn a_closed_data_producer_closes_its_data_consumers() {
    let (_engine, router, mut events) = room().await;
    let direct = router
        .create_direct_transport(DirectTransportOptions::default())
        .await
        .unwrap();
    let chat = direct
        .produce_data(DataProducerOptions::default())
        .await
        .unwrap();
    let reader = direct
        .consume_data(DataConsumerOptions::new(chat.id()))
        .await
        .unwrap();
    chat.close();
    assert_eq!(
        short(&next(&mut events).await.unwrap()),
        "data consumer DataProducerClose"
    );
    assert!(reader.closed());
    let gone = direct
        .consume_data(DataConsumerOptions::new(chat.id()))
        .await
        .unwrap_err();
    assert!(matches!(gone, RequestError::NotFound(_)), "{gone:?}");
}

#[tokio::test]
async fn a_closed_consumer_tells_nothing_and_the_producer_stays() {
    let (_engine, router, mut events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let voice = transport.produce(audio()).await.unwrap();
    let consumer = transport
        .consume(consuming(voice.id(), &router))
        .await
        .unwrap();
    consumer.close();
    assert!(consumer.closed() && !voice.closed());
    // The answer to a later request comes after all events of earlier ones.
    router.dump().await.unwrap();
    assert!(events.try_recv().is_none());
}
