use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use miso_netio::{Events, Poller, TcpConnection, TcpListener, TcpOptions};

use super::{ConnectionKey, Connections, IDLE_TIMEOUT, MAX_CONNECTIONS_PER_REMOTE, Read as Got};
use crate::metrics::TrafficMetrics;

struct World {
    listener: TcpListener,
    poller: Poller,
    connections: Connections,
    counters: TrafficMetrics,
    now: Instant,
}

impl World {
    fn new() -> Self {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        Self {
            listener: TcpListener::bind(address, &TcpOptions::default()).unwrap(),
            poller: Poller::new().unwrap(),
            connections: Connections::new(),
            counters: TrafficMetrics::default(),
            now: Instant::now(),
        }
    }

    /// A client's end and the server's.
    fn connect(&mut self) -> (TcpStream, TcpConnection) {
        let client = TcpStream::connect(self.listener.local_addr()).unwrap();
        client
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        loop {
            if let Some(server) = self.listener.accept().unwrap() {
                return (client, server);
            }
        }
    }

    fn add(&mut self) -> (TcpStream, bool) {
        let (client, server) = self.connect();
        let added = self.connections.add(server, &mut self.poller, self.now);
        (client, added)
    }

    /// Waits until something can be read, then reads once.
    fn read(&mut self) -> (Got, Vec<Vec<u8>>) {
        let mut events = Events::with_capacity(8);
        self.poller
            .wait(Some(Duration::from_secs(10)), &mut events)
            .unwrap();
        let event = events.iter().next().expect("something to read in time");
        let key = ConnectionKey::from_token(event.token).unwrap();
        let mut frames = Vec::new();
        let take = |frame: &mut [u8], _: &_| frames.push(frame.to_vec());
        let got = self
            .connections
            .read(key, &mut self.counters, self.now, take);
        (got, frames)
    }
}

#[test]
fn frames_come_out_as_they_went_in() {
    let mut world = World::new();
    let (mut client, _) = world.add();
    client.write_all(&[0, 2, 7, 8, 0, 1, 9, 0]).unwrap();
    assert_eq!(world.read(), (Got::Some, vec![vec![7, 8], vec![9]]));
    client.write_all(&[1, 5]).unwrap();
    assert_eq!(world.read(), (Got::Some, vec![vec![5]]));
    drop(client);
    assert_eq!(world.read(), (Got::Over, Vec::new()));
    assert_eq!(
        (
            world.counters.tcp_frames_received,
            world.counters.tcp_bytes_received
        ),
        (3, 10)
    );
}

#[test]
fn a_frame_is_sent_to_the_connection_of_its_path_and_counted_when_there_is_none() {
    let mut world = World::new();
    let (mut client, _) = world.add();
    let tuple = *world.connections.by_tuple.keys().next().unwrap();
    let World {
        connections,
        poller,
        counters,
        ..
    } = &mut world;
    assert_eq!(connections.send(&tuple, b"abc", poller, counters), None);
    let mut received = [0; 5];
    client.read_exact(&mut received).unwrap();
    assert_eq!(received, [0, 3, b'a', b'b', b'c']);
    connections.close_tuple(&tuple, poller);
    assert_eq!(connections.send(&tuple, b"abc", poller, counters), None);
    assert_eq!((counters.tcp_frames_sent, counters.tcp_send_failed), (1, 1));
    assert_eq!(client.read(&mut received).unwrap(), 0);
}

#[test]
fn what_a_slow_reader_does_not_take_is_lost_after_a_while_and_the_rest_flows_when_it_reads() {
    let mut world = World::new();
    let (mut client, _) = world.add();
    let tuple = *world.connections.by_tuple.keys().next().unwrap();
    let frame = [1; 60_000];
    let World {
        connections,
        poller,
        counters,
        ..
    } = &mut world;
    while counters.tcp_send_failed == 0 {
        assert_eq!(connections.send(&tuple, &frame, poller, counters), None);
    }
    let accepted = counters.tcp_frames_sent;
    let reader = std::thread::spawn(move || {
        let mut frames = 0;
        let mut buffer = [0; 60_002];
        while frames < accepted && client.read_exact(&mut buffer).is_ok() {
            assert_eq!(buffer[..2], 60_000_u16.to_be_bytes());
            frames += 1;
        }
        frames
    });
    let mut events = Events::with_capacity(8);
    while !reader.is_finished() {
        poller
            .wait(Some(Duration::from_millis(10)), &mut events)
            .unwrap();
        for event in events.iter().filter(|event| event.writable) {
            let key = ConnectionKey::from_token(event.token).unwrap();
            assert_eq!(connections.flush(key, poller), None);
        }
    }
    assert_eq!(reader.join().unwrap(), accepted);
}

#[test]
fn a_silent_connection_is_idle_after_the_timeout_and_a_speaking_one_is_not() {
    let mut world = World::new();
    let (mut speaking, _) = world.add();
    let (_silent, _) = world.add();
    assert!(world.connections.idle(world.now).is_empty());
    world.now += IDLE_TIMEOUT - Duration::from_secs(1);
    speaking.write_all(&[0, 1, 5]).unwrap();
    world.read();
    let idle = world.connections.idle(world.now + Duration::from_secs(1));
    assert_eq!(idle, [ConnectionKey(1)]);
    assert!(
        world
            .connections
            .close(idle[0], &mut world.poller)
            .is_some()
    );
    assert!(
        world
            .connections
            .close(idle[0], &mut world.poller)
            .is_none()
    );
    assert_eq!(world.connections.len(), 1);
}

#[test]
fn one_remote_cannot_take_all_connections_and_gets_places_back() {
    let mut world = World::new();
    let mut clients = Vec::new();
    for _ in 0..MAX_CONNECTIONS_PER_REMOTE {
        let (client, added) = world.add();
        assert!(added);
        clients.push(client);
    }
    assert!(!world.add().1);
    world.connections.close(ConnectionKey(0), &mut world.poller);
    assert!(world.add().1);
    world.connections.clear(&mut world.poller);
    assert!(world.connections.is_empty() && world.connections.by_remote.is_empty());
}
