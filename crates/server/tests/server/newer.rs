//! Clients of the demo's TypeScript version: sequences of theirs, and what they expect (facts 3.6).

use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::support::{Client, Refused, Server, audio, connect_with, video};

/// A client of the newer dialect that has joined, with a transport to receive on.
async fn joined(server: &Server, peer: &str) -> Client {
    let mut client = server.client("r", peer).await;
    client.transport("consumer").await;
    client.join_bare(peer).await;
    client
}

fn produce(transport: &Value, rtp: Value, source: &str) -> Value {
    let kind = if source == "audio" { "audio" } else { "video" };
    json!({
        "transportId": transport, "kind": kind, "rtpParameters": rtp, "appData": { "source": source },
    })
}

fn produce_data(transport: &Value, channel: &str, stream: u16) -> Value {
    json!({
        "transportId": transport, "label": channel, "protocol": "", "appData": { "channel": channel },
        "sctpStreamParameters": { "streamId": stream, "ordered": true },
    })
}

fn refused(code: i64, reason: &str) -> Refused {
    Refused {
        code,
        reason: reason.to_owned(),
    }
}

#[tokio::test]
async fn a_client_goes_the_whole_way_and_is_answered_under_its_names() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let answer = client.ask("getRouterRtpCapabilities", json!({})).await;
    let capabilities = answer["routerRtpCapabilities"].clone();
    assert!(capabilities["codecs"].is_array());
    let sctp = json!({ "numStreams": { "OS": 1024, "MIS": 1024 } });
    let mut transports = Vec::new();
    for direction in ["producer", "consumer"] {
        let create = json!({
            "forceTcp": false, "sctpCapabilities": sctp, "appData": { "direction": direction },
        });
        let made = client.ask("createWebRtcTransport", create).await;
        assert!(made["iceParameters"].is_object() && made["sctpParameters"].is_object());
        transports.push(made["transportId"].clone());
    }
    let join = json!({
        "displayName": "Ann", "device": { "flag": "chrome", "name": "Chrome", "version": "140" },
        "rtpCapabilities": capabilities,
    });
    assert_eq!(client.ask("join", join).await, json!({ "peers": [] }));
    let bot = client.asked("newDataConsumer").await.1;
    assert_eq!(bot["transportId"], transports[1]);
    assert_eq!(bot["appData"], json!({ "channel": "bot" }));
    assert!(bot.get("peerId").is_none() && bot["dataConsumerId"].is_string());

    let made = client
        .ask("produce", produce(&transports[0], audio(1), "audio"))
        .await;
    let producer = made["producerId"].clone();
    let made = client
        .ask("produceData", produce_data(&transports[0], "chat", 1))
        .await;
    let data_producer = made["dataProducerId"].clone();
    for (method, data) in [
        ("getTransportStats", json!({ "transportId": transports[0] })),
        ("getProducerStats", json!({ "producerId": producer })),
        (
            "getDataProducerStats",
            json!({ "dataProducerId": data_producer }),
        ),
        (
            "getDataConsumerStats",
            json!({ "dataConsumerId": bot["dataConsumerId"] }),
        ),
    ] {
        let answer = client.ask(method, data).await;
        assert!(answer["stats"].is_array(), "{method}: {answer}");
    }
    let restarted = client
        .ask("restartIce", json!({ "transportId": transports[0] }))
        .await;
    assert!(restarted["iceParameters"]["usernameFragment"].is_string());
    assert_eq!(client.ask("getRtcStatsUrl", json!({})).await, json!({}));
}

#[tokio::test]
async fn the_throttle_is_refused_under_both_names() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let options = json!({ "up": 100, "down": 200, "rtt": 50, "packetLoss": 1 });
    for (method, data) in [
        (
            "applyNetworkThrottle",
            json!({ "secret": "s", "options": options }),
        ),
        ("stopNetworkThrottle", json!({ "secret": "s" })),
        ("resetNetworkThrottle", json!({ "secret": "s" })),
    ] {
        let refused = client.request(method, data).await.unwrap_err();
        assert_eq!(refused.code, 403, "{method}");
    }
}

