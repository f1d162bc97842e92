//! Transports, producers, consumers (facts 3.2, 3.4, 3.5).

use serde_json::{Value, json};

use crate::support::{Client, Server, audio, video};

/// Alice and Bob in a room, both joined and ready to receive.
async fn two(server: &Server) -> (Client, Client) {
    let (mut alice, mut bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join("Alice").await;
    bob.join("Bob").await;
    (alice, bob)
}

#[tokio::test]
async fn a_producer_is_offered_to_all_others_with_what_they_need() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    let producer = alice.produce(video(7)).await;
    let (_, offer) = bob.asked("newConsumer").await;
    assert_eq!(offer["peerId"], "alice");
    assert_eq!(offer["producerId"], producer);
    assert_eq!(
        (&offer["id"], &offer["kind"]),
        (&offer["consumerId"], &json!("video"))
    );
    assert_eq!(
        (&offer["type"], &offer["producerPaused"]),
        (&json!("simple"), &json!(false))
    );
    assert_eq!(
        offer["appData"],
        json!({ "share": true, "peerId": "alice" })
    );
    assert!(offer["rtpParameters"]["encodings"][0]["ssrc"].is_number());
    assert!(
        alice
            .methods_so_far()
            .await
            .iter()
            .all(|method| method != "newConsumer")
    );
}

#[tokio::test]
async fn app_data_cannot_forge_whose_it_is() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    let transport = alice.transport("producing").await;
    let produce = json!({
        "transportId": transport, "kind": "audio", "rtpParameters": audio(1), "appData": { "peerId": "bob" },
    });
    alice.ask("produce", produce).await;
    assert_eq!(
        bob.asked("newConsumer").await.1["appData"]["peerId"],
        "alice"
    );
}

#[tokio::test]
async fn whoever_joins_later_is_offered_what_there_is_after_the_answer() {
    let server = Server::start(&[]).await;
    let mut alice = server.client("r", "alice").await;
    alice.join("Alice").await;
    alice.produce(audio(1)).await;
    alice.produce(video(2)).await;
    let mut bob = server.client("r", "bob").await;
    bob.transport("consuming").await;
    // Nothing may come before the answer to join.
    bob.ask_strictly("join", json!({
        "displayName": "Bob", "rtpCapabilities": alice.ask("getRouterRtpCapabilities", json!({})).await,
    })).await;
    let (_, first) = bob.asked("newConsumer").await;
    let (_, second) = bob.asked("newConsumer").await;
    assert_eq!(
        (&first["kind"], &second["kind"]),
        (&json!("audio"), &json!("video"))
    );
}

#[tokio::test]
async fn a_consumer_starts_when_it_is_accepted_and_its_score_is_told() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    alice.produce(audio(1)).await;
    let (request, offer) = bob.asked("newConsumer").await;
    bob.accept(&request).await;
    let score = bob.notification("consumerScore").await;
    assert_eq!(score["consumerId"], offer["id"]);
    assert!(score["score"]["score"].is_number());
    assert!(score["score"]["producerScores"].is_array());
}

#[tokio::test]
async fn a_refused_consumer_is_closed() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    alice.produce(audio(1)).await;
    let (request, offer) = bob.asked("newConsumer").await;
    let id = offer["id"].as_str().unwrap();
    bob.ask("getConsumerStats", json!({ "consumerId": id }))
        .await;
    bob.refuse(&request).await;
    let refused = bob
        .request("getConsumerStats", json!({ "consumerId": id }))
        .await
        .unwrap_err();
    assert_eq!(
        refused.reason,
        format!("consumer with id \"{id}\" not found")
    );
    assert_eq!(server.metric("answers_refused_total").await, 1);
}

#[tokio::test]
async fn a_consumer_that_nobody_answers_for_is_closed_after_the_time() {
    let server = Server::start(&["--answer-within=0.3"]).await;
    let (mut alice, mut bob) = two(&server).await;
    alice.produce(audio(1)).await;
    let (request, offer) = bob.asked("newConsumer").await;
    let closed = bob.notification("consumerClosed").await;
    assert_eq!(closed["consumerId"], offer["id"]);
    // A late answer is for nothing.
    bob.accept(&request).await;
    let stats = bob
        .request("getConsumerStats", json!({ "consumerId": offer["id"] }))
        .await;
    assert_eq!(stats.unwrap_err().code, 500);
    assert!(server.metric("answers_missing_total").await >= 1);
    // Alice never received anything that wants an answer but the bot's; nobody is cut for being silent.
    alice.ask("getRouterRtpCapabilities", json!({})).await;
}

