//! Broadcasters over plain RTP: the calls of mediasoup-demo's scripts (facts 6.2, 6.5), and packets both ways.

use serde_json::{Value, json};
use tokio::net::UdpSocket;

use crate::support::{Server, soon};

/// What `ffmpeg.sh` says it sends: no feedback, no CNAME, names in lower case.
fn script_video() -> Value {
    json!({
        "codecs": [{ "mimeType": "video/vp8", "payloadType": 101, "clockRate": 90000 }],
        "encodings": [{ "ssrc": 2222 }],
    })
}

fn script_audio() -> Value {
    json!({
        "codecs": [{
            "mimeType": "audio/opus", "payloadType": 100, "clockRate": 48000, "channels": 2,
            "parameters": { "sprop-stereo": 1 },
        }],
        "encodings": [{ "ssrc": 1111 }],
    })
}

/// An RTP packet of VP8's first bytes of a key frame.
fn packet(sequence: u16) -> Vec<u8> {
    let mut bytes = vec![0x80, 101];
    bytes.extend(sequence.to_be_bytes());
    bytes.extend((u32::from(sequence) * 3000).to_be_bytes());
    bytes.extend(2222_u32.to_be_bytes());
    bytes.extend([
        0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00,
    ]);
    bytes.extend([0; 100]);
    bytes
}

fn port(transport: &Value) -> u16 {
    u16::try_from(transport["port"].as_u64().unwrap()).unwrap()
}

/// Sends packets until the server says that they came.
async fn send_until_counted(server: &Server, to: u16, producer: &str) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let counted = async {
        for sequence in 0.. {
            socket
                .send_to(&packet(sequence), ("127.0.0.1", to))
                .await
                .unwrap();
            let stats = server.get(&format!("{producer}/stats")).await.expect(200);
            if stats["stats"][0]["packetCount"].as_u64() > Some(3) {
                return;
            }
        }
    };
    soon("packets are counted", counted).await;
}

#[tokio::test]
async fn the_stock_script_of_the_older_demo_runs_unmodified() {
    let server = Server::start(&[]).await;
    server.get("/rooms/r").await.expect(200);
    let body = json!({ "id": "abc", "displayName": "Broadcaster", "device": { "name": "FFmpeg" } });
    let made = server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
    assert_eq!(made["peers"], json!([]));
    let transports = "/rooms/r/broadcasters/abc/transports";
    let plain = json!({ "type": "plain", "comedia": true, "rtcpMux": false });
    let audio = server
        .call("POST", transports, plain.clone())
        .await
        .expect(200);
    let video = server.call("POST", transports, plain).await.expect(200);
    for transport in [&audio, &video] {
        assert_eq!(transport["ip"], "127.0.0.1");
        for port in [&transport["port"], &transport["rtcpPort"]] {
            assert!((40_000..50_000).contains(&port.as_u64().unwrap()), "{port}");
        }
    }
    let produce = async |transport: &Value, kind: &str, rtp: Value| {
        let path = format!(
            "{transports}/{}/producers",
            transport["id"].as_str().unwrap()
        );
        let body = json!({ "kind": kind, "rtpParameters": rtp });
        server.call("POST", &path, body).await.expect(200)["id"].clone()
    };
    produce(&audio, "audio", script_audio()).await;
    let producer = produce(&video, "video", script_video()).await;
    let producer = format!(
        "/rooms/r/broadcasters/abc/producers/{}",
        producer.as_str().unwrap()
    );
    send_until_counted(&server, port(&video), &producer).await;
    let mut viewer = server.client("r", "viewer").await;
    viewer.join("Viewer").await;
    for _ in 0..2 {
        let (request, _) = viewer.asked("newConsumer").await;
        viewer.accept(&request).await;
        viewer.notification("consumerScore").await;
    }
    let consumers = server
        .get(&format!("{producer}/consumers"))
        .await
        .expect(200);
    assert_eq!(consumers["consumers"][0]["peerId"], "viewer");
    assert_eq!(consumers["consumers"][0]["paused"], false);
    server.bare("DELETE", "/rooms/r/broadcasters/abc").await;
    viewer.notification("peerClosed").await;
}

