//! Plain transports on real sockets.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::Duration;

use super::{PATIENCE, audio, consuming, room, wait_for};
use crate::{
    PlainConnect, PlainTransport, PlainTransportOptions, Router, RouterEvent, RouterEvents,
    TransportEvent, TransportListenInfo, TransportTuple,
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
