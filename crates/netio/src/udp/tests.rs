use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::{Capabilities, Offload, Outgoing, RecvBatch, SendOutcome, UdpOptions, UdpSocket};
use crate::{Events, Interest, Poller, Token};

/// A datagram with the addresses that it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Got {
    payload: Vec<u8>,
    remote: SocketAddr,
    local: SocketAddr,
}

const LOOPBACK: &str = "127.0.0.1:0";

const WITHOUT_OFFLOAD: UdpOptions = UdpOptions {
    ipv6_only: false,
    reuse_port: false,
    send_buffer: None,
    recv_buffer: None,
    offload: Offload::Off,
};

fn bind(address: &str, options: UdpOptions) -> UdpSocket {
    UdpSocket::bind(address.parse().unwrap(), &options).unwrap()
}

fn with_recv_buffer(bytes: usize) -> UdpOptions {
    UdpOptions {
        recv_buffer: Some(bytes),
        ..UdpOptions::default()
    }
}

fn to(remote: SocketAddr, payload: &[u8]) -> Outgoing<'_> {
    Outgoing {
        remote,
        source: None,
        payload,
        segment_size: None,
    }
}

fn segments(remote: SocketAddr, payload: &[u8], size: u16) -> Outgoing<'_> {
    Outgoing {
        segment_size: Some(size),
        ..to(remote, payload)
    }
}

/// Bytes of which no two near each other are alike.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 / 7) as u8).collect()
}

/// Receives until `count` datagrams have come, or fails after two seconds.
fn recv_exactly(socket: &mut UdpSocket, count: usize) -> Vec<Got> {
    let mut poller = Poller::new().unwrap();
    poller.add(socket, Token(1), Interest::Read).unwrap();
    let mut events = Events::with_capacity(4);
    let mut batch = RecvBatch::new(8);
    let mut got = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(2);
    while got.len() < count {
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "{} of {count} datagrams came", got.len());
        poller.wait(Some(left), &mut events).unwrap();
        let length = socket.recv(&mut batch).unwrap();
        assert_eq!(length, batch.len());
        got.extend(batch.datagrams_mut().map(|datagram| Got {
            payload: datagram.payload.to_vec(),
            remote: datagram.remote,
            local: datagram.local,
        }));
    }
    assert_eq!(got.len(), count, "no more than were sent");
    got
}

fn payloads(got: &[Got]) -> Vec<&[u8]> {
    got.iter().map(|got| got.payload.as_slice()).collect()
}

#[test]
fn many_datagrams_leave_by_one_call_and_arrive_in_batches() {
    let mut receiver = bind(LOOPBACK, UdpOptions::default());
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    let sent: Vec<Vec<u8>> = (1..=40).map(pattern).collect();
    let remote = receiver.local_addr();
    let outcome = sender.send(sent.iter().map(|payload| to(remote, payload)));
    assert_eq!((outcome.sent, outcome.system_calls), (40, 1));

    let mut batch = RecvBatch::new(64);
    assert_eq!(receiver.recv(&mut batch).unwrap(), 40);
    let got: Vec<_> = batch.datagrams_mut().collect();
    for (datagram, sent) in got.iter().zip(&sent) {
        assert_eq!(datagram.payload, sent);
        assert_eq!(datagram.remote, sender.local_addr());
        assert_eq!(datagram.local, receiver.local_addr());
    }
}

#[test]
fn a_batch_takes_no_more_messages_than_it_has_room_for() {
    let mut receiver = bind(LOOPBACK, WITHOUT_OFFLOAD);
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    let remote = receiver.local_addr();
    sender.send((0..5).map(|_| to(remote, b"x")));
    let mut batch = RecvBatch::new(3);
    assert_eq!(receiver.recv(&mut batch).unwrap(), 3);
    assert!(batch.is_full());
    assert_eq!(receiver.recv(&mut batch).unwrap(), 2);
    assert!(!batch.is_full());
}

#[test]
fn an_empty_socket_gives_an_empty_batch_at_once() {
    let mut socket = bind(LOOPBACK, UdpOptions::default());
    let mut batch = RecvBatch::default();
    assert_eq!(socket.recv(&mut batch).unwrap(), 0);
    assert!(batch.is_empty());
    assert_eq!(batch.datagrams_mut().count(), 0);
}

#[test]
fn a_receive_call_forgets_the_batch_before() {
    let mut receiver = bind(LOOPBACK, UdpOptions::default());
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    sender.send([to(receiver.local_addr(), b"once")]);
    let mut batch = RecvBatch::default();
    assert_eq!(receiver.recv(&mut batch).unwrap(), 1);
    assert_eq!(receiver.recv(&mut batch).unwrap(), 0);
    assert!(batch.is_empty());
}

