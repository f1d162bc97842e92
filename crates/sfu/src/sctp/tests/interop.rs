//! Against another implementation: the one that our own client, through `str0m`, stands on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sctp_proto::{
    AssociationHandle, ClientConfig, DatagramEvent, Endpoint, EndpointConfig, Event, Payload,
    PayloadProtocolIdentifier, ReliabilityType, ServerConfig, StreamEvent, TransportConfig,
};

use super::world::{options, pattern};
use crate::sctp::{
    Association, OutgoingMessage, Ppid, Reliability, SctpEvent, SctpState, StreamId,
};

const STREAM: u16 = 1;
const SECOND: Duration = Duration::from_secs(1);

/// Ours and theirs, with nothing but 10 ms between them.
struct Pair {
    ours: Association,
    endpoint: Endpoint,
    theirs: Option<(AssociationHandle, sctp_proto::Association)>,
    now: Instant,
    /// Messages that we received.
    to_us: Vec<(Ppid, Vec<u8>)>,
    /// Messages that they received.
    to_them: Vec<Vec<u8>>,
    /// Streams that we saw reset by them, and they by us.
    resets: (Vec<StreamId>, Vec<u16>),
}

fn transport() -> Arc<TransportConfig> {
    let size = 262_144;
    Arc::new(
        TransportConfig::default()
            .with_max_send_message_size(size)
            .with_max_receive_message_size(size)
            .with_max_receive_buffer_size(4 * size),
    )
}

fn nowhere() -> SocketAddr {
    ([192, 0, 2, 1], 9).into()
}

impl Pair {
    #[expect(
        clippy::disallowed_methods,
        reason = "the other implementation reads the clock when it connects"
    )]
    fn new() -> Self {
        let now = Instant::now();
        let mut server = ServerConfig::default();
        server.transport = transport();
        Self {
            ours: Association::new(&options(1), now),
            endpoint: Endpoint::new(Arc::new(EndpointConfig::new()), Some(Arc::new(server))),
            theirs: None,
            now,
            to_us: Vec::new(),
            to_them: Vec::new(),
            resets: (Vec::new(), Vec::new()),
        }
    }

    fn they_connect(&mut self) {
        let mut client = ClientConfig::default();
        client.transport = transport();
        self.theirs = Some(self.endpoint.connect(client, nowhere()).unwrap());
        self.run_for(SECOND);
        self.open();
    }

    fn we_connect(&mut self) {
        self.ours.connect(self.now);
        self.run_for(SECOND);
        self.open();
    }

    fn open(&mut self) {
        assert_eq!(self.ours.state(), SctpState::Connected);
        let (_, theirs) = self.theirs.as_mut().unwrap();
        theirs
            .open_stream(STREAM, PayloadProtocolIdentifier::Binary)
            .unwrap();
    }

    fn stream(&mut self) -> sctp_proto::Stream<'_> {
        self.theirs.as_mut().unwrap().1.stream(STREAM).unwrap()
    }

    fn send(&mut self, payload: &[u8], reliability: Reliability) {
        let message = OutgoingMessage {
            stream_id: StreamId(STREAM),
            ppid: Ppid::BINARY,
            payload,
        };
        self.ours.send(message, reliability, self.now).unwrap();
    }

    fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            let to_them = self.drain_ours();
            let to_us = self.drain_theirs();
            self.now += Duration::from_millis(10);
            self.ours.handle_timeout(self.now);
            if let Some((_, theirs)) = &mut self.theirs {
                theirs.handle_timeout(self.now);
            }
            to_us
                .iter()
                .for_each(|packet| self.ours.handle_packet(packet, self.now));
            to_them
                .into_iter()
                .for_each(|packet| self.hand_to_them(packet));
        }
        self.drain_ours();
    }

    fn drain_ours(&mut self) -> Vec<Vec<u8>> {
        while let Some(event) = self.ours.poll_event() {
            match event {
                SctpEvent::Message { ppid, payload, .. } => self.to_us.push((ppid, payload)),
                SctpEvent::StreamResetByPeer { ids } => self.resets.0.extend(ids),
                _ => {}
            }
        }
        let mut buf = [0; 1200];
        std::iter::from_fn(|| {
            self.ours
                .poll_transmit(&mut buf)
                .map(|len| buf[..len].to_vec())
        })
        .collect()
    }

    fn drain_theirs(&mut self) -> Vec<Vec<u8>> {
        let mut packets = Vec::new();
        let Some((_, theirs)) = &mut self.theirs else {
            return packets;
        };
        while let Some(event) = theirs.poll() {
            if let Event::Stream(StreamEvent::Finished { id }) = event {
                self.resets.1.push(id);
            }
        }
        while theirs.accept_stream().is_some() {}
        if let Ok(mut stream) = theirs.stream(STREAM) {
            while let Ok(Some(chunks)) = stream.read() {
                let mut message = vec![0; chunks.len()];
                chunks.read(&mut message).unwrap();
                self.to_them.push(message);
            }
        }
        let transmits = std::iter::from_fn(|| theirs.poll_transmit(self.now));
        let transmits = transmits.chain(std::iter::from_fn(|| self.endpoint.poll_transmit()));
        for transmit in transmits {
            if let Payload::RawEncode(raw) = transmit.payload {
                packets.extend(raw.into_iter().map(|bytes| bytes.to_vec()));
            }
        }
        packets
    }

    fn hand_to_them(&mut self, packet: Vec<u8>) {
        match self
            .endpoint
            .handle(self.now, nowhere(), None, None, packet.into())
        {
            Some((handle, DatagramEvent::NewAssociation(new))) => self.theirs = Some((handle, new)),
            Some((_, DatagramEvent::AssociationEvent(event))) => {
                self.theirs.as_mut().unwrap().1.handle_event(event)
            }
            None => {}
        }
    }
}

