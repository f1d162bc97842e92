//! Plain transports on real sockets.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use miso_secure::{SrtpMasterKey, SrtpSend};
use miso_sfu::sctp::{
    self, Association, OutgoingMessage, Reliability, SctpEvent, SctpOptions, StreamId,
};
use serde_json::json;

use super::{PATIENCE, audio, consuming, room, wait_for};
use crate::{
    DataConsumerEvent, DataConsumerOptions, DataProducerOptions, PlainConnect, PlainTransport,
    PlainTransportOptions, Ppid, RequestError, Router, RouterEvent, RouterEvents, SctpState,
    SctpStreamParameters, SrtpCryptoSuite, SrtpParameters, TransportEvent, TransportListenInfo,
    TransportTuple,
};

fn loopback() -> TransportListenInfo {
    TransportListenInfo::new(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// A receiver report of nothing.
fn receiver_report(sender: u32) -> Vec<u8> {
    [&[0x80, 201, 0, 1], sender.to_be_bytes().as_slice()].concat()
}

fn rtp((pt, seq, ssrc): (u8, u16, u32), payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, pt];
    packet.extend(seq.to_be_bytes());
    packet.extend((u32::from(seq) * 960).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet
}

/// A socket of a peer that sends to this port.
fn socket(port: u16) -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn port_of(socket: &UdpSocket) -> u16 {
    socket.local_addr().unwrap().port()
}

fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = [0; 2_048];
    let len = socket.recv(&mut buffer).expect("a datagram in time");
    buffer[..len].to_vec()
}

/// Whether nothing was sent to the socket.
fn got_nothing(socket: &UdpSocket) -> bool {
    let brief = Some(Duration::from_millis(1));
    socket.set_read_timeout(brief).unwrap();
    socket.recv(&mut [0; 2_048]).is_err()
}

async fn comedia(router: &Router, rtcp_mux: bool) -> PlainTransport {
    let options = PlainTransportOptions {
        rtcp_mux,
        comedia: true,
        ..PlainTransportOptions::new(loopback())
    };
    router.create_plain_transport(options).await.unwrap()
}

/// The next tuple that is told: of RTCP's own socket, or of the other one.
async fn tuple(events: &mut RouterEvents) -> (bool, TransportTuple) {
    wait_for(events, |event| match event {
        RouterEvent::Transport { event, .. } => match event {
            TransportEvent::TupleChange(tuple) => Some((false, tuple.clone())),
            TransportEvent::RtcpTupleChange(tuple) => Some((true, tuple.clone())),
            _ => None,
        },
        _ => None,
    })
    .await
}

#[tokio::test]
async fn comedia_learns_each_tuple_on_its_own_socket_with_rtcp_first() {
    let (_engine, router, mut events) = room().await;
    let transport = comedia(&router, false).await;
    let listening = transport.tuple();
    assert_eq!((listening.remote_ip, listening.remote_port), (None, None));
    let rtcp_port = transport.rtcp_tuple().unwrap().local_port;
    let (media, rtcp) = (socket(listening.local_port), socket(rtcp_port));
    let producer = transport.produce(audio()).await.unwrap();
    rtcp.send(&receiver_report(11_111)).unwrap();
    let (is_rtcp, learnt) = tuple(&mut events).await;
    assert!(is_rtcp);
    assert_eq!(
        (learnt.local_port, learnt.remote_port),
        (rtcp_port, Some(port_of(&rtcp)))
    );
    assert_eq!(transport.tuple().remote_port, None);
    media.send(&rtp((111, 1, 11_111), b"one")).unwrap();
    let (is_rtcp, learnt) = tuple(&mut events).await;
    assert!(!is_rtcp);
    assert_eq!(learnt.remote_ip.as_deref(), Some("127.0.0.1"));
    assert_eq!(learnt.remote_port, Some(port_of(&media)));
    assert_eq!(transport.tuple(), learnt);
    let stats = producer.get_stats().await.unwrap();
    assert_eq!(stats[0]["packetCount"], 1);
    let stats = transport.get_stats().await.unwrap();
    assert_eq!(stats[0]["type"], "plain-rtp-transport");
    assert_eq!(stats[0]["rtcpMux"], false);
    assert_eq!(stats[0]["rtcpTuple"]["remotePort"], port_of(&rtcp));
    assert_eq!(stats[0]["bytesReceived"], 8 + 15);
    assert_eq!(transport.bytes_received().await.unwrap(), 8 + 15);
}

#[tokio::test]
async fn media_of_a_plain_peer_reaches_a_plain_peer_at_the_address_that_was_told() {
    let (_engine, router, mut events) = room().await;
    let from = comedia(&router, true).await;
    let to = router
        .create_plain_transport(PlainTransportOptions::new(loopback()))
        .await
        .unwrap();
    assert!(to.rtcp_mux() && to.rtcp_tuple().is_none());
    let speaker = socket(from.tuple().local_port);
    let listener = socket(to.tuple().local_port);
    let producer = from.produce(audio()).await.unwrap();
    let consumer = to.consume(consuming(producer.id(), &router)).await.unwrap();
    let connect = PlainConnect {
        ip: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: Some(port_of(&listener)),
        ..PlainConnect::default()
    };
    to.connect(connect).await.unwrap();
    assert_eq!(to.tuple().remote_port, Some(port_of(&listener)));
    speaker.send(&rtp((111, 7, 11_111), b"hello")).unwrap();
    tuple(&mut events).await;
    let ssrc = consumer.rtp_parameters().encodings[0].ssrc.unwrap();
    // Reports are on their way, too.
    let packet = loop {
        let packet = receive(&listener);
        if packet[1] & 0x7f < 64 || packet[1] & 0x7f > 95 {
            break packet;
        }
    };
    assert_eq!(&packet[8..12], ssrc.0.to_be_bytes());
    assert!(packet.ends_with(b"hello"));
    assert!(got_nothing(&speaker));
}

fn srtp(crypto_suite: SrtpCryptoSuite, key: &[u8]) -> SrtpParameters {
    let key = SrtpMasterKey::new(crypto_suite.into(), key).unwrap();
    SrtpParameters::from(&key)
}

#[tokio::test]
async fn srtp_keys_of_every_suite_are_exchanged_as_base64() {
    let (_engine, router, mut events) = room().await;
    for (suite, name, len) in [
        (SrtpCryptoSuite::AeadAes256Gcm, "AEAD_AES_256_GCM", 44_usize),
        (SrtpCryptoSuite::AeadAes128Gcm, "AEAD_AES_128_GCM", 28),
        (
            SrtpCryptoSuite::AesCm128HmacSha1_80,
            "AES_CM_128_HMAC_SHA1_80",
            30,
        ),
        (
            SrtpCryptoSuite::AesCm128HmacSha1_32,
            "AES_CM_128_HMAC_SHA1_32",
            30,
        ),
    ] {
        let options = PlainTransportOptions {
            comedia: true,
            enable_srtp: true,
            srtp_crypto_suite: suite,
            ..PlainTransportOptions::new(loopback())
        };
        let transport = router.create_plain_transport(options).await.unwrap();
        let ours = transport.srtp_parameters().unwrap();
        let shown = serde_json::to_value(&ours).unwrap();
        assert_eq!(shown["cryptoSuite"], name);
        assert_eq!(
            shown["keyBase64"].as_str().unwrap().len(),
            len.div_ceil(3) * 4
        );
        let mut wrong = ours.clone();
        wrong.key_base64 = "not base64".to_owned();
        let refused = transport.connect(with_key(wrong)).await.unwrap_err();
        let reason = "invalid decoded SRTP key length".to_owned();
        assert_eq!(refused, RequestError::Type(reason));
        let theirs = srtp(suite, &vec![len as u8; len]);
        transport.connect(with_key(theirs)).await.unwrap();
        assert_eq!(transport.srtp_parameters(), Some(ours));
        let peer = socket(transport.tuple().local_port);
        let key = SrtpMasterKey::new(suite.into(), &vec![len as u8; len]).unwrap();
        let mut keys = SrtpSend::new(&key).unwrap();
        let mut packet = receiver_report(11_111);
        let clear = packet.len();
        packet.resize(clear + 32, 0);
        let sealed = keys.seal_rtcp(&mut packet, clear).unwrap();
        peer.send(&packet[..sealed]).unwrap();
        let (_, learnt) = tuple(&mut events).await;
        assert_eq!(learnt.remote_port, Some(port_of(&peer)), "{name}");
    }
}

fn with_key(key: SrtpParameters) -> PlainConnect {
    PlainConnect {
        srtp_parameters: Some(key),
        ..PlainConnect::default()
    }
}

#[tokio::test]
async fn ports_come_from_the_range_until_it_is_exhausted_and_go_back_on_close() {
    let (engine, router, _events) = room().await;
    let (other_router, _other_events) = engine.create_router(super::codecs()).await.unwrap();
    // An address that no other test uses, so that its ports stay free.
    let ip = Ipv4Addr::new(127, 0, 0, 3);
    let (min, max) = loop {
        let port = port_of(&UdpSocket::bind((ip, 0)).unwrap());
        if port < u16::MAX && UdpSocket::bind((ip, port + 1)).is_ok() {
            break (port, port + 1);
        }
    };
    let in_range = || {
        PlainTransportOptions::new(TransportListenInfo {
            port_range: Some((min, max)),
            port: 1,
            ..TransportListenInfo::new(ip.into())
        })
    };
    let one = router.create_plain_transport(in_range()).await.unwrap();
    let two = router.create_plain_transport(in_range()).await.unwrap();
    let mut ports = [one.tuple().local_port, two.tuple().local_port];
    ports.sort_unstable();
    assert_eq!(ports, [min, max]);
    let refused = other_router
        .create_plain_transport(in_range())
        .await
        .unwrap_err();
    let reason = "no more available ports [protocol:udp, ip:'127.0.0.3', numAttempt:2]";
    assert_eq!(refused, RequestError::Error(reason.to_owned()));
    let port = two.tuple().local_port;
    two.close();
    // At once, though the goodbye may not have left.
    let again = other_router
        .create_plain_transport(in_range())
        .await
        .unwrap();
    assert_eq!(again.tuple().local_port, port);
    router.close();
    other_router.close();
    let all_free = || {
        [min, max]
            .iter()
            .all(|it| UdpSocket::bind((ip, *it)).is_ok())
    };
    let freed = async {
        while !all_free() {
            engine.metrics().await;
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.unwrap();
}

#[tokio::test]
async fn ports_that_cannot_be_had_are_refused_in_words_and_leave_no_socket_open() {
    let (_engine, router, _events) = room().await;
    let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let at_taken = TransportListenInfo {
        port: port_of(&taken),
        ..loopback()
    };
    let reversed = TransportListenInfo {
        port_range: Some((5, 4)),
        ..loopback()
    };
    let foreign = TransportListenInfo::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    let port = port_of(&taken);
    for (listen_info, wanted) in [
        (
            at_taken.clone(),
            RequestError::Error(format!(
                "port bind failed due to address already in use [protocol:udp, ip:'127.0.0.1', port:{port}]"
            )),
        ),
        (
            reversed,
            RequestError::Type("maxPort cannot be less than minPort".to_owned()),
        ),
        (
            foreign,
            RequestError::Error(
                "port bind failed due to address not available [protocol:udp, ip:'192.0.2.1', port:0]"
                    .to_owned(),
            ),
        ),
    ] {
        let options = PlainTransportOptions::new(listen_info);
        let refused = router.create_plain_transport(options).await.unwrap_err();
        assert_eq!(refused, wanted);
    }
    // The first socket is closed again when the second cannot be opened, here on the same port.
    drop(taken);
    let options = PlainTransportOptions {
        rtcp_mux: false,
        ..PlainTransportOptions::new(at_taken)
    };
    router.create_plain_transport(options).await.unwrap_err();
    UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    assert_eq!(router.dump().await.unwrap()["transportIds"], json!([]));
}

#[tokio::test]
async fn announced_addresses_stand_in_tuples_and_dumps_name_an_unknown_peer() {
    let (_engine, router, _events) = room().await;
    let announced = |name: &str| TransportListenInfo {
        announced_address: Some(name.to_owned()),
        ..loopback()
    };
    let options = PlainTransportOptions {
        rtcp_listen_info: Some(announced("rtcp.example")),
        ..PlainTransportOptions::new(announced("media.example"))
    };
    let transport = router.create_plain_transport(options).await.unwrap();
    let (tuple, rtcp_tuple) = (transport.tuple(), transport.rtcp_tuple().unwrap());
    assert_eq!(
        (tuple.local_ip, tuple.local_address),
        ("media.example".to_owned(), "media.example".to_owned())
    );
    assert_eq!(rtcp_tuple.local_ip, "rtcp.example");
    assert_eq!(transport.srtp_parameters(), None);
    assert_eq!(
        (transport.sctp_parameters(), transport.sctp_state()),
        (None, None)
    );
    let dump = transport.dump().await.unwrap();
    assert_eq!(
        (&dump["rtcpMux"], &dump["comedia"], &dump["direct"]),
        (&json!(false), &json!(false), &json!(false))
    );
    let shown = json!({
        "localIp": "rtcp.example", "localAddress": "rtcp.example",
        "localPort": rtcp_tuple.local_port,
        "remoteIp": null, "remotePort": 0, "protocol": "udp",
    });
    assert_eq!(dump["rtcpTuple"], shown);
}

#[tokio::test]
async fn what_a_stranger_sends_to_a_learnt_transport_is_counted_and_draws_no_answer() {
    let (engine, router, mut events) = room().await;
    let transport = comedia(&router, true).await;
    let producer = transport.produce(audio()).await.unwrap();
    let port = transport.tuple().local_port;
    let (peer, stranger) = (socket(port), socket(port));
    peer.send(&rtp((111, 1, 11_111), b"one")).unwrap();
    let (_, learnt) = tuple(&mut events).await;
    let bytes = transport.bytes_received().await.unwrap();
    for seq in 2..102 {
        stranger.send(&rtp((111, seq, 11_111), b"two")).unwrap();
    }
    let counted = async {
        loop {
            let metrics = engine.metrics().await;
            if metrics[0].drops.contains(&("unknown_tuple", 100)) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, counted).await.unwrap();
    assert_eq!(transport.tuple(), learnt);
    assert_eq!(transport.bytes_received().await.unwrap(), bytes);
    let stats = producer.get_stats().await.unwrap();
    assert_eq!(stats[0]["packetCount"], 1);
    assert!(got_nothing(&stranger));
}

#[tokio::test]
async fn messages_reach_a_plain_transport_by_sctp_without_dtls() {
    let (_engine, router, mut events) = room().await;
    let options = PlainTransportOptions {
        comedia: true,
        sctp: Some(Default::default()),
        ..PlainTransportOptions::new(loopback())
    };
    let transport = router.create_plain_transport(options).await.unwrap();
    assert_eq!(transport.sctp_parameters().unwrap().port, 5_000);
    assert_eq!(transport.sctp_state(), Some(SctpState::New));
    let direct = router
        .create_direct_transport(Default::default())
        .await
        .unwrap();
    let producer = transport
        .produce_data(DataProducerOptions {
            sctp_stream_parameters: Some(SctpStreamParameters::new(3, None, None, None).unwrap()),
            ..DataProducerOptions::default()
        })
        .await
        .unwrap();
    direct
        .consume_data(DataConsumerOptions::new(producer.id()))
        .await
        .unwrap();
    let bot = direct.produce_data(Default::default()).await.unwrap();
    let to_peer = transport
        .consume_data(DataConsumerOptions::new(bot.id()))
        .await
        .unwrap();
    let link = socket(transport.tuple().local_port);
    let mut peer = SctpPeer::connect(link);
    wait_for(&mut events, |event| {
        let RouterEvent::Transport { event, .. } = event else {
            return None;
        };
        matches!(event, TransportEvent::SctpStateChange(SctpState::Connected)).then_some(())
    })
    .await;
    peer.say(3, b"from the peer");
    let text = wait_for(&mut events, |event| match event {
        RouterEvent::DataConsumer {
            event: DataConsumerEvent::Message { bytes, .. },
            ..
        } => Some(bytes.to_vec()),
        _ => None,
    })
    .await;
    assert_eq!(text, b"from the peer");
    bot.send_text("to the peer").await.unwrap();
    let stream = to_peer.sctp_stream_parameters().unwrap().stream_id.0;
    assert_eq!(peer.hear(), (stream, b"to the peer".to_vec()));
    transport.close();
    assert_eq!(transport.sctp_state(), Some(SctpState::Closed));
}

/// A peer that speaks SCTP straight on UDP.
struct SctpPeer {
    link: UdpSocket,
    association: Association,
}

impl SctpPeer {
    fn connect(link: UdpSocket) -> Self {
        let now = Instant::now();
        let association = Association::new(&SctpOptions::new([5; 32]), now);
        let mut peer = Self { link, association };
        peer.association.connect(now);
        peer.flush();
        while peer.association.state() != sctp::SctpState::Connected {
            peer.listen();
        }
        peer
    }

    fn flush(&mut self) {
        let mut buffer = [0; 1_500];
        while let Some(len) = self.association.poll_transmit(&mut buffer) {
            self.link.send(&buffer[..len]).unwrap();
        }
    }

    fn listen(&mut self) {
        let packet = receive(&self.link);
        self.association.handle_packet(&packet, Instant::now());
        self.flush();
    }

    fn say(&mut self, stream: u16, payload: &[u8]) {
        let message = OutgoingMessage {
            stream_id: StreamId(stream),
            ppid: Ppid::BINARY,
            payload,
        };
        let sent = self
            .association
            .send(message, Reliability::ORDERED, Instant::now());
        sent.unwrap();
        self.flush();
    }

    fn hear(&mut self) -> (u16, Vec<u8>) {
        loop {
            while let Some(event) = self.association.poll_event() {
                if let SctpEvent::Message {
                    stream_id, payload, ..
                } = event
                {
                    return (stream_id.0, payload);
                }
            }
            self.listen();
        }
    }
}
