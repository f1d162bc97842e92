//! The opening handshake: subprotocol, room, peer (facts 1.1, 2.1, 2.2).

use tokio::net::TcpStream;

use crate::support::{Client, Server, connect_raw, send_http};

const TARGET: &str = "/?roomId=r&peerId=p";

async fn status_and_reason(server: &Server, target: &str, protocol: Option<&str>) -> (u16, String) {
    let stream = TcpStream::connect(server.http()).await.unwrap();
    let response = connect_raw(stream, target, protocol)
        .await
        .err()
        .expect("a refusal");
    let reason = response.headers().get("X-WebSocket-Reject-Reason");
    assert_eq!(response.headers().get("Connection").unwrap(), "close");
    assert!(response.body().as_ref().is_none_or(Vec::is_empty));
    (
        response.status().as_u16(),
        reason.unwrap().to_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn other_subprotocols_are_refused_with_403_and_a_reason() {
    let server = Server::start(&[]).await;
    for protocol in [None, Some("chat"), Some("proto"), Some("protoo2, chat")] {
        let refusal = status_and_reason(&server, TARGET, protocol).await;
        assert_eq!(
            refusal,
            (403, "invalid/missing Sec-WebSocket-Protocol".to_owned()),
            "{protocol:?}"
        );
    }
}

#[tokio::test]
async fn the_subprotocol_is_taken_in_any_case_and_echoed_as_it_was_written() {
    let server = Server::start(&[]).await;
    for (offer, echo) in [
        ("protoo", "protoo"),
        ("PROTOO", "PROTOO"),
        ("chat, Protoo", "Protoo"),
    ] {
        let stream = TcpStream::connect(server.http()).await.unwrap();
        let (mut client, response) = connect_raw(stream, TARGET, Some(offer)).await.ok().unwrap();
        assert_eq!(
            response.headers().get("Sec-WebSocket-Protocol").unwrap(),
            echo
        );
        assert!(response.headers().get("Sec-WebSocket-Extensions").is_none());
        client.notification("mediasoup-version").await;
    }
}

#[tokio::test]
async fn a_connection_without_room_or_peer_is_refused_with_400_and_a_reason() {
    let server = Server::start(&[]).await;
    let missing = (
        400,
        "Connection request without roomId and/or peerId".to_owned(),
    );
    for query in [
        "",
        "?",
        "?roomId=r",
        "?peerId=p",
        "?roomId=&peerId=p",
        "?roomId=r&peerId=",
        "?roomId=r&roomId=s&peerId=p",
        "?roomId=r&peerId=p&peerId=q",
    ] {
        let refusal = status_and_reason(&server, &format!("/{query}"), Some("protoo")).await;
        assert_eq!(refusal, missing, "{query}");
    }
}

#[tokio::test]
async fn ids_that_are_too_long_are_refused() {
    let server = Server::start(&[]).await;
    let target = format!("/?roomId={}&peerId=p", "r".repeat(257));
    let (status, reason) = status_and_reason(&server, &target, Some("protoo")).await;
    assert_eq!(
        (status, reason.as_str()),
        (400, "roomId too long (maximum 256 bytes)")
    );
}

#[tokio::test]
async fn any_path_will_do() {
    let server = Server::start(&[]).await;
    let stream = TcpStream::connect(server.http()).await.unwrap();
    let opened = connect_raw(stream, "/some/where.html?roomId=r&peerId=p", Some("protoo")).await;
    opened
        .ok()
        .unwrap()
        .0
        .notification("mediasoup-version")
        .await;
}

#[tokio::test]
async fn ids_may_be_of_any_letters() {
    let server = Server::start(&[]).await;
    let query = "roomId=%E6%88%BF%E9%97%B4%2F..%2F%00&peerId=%F0%9F%98%80%22%3Cb%3E";
    let mut client = Client::connect(server.http(), query).await.unwrap();
    client.notification("mediasoup-version").await;
    client.join_bare("x").await;
}

#[tokio::test]
async fn what_is_no_handshake_is_refused() {
    let server = Server::start(&[]).await;
    let head = "Host: x\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: protoo\r\n";
    let cases = [
        (
            400,
            format!(
                "GET {TARGET} HTTP/1.1\r\n{head}Connection: close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            ),
        ),
        (
            400,
            format!(
                "GET {TARGET} HTTP/1.1\r\n{head}Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ),
        ),
        (
            400,
            format!(
                "POST {TARGET} HTTP/1.1\r\n{head}Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nContent-Length: 0\r\n\r\n"
            ),
        ),
        (
            426,
            format!(
                "GET {TARGET} HTTP/1.1\r\n{head}Connection: Upgrade\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            ),
        ),
    ];
    for (status, request) in cases {
        assert_eq!(
            send_http(server.http(), request.as_bytes()).await.status,
            status,
            "{request}"
        );
    }
    server.until_metric("peers", 0).await;
}

#[tokio::test]
async fn a_client_that_leaves_during_the_handshake_leaves_no_peer_behind() {
    use tokio::io::AsyncWriteExt;
    let server = Server::start(&[]).await;
    for _ in 0..20 {
        let mut stream = TcpStream::connect(server.http()).await.unwrap();
        let request = format!(
            "GET {TARGET} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: protoo\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        drop(stream);
    }
    server.until_metric("sessions", 0).await;
    server.until_metric("rooms", 0).await;
}