fn exchange(pair: &mut Pair) {
    let sizes = [1, 100, 1200, 5000, 65_536, 262_144];
    let payloads: Vec<_> = sizes
        .iter()
        .map(|size| pattern(*size as u64, *size))
        .collect();
    for payload in &payloads {
        pair.send(payload, Reliability::ORDERED);
        pair.stream()
            .write_with_ppi(payload, PayloadProtocolIdentifier::Binary)
            .unwrap();
    }
    pair.stream()
        .write_with_ppi("grüß dich".as_bytes(), PayloadProtocolIdentifier::String)
        .unwrap();
    pair.run_for(30 * SECOND);
    assert!(pair.to_them == payloads);
    let mut expected: Vec<_> = payloads
        .into_iter()
        .map(|payload| (Ppid::BINARY, payload))
        .collect();
    expected.push((Ppid::STRING, "grüß dich".into()));
    assert!(pair.to_us == expected);
}

#[test]
fn messages_pass_both_ways_when_they_connect() {
    let mut pair = Pair::new();
    pair.they_connect();
    exchange(&mut pair);
}

#[test]
fn messages_pass_both_ways_when_we_connect() {
    let mut pair = Pair::new();
    pair.we_connect();
    exchange(&mut pair);
}

#[test]
fn partially_reliable_messages_pass_both_ways() {
    let mut pair = Pair::new();
    pair.they_connect();
    let limited = Reliability {
        max_retransmits: Some(0),
        ..Reliability::UNORDERED
    };
    pair.stream()
        .set_reliability_params(true, ReliabilityType::Rexmit, 0)
        .unwrap();
    for i in 0..50u8 {
        pair.send(&[i; 300], limited);
        pair.stream().write(&[i; 300]).unwrap();
    }
    pair.run_for(5 * SECOND);
    assert_eq!((pair.to_them.len(), pair.to_us.len()), (50, 50));
}

#[test]
fn stream_resets_are_understood_both_ways() {
    let mut pair = Pair::new();
    pair.we_connect();
    exchange(&mut pair);
    pair.ours.reset_stream(StreamId(STREAM), pair.now).unwrap();
    pair.run_for(5 * SECOND);
    assert_eq!(pair.resets.1, [STREAM]);
    assert_eq!(
        pair.resets.0,
        [StreamId(STREAM)],
        "they answer by resetting theirs"
    );
}
