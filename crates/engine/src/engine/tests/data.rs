//! Messages of this process.

use super::{next, room, short, wait_for};
use crate::{
    DataConsumerEvent, DataConsumerOptions, DataProducerOptions, DirectTransportOptions, Ppid,
    RequestError, RouterEvent, RouterEvents, Subchannels,
};

async fn message(events: &mut RouterEvents) -> (String, Ppid, Vec<u8>) {
    wait_for(events, |event| match event {
        RouterEvent::DataConsumer {
            id,
            event: DataConsumerEvent::Message { ppid, bytes },
        } => Some((id.clone(), *ppid, bytes.to_vec())),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn messages_go_from_one_direct_transport_to_another_unchanged() {
    let (_engine, router, mut events) = room().await;
    let from = router
        .create_direct_transport(Default::default())
        .await
        .unwrap();
    let to = router
        .create_direct_transport(Default::default())
        .await
        .unwrap();
    let bot = from
        .produce_data(DataProducerOptions::default())
        .await
        .unwrap();
    let reader = to
        .consume_data(DataConsumerOptions::new(bot.id()))
        .await
        .unwrap();
    bot.send_text("hello").await.unwrap();
    bot.send(Ppid::BINARY, vec![0, 255], Subchannels::default())
        .await
        .unwrap();
    bot.send_text("").await.unwrap();
    let id = reader.id().to_owned();
    assert_eq!(
        message(&mut events).await,
        (id.clone(), Ppid::STRING, b"hello".to_vec())
    );
    assert_eq!(
        message(&mut events).await,
        (id.clone(), Ppid::BINARY, vec![0, 255])
    );
    assert_eq!(
        message(&mut events).await,
        (id, Ppid::STRING_EMPTY, b" ".to_vec())
    );
    let stats = bot.get_stats().await.unwrap();
    assert_eq!(
        (&stats[0]["messagesReceived"], &stats[0]["bytesReceived"]),
        (&3.into(), &8.into())
    );
    let stats = reader.get_stats().await.unwrap();
    assert_eq!(
        (&stats[0]["messagesSent"], &stats[0]["bytesSent"]),
        (&3.into(), &8.into())
    );
}

#[tokio::test]
async fn a_message_to_a_subchannel_reaches_only_its_subscribers() {
    let (_engine, router, mut events) = room().await;
    let direct = router
        .create_direct_transport(Default::default())
        .await
        .unwrap();
    let bot = direct
        .produce_data(DataProducerOptions::default())
        .await
        .unwrap();
    let subscribed = DataConsumerOptions {
        subchannels: vec![5],
        ..DataConsumerOptions::new(bot.id())
    };
    let subscriber = direct.consume_data(subscribed).await.unwrap();
    direct
        .consume_data(DataConsumerOptions::new(bot.id()))
        .await
        .unwrap();
    let to = Subchannels {
        any_of: vec![5],
        ..Default::default()
    };
    bot.send(Ppid::STRING, *b"x", to).await.unwrap();
    assert_eq!(message(&mut events).await.0, subscriber.id());
    router.dump().await.unwrap();
    assert!(events.try_recv().is_none());
}

#[tokio::test]
async fn a_paused_data_producer_sends_nothing_and_says_so() {
    let (_engine, router, mut events) = room().await;
    let direct = router
        .create_direct_transport(Default::default())
        .await
        .unwrap();
    let bot = direct
        .produce_data(DataProducerOptions::default())
        .await
        .unwrap();
    let reader = direct
        .consume_data(DataConsumerOptions::new(bot.id()))
        .await
        .unwrap();
    bot.pause().await.unwrap();
    assert_eq!(
        short(&next(&mut events).await.unwrap()),
        "data consumer DataProducerPause"
    );
    assert!(bot.paused() && reader.data_producer_paused());
    bot.send_text("lost").await.unwrap();
    bot.resume().await.unwrap();
    assert_eq!(
        short(&next(&mut events).await.unwrap()),
        "data consumer DataProducerResume"
    );
    bot.send_text("found").await.unwrap();
    assert_eq!(message(&mut events).await.2, b"found");
}

#[tokio::test]
async fn limits_and_kinds_are_refused_with_mediasoups_texts() {
    let (_engine, router, _events) = room().await;
    let options = DirectTransportOptions {
        max_receive_message_size: 4,
        ..Default::default()
    };
    let direct = router.create_direct_transport(options).await.unwrap();
    let bot = direct
        .produce_data(DataProducerOptions::default())
        .await
        .unwrap();
    let refused = bot.send_text("12345").await.unwrap_err();
    assert!(matches!(&refused, RequestError::Type(text) if text.contains("maxMessageSize")));
    let reader = direct
        .consume_data(DataConsumerOptions::new(bot.id()))
        .await
        .unwrap();
    let refused = reader.send(Ppid::STRING, *b"x").await.unwrap_err();
    assert_eq!(
        refused,
        RequestError::Type("invalid DataConsumer type".to_owned())
    );
}
