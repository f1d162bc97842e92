//! Rooms and peers: joining, leaving, coming back (facts 2.3 to 2.5, 3.2, 3.3, 3.5).

use serde_json::{Value, json};

use crate::support::{Refused, Server, audio};

#[tokio::test]
async fn whoever_joins_is_told_who_is_there_and_others_are_told_of_it() {
    let server = Server::start(&[]).await;
    let mut alice = server.client("r", "alice").await;
    assert_eq!(alice.join_bare("Alice").await, json!({ "peers": [] }));
    let mut bob = server.client("r", "bob").await;
    // Who has not joined is not there.
    assert!(alice.so_far().await.is_empty());
    let joined = bob.join_bare("Bob").await;
    let device = json!({ "flag": "chrome", "name": "Chrome", "version": "130" });
    let expected = json!([{
        "id": "alice", "peerId": "alice", "displayName": "Alice", "device": device, "remoteAddress": "",
    }]);
    assert_eq!(joined["peers"], expected);
    let told = alice.notification("newPeer").await;
    assert_eq!(
        (&told["id"], &told["displayName"]),
        (&json!("bob"), &json!("Bob"))
    );
    assert!(
        !told.to_string().contains("127.0.0.1"),
        "an address was disclosed: {told}"
    );
}

#[tokio::test]
async fn before_joining_only_what_needs_no_join_is_answered() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let not_joined = Refused {
        code: 500,
        reason: "Peer not yet joined".to_owned(),
    };
    for method in ["closeProducer", "pauseProducer", "resumeProducer"] {
        let refused = client
            .request(method, json!({ "producerId": "x" }))
            .await
            .unwrap_err();
        assert_eq!(refused, not_joined, "{method}");
    }
    for method in ["pauseConsumer", "resumeConsumer", "requestConsumerKeyFrame"] {
        let refused = client
            .request(method, json!({ "consumerId": "x" }))
            .await
            .unwrap_err();
        assert_eq!(refused, not_joined, "{method}");
    }
    let refused = client
        .request("changeDisplayName", json!({ "displayName": "x" }))
        .await;
    assert_eq!(refused.unwrap_err(), not_joined);
    let transport = client.transport("producing").await;
    client
        .ask("getTransportStats", json!({ "transportId": transport }))
        .await;
    client
        .ask("restartIce", json!({ "transportId": transport }))
        .await;
}

#[tokio::test]
async fn nobody_joins_twice() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client.join_bare("x").await;
    let refused = client
        .request("join", json!({ "displayName": "y" }))
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        Refused {
            code: 500,
            reason: "Peer already joined".to_owned()
        }
    );
}

#[tokio::test]
async fn whoever_says_little_of_itself_may_join_all_the_same() {
    let server = Server::start(&[]).await;
    let cases = [
        json!({}),
        json!({ "device": {} }),
        json!({ "displayName": null, "device": null, "rtpCapabilities": null, "sctpCapabilities": null }),
        json!({ "displayName": "", "device": { "flag": "toaster", "name": 5, "version": {} } }),
        json!({ "displayName": "<img src=x onerror=alert(1)>", "device": [] }),
    ];
    let mut watcher = server.client("r", "watcher").await;
    watcher.join_bare("w").await;
    for (index, join) in cases.iter().enumerate() {
        let mut client = server.client("r", &format!("p{index}")).await;
        client.ask("join", join.clone()).await;
        let told = watcher.notification("newPeer").await;
        let name = join["displayName"].as_str().unwrap_or("");
        assert_eq!(told["displayName"], name);
        assert!(told["device"].is_object());
    }
}

#[tokio::test]
async fn a_display_name_that_is_too_long_is_refused() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let refused = client
        .request("join", json!({ "displayName": "x".repeat(257) }))
        .await
        .unwrap_err();
    assert_eq!(refused.code, 500);
    assert!(
        refused
            .reason
            .contains("displayName too long (maximum 256 bytes)"),
        "{}",
        refused.reason
    );
}

#[tokio::test]
async fn a_new_name_is_told_to_others_before_the_answer() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join_bare("Alice").await;
    bob.join_bare("Bob").await;
    alice
        .ask("changeDisplayName", json!({ "displayName": "Alicia" }))
        .await;
    let told = bob.notification("peerDisplayNameChanged").await;
    let expected = json!({ "peerId": "alice", "displayName": "Alicia", "oldDisplayName": "Alice" });
    assert_eq!(told, expected);
    // As a notification, as newer clients do it.
    let change = json!({ "notification": true, "method": "changeDisplayName", "data": { "displayName": "A" } });
    alice.send_json(&change).await;
    assert_eq!(
        bob.notification("peerDisplayNameChanged").await["displayName"],
        "A"
    );
    assert!(
        alice
            .methods_so_far()
            .await
            .iter()
            .all(|it| it != "peerDisplayNameChanged")
    );
}

