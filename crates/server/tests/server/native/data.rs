//! Messages between native clients.

use miso_client::{Message, ProduceDataOptions, TransportError};

use super::support::{enter, next_data_consumer};
use crate::support::{Server, soon};

#[tokio::test]
async fn texts_and_bytes_arrive_untouched_in_both_directions() {
    let server = Server::start(&[]).await;
    let mut alice = enter(&server, "alice").await;
    let mut bob = enter(&server, "bob").await;
    let every_byte: Vec<u8> = (0..=255).collect();
    let messages = [
        Message::text("good day, ☺"),
        Message::binary(every_byte),
        Message::binary(vec![7; 65_536]),
        Message::text("x".repeat(65_536)),
    ];
    for unordered in [false, true] {
        let mut chat = ProduceDataOptions::new("chat");
        chat.ordered = !unordered;
        let producers = [
            alice.produce_data(chat.clone()).await.unwrap(),
            bob.produce_data(chat).await.unwrap(),
        ];
        let consumers = [
            next_data_consumer(&mut bob, "chat").await,
            next_data_consumer(&mut alice, "chat").await,
        ];
        for (producer, mut consumer) in producers.iter().zip(consumers) {
            assert_eq!(
                consumer.parameters().sctp_stream_parameters.ordered,
                !unordered
            );
            soon("an open channel", consumer.opened()).await.unwrap();
            for message in &messages {
                soon("sending", producer.send(message.clone()))
                    .await
                    .unwrap();
                let got = soon("a message", consumer.message()).await.unwrap();
                assert!(got == *message, "of {} bytes", message.bytes.len());
            }
        }
    }
}

#[tokio::test]
async fn the_rooms_bot_answers() {
    let server = Server::start(&[]).await;
    let mut alice = enter(&server, "alice").await;
    let mut bot = next_data_consumer(&mut alice, "bot").await;
    assert_eq!(bot.parameters().peer_id, None);
    soon("an open channel", bot.opened()).await.unwrap();
    let to_bot = alice
        .produce_data(ProduceDataOptions::new("bot"))
        .await
        .unwrap();
    soon("sending", to_bot.send(Message::text("hello")))
        .await
        .unwrap();
    let answer = soon("an answer", bot.message()).await.unwrap();
    assert!(
        answer.as_text().is_some_and(|it| it.contains("hello")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_message_longer_than_can_be_sent_is_refused_at_once() {
    let server = Server::start(&[]).await;
    let alice = enter(&server, "alice").await;
    let chat = alice
        .produce_data(ProduceDataOptions::new("chat"))
        .await
        .unwrap();
    let refused = chat.send(Message::binary(vec![0; 65_537])).await;
    let Err(TransportError::MessageTooLong { length, max }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((length, max), (65_537, 65_536));
}