#[tokio::test]
async fn until_a_client_shows_what_it_is_it_is_told_what_either_understands() {
    let server = Server::start(&[]).await;
    let query = "roomId=r&peerId=p&usePipeTransports=true";
    let mut client = Client::connect(server.http(), query).await.unwrap();
    let older = client.notification("mediasoup-version").await;
    assert_eq!(client.notification("mediasoupVersion").await, older);
    let both = json!({ "producing": true, "appData": { "direction": "producer" } });
    let made = client.ask("createWebRtcTransport", both).await;
    assert_eq!(made["id"], made["transportId"]);
    let stats = json!({ "transportId": made["id"] });
    // What cannot be both is as it always was.
    assert!(
        client
            .ask("getTransportStats", stats.clone())
            .await
            .is_array()
    );
    client.join_bare("x").await;
    client
        .notify("changeDisplayName", json!({ "displayName": "y" }))
        .await;
    let answer = client.ask("getTransportStats", stats).await;
    assert!(answer["stats"].is_array(), "{answer}");
}

#[tokio::test]
async fn what_a_client_showed_first_stays() {
    let server = Server::start(&[]).await;
    let mut older = server.client("r", "older").await;
    older.transport("producing").await;
    let stats = json!({ "transportId": older.transport("producer").await });
    assert!(older.ask("getTransportStats", stats).await.is_array());
    let mut newer = server.client("r", "newer").await;
    newer.transport("producer").await;
    let stats = json!({ "transportId": newer.transport("producing").await });
    assert!(newer.ask("getTransportStats", stats).await["stats"].is_array());
}

#[tokio::test]
async fn nine_methods_are_taken_as_notifications_and_not_answered() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (joined(&server, "alice").await, joined(&server, "bob").await);
    let transport = alice.transport("producer").await;
    let made = alice
        .ask("produce", produce(&transport, video(1), "video"))
        .await;
    let producer = json!({ "producerId": made["producerId"] });
    let (request, offer) = bob.asked("newConsumer").await;
    bob.accept(&request).await;
    let consumer = json!({ "consumerId": offer["consumerId"] });
    for method in ["pauseConsumer", "resumeConsumer", "requestConsumerKeyFrame"] {
        bob.notify(method, consumer.clone()).await;
    }
    let mut more = consumer.clone();
    more["priority"] = json!(2);
    bob.notify("setConsumerPriority", more.clone()).await;
    more["spatialLayer"] = json!(0);
    bob.notify("setConsumerPreferredLayers", more).await;
    // What names nothing changes nothing, and nobody is told.
    bob.notify("pauseConsumer", json!({ "consumerId": "nonsense" }))
        .await;
    bob.notify("resumeConsumer", json!({})).await;
    assert!(bob.so_far().await.iter().all(|it| it["response"] != true));
    alice.notify("pauseProducer", producer.clone()).await;
    assert_eq!(bob.notification("consumerPaused").await, consumer);
    alice.notify("resumeProducer", producer.clone()).await;
    assert_eq!(bob.notification("consumerResumed").await, consumer);
    alice.notify("closeProducer", producer).await;
    assert_eq!(bob.notification("consumerClosed").await, consumer);
    alice
        .notify("changeDisplayName", json!({ "displayName": "A" }))
        .await;
    let told = bob.notification("peerDisplayNameChanged").await;
    assert_eq!(
        told,
        json!({ "peerId": "alice", "displayName": "A", "oldDisplayName": "alice" })
    );
    assert!(alice.so_far().await.iter().all(|it| it["response"] != true));
    let metrics = server.get("/metrics").await.text();
    for method in [
        "pauseConsumer",
        "setConsumerPriority",
        "requestConsumerKeyFrame",
    ] {
        let line = format!("miso_requests_total{{method=\"{method}\",outcome=\"ok\"}} 1");
        assert!(metrics.contains(&line), "{method}");
    }
}

