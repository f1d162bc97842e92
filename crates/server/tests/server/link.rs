//! With transports that are connected: messages and the bot, and peers whose connection is lost (facts 2.4, 8).

use serde_json::{Value, json};

use crate::support::{Client, Link, Message, Server, soon};

/// A client that has joined, with a connected transport to receive on; it takes the bot's messages.
async fn joined(server: &Server, peer: &str, name: &str) -> (Client, Link) {
    let mut client = server.client("r", peer).await;
    let mut link = Link::connect(&mut client, "consuming").await;
    client.join_bare(name).await;
    open_offer(&mut client, &link, "bot").await;
    // The other stack does not say goodbye while it is still opening.
    link.opened().await;
    (client, link)
}

/// Accepts the offer of a data consumer with this label; its stream.
async fn open_offer(client: &mut Client, link: &Link, label: &str) -> u16 {
    let (request, offer) = client.asked("newDataConsumer").await;
    assert_eq!(offer["label"], label);
    let stream = &offer["sctpStreamParameters"]["streamId"];
    link.open(stream);
    client.accept(&request).await;
    u16::try_from(stream.as_u64().unwrap()).unwrap()
}

/// A data producer on a connected transport.
async fn produce_data(client: &mut Client, link: &Link, stream: u16, label: &str) -> Value {
    let produce = json!({
        "transportId": link.id(), "label": label, "protocol": "",
        "sctpStreamParameters": { "streamId": stream, "ordered": true },
    });
    let produced = client.ask("produceData", produce).await;
    link.open(&json!(stream));
    produced["id"].clone()
}

fn text(message: &Message) -> &str {
    assert!(!message.is_binary);
    std::str::from_utf8(&message.bytes).unwrap()
}

#[tokio::test]
async fn chat_reaches_all_others_unchanged_text_and_binary() {
    let server = Server::start(&[]).await;
    let (mut alice, alices) = joined(&server, "alice", "Alice").await;
    let (mut bob, mut bobs) = joined(&server, "bob", "Bob").await;
    let (mut carol, mut carols) = joined(&server, "carol", "Carol").await;
    let link = Link::connect(&mut alice, "producing").await;
    produce_data(&mut alice, &link, 3, "chat").await;
    let to_bob = open_offer(&mut bob, &bobs, "chat").await;
    open_offer(&mut carol, &carols, "chat").await;
    let hostile = "<script>alert(1)</script> \u{202e} 房间 ☺️";
    link.send(3, false, hostile.as_bytes());
    link.send(3, true, &[0, 255, 1, 254]);
    let first = bobs.message().await;
    assert_eq!((first.stream, text(&first)), (to_bob, hostile));
    let second = bobs.message().await;
    assert_eq!(
        (second.is_binary, second.bytes.as_slice()),
        (true, [0, 255, 1, 254].as_slice())
    );
    assert_eq!(text(&carols.message().await), hostile);
    drop(alices);
}

#[tokio::test]
async fn the_bot_says_to_everybody_what_anybody_says_to_it() {
    let server = Server::start(&[]).await;
    let (mut alice, mut alices) = joined(&server, "alice", "Alice").await;
    let (_bob, mut bobs) = joined(&server, "bob", "Bob").await;
    let link = Link::connect(&mut alice, "producing").await;
    produce_data(&mut alice, &link, 0, "bot").await;
    link.send(0, false, b"hello");
    for heard in [alices.message().await, bobs.message().await] {
        assert_eq!(text(&heard), "Alice said me: \"hello\"");
    }
    // Binary and overlong messages are not for it; a new name counts at once.
    link.send(0, true, b"binary");
    link.send(0, false, "x".repeat(600).as_bytes());
    link.send(0, false, "x".repeat(505).as_bytes());
    server.until_metric("bot_messages_dropped_total", 2).await;
    alice
        .ask("changeDisplayName", json!({ "displayName": "Alicia" }))
        .await;
    link.send(0, false, b"again");
    assert_eq!(text(&bobs.message().await), "Alicia said me: \"again\"");
}

#[tokio::test]
async fn a_peer_whose_dtls_is_closed_leaves_and_may_come_back() {
    let server = Server::start(&[]).await;
    let mut watcher = server.client("r", "watcher").await;
    watcher.join_bare("w").await;
    let (mut alice, link) = joined(&server, "alice", "Alice").await;
    link.close();
    assert_eq!(
        watcher.notification("peerClosed").await,
        json!({ "peerId": "alice" })
    );
    // Not 4000, which would tell the client not to come back.
    assert_eq!(alice.closed().await, Some(4001));
    assert_eq!(server.metric("sessions_media_lost_total").await, 1);
    joined(&server, "alice", "Alice").await;
}

#[tokio::test]
async fn a_peer_with_another_certificate_than_it_said_leaves() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let _link = Link::begin(&mut client, "producing", false).await;
    assert_eq!(client.closed().await, Some(4001));
}

#[tokio::test]
async fn a_peer_that_vanishes_leaves_within_the_consent_timeout() {
    let server = Server::start(&["--consent-timeout=10"]).await;
    let mut watcher = server.client("r", "watcher").await;
    watcher.join_bare("w").await;
    let (mut alice, link) = joined(&server, "alice", "Alice").await;
    drop(link);
    let began = tokio::time::Instant::now();
    let closed = soon("peerClosed", watcher.notification("peerClosed")).await;
    assert_eq!(closed["peerId"], "alice");
    let took = began.elapsed().as_secs_f64();
    assert!((4.0..16.0).contains(&took), "{took}");
    assert_eq!(alice.closed().await, Some(4001));
}
