//! Packets on real sockets.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream, UdpSocket};
use std::time::Duration;

use miso_wire::frame_prefix;
use miso_wire::stun::TransactionId;

use super::peer::{Link, bind, check};
use super::{PATIENCE, codecs, options, room, video, wait_for};
use crate::{
    Engine, EngineOptions, IceState, PlainTransportOptions, RouterEvent, TransportEvent,
    TransportListenInfo,
};

async fn ice_states(protocol: &str) {
    let (engine, router, mut events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let mut link = Link::to(&transport, protocol);
    let seen = bind(&mut link, &transport.ice_parameters());
    assert_eq!(seen, link.local());
    let tuple = wait_for(&mut events, |event| match event {
        RouterEvent::Transport {
            event: TransportEvent::IceSelectedTupleChange(tuple),
            ..
        } => Some(tuple.clone()),
        _ => None,
    })
    .await;
    assert_eq!(
        (tuple.protocol, tuple.remote_port),
        (protocol, Some(link.local().port()))
    );
    let state = wait_for(&mut events, |event| match event {
        RouterEvent::Transport {
            event: TransportEvent::IceStateChange(state),
            ..
        } => Some(*state),
        _ => None,
    })
    .await;
    assert_eq!(state, IceState::Completed);
    assert_eq!(transport.ice_state(), IceState::Completed);
    assert_eq!(transport.ice_selected_tuple(), Some(tuple));
    let traffic = engine.metrics().await[0].traffic;
    if protocol == "udp" {
        assert_eq!(
            (traffic.udp_packets_received, traffic.udp_packets_sent),
            (1, 1)
        );
        assert!(traffic.udp_bytes_received > 0 && traffic.udp_bytes_sent > 0);
    } else {
        assert_eq!(
            (traffic.tcp_frames_received, traffic.tcp_frames_sent),
            (1, 1)
        );
        assert_eq!(traffic.tcp_connections, 1);
    }
}

#[tokio::test]
async fn a_connectivity_check_over_udp_is_answered_and_told() {
    ice_states("udp").await;
}

#[tokio::test]
async fn a_connectivity_check_over_tcp_is_answered_and_told() {
    ice_states("tcp").await;
}

#[tokio::test]
async fn on_a_wildcard_socket_answers_leave_from_the_address_that_was_asked() {
    let listen_ips = vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
    let engine = Engine::start(EngineOptions {
        listen_ips,
        ..options(1)
    })
    .await
    .unwrap();
    let (router, _events) = engine.create_router(codecs()).await.unwrap();
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    // A connected socket takes answers from the address that it asked only.
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = transport.ice_candidates()[0].port;
    socket.connect((Ipv4Addr::new(127, 0, 0, 2), port)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    bind(&mut Link::Udp(socket), &transport.ice_parameters());
}

#[tokio::test]
async fn what_strangers_send_is_counted_and_not_answered() {
    let (engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let mut link = Link::to(&transport, "udp");
    link.send(&[0xff; 30]);
    let mut foreign = transport.ice_parameters();
    foreign.username_fragment = "x".repeat(32);
    link.send(&check(&foreign, TransactionId([1; 12])));
    // Behind the strangers' packets, so they were handled when this is answered.
    bind(&mut link, &transport.ice_parameters());
    let drops = &engine.metrics().await[0].drops;
    assert!(drops.contains(&("unknown_ufrag", 1)), "{drops:?}");
    assert!(drops.contains(&("unknown_tuple", 1)), "{drops:?}");
    assert_eq!(engine.metrics().await[0].traffic.udp_packets_sent, 1);
}

#[tokio::test]
async fn a_frame_that_comes_in_pieces_is_put_together() {
    let (_engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let Link::Tcp(mut stream) = Link::to(&transport, "tcp") else {
        panic!("a TCP link")
    };
    stream.set_nodelay(true).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let request = check(&transport.ice_parameters(), TransactionId([1; 12]));
    let mut frame = frame_prefix(request.len()).unwrap().to_vec();
    frame.extend(request);
    for piece in frame.chunks(7) {
        stream.write_all(piece).unwrap();
    }
    let mut prefix = [0; 2];
    stream.read_exact(&mut prefix).unwrap();
    assert!(u16::from_be_bytes(prefix) > 20);
}

#[tokio::test]
async fn a_connection_with_an_impossible_frame_is_closed() {
    let (engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let Link::Tcp(mut stream) = Link::to(&transport, "tcp") else {
        panic!("a TCP link")
    };
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream.write_all(&[0xff; 100]).unwrap();
    assert!(is_at_end(&mut stream));
    assert_eq!(engine.metrics().await[0].traffic.tcp_connections, 0);
}

/// Whether the server closed it, with or without what it had not read.
fn is_at_end(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 16]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[tokio::test]
async fn a_closed_transport_closes_its_connection() {
    let (_engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let mut link = Link::to(&transport, "tcp");
    bind(&mut link, &transport.ice_parameters());
    transport.close();
    let Link::Tcp(mut stream) = link else {
        panic!("a TCP link")
    };
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    assert!(is_at_end(&mut stream));
}

#[tokio::test]
async fn a_lost_connection_disconnects_its_transport() {
    let (_engine, router, mut events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let mut link = Link::to(&transport, "tcp");
    bind(&mut link, &transport.ice_parameters());
    drop(link);
    wait_for(&mut events, |event| match event {
        RouterEvent::Transport {
            event: TransportEvent::IceStateChange(IceState::Disconnected),
            ..
        } => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(transport.ice_selected_tuple(), None);
}

#[tokio::test]
async fn a_plain_transport_on_all_addresses_answers_the_ipv4_peer_that_it_learnt() {
    let (_engine, router, mut events) = room().await;
    for any in [
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    ] {
        let options = PlainTransportOptions {
            comedia: true,
            ..PlainTransportOptions::new(TransportListenInfo::new(any))
        };
        let Ok(transport) = router.create_plain_transport(options).await else {
            // A machine without IPv6.
            assert!(any.is_ipv6());
            continue;
        };
        let _producer = transport.produce(video()).await.unwrap();
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = transport.tuple().local_port;
        socket.connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        // VP8 that is no key frame, so one is asked for.
        let head = [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0x56, 0xce];
        socket
            .send(&[head.as_slice(), &[0x10, 1, 0, 0]].concat())
            .unwrap();
        let tuple = wait_for(&mut events, |event| match event {
            RouterEvent::Transport {
                event: TransportEvent::TupleChange(tuple),
                ..
            } => Some(tuple.clone()),
            _ => None,
        })
        .await;
        assert_eq!(tuple.remote_ip.as_deref(), Some("127.0.0.1"));
        let mut answer = [0; 1_500];
        let len = socket.recv(&mut answer).expect("a request in time");
        assert_eq!((len, answer[1]), (12, 206), "a PLI");
        transport.close();
    }
}