#[test]
fn segments_merged_by_the_kernel_are_split_up_again() {
    let mut receiver = bind(LOOPBACK, UdpOptions::default());
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    let both = Capabilities {
        gro: true,
        gso: true,
    };
    assert_eq!(
        (receiver.capabilities(), sender.capabilities()),
        (both, both)
    );
    let run = pattern(10 * 1_200 + 300);
    let outcome = sender.send([segments(receiver.local_addr(), &run, 1_200)]);
    assert_eq!((outcome.sent, outcome.system_calls), (11, 1));

    let mut batch = RecvBatch::new(1);
    assert_eq!(receiver.recv(&mut batch).unwrap(), 11, "in one message");
    let got: Vec<_> = batch
        .datagrams_mut()
        .map(|got| got.payload.to_vec())
        .collect();
    let expected: Vec<_> = run.chunks(1_200).map(<[u8]>::to_vec).collect();
    assert_eq!(got, expected);
}

#[test]
fn segments_arrive_separately_where_nothing_merges_them() {
    let mut receiver = bind(LOOPBACK, WITHOUT_OFFLOAD);
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    let run = pattern(3 * 1_000 + 1);
    sender.send([segments(receiver.local_addr(), &run, 1_000)]);
    let got = recv_exactly(&mut receiver, 4);
    assert_eq!(payloads(&got), run.chunks(1_000).collect::<Vec<_>>());
}

#[test]
fn equal_segments_without_a_shorter_last_arrive_separately() {
    let mut receiver = bind(LOOPBACK, WITHOUT_OFFLOAD);
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    let run = pattern(5 * 700);
    sender.send([segments(receiver.local_addr(), &run, 700)]);
    let got = recv_exactly(&mut receiver, 5);
    assert_eq!(payloads(&got), run.chunks(700).collect::<Vec<_>>());
}

#[test]
fn runs_beyond_the_limits_of_one_message_are_divided() {
    let mut receiver = bind(LOOPBACK, with_recv_buffer(4 << 20));
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    for (size, count) in [(1_200_u16, 200), (100, 150), (40_000, 3)] {
        let run = pattern(usize::from(size) * count);
        let outcome = sender.send([segments(receiver.local_addr(), &run, size)]);
        assert_eq!(outcome.sent, count, "segments of {size}");
        let got = recv_exactly(&mut receiver, count);
        let expected: Vec<_> = run.chunks(usize::from(size)).collect();
        assert!(payloads(&got) == expected, "segments of {size}");
    }
}

#[test]
fn without_offload_a_run_leaves_by_one_call_as_single_datagrams() {
    let mut receiver = bind(LOOPBACK, UdpOptions::default());
    let mut sender = bind(LOOPBACK, WITHOUT_OFFLOAD);
    let neither = Capabilities {
        gro: false,
        gso: false,
    };
    assert_eq!(sender.capabilities(), neither);
    let run = pattern(10 * 1_200 + 5);
    let outcome = sender.send([segments(receiver.local_addr(), &run, 1_200)]);
    assert_eq!((outcome.sent, outcome.system_calls), (11, 1));
    let got = recv_exactly(&mut receiver, 11);
    assert_eq!(payloads(&got), run.chunks(1_200).collect::<Vec<_>>());
}

#[test]
fn an_empty_payload_sends_nothing() {
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    let remote = sender.local_addr();
    let outcome = sender.send([to(remote, b""), segments(remote, b"", 1_200)]);
    assert_eq!(outcome, SendOutcome::default());
}

#[test]
fn a_refused_destination_does_not_stop_the_others() {
    let mut receiver = bind(LOOPBACK, UdpOptions::default());
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    let good = receiver.local_addr();
    let broadcast = "127.255.255.255:9".parse().unwrap();
    let other_family = "[::1]:9".parse().unwrap();
    let too_long = vec![0; 65_508];
    let outcome = sender.send([
        to(good, b"first"),
        to(broadcast, b"not permitted"),
        segments(broadcast, b"not permitted in segments", 10),
        to(other_family, b"not reachable"),
        to(good, &too_long),
        to(good, b"last"),
    ]);
    assert_eq!((outcome.sent, outcome.failed, outcome.blocked), (2, 6, 0));
    assert!(outcome.last_error.is_some());
    let got = recv_exactly(&mut receiver, 2);
    assert_eq!(payloads(&got), [b"first".as_slice(), b"last"]);
}

