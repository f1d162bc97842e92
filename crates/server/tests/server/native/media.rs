//! Media between native clients.

use std::time::Duration;

use miso_client::{Codec, Consumer, MediaKind, OutgoingPacket, ProduceOptions, Room, RoomEvent};
use miso_signal::ServerNotification;

use super::support::{Pump, enter, enter_with, next_consumer, options, pictures, until};
use crate::support::{Server, soon};

const VP8: fn() -> ProduceOptions = || ProduceOptions::new(MediaKind::Video).with_codec(Codec::Vp8);

/// Takes some frames, each of which must be the one after the one before.
async fn expect_frames(consumer: &mut Consumer, sent: &[Vec<u8>], count: usize) {
    let mut expected = None;
    for _ in 0..count {
        let frame = soon("a frame", consumer.frame()).await.unwrap();
        let index = sent.iter().position(|it| *it == frame.data);
        let index = index.expect("a frame arrives as it was sent");
        assert!(expected.is_none_or(|expected| expected == index), "{index}");
        assert_eq!(frame.is_key_frame, index == 0);
        expected = Some((index + 1) % sent.len());
    }
}

#[tokio::test]
async fn frames_arrive_whole_and_in_order_in_both_directions() {
    let server = Server::start(&[]).await;
    let mut alice = enter(&server, "alice").await;
    let mut bob = enter(&server, "bob").await;
    let sent = pictures();
    let from_alice = Pump::start(alice.produce(VP8()).await.unwrap());
    let from_bob = Pump::start(bob.produce(VP8()).await.unwrap());
    for room in [&mut alice, &mut bob] {
        let mut consumer = next_consumer(room).await;
        expect_frames(&mut consumer, &sent, 40).await;
        let stats = consumer.stats();
        assert!(stats.packets >= 40, "{stats:?}");
        assert_eq!((stats.lost, stats.discarded), (0, 0), "{stats:?}");
    }
    from_alice.stop().await;
    from_bob.stop().await;
}

#[tokio::test]
async fn frames_arrive_over_tcp() {
    let server = Server::start(&[]).await;
    let over_tcp = |peer| {
        let mut options = options(&server, peer);
        options.force_tcp = true;
        options
    };
    let alice = enter_with(over_tcp("alice")).await;
    let mut bob = enter_with(over_tcp("bob")).await;
    let pump = Pump::start(alice.produce(VP8()).await.unwrap());
    let mut consumer = next_consumer(&mut bob).await;
    expect_frames(&mut consumer, &pictures(), 20).await;
    pump.stop().await;
}

#[tokio::test]
async fn packets_arrive_as_they_were_sent() {
    let server = Server::start(&[]).await;
    let alice = enter(&server, "alice").await;
    let mut bob = enter(&server, "bob").await;
    let opus = ProduceOptions::new(MediaKind::Audio);
    let producer = alice.produce(opus).await.unwrap();
    let mut consumer = next_consumer(&mut bob).await;
    assert_eq!(consumer.parameters().producer_id, *producer.id());
    soon("a connection", connected(&alice, &bob)).await;
    for number in 0..50_u32 {
        let packet = OutgoingPacket {
            payload: number.to_be_bytes().to_vec().into(),
            timestamp: number * 960,
            marker: false,
            audio_level: None,
            captured: None,
        };
        soon("sending", producer.send_rtp(vec![packet]))
            .await
            .unwrap();
        let packet = soon("a packet", consumer.packet()).await.unwrap();
        assert_eq!(packet.payload[..], number.to_be_bytes());
    }
}

#[tokio::test]
async fn what_is_sent_right_before_leaving_still_arrives() {
    let server = Server::start(&[]).await;
    let alice = enter(&server, "alice").await;
    let mut bob = enter(&server, "bob").await;
    let opus = ProduceOptions::new(MediaKind::Audio);
    let producer = alice.produce(opus).await.unwrap();
    let mut consumer = next_consumer(&mut bob).await;
    soon("a connection", connected(&alice, &bob)).await;
    let packet = |number: u8| OutgoingPacket {
        // Shorter ones are taken for silence.
        payload: vec![number; 10].into(),
        timestamp: u32::from(number) * 960,
        marker: false,
        audio_level: None,
        captured: None,
    };
    // The consumer was resumed when this arrives.
    producer.send_rtp(vec![packet(0)]).await.unwrap();
    soon("a packet", consumer.packet()).await.unwrap();
    producer
        .send_rtp((1..=9).map(packet).collect())
        .await
        .unwrap();
    soon("alice has left", alice.leave()).await;
    for number in 1..=9 {
        let packet = soon("a packet", consumer.packet()).await.unwrap();
        assert_eq!(packet.payload[..], [number; 10]);
    }
}

async fn connected(alice: &Room, bob: &Room) {
    alice.send_transport().unwrap().connected().await.unwrap();
    bob.recv_transport().unwrap().connected().await.unwrap();
}

#[tokio::test]
async fn the_sender_hears_that_a_consumer_wants_a_key_frame() {
    let server = Server::start(&[]).await;
    let alice = enter(&server, "alice").await;
    let mut bob = enter(&server, "bob").await;
    let mut pump = Pump::start(alice.produce(VP8()).await.unwrap());
    let mut consumer = next_consumer(&mut bob).await;
    soon("a packet", consumer.packet()).await.unwrap();
    pump.key_frame_requested().await;
    // A wish right after the last request waits, and the pump's next key frame comes first: so it is said again.
    let wishes = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(500));
        loop {
            ticks.tick().await;
            let asked = soon("asking", consumer.request_key_frame()).await;
            asked.unwrap();
        }
    };
    tokio::select! {
        () = pump.key_frame_requested() => {}
        () = wishes => {}
    }
    pump.stop().await;
}

#[tokio::test]
async fn a_consumer_ends_with_its_producer() {
    let server = Server::start(&[]).await;
    let alice = enter(&server, "alice").await;
    let mut bob = enter(&server, "bob").await;
    let producer = alice.produce(VP8()).await.unwrap();
    let mut consumer = next_consumer(&mut bob).await;
    drop(producer);
    let end = soon("the consumer ends", consumer.packet()).await;
    assert!(end.is_none());
}

#[tokio::test]
async fn pausing_and_resuming_a_producer_is_told_to_its_consumers() {
    let server = Server::start(&[]).await;
    let alice = enter(&server, "alice").await;
    let mut bob = enter(&server, "bob").await;
    let producer = alice.produce(VP8()).await.unwrap();
    let _consumer = next_consumer(&mut bob).await;
    soon("pausing", producer.pause()).await.unwrap();
    let paused = |event| match event {
        RoomEvent::Notification(ServerNotification::ConsumerPaused(_)) => Some(()),
        _ => None,
    };
    until(&mut bob, "a pause", paused).await;
    soon("resuming", producer.resume()).await.unwrap();
    let resumed = |event| match event {
        RoomEvent::Notification(ServerNotification::ConsumerResumed(_)) => Some(()),
        _ => None,
    };
    until(&mut bob, "the end of the pause", resumed).await;
}
