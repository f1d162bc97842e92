//! Plain transports: SCTP straight on UDP.

use super::plain::{PEER, STRANGER, comedia, rtp_socket};
use super::rig::Rig;
use crate::command::{
    ConsumeData, PlainTransportOptions, ProduceData, SctpTransportOptions, TransportCommand,
};
use crate::drops::DropReason;
use crate::ids::{DataConsumerId, DataProducerId};
use crate::sctp::{
    Association, OutgoingMessage, Ppid, Reliability, SctpEvent, SctpOptions, SctpState, StreamId,
};
use miso_ortc::SctpStreamParameters;

fn with_sctp() -> PlainTransportOptions {
    PlainTransportOptions {
        sctp: Some(SctpTransportOptions::default()),
        ..comedia(1)
    }
}

fn stream(id: u16) -> Option<SctpStreamParameters> {
    Some(SctpStreamParameters::new(id, None, None, None).unwrap())
}

/// A data producer on stream 3 and a data consumer of it on stream 4 of the same transport.
fn make_data(rig: &mut Rig) {
    let produce = ProduceData {
        sctp_stream_parameters: stream(3),
        label: String::new(),
        protocol: String::new(),
        paused: false,
    };
    rig.tell(1, TransportCommand::ProduceData(DataProducerId(1), produce));
    let consume = ConsumeData {
        data_producer_id: DataProducerId(1),
        sctp_stream_parameters: stream(4),
        label: String::new(),
        protocol: String::new(),
        paused: false,
        subchannels: Vec::new(),
    };
    rig.tell(1, TransportCommand::ConsumeData(DataConsumerId(2), consume));
}

/// Lets both ends talk until they are done. What the peer was told.
fn talk(rig: &mut Rig, peer: &mut Association) -> Vec<SctpEvent> {
    let mut buffer = [0; 1_500];
    loop {
        let mut is_quiet = true;
        while let Some(len) = peer.poll_transmit(&mut buffer) {
            is_quiet = false;
            rig.arrive(1, (rtp_socket(1), PEER), &buffer[..len]);
        }
        for (from, to, packet) in std::mem::take(&mut rig.elsewhere) {
            is_quiet = false;
            assert_eq!((from, to), (rtp_socket(1), PEER));
            peer.handle_packet(&packet, rig.now);
        }
        if is_quiet {
            return std::iter::from_fn(|| peer.poll_event()).collect();
        }
    }
}

fn connected(rig: &mut Rig) -> Association {
    let mut peer = Association::new(&SctpOptions::new([9; 32]), rig.now);
    peer.connect(rig.now);
    talk(rig, &mut peer);
    peer
}

fn resets(events: &[SctpEvent]) -> usize {
    let is_reset = |event: &&SctpEvent| matches!(event, SctpEvent::StreamResetByPeer { .. });
    events.iter().filter(is_reset).count()
}

#[test]
fn messages_go_both_ways_without_dtls() {
    let mut rig = Rig::new();
    rig.make_plain(1, with_sctp());
    make_data(&mut rig);
    // Nobody is there yet, so nothing can be sent.
    assert!(rig.elsewhere.is_empty());
    let mut peer = connected(&mut rig);
    assert_eq!(peer.state(), SctpState::Connected);
    let sctp = rig.transport(1).sctp.as_ref().unwrap();
    assert_eq!(sctp.association.state(), SctpState::Connected);
    let message = OutgoingMessage {
        stream_id: StreamId(3),
        ppid: Ppid::BINARY,
        payload: &[0, 159, 146, 150],
    };
    peer.send(message, Reliability::ORDERED, rig.now).unwrap();
    let events = talk(&mut rig, &mut peer);
    let message = events.iter().find_map(|event| match event {
        SctpEvent::Message {
            stream_id,
            ppid,
            payload,
        } => Some((*stream_id, *ppid, payload.clone())),
        _ => None,
    });
    let (stream, ppid, payload) = message.unwrap();
    assert_eq!((stream, ppid), (StreamId(4), Ppid::BINARY));
    assert_eq!(payload, [0, 159, 146, 150]);
    assert_eq!(rig.worker.all_drops(), []);
}

#[test]
fn streams_are_no_data_channels_whose_end_is_mirrored() {
    let mut rig = Rig::new();
    rig.make_plain(1, with_sctp());
    make_data(&mut rig);
    let mut peer = connected(&mut rig);
    // Streams must have been used to be reset.
    for id in [3, 4] {
        let message = OutgoingMessage {
            stream_id: StreamId(id),
            ppid: Ppid::STRING,
            payload: b"x",
        };
        peer.send(message, Reliability::ORDERED, rig.now).unwrap();
    }
    talk(&mut rig, &mut peer);
    peer.reset_stream(StreamId(4), rig.now).unwrap();
    let events = talk(&mut rig, &mut peer);
    assert_eq!(resets(&events), 0);
    assert_eq!(rig.transport(1).data_consumers.len(), 1);
    // Its data consumers go with it, and their streams are reset; its own is not.
    let close = TransportCommand::CloseDataProducer(DataProducerId(1));
    rig.tell(1, close);
    let events = talk(&mut rig, &mut peer);
    let ids = events.iter().find_map(|event| match event {
        SctpEvent::StreamResetByPeer { ids } => Some(ids.clone()),
        _ => None,
    });
    assert_eq!(ids, Some(vec![StreamId(4)]));
}

#[test]
fn sctp_that_is_not_valid_makes_nobody_the_peer_and_is_not_answered() {
    let mut rig = Rig::new();
    rig.make_plain(1, with_sctp());
    make_data(&mut rig);
    let mut stranger = Association::new(&SctpOptions::new([9; 32]), rig.now);
    stranger.connect(rig.now);
    let mut buffer = [0; 1_500];
    let len = stranger.poll_transmit(&mut buffer).unwrap();
    let mut bad_checksum = buffer[..len].to_vec();
    bad_checksum[8] ^= 1;
    let mut bad_tag = vec![0x13, 0x88, 0x13, 0x88, 1, 2, 3, 4, 0, 0, 0, 0, 11, 0, 0, 4];
    bad_tag[15] = 4;
    for packet in [&bad_checksum, &bad_tag] {
        rig.arrive(1, (rtp_socket(1), STRANGER), packet);
    }
    assert_eq!(rig.worker.drops(DropReason::Sctp), 2);
    assert_eq!(rig.transport(1).selected_tuple(), None);
    assert!(rig.elsewhere.is_empty());
    connected(&mut rig);
    rig.arrive(1, (rtp_socket(1), STRANGER), &buffer[..len]);
    assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 1);
    assert!(rig.elsewhere.is_empty());
}

#[test]
fn without_sctp_its_packets_are_of_no_kind() {
    let mut rig = Rig::new();
    rig.make_plain(1, comedia(1));
    let packet = [0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 4];
    rig.arrive(1, (rtp_socket(1), STRANGER), &packet);
    assert_eq!(rig.worker.drops(DropReason::UnknownKind), 1);
    assert_eq!(rig.transport(1).selected_tuple(), None);
}
