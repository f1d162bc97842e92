//! What the HTTP API refuses and how, and how long broadcasters and their rooms live.

use serde_json::json;

use crate::support::{Client, Server, send_http, soon};

async fn raw(server: &Server, head: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let request =
        format!("{head}\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let reply = send_http(server.http(), request.as_bytes()).await;
    assert_eq!(
        reply.header("Content-Type"),
        Some("application/json"),
        "{head}"
    );
    let error = reply.json();
    assert!(!error["message"].as_str().unwrap().is_empty());
    (reply.status, error["error"].as_str().unwrap().to_owned())
}

/// Method, path, body, status and name. `{b}` is a broadcaster, `{t}` its plain transport, `{all}` all broadcasters.
const REFUSALS: &[(&str, &str, &str, u16, &str)] = &[
    ("GET", "{all}/nobody", "", 404, "broadcaster_not_found"),
    (
        "GET",
        "/rooms/none/data-producers",
        "",
        404,
        "room_not_found",
    ),
    (
        "DELETE",
        "/rooms/none/broadcasters/x",
        "",
        404,
        "room_not_found",
    ),
    (
        "DELETE",
        "{b}/transports/none",
        "",
        404,
        "transport_not_found",
    ),
    (
        "DELETE",
        "{b}/producers/none",
        "",
        404,
        "producer_not_found",
    ),
    (
        "DELETE",
        "{b}/consumers/none",
        "",
        404,
        "consumer_not_found",
    ),
    (
        "DELETE",
        "{b}/data-producers/none",
        "",
        404,
        "data_producer_not_found",
    ),
    (
        "GET",
        "{b}/data-consumers/none/stats",
        "",
        404,
        "data_consumer_not_found",
    ),
    ("GET", "{all}/%ff", "", 400, "bad_request"),
    ("GET", "{all}/%zz", "", 400, "bad_request"),
    ("PATCH", "{b}", "", 405, "method_not_allowed"),
    ("POST", "{all}", "{", 400, "bad_request"),
    ("POST", "{all}", "[]", 400, "bad_request"),
    (
        "POST",
        "{all}",
        r#"{"id":"x","displayName":7,"device":{"name":"x"}}"#,
        400,
        "bad_request",
    ),
    (
        "POST",
        "{all}",
        r#"{"displayName":"","device":{"name":"x"}}"#,
        400,
        "bad_request",
    ),
    (
        "POST",
        "{all}",
        r#"{"id":"房间","displayName":"","device":{"name":"x"}}"#,
        409,
        "id_taken",
    ),
    (
        "POST",
        "{b}/transports",
        r#"{"type":"pigeon"}"#,
        400,
        "bad_request",
    ),
    (
        "POST",
        "{b}/transports",
        r#"{"type":"plain"}"#,
        409,
        "limit_reached",
    ),
    ("POST", "{t}/producers", TWICE, 422, "invalid_value"),
    ("POST", "{t}/consume?producerId=x", "", 409, "invalid_state"),
    (
        "POST",
        "{t}/consume/data",
        r#"{"dataProducerId":"x"}"#,
        409,
        "data_producer_not_found",
    ),
    ("POST", "{t}/restart-ice", "", 409, "invalid_state"),
];

/// A payload type that means two things.
const TWICE: &str = r#"{"kind":"video","rtpParameters":{"encodings":[{"ssrc":1}],"codecs":[
    {"mimeType":"video/VP8","payloadType":101,"clockRate":90000},
    {"mimeType":"video/VP8","payloadType":101,"clockRate":90000}]}}"#;

