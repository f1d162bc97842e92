//! Messages over DataChannels: who gets whose (facts 3.2, 3.4, 8).

use serde_json::{Value, json};

use crate::support::{Client, Server};

/// Labels of the data consumers that a client was offered so far, with whose they are.
async fn offers(client: &mut Client) -> Vec<(String, Value)> {
    let messages = client.so_far().await;
    let offers = messages
        .iter()
        .filter(|it| it["method"] == "newDataConsumer");
    offers
        .map(|it| {
            (
                it["data"]["label"].as_str().unwrap().to_owned(),
                it["data"]["peerId"].clone(),
            )
        })
        .collect()
}

#[tokio::test]
async fn everybody_is_offered_the_bots_messages() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client.join("x").await;
    let (request, offer) = client.asked("newDataConsumer").await;
    assert_eq!(
        (&offer["label"], &offer["peerId"]),
        (&json!("bot"), &Value::Null)
    );
    assert_eq!(offer["id"], offer["dataConsumerId"]);
    assert!(offer["appData"].is_object());
    assert!(offer["sctpStreamParameters"]["streamId"].is_number());
    client.accept(&request).await;
}

#[tokio::test]
async fn labels_say_who_is_offered_what_now_and_later() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join("Alice").await;
    bob.join("Bob").await;
    let bots = ("bot".to_owned(), Value::Null);
    assert_eq!(offers(&mut alice).await, std::slice::from_ref(&bots));
    assert_eq!(offers(&mut bob).await, std::slice::from_ref(&bots));
    for label in ["chat", "bot", "something else"] {
        alice.produce_data(label).await;
    }
    alice.so_far().await;
    let alices = |label: &str| (label.to_owned(), json!("alice"));
    let expected = [alices("chat"), alices("something else")];
    assert_eq!(offers(&mut bob).await, expected);
    // Who comes later is offered the same.
    let mut carol = server.client("r", "carol").await;
    carol.join("Carol").await;
    let mut later = offers(&mut carol).await;
    assert_eq!(later.pop(), Some(bots));
    assert_eq!(later, expected);
}

#[tokio::test]
async fn whose_data_it_is_cannot_be_forged() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join("Alice").await;
    bob.join("Bob").await;
    bob.asked("newDataConsumer").await;
    let transport = alice.transport("producing").await;
    let produce = json!({
        "transportId": transport, "label": "chat", "protocol": "p", "appData": { "peerId": "bob", "info": 1 },
        "sctpStreamParameters": { "streamId": 0, "ordered": false, "maxRetransmits": 1 },
    });
    let made = alice.ask("produceData", produce).await;
    assert_eq!(made["id"], made["dataProducerId"]);
    let (_, offer) = bob.asked("newDataConsumer").await;
    assert_eq!(
        (&offer["dataProducerId"], &offer["protocol"]),
        (&made["id"], &json!("p"))
    );
    assert_eq!(offer["appData"], json!({ "peerId": "alice", "info": 1 }));
    let stream = &offer["sctpStreamParameters"];
    assert_eq!(
        (&stream["ordered"], &stream["maxRetransmits"]),
        (&json!(false), &json!(1))
    );
}

#[tokio::test]
async fn whoever_does_not_mention_sctp_is_offered_data_all_the_same() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let transport = client
        .ask("createWebRtcTransport", json!({ "consuming": true }))
        .await;
    assert!(transport["sctpParameters"].is_object());
    client.ask("join", json!({ "displayName": "x" })).await;
    assert_eq!(client.asked("newDataConsumer").await.1["label"], "bot");
}

#[tokio::test]
async fn a_refused_data_consumer_is_closed() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client.join("x").await;
    let (request, offer) = client.asked("newDataConsumer").await;
    client.refuse(&request).await;
    let stats = client
        .request(
            "getDataConsumerStats",
            json!({ "dataConsumerId": offer["id"] }),
        )
        .await;
    assert!(stats.unwrap_err().reason.ends_with("not found"));
}
