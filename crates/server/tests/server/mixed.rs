//! Clients of both dialects in one room: they see, hear and chat with each other (facts 3.5, 3.6, 8).

use serde_json::{Value, json};

use crate::support::{Client, Link, Server, audio, video};

/// A client in the room with a connected transport to receive on, its dialect that of `role`.
async fn joined(server: &Server, peer: &str, role: &str) -> (Client, Link) {
    let mut client = server.client("r", peer).await;
    let link = Link::connect(&mut client, role).await;
    client.join_bare(peer).await;
    (client, link)
}

/// Accepts the offer of a data consumer of a peer, null for the bot; its stream.
async fn open_offer(client: &mut Client, link: &Link, of: &Value) -> (u16, Value) {
    loop {
        let (request, offer) = client.asked("newDataConsumer").await;
        let stream = &offer["sctpStreamParameters"]["streamId"];
        link.open(stream);
        client.accept(&request).await;
        if offer["peerId"] == *of {
            return (u16::try_from(stream.as_u64().unwrap()).unwrap(), offer);
        }
    }
}

/// Accepts the next consumer and is ready for it; its SSRC and the offer.
async fn take_consumer(client: &mut Client, link: &Link) -> (u32, Value) {
    let (request, offer) = client.asked("newConsumer").await;
    let ssrc = link.expect(&offer["rtpParameters"]);
    client.accept(&request).await;
    (ssrc, offer)
}

async fn produce(client: &mut Client, link: &Link, rtp: &Value, app_data: Value) {
    let is_audio = rtp["codecs"][0]["mimeType"] == "audio/opus";
    let produce = json!({
        "transportId": link.id(), "kind": if is_audio { "audio" } else { "video" },
        "rtpParameters": rtp, "appData": app_data,
    });
    client.ask("produce", produce).await;
    link.play(rtp);
}

#[tokio::test]
async fn clients_of_both_dialects_see_and_hear_each_other() {
    let server = Server::start(&[]).await;
    let (mut older, mut olders) = joined(&server, "older", "consuming").await;
    let (mut newer, mut newers) = joined(&server, "newer", "consumer").await;
    let told = older.notification("newPeer").await;
    assert_eq!(
        (&told["id"], &told["displayName"]),
        (&json!("newer"), &json!("newer"))
    );

    let link = Link::connect(&mut older, "producing").await;
    produce(&mut older, &link, &audio(11), json!({})).await;
    produce(&mut older, &link, &video(12), json!({ "share": true })).await;
    for (sent, source) in [(11_u32, "audio"), (12, "screensharing")] {
        let (ssrc, offer) = take_consumer(&mut newer, &newers).await;
        assert_eq!(offer["peerId"], "older");
        assert_eq!(offer["appData"]["source"], source);
        assert!(newers.packet(ssrc).await.ends_with(&sent.to_be_bytes()));
    }

    let back = Link::connect(&mut newer, "producer").await;
    produce(&mut newer, &back, &audio(21), json!({ "source": "audio" })).await;
    let shared = json!({ "source": "screensharing" });
    produce(&mut newer, &back, &video(22), shared).await;
    for (sent, share) in [(21_u32, Value::Null), (22, json!(true))] {
        let (ssrc, offer) = take_consumer(&mut older, &olders).await;
        assert_eq!(
            (&offer["peerId"], &offer["appData"]["share"]),
            (&json!("newer"), &share)
        );
        assert!(olders.packet(ssrc).await.ends_with(&sent.to_be_bytes()));
    }
}

#[tokio::test]
async fn who_speaks_is_told_to_each_in_its_own_form() {
    let server = Server::start(&[]).await;
    let (mut older, _olders) = joined(&server, "older", "consuming").await;
    let (mut newer, _newers) = joined(&server, "newer", "consumer").await;
    let link = Link::connect(&mut older, "producing").await;
    let mut rtp = audio(11);
    let uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    rtp["headerExtensions"] = json!([{ "uri": uri, "id": 6, "encrypt": false, "parameters": {} }]);
    produce(&mut older, &link, &rtp, json!({})).await;
    let speaking = newer.notification("speakingPeers").await;
    assert_eq!(speaking["peerVolumes"][0]["peerId"], "older");
    assert!(speaking["peerVolumes"][0]["volume"].is_number());
    assert_eq!(
        newer.notification("activeSpeaker").await,
        json!({ "peerId": "older" })
    );
    let active = older.notification("activeSpeaker").await;
    assert_eq!(active["peerId"], "older");
    assert!(active["volume"].is_number());
    assert!(
        older
            .methods_so_far()
            .await
            .iter()
            .all(|it| it != "speakingPeers")
    );
    // Silence.
    drop(link);
    assert_eq!(newer.notification("activeSpeaker").await, json!({}));
    while newer.notification("speakingPeers").await != json!({ "peerVolumes": [] }) {}
    while older.notification("activeSpeaker").await != json!({ "peerId": null }) {}
}

#[tokio::test]
async fn clients_of_both_dialects_chat_and_hear_the_bot_in_their_own_words() {
    let server = Server::start(&[]).await;
    let (mut older, mut olders) = joined(&server, "older", "consuming").await;
    let (from_bot, offer) = open_offer(&mut older, &olders, &Value::Null).await;
    assert_eq!(
        (offer["label"].as_str(), &offer["appData"]),
        (Some("bot"), &json!({}))
    );
    let (mut newer, mut newers) = joined(&server, "newer", "consumer").await;
    let (to_newer, _) = open_offer(&mut newer, &newers, &Value::Null).await;
    let welcome = newers.message().await;
    assert_eq!(
        (welcome.stream, welcome.bytes.as_slice()),
        (to_newer, "Welcome newer! ☺️".as_bytes())
    );

    let back = Link::connect(&mut newer, "producer").await;
    for (stream, channel) in [(1, "chat"), (2, "bot")] {
        let produce = json!({
            "transportId": back.id(), "label": "anything", "protocol": "", "appData": { "channel": channel },
            "sctpStreamParameters": { "streamId": stream, "ordered": true },
        });
        newer.ask("produceData", produce).await;
        back.open(&json!(stream));
    }
    let (chat, offer) = open_offer(&mut older, &olders, &json!("newer")).await;
    assert_eq!(offer["label"], "chat");
    back.send(1, false, b"hello");
    let heard = olders.message().await;
    assert_eq!(
        (heard.stream, heard.bytes.as_slice()),
        (chat, &b"hello"[..])
    );
    back.send(2, false, b"well?");
    let heard = olders.message().await;
    assert_eq!(
        (heard.stream, heard.bytes.as_slice()),
        (from_bot, &b"newer said me: \"well?\""[..])
    );
    let heard = newers.message().await;
    assert_eq!(heard.bytes, b"newer told me: 'well?'");

    let link = Link::connect(&mut older, "producing").await;
    let produce = json!({
        "transportId": link.id(), "label": "chat", "protocol": "",
        "sctpStreamParameters": { "streamId": 7, "ordered": true },
    });
    older.ask("produceData", produce).await;
    link.open(&json!(7));
    let (_, offer) = open_offer(&mut newer, &newers, &json!("older")).await;
    assert_eq!(
        offer["appData"],
        json!({ "peerId": "older", "channel": "chat" })
    );
    link.send(7, true, &[1, 2, 255]);
    let heard = newers.message().await;
    assert_eq!(
        (heard.is_binary, heard.bytes.as_slice()),
        (true, &[1, 2, 255][..])
    );
}
