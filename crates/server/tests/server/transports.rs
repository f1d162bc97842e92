//! Capabilities and transports, and what is refused (facts 3.2).

use serde_json::{Value, json};

use crate::support::{Server, audio, video};

#[tokio::test]
async fn capabilities_are_a_bare_object_and_a_wrapped_one() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let capabilities = client.ask("getRouterRtpCapabilities", json!({})).await;
    assert_eq!(
        capabilities["codecs"],
        capabilities["routerRtpCapabilities"]["codecs"]
    );
    let names = capabilities["codecs"].as_array().unwrap().iter();
    let names: Vec<_> = names
        .map(|codec| codec["mimeType"].as_str().unwrap())
        .collect();
    let media: Vec<_> = names.iter().filter(|name| !name.ends_with("rtx")).collect();
    assert_eq!(
        media,
        [
            &"audio/opus",
            &"video/VP8",
            &"video/VP9",
            &"video/VP9",
            &"video/H264",
            &"video/H264",
            &"video/H264",
            &"video/AV1",
            &"audio/red",
        ]
    );
}

#[tokio::test]
async fn a_transport_says_how_it_is_reached() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let sctp = json!({ "numStreams": { "OS": 1024, "MIS": 1024 } });
    let options = json!({ "forceTcp": false, "producing": true, "consuming": false, "sctpCapabilities": sctp });
    let transport = client.ask("createWebRtcTransport", options).await;
    assert_eq!(transport["id"], transport["transportId"]);
    assert_eq!(transport["iceParameters"]["iceLite"], true);
    let protocols = |transport: &Value| {
        let candidates = transport["iceCandidates"].as_array().unwrap().iter();
        candidates
            .map(|it| it["protocol"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(protocols(&transport), ["udp", "tcp"]);
    assert!(
        transport["dtlsParameters"]["fingerprints"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["algorithm"] == "sha-256")
    );
    assert_eq!(transport["sctpParameters"]["port"], 5000);
    let forced = client
        .ask(
            "createWebRtcTransport",
            json!({ "forceTcp": true, "consuming": true }),
        )
        .await;
    assert_eq!(protocols(&forced), ["tcp"]);
}

#[tokio::test]
async fn without_the_assumption_sctp_is_only_for_those_who_ask() {
    let server = Server::start(&["--assume-sctp=false"]).await;
    let mut client = server.client("r", "p").await;
    let transport = client
        .ask("createWebRtcTransport", json!({ "consuming": true }))
        .await;
    assert!(transport.get("sctpParameters").is_none());
    client.join_bare("x").await;
    assert!(client.methods_so_far().await.is_empty());
}

#[tokio::test]
async fn ice_parameters_are_new_after_a_restart_and_bare() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    let transport = client
        .ask("createWebRtcTransport", json!({ "producing": true }))
        .await;
    let restarted = client
        .ask("restartIce", json!({ "transportId": transport["id"] }))
        .await;
    assert_eq!(restarted["iceLite"], true);
    assert_ne!(
        restarted["usernameFragment"],
        transport["iceParameters"]["usernameFragment"]
    );
    assert_eq!(
        restarted["iceParameters"]["password"],
        restarted["password"]
    );
}

#[tokio::test]
async fn a_transport_is_connected_once_by_any_known_fingerprint() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    for (algorithm, length, role) in [
        ("sha-1", 20, "client"),
        ("sha-256", 32, "auto"),
        ("sha-512", 64, "server"),
    ] {
        let transport = client.transport("producing").await;
        let value = vec!["AB"; length].join(":");
        let connect = json!({
            "transportId": transport,
            "dtlsParameters": { "role": role, "fingerprints": [{ "algorithm": algorithm, "value": value }] },
        });
        assert_eq!(
            client.ask("connectWebRtcTransport", connect.clone()).await,
            json!({})
        );
        assert_eq!(
            client
                .request("connectWebRtcTransport", connect)
                .await
                .unwrap_err()
                .code,
            500
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_named_in_the_refusal() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client.join_bare("x").await;
    for (method, member, entity) in [
        ("getTransportStats", "transportId", "transport"),
        ("closeProducer", "producerId", "producer"),
        ("pauseConsumer", "consumerId", "consumer"),
        ("getDataProducerStats", "dataProducerId", "dataProducer"),
        ("getDataConsumerStats", "dataConsumerId", "dataConsumer"),
    ] {
        let refused = client
            .request(method, json!({ member: "nope" }))
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code, refused.reason),
            (500, format!("{entity} with id \"nope\" not found"))
        );
    }
}

#[tokio::test]
async fn throttling_is_refused_with_403() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    for method in ["applyNetworkThrottle", "resetNetworkThrottle"] {
        let refused = client
            .request(method, json!({ "secret": "x", "uplink": 1000 }))
            .await
            .unwrap_err();
        assert_eq!(refused.code, 403);
    }
}

#[tokio::test]
async fn what_the_engine_refuses_is_answered_in_its_words() {
    let server = Server::start(&[]).await;
    let mut client = server.client("r", "p").await;
    client.join_bare("x").await;
    let transport = client.transport("producing").await;
    let mut foreign = video(1);
    foreign["codecs"][0]["mimeType"] = json!("video/theora");
    let produce = json!({ "transportId": transport, "kind": "video", "rtpParameters": foreign });
    let refused = client.request("produce", produce).await.unwrap_err();
    assert!(
        refused.reason.contains("unsupported codec"),
        "{}",
        refused.reason
    );
    let produce = json!({ "transportId": transport, "kind": "audio", "rtpParameters": audio(5) });
    client.ask("produce", produce.clone()).await;
    assert!(
        client.request("produce", produce).await.is_err(),
        "the same SSRC twice"
    );
}