/// The session description that makes a player listen on this port.
async fn check_sdp(server: &Server, path: &str, here: u16, payload_type: &Value) {
    let sdp = server.get(path).await;
    assert_eq!(
        (sdp.status, sdp.header("Content-Type")),
        (200, Some("application/sdp"))
    );
    let text = sdp.text();
    for line in [
        "c=IN IP4 127.0.0.1".to_owned(),
        format!("m=video {here} RTP/AVP {payload_type}"),
        format!("a=rtpmap:{payload_type} VP8/90000"),
        "a=rtcp-mux".to_owned(),
    ] {
        assert!(
            text.split("\r\n").any(|it| it == line),
            "{line} is not in\n{text}"
        );
    }
}

#[tokio::test]
async fn what_the_room_sends_can_be_received_over_plain_rtp() {
    let server = Server::start(&[]).await;
    let capabilities = server.get("/rooms/r").await.expect(200);
    let made = async |id: &str| {
        let body = json!({
            "id": id, "displayName": id, "device": { "name": "x" }, "rtpCapabilities": capabilities,
        });
        server
            .call("POST", "/rooms/r/broadcasters", body)
            .await
            .expect(200);
        format!("/rooms/r/broadcasters/{id}")
    };
    let (sender, player) = (made("sender").await, made("player").await);
    let plain = json!({ "type": "plain", "comedia": true, "rtcpMux": true });
    let sending = server
        .call("POST", &format!("{sender}/transports"), plain)
        .await
        .expect(200);
    assert!(sending.get("rtcpPort").is_none());
    let path = format!(
        "{sender}/transports/{}/producers",
        sending["id"].as_str().unwrap()
    );
    let body = json!({ "kind": "video", "rtpParameters": script_video() });
    let producer = server.call("POST", &path, body).await.expect(200)["id"].clone();
    let producer_id = producer.as_str().unwrap();
    let told = json!({ "type": "plain", "comedia": false, "rtcpMux": true });
    let transports = format!("{player}/transports");
    let receiving = server.call("POST", &transports, told).await.expect(200);
    let transport = format!("{transports}/{}", receiving["id"].as_str().unwrap());
    let consume = format!("{transport}/consume?producerId={producer_id}&paused=true");
    let consumer = server.bare("POST", &consume).await.expect(200);
    assert_eq!(
        (&consumer["kind"], &consumer["type"]),
        (&json!("video"), &json!("simple"))
    );
    // Nobody knows yet where to.
    let early = server.get(&format!("{transport}/sdp")).await.expect(409);
    assert_eq!(early["error"], "invalid_state");
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let here = socket.local_addr().unwrap().port();
    let connect = json!({ "ip": "127.0.0.1", "port": here });
    server
        .call("POST", &format!("{transport}/connect"), connect)
        .await
        .expect(200);
    let resume = format!(
        "{player}/consumers/{}/resume",
        consumer["id"].as_str().unwrap()
    );
    server.bare("POST", &resume).await.expect(200);
    send_until_counted(
        &server,
        port(&sending),
        &format!("{sender}/producers/{producer_id}"),
    )
    .await;
    let mut bytes = [0; 2_000];
    let length = soon("a packet", socket.recv(&mut bytes)).await.unwrap();
    let payload_type = &consumer["rtpParameters"]["codecs"][0]["payloadType"];
    assert_eq!(json!(bytes[1] & 0x7f), *payload_type);
    // The payload is the sender's, whatever header extensions were added.
    assert_eq!(bytes[..length][length - 100..], packet(0)[23..]);
    for path in [format!("{transport}/sdp"), format!("{player}/sdp")] {
        check_sdp(&server, &path, here, payload_type).await;
    }
    let score = server
        .get(&format!("{sender}/producers/{producer_id}/consumers"))
        .await
        .expect(200);
    assert_eq!(score["consumers"][0]["peerId"], "player");
}

#[tokio::test]
async fn an_encrypted_transport_tells_its_key_and_takes_the_clients() {
    let server = Server::start(&[]).await;
    let body = json!({ "id": "b", "displayName": "x", "device": { "name": "x" } });
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(200);
    let transports = "/rooms/r/broadcasters/b/transports";
    let suite = "AEAD_AES_256_GCM";
    let options =
        json!({ "type": "plain", "enableSrtp": true, "srtpCryptoSuite": suite, "rtcpMux": true });
    let made = server.call("POST", transports, options).await.expect(200);
    assert_eq!(made["srtpParameters"]["cryptoSuite"], suite);
    let connect = format!("{transports}/{}/connect", made["id"].as_str().unwrap());
    let short = json!({ "srtpParameters": { "cryptoSuite": suite, "keyBase64": "AAAA" } });
    assert_eq!(
        server.call("POST", &connect, short).await.expect(422)["error"],
        "invalid_value"
    );
    let key = made["srtpParameters"]["keyBase64"].clone();
    let right = json!({ "srtpParameters": { "cryptoSuite": suite, "keyBase64": key } });
    server
        .call("POST", &connect, right.clone())
        .await
        .expect(200);
    assert_eq!(
        server.call("POST", &connect, right).await.expect(409)["error"],
        "invalid_state"
    );
}

