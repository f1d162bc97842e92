//! What is over a limit is refused with a clear text, or cut; nothing else suffers.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, Server, audio, connect_raw, send_http, soon};

async fn refusal(server: &Server, query: &str) -> (u16, String) {
    let response = Client::connect(server.http(), query)
        .await
        .err()
        .expect("a refusal");
    let reason = response.headers().get("X-WebSocket-Reject-Reason").unwrap();
    (
        response.status().as_u16(),
        reason.to_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn too_many_rooms_and_peers_are_refused_with_a_reason() {
    let server = Server::start(&["--max-rooms=2", "--max-peers-per-room=2"]).await;
    let _a = server.client("one", "a").await;
    let b = server.client("one", "b").await;
    let _c = server.client("two", "c").await;
    let full = (503, "too many peers in the room (maximum 2)".to_owned());
    assert_eq!(refusal(&server, "roomId=one&peerId=x").await, full);
    let rooms = (503, "too many rooms (maximum 2)".to_owned());
    assert_eq!(refusal(&server, "roomId=three&peerId=x").await, rooms);
    // Coming back takes no place.
    let b_again = server.client("one", "b").await;
    drop((b, b_again));
    server.until_metric("peers", 2).await;
    server.client("one", "x").await;
}

#[tokio::test]
async fn too_many_of_a_peers_objects_are_refused_with_a_reason() {
    let server = Server::start(&[
        "--max-transports-per-peer=2",
        "--max-producers-per-peer=2",
        "--max-data-producers-per-peer=1",
    ])
    .await;
    let mut client = server.client("r", "p").await;
    client.join_bare("x").await;
    let transport = client.transport("producing").await;
    client.transport("consuming").await;
    let refused = client
        .request("createWebRtcTransport", json!({}))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.reason.as_str()),
        (500, "too many transports (maximum 2)")
    );
    let produce =
        |ssrc| json!({ "transportId": transport, "kind": "audio", "rtpParameters": audio(ssrc) });
    client.ask("produce", produce(1)).await;
    client.ask("produce", produce(2)).await;
    let refused = client.request("produce", produce(3)).await.unwrap_err();
    assert_eq!(refused.reason, "too many producers (maximum 2)");
    let produce = |id: u16| {
        json!({
            "transportId": transport, "label": "chat", "sctpStreamParameters": { "streamId": id },
        })
    };
    client.ask("produceData", produce(1)).await;
    let refused = client.request("produceData", produce(2)).await.unwrap_err();
    assert_eq!(refused.reason, "too many data producers (maximum 1)");
    assert_eq!(server.metric("limits_reached_total").await, 3);
}

