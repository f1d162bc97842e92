//! Clients that do not join: those of the newer dialect are given a time, all others are not (facts 3.6, 10.4).

use serde_json::json;

use crate::support::{Client, Server, connect_with};

#[tokio::test]
async fn only_clients_of_the_newer_dialect_must_join_in_time() {
    // So long that one of them surely joins in time.
    let server = Server::start(&["--join-within=2"]).await;
    // All of them are older than the one that is closed.
    let mut silent = server.client("r", "silent").await;
    let mut older = server.client("r", "older").await;
    older.transport("consuming").await;
    let mut either = server.client("r", "either").await;
    let both = json!({ "consuming": true, "appData": { "direction": "consumer" } });
    either.ask("createWebRtcTransport", both).await;
    let mut joined = server.client("r", "joined").await;
    joined.transport("consumer").await;
    joined.join_bare("x").await;
    let mut newer = server.client("r", "newer").await;
    newer.transport("consumer").await;
    assert_eq!(newer.closed().await, Some(4000));
    server.until_metric("sessions_unjoined_total", 1).await;
    for client in [&mut silent, &mut older, &mut either, &mut joined] {
        client.so_far().await;
    }
    assert_eq!(server.metric("peers").await, 4);
}

#[tokio::test]
async fn whoever_replaces_a_client_that_did_not_join_has_a_time_of_its_own() {
    let server = Server::start(&["--join-within=0.3"]).await;
    let mut first = server.client("r", "p").await;
    first.transport("consumer").await;
    let mut second = server.client("r", "p").await;
    assert_eq!(first.closed().await, Some(4000));
    // Shows itself after the first one, and so is closed after the time of the first one is over.
    let mut late = server.client("r", "late").await;
    late.transport("consumer").await;
    assert_eq!(late.closed().await, Some(4000));
    second.join_bare("x").await;
    assert_eq!(server.metric("sessions_unjoined_total").await, 1);
}

/// The protoo part of the demo's first native client, which only watches over its room: the constant key, no
/// subprotocol but protoo, an origin of its own, never a message, only answers to pings (facts 10.4, step 1).
async fn native(server: &Server, room: &str) -> Client {
    let stream = tokio::net::TcpStream::connect(server.http()).await.unwrap();
    let target = format!("/?roomId={room}&peerId=native");
    let headers = [
        ("Sec-WebSocket-Protocol", "protoo"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Origin", "http://127.0.0.1:8888"),
    ];
    connect_with(stream, &target, &headers)
        .await
        .ok()
        .unwrap()
        .0
}

#[tokio::test]
async fn a_client_that_never_says_anything_keeps_its_room_for_as_long_as_it_is_connected() {
    let server = Server::start(&["--join-within=0.1", "--ping-after=0.2", "--pong-within=2"]).await;
    let mut native = native(&server, "r").await;
    // The time to join is over for another one, and several pings are answered.
    let mut newer = server.client("r", "newer").await;
    newer.transport("consumer").await;
    assert_eq!(newer.closed().await, Some(4000));
    for _ in 0..2 {
        native.pinged().await;
    }
    assert_eq!(server.metric("rooms_opened_total").await, 1);
    // It is in nobody's way, and nobody sees it.
    let mut guest = server.client("r", "guest").await;
    assert_eq!(guest.join_bare("x").await, json!({ "peers": [] }));
    guest.close().await;
    server.until_metric("peers", 1).await;
    assert_eq!(server.metric("rooms").await, 1);
    drop(native);
    server.until_metric("rooms", 0).await;
}