#[tokio::test]
async fn a_receiving_transport_made_after_joining_still_gets_everything() {
    let server = Server::start(&[]).await;
    let mut alice = server.client("r", "alice").await;
    alice.join("Alice").await;
    let producer = alice.produce(audio(1)).await;
    alice.produce_data("chat").await;
    let mut bob = server.client("r", "bob").await;
    bob.join_bare("Bob").await;
    assert!(bob.methods_so_far().await.is_empty());
    bob.transport("consuming").await;
    assert_eq!(bob.asked("newConsumer").await.1["producerId"], producer);
    assert_eq!(bob.asked("newDataConsumer").await.1["label"], "chat");
    // A second one changes nothing.
    bob.so_far().await;
    bob.transport("consuming").await;
    assert!(bob.methods_so_far().await.is_empty());
}

#[tokio::test]
async fn whoever_said_no_capabilities_gets_no_media() {
    let server = Server::start(&[]).await;
    let mut alice = server.client("r", "alice").await;
    alice.join("Alice").await;
    let mut bob = server.client("r", "bob").await;
    bob.transport("consuming").await;
    bob.ask("join", json!({ "displayName": "Bob" })).await;
    alice.produce(audio(1)).await;
    alice.so_far().await;
    assert!(
        bob.methods_so_far()
            .await
            .iter()
            .all(|method| method != "newConsumer")
    );
}

#[tokio::test]
async fn whoever_cannot_decode_it_is_not_offered_it() {
    let server = Server::start(&[]).await;
    let mut alice = server.client("r", "alice").await;
    alice.join("Alice").await;
    let mut bob = server.client("r", "bob").await;
    bob.transport("consuming").await;
    let mut capabilities = bob.ask("getRouterRtpCapabilities", json!({})).await;
    capabilities["codecs"]
        .as_array_mut()
        .unwrap()
        .retain(|codec| codec["kind"] == "audio");
    bob.ask(
        "join",
        json!({ "displayName": "Bob", "rtpCapabilities": capabilities }),
    )
    .await;
    alice.produce(video(2)).await;
    alice.produce(audio(1)).await;
    assert_eq!(bob.asked("newConsumer").await.1["kind"], "audio");
    assert!(
        bob.methods_so_far()
            .await
            .iter()
            .all(|method| method != "newConsumer")
    );
}

#[tokio::test]
async fn pausing_resuming_and_closing_are_told_before_the_answer() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    let producer = json!({ "producerId": alice.produce(audio(1)).await });
    let (request, offer) = bob.asked("newConsumer").await;
    bob.accept(&request).await;
    bob.notification("consumerScore").await;
    let consumer = json!({ "consumerId": offer["id"] });
    for (method, told) in [
        ("pauseProducer", "consumerPaused"),
        ("resumeProducer", "consumerResumed"),
        ("closeProducer", "consumerClosed"),
    ] {
        bob.so_far().await;
        assert_eq!(alice.ask(method, producer.clone()).await, json!({}));
        let messages = bob.so_far().await;
        let found = messages
            .iter()
            .filter(|it| it["method"] == told)
            .collect::<Vec<_>>();
        assert_eq!(found.len(), 1, "{method}: {messages:?}");
        assert_eq!(found[0]["data"], consumer);
    }
    // It is told once, though the engine says it, too.
    assert!(bob.methods_so_far().await.is_empty());
    assert_eq!(
        alice
            .request("closeProducer", producer)
            .await
            .unwrap_err()
            .code,
        500
    );
}

#[tokio::test]
async fn a_producer_that_is_paused_already_is_not_told_again() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    let producer = json!({ "producerId": alice.produce(audio(1)).await });
    bob.asked("newConsumer").await;
    alice.ask("pauseProducer", producer.clone()).await;
    alice.ask("pauseProducer", producer).await;
    bob.notification("consumerPaused").await;
    assert!(
        bob.methods_so_far()
            .await
            .iter()
            .all(|method| method != "consumerPaused")
    );
}

#[tokio::test]
async fn whoever_comes_while_a_producer_is_paused_is_told_so() {
    let server = Server::start(&[]).await;
    let mut alice = server.client("r", "alice").await;
    alice.join("Alice").await;
    let producer = json!({ "producerId": alice.produce(audio(1)).await });
    alice.ask("pauseProducer", producer).await;
    let mut bob = server.client("r", "bob").await;
    bob.join("Bob").await;
    assert_eq!(bob.asked("newConsumer").await.1["producerPaused"], true);
}

