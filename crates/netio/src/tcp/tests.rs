use std::io::{IoSlice, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::{TcpConnection, TcpListener, TcpOptions, TcpRecv, TcpSend};
use crate::{Events, Interest, Poller, Token};

const SOON: Option<Duration> = Some(Duration::from_secs(5));

fn listener(address: &str) -> TcpListener {
    let options = TcpOptions {
        queue_bytes: 10_000,
        ..TcpOptions::default()
    };
    TcpListener::bind(address.parse().unwrap(), &options).unwrap()
}

/// A connection: our end and the peer's.
fn connect(listener: &mut TcpListener, address: SocketAddr) -> (TcpConnection, TcpStream) {
    let mut poller = Poller::new().unwrap();
    poller.add(listener, Token(1), Interest::Read).unwrap();
    let peer = TcpStream::connect(address).unwrap();
    poller.wait(SOON, &mut Events::with_capacity(1)).unwrap();
    (listener.accept().unwrap().unwrap(), peer)
}

fn wait_readable(connection: &TcpConnection) {
    let mut poller = Poller::new().unwrap();
    poller.add(connection, Token(1), Interest::Read).unwrap();
    let mut events = Events::with_capacity(1);
    poller.wait(SOON, &mut events).unwrap();
    assert!(
        events.iter().any(|event| event.readable),
        "readable in time"
    );
}

#[test]
fn without_a_connection_accept_returns_none() {
    assert!(listener("127.0.0.1:0").accept().unwrap().is_none());
}

#[test]
fn bytes_pass_in_both_directions() {
    let mut listener = listener("127.0.0.1:0");
    let address = listener.local_addr();
    let (mut ours, mut peer) = connect(&mut listener, address);
    assert_eq!(ours.remote_addr(), peer.local_addr().unwrap());
    assert_eq!(ours.local_addr(), address);
    let mut buffer = [0; 16];
    assert_eq!(ours.recv(&mut buffer).unwrap(), TcpRecv::Empty);

    peer.write_all(b"ping").unwrap();
    wait_readable(&ours);
    assert_eq!(ours.recv(&mut buffer).unwrap(), TcpRecv::Bytes(4));
    assert_eq!(&buffer[..4], b"ping");

    let frame = [IoSlice::new(&[0, 4]), IoSlice::new(b"pong")];
    assert_eq!(ours.send(&frame).unwrap(), TcpSend::Accepted);
    assert_eq!(ours.queued(), 0);
    peer.read_exact(&mut buffer[..6]).unwrap();
    assert_eq!(&buffer[..6], b"\0\x04pong");
}

#[test]
fn the_end_of_the_stream_is_told() {
    let mut listener = listener("127.0.0.1:0");
    let address = listener.local_addr();
    let (mut ours, peer) = connect(&mut listener, address);
    drop(peer);
    wait_readable(&ours);
    assert_eq!(ours.recv(&mut [0; 16]).unwrap(), TcpRecv::Closed);
}

#[test]
fn a_slow_reader_gets_whole_frames_and_no_more_than_the_queue_holds() {
    let mut listener = listener("127.0.0.1:0");
    let address = listener.local_addr();
    let (mut ours, mut peer) = connect(&mut listener, address);
    let mut frames = 0_u32;
    let frame = |number: u32| [number.to_be_bytes().as_slice(), &[7; 1_196]].concat();
    while ours.send(&[IoSlice::new(&frame(frames))]).unwrap() == TcpSend::Accepted {
        frames += 1;
        assert!(ours.queued() <= 10_000);
    }
    assert!(frames > 8, "the kernel took some");
    assert!(ours.queued() > 10_000 - 1_200, "the queue was used");

    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        peer.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let mut poller = Poller::new().unwrap();
    poller.add(&ours, Token(1), Interest::ReadWrite).unwrap();
    while !ours.flush().unwrap() {
        poller.wait(SOON, &mut Events::with_capacity(1)).unwrap();
    }
    drop(ours);
    let expected: Vec<u8> = (0..frames).flat_map(frame).collect();
    assert!(
        reader.join().unwrap() == expected,
        "all accepted frames, whole and in order"
    );
}

#[test]
fn a_frame_larger_than_the_queue_is_refused_whole() {
    let mut listener = listener("127.0.0.1:0");
    let address = listener.local_addr();
    let (mut ours, _peer) = connect(&mut listener, address);
    let frame = vec![0; 10_001];
    assert_eq!(
        ours.send(&[IoSlice::new(&frame)]).unwrap(),
        TcpSend::Refused
    );
    assert_eq!(ours.queued(), 0);
}

#[test]
fn a_dual_stack_listener_shows_ipv4_peers_as_ipv4() {
    let mut listener = listener("[::]:0");
    let address = SocketAddr::from(([127, 0, 0, 1], listener.local_addr().port()));
    let (ours, peer) = connect(&mut listener, address);
    assert_eq!(ours.remote_addr(), peer.local_addr().unwrap());
    assert_eq!(ours.local_addr(), address);
}

#[test]
fn a_burst_of_connections_waits_in_the_backlog() {
    let mut listener = listener("127.0.0.1:0");
    let address = listener.local_addr();
    let peers: Vec<_> = (0..200)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    let mut accepted = 0;
    while listener.accept().unwrap().is_some() {
        accepted += 1;
    }
    assert_eq!(accepted, peers.len());
}
