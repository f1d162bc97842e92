//! `miso-client` as the other side: rooms entered, media and messages in both directions.

mod support;

use miso_client::{MediaKind, ProduceOptions};

use crate::support::{Server, soon};
use support::{Pump, enter, next_consumer};

#[tokio::test]
async fn what_one_native_client_sends_another_receives() {
    let server = Server::start(&[]).await;
    let sender = enter(&server, "alice").await;
    let mut receiver = enter(&server, "bob").await;
    for kind in [MediaKind::Audio, MediaKind::Video] {
        let producer = sender.produce(ProduceOptions::new(kind)).await.unwrap();
        let mut consumer = next_consumer(&mut receiver).await;
        assert_eq!(consumer.parameters().producer_id, *producer.id());
        let pump = Pump::start(producer);
        for _ in 0..50 {
            let packet = soon("a packet", consumer.packet()).await.unwrap();
            assert_eq!(&packet.payload[..], Pump::PAYLOAD);
        }
        pump.stop().await;
    }
}
