//! What the seed's native client does, step by step (facts 10.4), over plain http and ws, on another WebRTC stack.

use serde_json::{Value, json};

use crate::support::{Client, Link, Server, video};

/// The client joins, receives on a connected transport and refuses nothing.
async fn browser(server: &Server) -> (Client, Link) {
    let mut client = server.client("r", "browser").await;
    let link = Link::connect(&mut client, "consuming").await;
    client.join_bare("Browser").await;
    accept_data(&mut client, &link, "bot").await;
    (client, link)
}

/// Accepts a data consumer with this label; its stream and whose it is.
async fn accept_data(client: &mut Client, link: &Link, label: &str) -> (u16, Value) {
    let (request, offer) = client.asked("newDataConsumer").await;
    assert_eq!(offer["label"], label);
    let stream = &offer["sctpStreamParameters"]["streamId"];
    link.open(stream);
    client.accept(&request).await;
    (
        u16::try_from(stream.as_u64().unwrap()).unwrap(),
        offer["peerId"].clone(),
    )
}

/// A connected transport with video and a data producer; the latter's id.
async fn send_video_and_messages(server: &Server, transports: &str) -> (Link, Value) {
    let sending = Link::broadcast(server, transports).await;
    let on = format!("{transports}/{}", sending.id().as_str().unwrap());
    let produce = json!({ "kind": "video", "rtpParameters": video(2222) });
    server
        .call("POST", &format!("{on}/producers"), produce)
        .await
        .expect(200);
    let data = json!({
        "label": "chat", "protocol": "stcp", "appData": {},
        "sctpStreamParameters": { "streamId": 0, "ordered": true },
    });
    let path = format!("{on}/produce/data");
    let own = server.call("POST", &path, data).await.expect(200)["id"].clone();
    sending.open(&json!(0));
    (sending, own)
}

/// Looking deletes, but asking for the head does not.
async fn stop_by_looking(server: &Server) {
    let request =
        "HEAD /rooms/r/broadcasters/4711 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let head = crate::support::send_http(server.http(), request.as_bytes()).await;
    assert_eq!(head.status, 200);
    let stopped = server.get("/rooms/r/broadcasters/4711").await;
    assert_eq!(
        (stopped.status, stopped.text().as_str()),
        (200, "broadcaster deleted")
    );
    server.get("/rooms/r/broadcasters/4711").await.expect(404);
}

#[tokio::test]
async fn the_seeds_native_client_can_do_everything_it_did() {
    let server = Server::start(&["--legacy-seed-api"]).await;
    // 1. A WebSocket that never joins and opens the room.
    let _socket = server.client("r", "Native%201").await;
    let (mut client, mut browser) = browser(&server).await;
    // 2. and 3.
    let capabilities = server.get("/rooms/r").await.expect(200);
    let body = json!({
        "id": "4711", "displayName": "Native 1", "device": { "name": "chensong", "version": "1" },
        "rtpCapabilities": capabilities,
    });
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
    client.notification("newPeer").await;
    // 4. Video and messages.
    let transports = "/rooms/r/broadcasters/4711/transports";
    let (sending, own) = send_video_and_messages(&server, transports).await;
    // Peers that are there already are offered both.
    assert_eq!(client.asked("newConsumer").await.1["peerId"], "4711");
    let (stream, from) = accept_data(&mut client, &browser, "chat").await;
    assert_eq!(from, "4711");
    // 5. A second transport, on which it hears itself.
    let mut receiving = Link::broadcast(&server, transports).await;
    let on = format!("{transports}/{}", receiving.id().as_str().unwrap());
    let consume = format!("{on}/consume/data");
    let body = json!({ "dataProducerId": own });
    let heard = server.call("POST", &consume, body).await.expect(200);
    receiving.open(&heard["streamId"]);
    sending.send(0, false, b"2021-11-14 12:00:00");
    for message in [browser.message().await, receiving.message().await] {
        assert_eq!(message.bytes, b"2021-11-14 12:00:00");
    }
    sending.send(0, true, &[70, 0, 255]);
    let binary = browser.message().await;
    assert_eq!(
        (binary.stream, binary.is_binary, binary.bytes),
        (stream, true, vec![70, 0, 255])
    );
    receiving.message().await;
    // 6. The browser writes, and is found by polling.
    let writing = Link::connect(&mut client, "producing").await;
    let data = json!({
        "transportId": writing.id(), "label": "chat", "protocol": "",
        "sctpStreamParameters": { "streamId": 3, "ordered": true },
    });
    let chat = client.ask("produceData", data).await["id"].clone();
    writing.open(&json!(3));
    for path in [
        "/rooms/r/chensong",
        "/rooms/r/AllDataProducers",
        "/rooms/r/data-producers",
    ] {
        let listing = server.get(path).await.expect(200);
        let peers = listing["peers"].as_array().unwrap();
        let found = peers
            .iter()
            .find(|it| it["displayName"] == "Browser")
            .unwrap();
        assert_eq!(found["dataProducers"][0]["id"], chat);
        assert_eq!(found["dataProducers"][0]["label"], "chat");
        let native = peers
            .iter()
            .find(|it| it["displayName"] == "Native 1")
            .unwrap();
        assert_eq!(native["dataProducers"][0]["protocol"], "stcp");
    }
    let body = json!({ "dataProducerId": chat });
    let heard = server.call("POST", &consume, body).await.expect(200);
    receiving.open(&heard["streamId"]);
    // A mouse movement, as the seed's browser writes it.
    writing.send(3, true, &[74, 255, 127, 0, 128]);
    let moved = receiving.message().await;
    assert_eq!(
        (moved.is_binary, moved.bytes),
        (true, vec![74, 255, 127, 0, 128])
    );
    // 7.
    stop_by_looking(&server).await;
    client.notification("peerClosed").await;
}

