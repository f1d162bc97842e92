//! Media from peer to peer, through real sockets, DTLS and SRTP.

use std::time::Duration;

use super::peer::Peer;
use super::{audio, consuming, room, wait_for};
use crate::{DtlsState, ProducerEvent, RouterEvent, Ssrc, TransportEvent};

async fn forward(from: &str, to: &str) {
    let (_engine, router, mut events) = room().await;
    let sending = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let receiving = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let mut speaker = Peer::connect(&sending, from).await;
    let mut listener = Peer::connect(&receiving, to).await;
    let producer = sending.produce(audio()).await.unwrap();
    let consumer = receiving
        .consume(consuming(producer.id(), &router))
        .await
        .unwrap();
    // Either may be the first: over TCP the end of a handshake takes longer.
    for _ in 0..2 {
        wait_for(&mut events, |event| {
            let RouterEvent::Transport { event, .. } = event else {
                return None;
            };
            matches!(event, TransportEvent::DtlsStateChange(DtlsState::Connected)).then_some(())
        })
        .await;
    }
    for transport in [&sending, &receiving] {
        let certificate = transport.dtls_remote_cert().unwrap();
        assert!(certificate.starts_with("-----BEGIN CERTIFICATE"));
    }
    let sent: Vec<Vec<u8>> = (0..20).map(|it| vec![it; 80]).collect();
    for (seq, payload) in (100..).zip(&sent) {
        speaker.send_rtp((111, seq, 11_111), payload);
    }
    let ssrc: Ssrc = consumer.rtp_parameters().encodings[0].ssrc.unwrap();
    let received: Vec<_> = sent.iter().map_while(|_| listener.receive_rtp()).collect();
    let expected: Vec<_> = sent.iter().map(|payload| (ssrc, payload.clone())).collect();
    assert_eq!(received, expected);
    let stats = producer.get_stats().await.unwrap();
    assert_eq!(stats[0]["packetCount"], 20);
    let stats = consumer.get_stats().await.unwrap();
    assert_eq!(
        (&stats[0]["type"], &stats[0]["packetCount"]),
        (&"outbound-rtp".into(), &20.into())
    );
    assert_eq!(stats[1]["type"], "inbound-rtp");
    let scores = wait_for(&mut events, |event| match event {
        RouterEvent::Producer {
            event: ProducerEvent::Score(scores),
            ..
        } => Some(scores.clone()),
        _ => None,
    })
    .await;
    assert_eq!((scores[0].ssrc, scores[0].score), (11_111, 10));
    assert_eq!(producer.score(), scores);
}

#[tokio::test]
async fn what_a_peer_sends_over_udp_reaches_another_unchanged_and_in_order() {
    forward("udp", "udp").await;
}

#[tokio::test]
async fn media_crosses_from_tcp_to_udp_and_back() {
    forward("tcp", "udp").await;
    forward("udp", "tcp").await;
}

#[tokio::test]
async fn a_worker_whose_peers_are_silent_sleeps() {
    let (engine, router, mut events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let _peer = Peer::connect(&transport, "udp").await;
    let producer = transport.produce(audio()).await.unwrap();
    let _consumer = transport
        .consume(consuming(producer.id(), &router))
        .await
        .unwrap();
    let before = engine.metrics().await[0].wake_ups;
    let _until = tokio::time::timeout(Duration::from_millis(300), async {
        while events.recv().await.is_some() {}
    })
    .await;
    let after = engine.metrics().await[0].wake_ups;
    assert!(after - before < 30, "{} wake-ups in 300 ms", after - before);
}