#[tokio::test]
async fn every_refusal_has_a_status_a_name_and_a_sentence() {
    let server = Server::start(&["--max-transports-per-peer=1"]).await;
    let all = "/rooms/r/broadcasters";
    let body = json!({ "id": "房间", "displayName": "x", "device": { "name": "x" } });
    server.call("POST", all, body).await.expect(200);
    let b = format!("{all}/%E6%88%BF%E9%97%B4");
    server.get(&b).await.expect(200);
    let transport = server
        .call(
            "POST",
            &format!("{b}/transports"),
            json!({ "type": "plain" }),
        )
        .await;
    let t = format!(
        "{b}/transports/{}",
        transport.expect(200)["id"].as_str().unwrap()
    );
    for (method, path, body, status, name) in REFUSALS {
        let path = path
            .replace("{all}", all)
            .replace("{b}", &b)
            .replace("{t}", &t);
        let head = format!("{method} {path} HTTP/1.1\r\nContent-Type: application/json");
        let refused = raw(&server, &head, body).await;
        assert_eq!(
            refused,
            (*status, (*name).to_owned()),
            "{method} {path} {body}"
        );
    }
    let head = "POST /rooms/r/broadcasters HTTP/1.1\r\nContent-Type: application/json";
    let long = raw(&server, head, &"x".repeat(200_000)).await;
    assert_eq!(long, (413, "body_too_long".to_owned()));
    let form =
        "POST /rooms/r/broadcasters HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    assert_eq!(
        raw(&server, form, "id=x").await,
        (415, "unsupported_media_type".to_owned())
    );
    let reply = server.bare("PUT", &b).await;
    assert_eq!(reply.header("Allow"), Some("DELETE, GET, HEAD"));
}

#[tokio::test]
async fn peers_and_broadcasters_do_not_take_each_others_ids() {
    let server = Server::start(&[]).await;
    let _peer = server.client("r", "peer").await;
    let body = |id: &str| json!({ "id": id, "displayName": "x", "device": { "name": "x" } });
    let taken = server
        .call("POST", "/rooms/r/broadcasters", body("peer"))
        .await;
    assert_eq!(taken.expect(409)["error"], "id_taken");
    server
        .call("POST", "/rooms/r/broadcasters", body("film"))
        .await
        .expect(200);
    let refused = Client::connect(server.http(), "roomId=r&peerId=film").await;
    let status = refused.err().map(|response| response.status().as_u16());
    assert_eq!(status, Some(409));
}

#[tokio::test]
async fn a_silent_broadcaster_is_removed_and_its_room_goes() {
    let server = Server::start(&["--broadcaster-timeout=0.3", "--room-idle-timeout=0.1"]).await;
    let mut peer = server.client("r", "p").await;
    peer.join_bare("P").await;
    let body = json!({ "id": "b", "displayName": "x", "device": { "name": "x" } });
    server
        .call("POST", "/rooms/r/broadcasters", body.clone())
        .await
        .expect(200);
    assert_eq!(peer.notification("peerClosed").await["peerId"], "b");
    assert_eq!(server.metric("broadcasters_silent_total").await, 1);
    server
        .call("POST", "/rooms/other/broadcasters", body)
        .await
        .expect(200);
    assert_eq!(server.metric("rooms").await, 2);
    server.until_metric("rooms", 1).await;
}

#[tokio::test]
async fn requests_are_signs_of_life() {
    let server = Server::start(&["--broadcaster-timeout=1"]).await;
    let body = json!({ "id": "b", "displayName": "x", "device": { "name": "x" } });
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
    let began = tokio::time::Instant::now();
    // Three times as long as silence may last; asking is what passes the time.
    while began.elapsed().as_secs_f64() < 3.0 {
        server.get("/rooms/r/broadcasters/b").await.expect(200);
    }
    soon("it is removed", server.until_metric("broadcasters", 0)).await;
}

#[tokio::test]
async fn strict_rooms_must_be_open_before_http_finds_them() {
    let server = Server::start(&["--strict-rooms"]).await;
    let body = json!({ "id": "b", "displayName": "x", "device": { "name": "x" } });
    assert_eq!(
        server.get("/rooms/r").await.expect(404)["error"],
        "room_not_found"
    );
    server
        .call("POST", "/rooms/r/broadcasters", body.clone())
        .await
        .expect(404);
    let _peer = server.client("r", "p").await;
    server.get("/rooms/r").await.expect(200);
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
}

#[tokio::test]
async fn the_document_describes_the_api() {
    let server = Server::start(&[]).await;
    let document = server.get("/api/openapi.json").await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let body = &document["paths"]["/rooms/{roomId}/broadcasters"]["post"]["requestBody"];
    assert_eq!(body["required"], true);
}