#[tokio::test]
async fn consumers_are_controlled_by_their_peer_alone() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    alice.produce(video(1)).await;
    let (request, offer) = bob.asked("newConsumer").await;
    bob.accept(&request).await;
    let id = offer["id"].as_str().unwrap();
    let data = json!({ "consumerId": id, "spatialLayer": 0, "temporalLayer": 1, "priority": 3 });
    for method in [
        "pauseConsumer",
        "resumeConsumer",
        "setConsumerPreferredLayers",
        "setConsumerPriority",
        "requestConsumerKeyFrame",
    ] {
        assert_eq!(bob.ask(method, data.clone()).await, json!({}), "{method}");
        let refused = alice.request(method, data.clone()).await.unwrap_err();
        assert_eq!(
            refused.reason,
            format!("consumer with id \"{id}\" not found"),
            "{method}"
        );
    }
    let wrong = json!({ "consumerId": id, "priority": 0 });
    assert_eq!(
        bob.request("setConsumerPriority", wrong)
            .await
            .unwrap_err()
            .code,
        500
    );
}

#[tokio::test]
async fn the_nine_methods_are_understood_as_notifications_and_not_answered() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    let producer = alice.produce(audio(1)).await;
    let (_, offer) = bob.asked("newConsumer").await;
    let tell =
        |method: &str, data: Value| json!({ "notification": true, "method": method, "data": data });
    alice
        .send_json(&tell("pauseProducer", json!({ "producerId": producer })))
        .await;
    bob.notification("consumerPaused").await;
    alice
        .send_json(&tell("resumeProducer", json!({ "producerId": producer })))
        .await;
    bob.notification("consumerResumed").await;
    bob.so_far().await;
    bob.send_json(&tell("pauseConsumer", json!({ "consumerId": offer["id"] })))
        .await;
    bob.send_json(&tell("resumeConsumer", json!({ "consumerId": "no such" })))
        .await;
    assert!(bob.methods_so_far().await.is_empty());
    alice
        .send_json(&tell("closeProducer", json!({ "producerId": producer })))
        .await;
    bob.notification("consumerClosed").await;
}

#[tokio::test]
async fn statistics_are_lists() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = two(&server).await;
    let transport = alice.transport("producing").await;
    let producer = alice.produce(audio(1)).await;
    let data_producer = alice.produce_data("chat").await;
    let consumer = bob.asked("newConsumer").await.1["id"].clone();
    let mut data_consumer = bob.asked("newDataConsumer").await.1;
    while data_consumer["label"] != "chat" {
        data_consumer = bob.asked("newDataConsumer").await.1;
    }
    let of_alice = [
        ("getTransportStats", json!({ "transportId": transport })),
        ("getProducerStats", json!({ "producerId": producer })),
        (
            "getDataProducerStats",
            json!({ "dataProducerId": data_producer }),
        ),
    ];
    for (method, data) in of_alice {
        assert!(alice.ask(method, data.clone()).await.is_array(), "{method}");
        assert_eq!(
            bob.request(method, data).await.unwrap_err().code,
            500,
            "{method}"
        );
    }
    let of_bob = [
        ("getConsumerStats", json!({ "consumerId": consumer })),
        (
            "getDataConsumerStats",
            json!({ "dataConsumerId": data_consumer["id"] }),
        ),
    ];
    for (method, data) in of_bob {
        assert!(bob.ask(method, data.clone()).await.is_array(), "{method}");
        assert_eq!(
            alice.request(method, data).await.unwrap_err().code,
            500,
            "{method}"
        );
    }
}

#[tokio::test]
async fn replicas_are_those_of_whoever_opened_the_room_and_bounded() {
    let server = Server::start(&[]).await;
    let cases = [
        ("2", 3),
        ("undefined", 1),
        ("-1", 1),
        ("1e9", 17),
        ("NaN", 1),
    ];
    for (index, (replicas, consumers)) in cases.into_iter().enumerate() {
        let query = format!("roomId=r{index}&peerId=alice&consumerReplicas={replicas}");
        let mut alice = Client::connect(server.http(), &query).await.unwrap();
        alice.join("Alice").await;
        let query = format!("roomId=r{index}&peerId=bob&consumerReplicas=9");
        let mut bob = Client::connect(server.http(), &query).await.unwrap();
        bob.join("Bob").await;
        alice.produce(audio(1)).await;
        for _ in 0..consumers {
            bob.asked("newConsumer").await;
        }
        alice.so_far().await;
        let more = bob.methods_so_far().await;
        assert!(
            more.iter().all(|method| method != "newConsumer"),
            "{replicas}"
        );
    }
}