#[tokio::test]
async fn consumers_over_the_limit_are_not_offered() {
    let server = Server::start(&["--max-consumers-per-peer=1"]).await;
    let (mut alice, mut bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join("Alice").await;
    bob.join("Bob").await;
    alice.produce(audio(1)).await;
    alice.produce(audio(2)).await;
    alice.so_far().await;
    let offered = bob
        .methods_so_far()
        .await
        .into_iter()
        .filter(|it| it == "newConsumer")
        .count();
    assert_eq!(offered, 1);
    assert_eq!(server.metric("offers_over_limit_total").await, 1);
}

#[tokio::test]
async fn a_flood_of_requests_is_refused_and_slowed_down_and_does_not_disturb_others() {
    let server = Server::start(&["--max-messages-per-second=50", "--max-message-burst=20"]).await;
    let mut other = server.client("r", "other").await;
    let mut client = server.client("r", "p").await;
    for id in 0..60 {
        let request = json!({ "request": true, "id": id, "method": "getRouterRtpCapabilities" });
        client.send_json(&request).await;
    }
    other.ask("getRouterRtpCapabilities", json!({})).await;
    let mut refused = 0;
    for id in 0..60 {
        if let Err(refusal) = client.answer(&json!(id)).await {
            assert_eq!(refusal.reason, "too many messages per second (maximum 50)");
            refused += 1;
        }
    }
    assert!((1..60).contains(&refused), "{refused}");
    assert_eq!(server.metric("messages_over_rate_total").await, refused);
}

#[tokio::test]
async fn whoever_does_not_read_is_cut_and_others_are_told() {
    let server = Server::start(&["--max-queued-messages=64", "--max-message-burst=1000000"]).await;
    let mut watcher = server.client("r", "watcher").await;
    watcher.join_bare("w").await;
    let mut slow = server.client("r", "slow").await;
    slow.join_bare("s").await;
    watcher.notification("newPeer").await;
    // Its answers fill the socket's buffers, then the queue.
    let request = json!({ "request": true, "id": 1, "method": "getRouterRtpCapabilities" });
    let flood = async {
        loop {
            slow.try_send_json(&request).await;
        }
    };
    tokio::select! {
        closed = watcher.notification("peerClosed") => assert_eq!(closed["peerId"], "slow"),
        () = flood => {}
    }
    assert_eq!(server.metric("sessions_slow_total").await, 1);
}

#[tokio::test]
async fn a_thousand_idle_sessions_are_served_beside_an_active_one() {
    let server = Server::start(&["--max-peers-per-room=1000"]).await;
    let mut idle = Vec::new();
    for number in 0..1000 {
        let room = format!("room{}", number % 50);
        idle.push(server.client(&room, &format!("p{number}")).await);
    }
    assert_eq!(
        (
            server.metric("sessions").await,
            server.metric("rooms").await
        ),
        (1000, 50)
    );
    let mut client = server.client("room0", "active").await;
    client.join("x").await;
    drop(idle);
    server.until_metric("sessions", 1).await;
    server.until_metric("rooms", 1).await;
}

#[tokio::test]
async fn connections_over_the_limit_are_closed_and_freed_places_are_taken() {
    let server = Server::start(&["--max-connections=3"]).await;
    let a = server.client("r", "a").await;
    let _b = server.client("r", "b").await;
    let _c = server.client("r", "c").await;
    let mut surplus = TcpStream::connect(server.http()).await.unwrap();
    let mut bytes = Vec::new();
    // Closed at once, with nothing said.
    let read = soon("the surplus is closed", surplus.read_to_end(&mut bytes)).await;
    assert!(read.map_or(true, |length| length == 0));
    a.close().await;
    server.until_metric("peers", 2).await;
}

#[tokio::test]
async fn a_request_whose_head_does_not_come_is_cut() {
    let server = Server::start(&["--http-timeout=0.3"]).await;
    for start in [
        "",
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(server.http()).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        soon("the connection is cut", stream.read_to_end(&mut bytes))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_tls_handshake_that_does_not_come_is_cut() {
    let server = Server::start(&["--http-timeout=0.3"]).await;
    let mut stream = TcpStream::connect(server.address("https")).await.unwrap();
    let mut bytes = Vec::new();
    soon("the connection is cut", stream.read_to_end(&mut bytes))
        .await
        .unwrap();
    server.until_metric("tls_handshakes_failed_total", 1).await;
}

#[tokio::test]
async fn heads_and_bodies_that_are_too_long_are_refused() {
    let server = Server::start(&[]).await;
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "x".repeat(20_000)
    );
    let status = send_http(server.http(), long.as_bytes()).await.status;
    assert!((400..500).contains(&status), "{status}");
    let many = format!(
        "GET / HTTP/1.1\r\nHost: x\r\n{}Connection: close\r\n\r\n",
        "A: b\r\n".repeat(100)
    );
    assert_eq!(send_http(server.http(), many.as_bytes()).await.status, 431);
    let body = "POST /rooms/x HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n";
    assert_eq!(send_http(server.http(), body.as_bytes()).await.status, 413);
}

#[tokio::test]
async fn a_silent_session_is_pinged_and_cut_when_nothing_comes_back() {
    let server = Server::start(&["--ping-after=0.2", "--pong-within=0.3"]).await;
    // This one answers pings, since it reads.
    let mut live = server.client("r", "live").await;
    live.join_bare("l").await;
    let reading = tokio::spawn(async move { live.notification("never").await });
    // This one does not.
    let mut dead = TcpStream::connect(server.http()).await.unwrap();
    let request = "GET /?roomId=r&peerId=dead HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Protocol: protoo\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    dead.write_all(request.as_bytes()).await.unwrap();
    server.until_metric("peers", 2).await;
    server.until_metric("sessions_silent_total", 1).await;
    server.until_metric("peers", 1).await;
    let mut bytes = Vec::new();
    let _ = soon("it is cut", dead.read_to_end(&mut bytes)).await;
    // Cut without a close frame: the last frame is the ping.
    assert_eq!(bytes[bytes.len() - 2..], [0x89, 0], "{bytes:?}");
    assert_eq!(server.metric("sessions").await, 1);
    reading.abort();
}

#[tokio::test]
async fn bytes_that_are_no_message_yet_are_a_sign_of_life() {
    let server = Server::start(&["--ping-after=0.3", "--pong-within=0.3"]).await;
    let mut stream = TcpStream::connect(server.http()).await.unwrap();
    let request = "GET /?roomId=r&peerId=slow HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Protocol: protoo\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    // A long text frame, one byte at a time.
    stream
        .write_all(&[0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0])
        .await
        .unwrap();
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..30 {
        ticks.tick().await;
        stream.write_all(b" ").await.unwrap();
    }
    assert_eq!(server.metric("sessions_silent_total").await, 0);
    assert_eq!(server.metric("peers").await, 1);
}

#[tokio::test]
async fn hostile_messages_of_many_kinds_never_break_a_room() {
    let server = Server::start(&["--max-message-burst=1000000"]).await;
    let mut other = server.client("r", "other").await;
    other.join("o").await;
    let mut client = server.client("r", "p").await;
    client.join("x").await;
    let produce = json!({
        "request": true, "id": 1, "method": "produce",
        "data": { "transportId": "t", "kind": "audio", "rtpParameters": audio(1), "appData": { "a": [1, null] } },
    })
    .to_string();
    let mut random = fastrand::Rng::with_seed(20_261_122);
    for _ in 0..2_000 {
        let mut bytes = produce.clone().into_bytes();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..bytes.len());
            match random.u8(..3) {
                0 => bytes[at] = random.u8(32..127),
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"{}[]\",:0-nulltrue"[random.usize(..17)]),
            }
        }
        let text = String::from_utf8(bytes).unwrap();
        client.send(Message::text(text)).await;
        if random.u8(..50) == 0 {
            client.so_far().await;
        }
    }
    let answer: Value = other.ask("getRouterRtpCapabilities", json!({})).await;
    assert!(answer["codecs"].is_array());
    assert_eq!(server.metric("rooms_failed_total").await, 0);
    assert_eq!(server.metric("worker_panics_total{worker=\"0\"}").await, 0);
}

#[tokio::test]
async fn a_long_list_of_subprotocols_does_no_harm() {
    let server = Server::start(&[]).await;
    let stream = TcpStream::connect(server.http()).await.unwrap();
    let offer = format!("protoo, {}", "x".repeat(8_000));
    let (mut client, _) = connect_raw(stream, "/?roomId=r&peerId=p", Some(&offer))
        .await
        .ok()
        .unwrap();
    client.notification("mediasoup-version").await;
}