#[tokio::test]
async fn without_the_switch_looking_deletes_nothing_and_old_names_are_none() {
    let server = Server::start(&[]).await;
    let body = json!({ "id": "4711", "displayName": "x", "device": { "name": "x" } });
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
    for _ in 0..2 {
        assert_eq!(
            server.get("/rooms/r/broadcasters/4711").await.expect(200)["id"],
            "4711"
        );
    }
    for path in ["/rooms/r/chensong", "/rooms/r/AllDataProducers"] {
        assert_eq!(
            server.get(path).await.expect(404)["error"],
            "route_not_found"
        );
    }
}

#[tokio::test]
async fn with_the_switch_every_success_is_200() {
    let server = Server::start(&["--legacy-seed-api"]).await;
    let body = json!({ "peerId": "x", "displayName": "x", "device": { "name": "x" } });
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
    server
        .bare("DELETE", "/rooms/r/broadcasters/x")
        .await
        .expect(200);
}

#[tokio::test]
async fn a_peer_is_given_messages_on_its_own_transport_and_told() {
    let server = Server::start(&[]).await;
    let (mut client, mut browser) = browser(&server).await;
    let body = json!({ "id": "b", "displayName": "B", "device": { "name": "x" } });
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
    let transports = "/rooms/r/broadcasters/b/transports";
    let sending = Link::broadcast(&server, transports).await;
    let path = format!(
        "{transports}/{}/produce/data",
        sending.id().as_str().unwrap()
    );
    let data = json!({ "label": "chat", "sctpStreamParameters": { "streamId": 0 } });
    let own = server.call("POST", &path, data).await.expect(200)["id"].clone();
    sending.open(&json!(0));
    accept_data(&mut client, &browser, "chat").await;
    let on = browser.id().as_str().unwrap();
    let body = json!({ "dataProducerId": own });
    for (path, status) in [
        (
            format!("/rooms/r/peerId/nobody/transports/{on}/consume/data"),
            404,
        ),
        (
            "/rooms/r/peerId/browser/transports/none/consume/data".to_owned(),
            404,
        ),
        (
            format!("/rooms/r/peers/browser/transports/{on}/consume/data"),
            200,
        ),
        (
            format!("/rooms/r/peerId/browser/transports/{on}/consume/data"),
            200,
        ),
    ] {
        server
            .call("POST", &path, body.clone())
            .await
            .expect(status);
    }
    for _ in 0..2 {
        let (_, from) = accept_data(&mut client, &browser, "chat").await;
        assert_eq!(from, "b");
    }
    sending.send(0, false, b"three times");
    for _ in 0..3 {
        assert_eq!(browser.message().await.bytes, b"three times");
    }
}