#[tokio::test]
async fn a_consumer_says_all_in_the_request_and_no_score_follows() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (joined(&server, "alice").await, joined(&server, "bob").await);
    let transport = alice.transport("producer").await;
    let made = alice
        .ask("produce", produce(&transport, video(1), "screensharing"))
        .await;
    let (request, offer) = bob.asked("newConsumer").await;
    assert_eq!(offer["producerId"], made["producerId"]);
    assert_eq!(
        offer["appData"],
        json!({ "peerId": "alice", "source": "screensharing" })
    );
    assert!(offer["transportId"].is_string() && offer["consumerScore"]["score"].is_number());
    bob.accept(&request).await;
    let consumer = json!({ "consumerId": offer["consumerId"] });
    let stats = bob.ask("getConsumerStats", consumer).await;
    assert!(stats["stats"].is_array());
    let methods = bob.methods_so_far().await;
    assert!(
        methods.iter().all(|it| it != "consumerScore"),
        "{methods:?}"
    );
}

#[tokio::test]
async fn unknown_channels_reach_nobody_now_or_later() {
    let server = Server::start(&[]).await;
    let (mut alice, mut bob) = (joined(&server, "alice").await, joined(&server, "bob").await);
    let transport = alice.transport("producer").await;
    for (stream, channel) in [(1, "nonsense"), (2, "bot"), (3, "chat")] {
        alice
            .ask("produceData", produce_data(&transport, channel, stream))
            .await;
    }
    let mut carol = joined(&server, "carol").await;
    for client in [&mut bob, &mut carol] {
        let messages = client.so_far().await;
        let offers = messages
            .iter()
            .filter(|it| it["method"] == "newDataConsumer");
        let alices = offers.filter(|it| it["data"]["peerId"] == "alice");
        let channels: Vec<_> = alices.map(|it| &it["data"]["appData"]).collect();
        assert_eq!(channels, [&json!({ "peerId": "alice", "channel": "chat" })]);
    }
}

#[tokio::test]
async fn refusals_are_worded_as_the_typescript_server_has_them() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client.transport("producer").await;
    let close = json!({ "producerId": "x" });
    assert_eq!(
        client.request("closeProducer", close.clone()).await,
        Err(refused(500, "Peer not joined"))
    );
    client.join_bare("x").await;
    assert_eq!(
        client.request("closeProducer", close).await,
        Err(refused(500, "Producer 'x' not found"))
    );
    assert_eq!(
        client
            .request("restartIce", json!({ "transportId": "x" }))
            .await,
        Err(refused(500, "WebRtcTransport 'x' not found"))
    );
}

#[tokio::test]
async fn a_takeover_is_told_as_leaving_and_joining_and_no_address_is_disclosed() {
    let server = Server::start(&[]).await;
    let mut bob = joined(&server, "bob").await;
    let mut alice = joined(&server, "alice").await;
    bob.notification("newPeer").await;
    let mut again = server.client("r", "alice").await;
    assert_eq!(alice.closed().await, Some(4000));
    assert_eq!(
        bob.notification("peerClosed").await,
        json!({ "peerId": "alice" })
    );
    again.transport("consumer").await;
    let peers = again.join_bare("Alice").await;
    assert_eq!(peers["peers"][0]["peerId"], "bob");
    assert_eq!(peers["peers"][0]["remoteAddress"], "");
    let told = bob.notification("newPeer").await;
    assert_eq!(told["peer"]["peerId"], "alice");
    assert_eq!(told["peer"]["remoteAddress"], "");
}

#[tokio::test]
async fn pages_of_any_origin_may_connect() {
    let server = Server::start(&[]).await;
    let stream = TcpStream::connect(server.http()).await.unwrap();
    let headers = [
        ("Sec-WebSocket-Protocol", "protoo"),
        ("Origin", "https://elsewhere.example"),
    ];
    let opened = connect_with(stream, "/?roomId=r&peerId=p", &headers).await;
    opened
        .ok()
        .unwrap()
        .0
        .notification("mediasoupVersion")
        .await;
}
