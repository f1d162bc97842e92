//! Broadcasters: the HTTP API as clients of mediasoup-demo's JavaScript server use it (facts 4.2, 6.2).

use serde_json::{Value, json};

use crate::support::{Server, audio, video};

/// A broadcaster of the older dialect, with a WebRTC transport; its path and the transport's.
pub(crate) async fn broadcaster(
    server: &Server,
    id: &str,
    capabilities: Value,
) -> (String, String) {
    let mut body = json!({ "id": id, "displayName": "Film", "device": { "name": "miso" } });
    if !capabilities.is_null() {
        body["rtpCapabilities"] = capabilities;
    }
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
    let path = format!("/rooms/r/broadcasters/{id}");
    let transports = format!("{path}/transports");
    let transport = server
        .call("POST", &transports, json!({ "type": "webrtc" }))
        .await;
    let transport = transport.expect(200)["id"].as_str().unwrap().to_owned();
    (path, format!("{transports}/{transport}"))
}

#[tokio::test]
async fn peers_see_a_broadcaster_come_send_and_go_in_order() {
    let server = Server::start(&[]).await;
    let mut early = server.client("r", "early").await;
    early.join("Early").await;
    early.so_far().await;
    let (path, transport) = broadcaster(&server, "b", Value::Null).await;
    let new = early.notification("newPeer").await;
    let device = json!({ "flag": "broadcaster", "name": "miso" });
    assert_eq!(
        (&new["id"], &new["displayName"], &new["device"]),
        (&json!("b"), &json!("Film"), &device)
    );
    let producers = format!("{transport}/producers");
    let body = json!({ "kind": "video", "rtpParameters": video(2222) });
    let producer = server.call("POST", &producers, body).await.expect(200);
    assert_eq!(producer["id"], producer["producerId"]);
    let (request, offer) = early.asked("newConsumer").await;
    assert_eq!(
        (&offer["peerId"], &offer["producerId"], &offer["kind"]),
        (&json!("b"), &producer["id"], &json!("video"))
    );
    // So that who speaks can be told.
    assert_eq!(offer["appData"], json!({ "peerId": "b" }));
    early.accept(&request).await;
    early.notification("consumerScore").await;
    // Who comes later sees the same.
    let mut late = server.client("r", "late").await;
    late.transport("consuming").await;
    let joined = late.join_bare("Late").await;
    let ids: Vec<_> = joined["peers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert_eq!(ids, ["early", "b"]);
    assert_eq!(
        late.asked("newConsumer").await.1["producerId"],
        producer["id"]
    );
    let _ = early.so_far().await;
    let deleted = server.bare("DELETE", &path).await;
    assert_eq!(
        (deleted.status, deleted.text().as_str()),
        (200, "broadcaster deleted")
    );
    early.notification("peerClosed").await;
    let left = early.methods_so_far().await;
    assert_eq!(left, ["consumerClosed"]);
    assert_eq!(
        server.bare("DELETE", &path).await.expect(404)["error"],
        "broadcaster_not_found"
    );
}

#[tokio::test]
async fn a_broadcaster_opens_a_room_and_is_alone_in_it() {
    let server = Server::start(&[]).await;
    let capabilities = server.get("/rooms/r").await.expect(200);
    assert_eq!(
        capabilities["codecs"],
        capabilities["routerRtpCapabilities"]["codecs"]
    );
    assert_eq!(server.metric("rooms").await, 0);
    let (path, transport) = broadcaster(&server, "b", Value::Null).await;
    assert_eq!(
        (
            server.metric("rooms").await,
            server.metric("broadcasters").await
        ),
        (1, 1)
    );
    assert_eq!(server.get("/rooms/r").await.expect(200), capabilities);
    let body = json!({ "kind": "audio", "rtpParameters": audio(1111) });
    server
        .call("POST", &format!("{transport}/producers"), body)
        .await
        .expect(200);
    let described = server.get(&path).await.expect(200);
    assert_eq!(described["transports"][0]["type"], "webrtc");
    assert_eq!(described["producers"][0]["kind"], "audio");
    // Whoever comes and goes does not close the room for it.
    let client = server.client("r", "p").await;
    client.close().await;
    server.until_metric("peers", 0).await;
    server.get(&path).await.expect(200);
}