#[tokio::test]
async fn whoever_leaves_is_announced_first_and_its_media_is_closed_after() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join("Alice").await;
    bob.join("Bob").await;
    alice.produce(audio(1)).await;
    alice.produce_data("chat").await;
    let (_, consumer) = bob.asked("newConsumer").await;
    bob.asked("newDataConsumer").await;
    bob.so_far().await;
    alice.close().await;
    assert_eq!(
        bob.notification("peerClosed").await,
        json!({ "peerId": "alice" })
    );
    let closed = bob.notification("consumerClosed").await;
    assert_eq!(closed, json!({ "consumerId": consumer["id"] }));
    bob.notification("dataConsumerClosed").await;
}

#[tokio::test]
async fn peer_closed_comes_before_consumer_closed() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join("Alice").await;
    bob.join("Bob").await;
    alice.produce(audio(1)).await;
    bob.asked("newConsumer").await;
    alice.close().await;
    bob.notification("consumerClosed").await;
    // It waits already, since it came earlier.
    let earlier = bob.methods_so_far().await;
    assert!(earlier.contains(&"peerClosed".to_owned()), "{earlier:?}");
}

#[tokio::test]
async fn whoever_never_joined_leaves_unnoticed() {
    let server = Server::start(&[]).await;
    let (mut alice, bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join_bare("Alice").await;
    bob.close().await;
    server.until_metric("peers", 1).await;
    assert!(alice.so_far().await.is_empty());
}

#[tokio::test]
async fn a_room_is_closed_when_the_last_peer_leaves() {
    let server = Server::start(&[]).await;
    let (alice, bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    assert_eq!(server.metric("rooms").await, 1);
    alice.close().await;
    server.until_metric("peers", 1).await;
    assert_eq!(server.metric("rooms").await, 1);
    bob.close().await;
    server.until_metric("rooms", 0).await;
}

#[tokio::test]
async fn a_reload_in_a_room_of_one_goes_on_in_the_same_room() {
    let server = Server::start(&[]).await;
    let mut old = server.client("r", "p").await;
    old.join("x").await;
    let mut new = server.client("r", "p").await;
    assert_eq!(old.closed().await, Some(4000));
    new.join("x").await;
    new.produce(audio(1)).await;
    assert_eq!(server.metric("rooms_opened_total").await, 1);
    // Others find it there.
    let mut other = server.client("r", "q").await;
    let joined = other.join_bare("y").await;
    assert_eq!(joined["peers"][0]["id"], "p");
    assert_eq!(server.metric("rooms_opened_total").await, 1);
}

#[tokio::test]
async fn many_reloads_at_once_leave_one_session_in_one_room() {
    let server = Server::start(&[]).await;
    let mut clients = Vec::new();
    for _ in 0..30 {
        clients.push(server.client("r", "p").await);
    }
    let mut last = clients.pop().unwrap();
    for client in &mut clients {
        assert_eq!(client.closed().await, Some(4000));
    }
    last.join("x").await;
    assert_eq!(server.metric("peers").await, 1);
    assert_eq!(server.metric("rooms_opened_total").await, 1);
}

#[tokio::test]
async fn rooms_that_open_and_close_quickly_never_lose_a_peer() {
    let server = Server::start(&[]).await;
    for round in 0..50 {
        let leaving = server.client("r", &format!("a{round}")).await;
        let (_, mut staying) = tokio::join!(leaving.close(), server.client("r", "b"));
        staying.join_bare("x").await;
        staying.close().await;
    }
    server.until_metric("rooms", 0).await;
}

#[tokio::test]
async fn a_takeover_is_told_to_others_as_leaving_and_joining() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (
        server.client("r", "alice").await,
        server.client("r", "bob").await,
    );
    alice.join("Alice").await;
    bob.join("Bob").await;
    alice.produce(audio(1)).await;
    bob.asked("newConsumer").await;
    let mut again = server.client("r", "alice").await;
    assert_eq!(
        bob.notification("peerClosed").await,
        json!({ "peerId": "alice" })
    );
    bob.notification("consumerClosed").await;
    again.join_bare("Alice").await;
    assert_eq!(bob.notification("newPeer").await["id"], "alice");
    assert_eq!(alice.closed().await, Some(4000));
}

#[tokio::test]
async fn requests_of_a_session_that_was_replaced_do_nothing() {
    let server = Server::start(&[]).await;
    let mut bob = server.client("r", "bob").await;
    bob.join_bare("Bob").await;
    let mut old = server.client("r", "p").await;
    let mut new = server.client("r", "p").await;
    let join =
        json!({ "request": true, "id": 1, "method": "join", "data": { "displayName": "old" } });
    // It may or may not reach the server, which has closed the session.
    old.try_send_json(&join).await;
    old.closed().await;
    new.join_bare("new").await;
    assert_eq!(bob.notification("newPeer").await["displayName"], "new");
}

#[tokio::test]
async fn rooms_do_not_hear_each_other() {
    let server = Server::start(&[]).await;
    let (mut one, mut two) = (
        server.client("one", "p").await,
        server.client("two", "p").await,
    );
    one.join("x").await;
    two.join("y").await;
    one.produce(audio(1)).await;
    let heard = two.so_far().await;
    let is_foreign = |it: &&Value| it["method"] == "newConsumer" || it["method"] == "newPeer";
    assert!(heard.iter().all(|it| !is_foreign(&it)), "{heard:?}");
    assert_eq!(server.metric("rooms").await, 2);
}