/// Another broadcaster looks at what there is and receives it; its path.
async fn receive_as_newer(server: &Server, produced: &Value) -> String {
    let player = json!({ "peerId": "player", "displayName": "P", "device": { "name": "x" } });
    server
        .call("POST", "/rooms/r/broadcasters", player)
        .await
        .expect(201);
    let path = "/rooms/r/broadcasters/player";
    let infos = server
        .get(&format!("{path}/peerProducersInfos"))
        .await
        .expect(200);
    let film = infos["peerProducersInfos"].as_array().unwrap();
    let film = film.iter().find(|it| it["peerId"] == "film").unwrap();
    assert_eq!(film["producers"][0]["source"], "video");
    assert_eq!(
        film["producers"][0]["consumableCodecs"][0]["mimeType"],
        "video/VP8"
    );
    let direction = json!({ "direction": "consumer", "comedia": false, "rtcpMux": true });
    let transport = server
        .call("POST", &format!("{path}/transports"), direction)
        .await
        .expect(201);
    let connect = format!(
        "{path}/transports/{}/connect",
        transport["transportId"].as_str().unwrap()
    );
    server
        .call(
            "POST",
            &connect,
            json!({ "ip": "127.0.0.1", "port": 10002 }),
        )
        .await
        .expect(200);
    let consume = json!({
        "transportId": transport["transportId"], "producerId": produced["producerId"], "paused": true,
        "rtpCapabilities": server.get("/rooms/r").await.expect(200)["routerRtpCapabilities"],
    });
    let consumer = server
        .call("POST", &format!("{path}/consumers"), consume)
        .await
        .expect(201);
    let consumer = consumer["consumerId"].as_str().unwrap().to_owned();
    server
        .bare("POST", &format!("{path}/consumers/{consumer}/resume"))
        .await
        .expect(200);
    path.to_owned()
}

#[tokio::test]
async fn the_calls_of_the_newer_demos_scripts_are_answered_in_its_way() {
    let server = Server::start(&[]).await;
    let mut peer = server.client("r", "peer").await;
    peer.join("Peer").await;
    let body = json!({
        "peerId": "film", "displayName": "Film", "device": { "flag": "ffmpeg", "name": "FFmpeg" },
    });
    let made = server
        .call("POST", "/rooms/r/broadcasters", body.clone())
        .await;
    assert_eq!(made.header("Location"), Some("/rooms/r/broadcasters/film"));
    made.expect(201);
    let path = "/rooms/r/broadcasters/film";
    let direction = json!({ "direction": "producer", "comedia": true, "rtcpMux": false });
    let transport = server
        .call("POST", &format!("{path}/transports"), direction)
        .await
        .expect(201);
    for member in ["transportId", "ip", "port", "rtcpPort"] {
        assert!(!transport[member].is_null(), "{member}");
    }
    let produce = json!({
        "transportId": transport["transportId"], "kind": "video", "rtpParameters": script_video(),
        "appData": { "source": "video" },
    });
    let early = server
        .call("POST", &format!("{path}/producers"), produce.clone())
        .await;
    assert_eq!(early.expect(409)["error"], "invalid_state");
    assert!(!peer.methods_so_far().await.contains(&"newPeer".to_owned()));
    server
        .bare("POST", &format!("{path}/join"))
        .await
        .expect(200);
    assert_eq!(
        peer.notification("newPeer").await["device"]["flag"],
        "ffmpeg"
    );
    server
        .bare("POST", &format!("{path}/join"))
        .await
        .expect(409);
    let produced = server
        .call("POST", &format!("{path}/producers"), produce)
        .await
        .expect(201);
    let (_, offer) = peer.asked("newConsumer").await;
    assert_eq!(offer["producerId"], produced["producerId"]);
    let path = receive_as_newer(&server, &produced).await;
    // An earlier one that was left behind makes room.
    server
        .call("POST", "/rooms/r/broadcasters", body)
        .await
        .expect(201);
    assert_eq!(peer.notification("peerClosed").await["peerId"], "film");
    let gone = server.bare("DELETE", &path).await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
}