#[test]
fn a_wildcard_socket_tells_the_addressed_address_and_answers_from_it() {
    let mut server = bind("0.0.0.0:0", UdpOptions::default());
    let port = server.local_addr().port();
    let mut client = bind(LOOPBACK, UdpOptions::default());
    let addressed = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 77));
    client.send([to((addressed, port).into(), b"hello")]);
    let got = recv_exactly(&mut server, 1);
    assert_eq!(got[0].local, SocketAddr::from((addressed, port)));
    assert_eq!(got[0].remote, client.local_addr());

    let answer = pattern(2_500);
    let single = Outgoing {
        source: Some(addressed),
        ..to(got[0].remote, b"single")
    };
    let run = Outgoing {
        source: Some(addressed),
        ..segments(got[0].remote, &answer, 1_000)
    };
    assert_eq!(server.send([single, run]).sent, 4);
    for answer in recv_exactly(&mut client, 4) {
        assert_eq!(answer.remote, SocketAddr::from((addressed, port)));
    }
}

#[test]
fn ipv6_carries_batches_and_segments() {
    let mut server = bind(
        "[::]:0",
        UdpOptions {
            ipv6_only: true,
            ..UdpOptions::default()
        },
    );
    let port = server.local_addr().port();
    let mut client = bind("[::1]:0", UdpOptions::default());
    let run = pattern(5_000);
    let remote: SocketAddr = format!("[::1]:{port}").parse().unwrap();
    let outcome = client.send([segments(remote, &run, 1_200), to(remote, b"tail")]);
    assert_eq!((outcome.sent, outcome.system_calls), (6, 1));
    let got = recv_exactly(&mut server, 6);
    assert_eq!(got[0].remote, client.local_addr());
    assert_eq!(got[0].local, remote);

    let answer = Outgoing {
        source: Some(remote.ip()),
        ..segments(got[0].remote, &run, 1_200)
    };
    assert_eq!(server.send([answer]).sent, 5);
    let got = recv_exactly(&mut client, 5);
    assert_eq!(payloads(&got), run.chunks(1_200).collect::<Vec<_>>());
    assert_eq!(got[0].remote, remote);

    let outcome = server.send([to("127.0.0.1:9".parse().unwrap(), b"IPv4")]);
    assert_eq!((outcome.sent, outcome.failed), (0, 1));
}

#[test]
fn a_dual_stack_socket_shows_ipv4_peers_as_ipv4() {
    let mut server = bind("[::]:0", UdpOptions::default());
    let port = server.local_addr().port();
    let mut client = bind(LOOPBACK, UdpOptions::default());
    let addressed = SocketAddr::from(([127, 0, 0, 5], port));
    client.send([to(addressed, b"hello")]);
    let got = recv_exactly(&mut server, 1);
    assert_eq!(got[0].remote, client.local_addr());
    assert_eq!(got[0].local, addressed);

    let answer = Outgoing {
        source: Some(addressed.ip()),
        ..segments(got[0].remote, b"two runs", 4)
    };
    assert_eq!(server.send([answer]).sent, 2);
    let got = recv_exactly(&mut client, 2);
    assert_eq!(payloads(&got), [b"two ".as_slice(), b"runs"]);
    assert_eq!(got[0].remote, addressed);
}

#[test]
fn an_empty_datagram_is_not_delivered() {
    let mut receiver = bind(LOOPBACK, UdpOptions::default());
    let stranger = std::net::UdpSocket::bind(LOOPBACK).unwrap();
    stranger.send_to(b"", receiver.local_addr()).unwrap();
    stranger.send_to(b"full", receiver.local_addr()).unwrap();
    let mut batch = RecvBatch::default();
    assert_eq!(receiver.recv(&mut batch).unwrap(), 1);
    let got: Vec<_> = batch
        .datagrams_mut()
        .map(|got| got.payload.to_vec())
        .collect();
    assert_eq!(got, [b"full"]);
}

#[test]
fn what_the_kernel_dropped_is_counted() {
    let receiver = bind(LOOPBACK, with_recv_buffer(4_096));
    let mut sender = bind(LOOPBACK, UdpOptions::default());
    assert_eq!(receiver.kernel_drops().unwrap(), 0);
    let payload = pattern(1_200);
    let remote = receiver.local_addr();
    let outcome = sender.send((0..100).map(|_| to(remote, &payload)));
    assert_eq!(outcome.sent, 100);
    assert!(receiver.kernel_drops().unwrap() > 50);
}

#[test]
fn a_larger_receive_buffer_is_granted() {
    let plain = bind(LOOPBACK, with_recv_buffer(65_536));
    let large = bind(LOOPBACK, with_recv_buffer(131_072));
    assert!(large.recv_buffer().unwrap() > plain.recv_buffer().unwrap());
}

#[test]
fn a_port_is_shared_only_if_both_wish_it() {
    let shared = UdpOptions {
        reuse_port: true,
        ..UdpOptions::default()
    };
    let first = UdpSocket::bind(LOOPBACK.parse().unwrap(), &shared).unwrap();
    assert!(UdpSocket::bind(first.local_addr(), &shared).is_ok());
    let refused = UdpSocket::bind(first.local_addr(), &UdpOptions::default());
    assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}
