//! Frames: what is understood, what is discarded, what ends the session (facts 1.1 to 1.7).

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::{Refused, Server};

#[tokio::test]
async fn what_is_no_message_is_discarded_and_the_session_goes_on() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let deep = format!(
        "{{\"request\":true,\"id\":1,\"method\":\"join\",\"data\":{}{}}}",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    for text in [
        "null",
        "",
        "{",
        "[]",
        "[null]",
        "1",
        "\"text\"",
        "true",
        "{}",
        "not json",
        "{\"request\":true}",
        "{\"request\":true,\"id\":\"1\",\"method\":\"join\"}",
        "{\"request\":true,\"id\":1,\"method\":5}",
        "{\"request\":false,\"id\":1,\"method\":\"join\"}",
        "{\"response\":true,\"id\":\"x\"}",
        "{\"response\":true,\"id\":77,\"ok\":true}",
        "{\"response\":true,\"id\":-1.5,\"ok\":true}",
        "{\"notification\":true}",
        "{\"notification\":true,\"method\":\"unknown\"}",
        "{\"notification\":true,\"method\":\"join\",\"data\":{}}",
        "{\"request\":true,\"id\":1e999,\"method\":\"join\"}",
        "\u{feff}{}",
        deep.as_str(),
    ] {
        client.send(Message::text(text)).await;
        assert!(client.so_far().await.is_empty(), "{text:.80}");
    }
    assert!(server.metric("messages_discarded_total").await >= 15);
    assert_eq!(server.metric("answers_unknown_total").await, 2);
}

#[tokio::test]
async fn binary_messages_are_discarded() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client.send(Message::binary(vec![0_u8; 1000])).await;
    assert!(client.so_far().await.is_empty());
    assert_eq!(server.metric("messages_binary_total").await, 1);
}

#[tokio::test]
async fn ids_are_echoed_as_they_came_and_both_of_two_equal_ones_are_answered() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    for id in [
        json!(0),
        json!(-3),
        json!(-1.5),
        json!(10_000_000),
        json!(1e20),
        json!(7),
        json!(7),
    ] {
        let request = json!({ "request": true, "id": id, "method": "getRouterRtpCapabilities" });
        client.send_json(&request).await;
        client.answer(&id).await.unwrap();
    }
}

#[tokio::test]
async fn an_unknown_method_is_answered_with_500_and_its_name() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    for method in ["fly", "", "closeTransport"] {
        let refused = client.request(method, json!({})).await.unwrap_err();
        let reason = format!("unknown request.method \"{method}\"");
        assert_eq!(refused, Refused { code: 500, reason });
    }
}

#[tokio::test]
async fn data_that_is_wrong_is_answered_and_never_breaks_anything() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client.join_bare("x").await;
    let methods = [
        "createWebRtcTransport",
        "connectWebRtcTransport",
        "restartIce",
        "produce",
        "closeProducer",
        "pauseProducer",
        "resumeProducer",
        "pauseConsumer",
        "resumeConsumer",
        "setConsumerPreferredLayers",
        "setConsumerPriority",
        "requestConsumerKeyFrame",
        "produceData",
        "changeDisplayName",
        "getTransportStats",
        "getProducerStats",
        "getConsumerStats",
        "getDataProducerStats",
        "getDataConsumerStats",
        "applyNetworkThrottle",
        "join",
    ];
    let hostile = [
        json!([]),
        json!(1),
        json!("x"),
        json!([1, 2]),
        json!({ "transportId": 5 }),
        json!({ "transportId": null, "producerId": {}, "consumerId": [] }),
        json!({ "transportId": "x".repeat(100_000) }),
        json!({ "displayName": { "toString": 1 }, "rtpParameters": -1, "kind": "smell" }),
        json!({ "consumerId": "a", "spatialLayer": -1, "priority": 1e9 }),
        json!({ "sctpCapabilities": { "numStreams": { "OS": 1e9, "MIS": -1 } } }),
        json!({ "__proto__": { "x": 1 }, "constructor": null }),
    ];
    for method in methods {
        for data in &hostile {
            // Some of it may be taken; what counts is that there is an answer.
            let _ = client.request(method, data.clone()).await;
        }
    }
    client.ask("getRouterRtpCapabilities", json!({})).await;
    assert_eq!(server.metric("rooms_failed_total").await, 0);
}

#[tokio::test]
async fn data_that_is_missing_or_falsy_is_an_empty_object() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    for data in [Value::Null, json!(false), json!(0), json!("")] {
        client.ask("getRouterRtpCapabilities", data).await;
    }
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_the_session() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let padding = "x".repeat(960_001);
    // Some clients can send it all, some find the connection gone before.
    client.try_send_json(&json!({ "padding": padding })).await;
    // Some see the code, some only that nobody is there any more.
    assert!(matches!(client.closed().await, None | Some(1009)));
    server.until_metric("messages_too_long_total", 1).await;
    server.until_metric("peers", 0).await;
}

#[tokio::test]
async fn the_longest_message_is_taken() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let frame = |padding: &str| {
        format!(
            "{{\"request\":true,\"id\":5,\"method\":\"getRouterRtpCapabilities\",\"data\":{{\"x\":\"{padding}\"}}}}"
        )
    };
    let padding = "x".repeat(960_000 - frame("").len());
    client.send(Message::text(frame(&padding))).await;
    client.answer(&json!(5)).await.unwrap();
}

#[tokio::test]
async fn invalid_utf8_ends_the_session_with_1007() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client
        .send(Message::Frame(Frame::message(
            vec![0xff, 0xfe],
            OpCode::Data(Data::Text),
            true,
        )))
        .await;
    assert_eq!(client.closed().await, Some(1007));
}

#[tokio::test]
async fn a_breach_of_the_websocket_protocol_ends_the_session_with_1002() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    // A continuation of nothing.
    client
        .send(Message::Frame(Frame::message(
            vec![1],
            OpCode::Data(Data::Continue),
            true,
        )))
        .await;
    assert_eq!(client.closed().await, Some(1002));
}

#[tokio::test]
async fn a_message_in_pieces_is_put_together() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let text = b"{\"request\":true,\"id\":9,\"method\":\"getRouterRtpCapabilities\"}";
    let (head, tail) = text.split_at(20);
    client
        .send(Message::Frame(Frame::message(
            head.to_vec(),
            OpCode::Data(Data::Text),
            false,
        )))
        .await;
    client.send(Message::Ping(vec![1, 2].into())).await;
    client
        .send(Message::Frame(Frame::message(
            tail.to_vec(),
            OpCode::Data(Data::Continue),
            true,
        )))
        .await;
    client.answer(&json!(9)).await.unwrap();
}
