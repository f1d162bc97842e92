use super::rig::{ROUTER, Rig};
use crate::command::{
    Command, ConsumeData, DataConsumerCommand, DataProducerCommand, MessagePayload, ProduceData,
    Response, Subchannels, TransportCommand,
};
use crate::drops::DropReason;
use crate::error::{CommandError, ErrorKind};
use crate::event::{DataConsumerEvent, Event};
use crate::ids::{DataConsumerId, DataProducerId, RouterId, TransportId};
use crate::sctp::{OutgoingMessage, Ppid, Reliability, SctpState, StreamId};
use miso_ortc::SctpStreamParameters;
use std::sync::Arc;

fn stream(id: u16) -> Option<SctpStreamParameters> {
    Some(SctpStreamParameters::new(id, None, None, None).unwrap())
}

fn produce(rig: &mut Rig, transport: u64, id: u64, sctp: Option<u16>) {
    let options = ProduceData {
        sctp_stream_parameters: sctp.and_then(stream),
        label: "chat".into(),
        protocol: String::new(),
        paused: false,
    };
    rig.tell(
        transport,
        TransportCommand::ProduceData(DataProducerId(id), options),
    );
}

fn try_consume(
    rig: &mut Rig,
    transport: u64,
    (id, producer): (u64, u64),
    sctp: Option<u16>,
) -> Result<Response, CommandError> {
    let options = ConsumeData {
        data_producer_id: DataProducerId(producer),
        sctp_stream_parameters: sctp.and_then(stream),
        label: "chat".into(),
        protocol: String::new(),
        paused: false,
        subchannels: Vec::new(),
    };
    rig.ask(Command::Transport(
        TransportId(transport),
        TransportCommand::ConsumeData(DataConsumerId(id), options),
    ))
}

fn consume(rig: &mut Rig, transport: u64, ids: (u64, u64), sctp: Option<u16>) {
    try_consume(rig, transport, ids, sctp).unwrap();
}

/// The client of a transport queues a message.
fn queue(rig: &mut Rig, id: u64, stream: u16, text: &[u8]) {
    let now = rig.now;
    let message = OutgoingMessage {
        stream_id: StreamId(stream),
        ppid: Ppid::STRING,
        payload: text,
    };
    let peer = rig.peers.get_mut(&id).unwrap();
    peer.sctp.send(message, Reliability::ORDERED, now).unwrap();
}

fn flush(rig: &mut Rig, id: u64) {
    let now = rig.now;
    rig.peers.get_mut(&id).unwrap().drive(now);
    rig.drain();
}

fn say(rig: &mut Rig, id: u64, stream: u16, text: &[u8]) {
    queue(rig, id, stream, text);
    flush(rig, id);
}

fn payload(bytes: &[u8]) -> MessagePayload {
    MessagePayload {
        ppid: 51,
        bytes: Arc::from(bytes),
    }
}

fn send(rig: &mut Rig, producer: u64, bytes: &[u8], to: Subchannels) -> Result<(), CommandError> {
    let command = DataProducerCommand::Send(payload(bytes), to);
    rig.ask(Command::DataProducer(DataProducerId(producer), command))
        .map(|_| ())
}

fn steer(
    rig: &mut Rig,
    consumer: u64,
    command: DataConsumerCommand,
) -> Result<Response, CommandError> {
    rig.ask(Command::DataConsumer(DataConsumerId(consumer), command))
}

fn direct_messages(rig: &mut Rig) -> Vec<Vec<u8>> {
    let events = rig.take_events().into_iter();
    let messages = events.filter_map(|event| match event {
        Event::DataConsumer(_, DataConsumerEvent::Message(message)) => Some(message.bytes.to_vec()),
        _ => None,
    });
    messages.collect()
}

/// Client 1 sends on stream 0, which comes to client 2 on stream 4.
fn chat() -> Rig {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    produce(&mut rig, 1, 10, Some(0));
    consume(&mut rig, 2, (20, 10), Some(4));
    rig.advance(std::time::Duration::from_millis(100));
    rig
}

#[test]
fn message_passes_between_clients() {
    let mut rig = chat();
    say(&mut rig, 1, 0, b"hello");
    assert_eq!(rig.peers[&2].messages, [b"hello".to_vec()]);
    assert_eq!(
        rig.transport(2).sctp.as_ref().unwrap().association.state(),
        SctpState::Connected
    );
}

#[test]
fn messages_of_a_stream_without_a_producer_are_counted() {
    let mut rig = chat();
    say(&mut rig, 1, 7, b"hello");
    assert_eq!(rig.worker.drops(DropReason::NoDataProducer), 1);
}

#[test]
fn thousands_of_messages_in_a_row_to_the_same_peer_take_no_stack() {
    let small = std::thread::Builder::new().stack_size(384 << 10);
    small.spawn(echo_thousands).unwrap().join().unwrap();
}

fn echo_thousands() {
    let mut rig = chat();
    consume(&mut rig, 1, (21, 10), Some(6));
    for number in 0..5_000_u32 {
        queue(&mut rig, 1, 0, &number.to_be_bytes());
    }
    // As when a gap closes behind which they waited: all are handed over at one time.
    let transport = rig.worker.names.transports[&TransportId(1)];
    let now = rig.now;
    let peer = rig.peers.get_mut(&1).unwrap();
    let sctp = &mut rig.worker.objects.transports[transport]
        .sctp
        .as_mut()
        .unwrap()
        .association;
    let mut buffer = [0; 1_500];
    for _ in 0..50 {
        while let Some(len) = peer.sctp.poll_transmit(&mut buffer) {
            sctp.handle_packet(&buffer[..len], now);
        }
        while let Some(len) = sctp.poll_transmit(&mut buffer) {
            peer.sctp.handle_packet(&buffer[..len], now);
        }
    }
    rig.worker.queue_sctp(transport);
    rig.worker.drive_sctp(now);
    rig.drain();
    rig.advance(std::time::Duration::from_secs(2));
    assert_eq!(rig.peers[&2].messages.len(), 5_000);
    assert_eq!(rig.peers[&1].messages.len(), 5_000);
}

#[test]
fn long_message_is_not_lost_between_sctp_and_dtls() {
    let mut rig = Rig::new();
    rig.make_direct(1);
    rig.join(2);
    produce(&mut rig, 1, 10, None);
    consume(&mut rig, 2, (20, 10), Some(4));
    rig.advance(std::time::Duration::from_millis(100));
    let big = vec![7; 250_000];
    let command = DataConsumerCommand::Send(payload(&big));
    steer(&mut rig, 20, command).unwrap();
    rig.advance(std::time::Duration::from_secs(1));
    assert_eq!(rig.peers[&2].messages, [big]);
    assert_eq!(rig.worker.drops(DropReason::OutboxFull), 0);
}

#[test]
fn paused_ends_hold_messages_back() {
    let mut rig = chat();
    let pause = |rig: &mut Rig, command| {
        rig.ask(Command::DataProducer(DataProducerId(10), command))
            .unwrap()
    };
    pause(&mut rig, DataProducerCommand::Pause);
    assert!(rig.take_events().iter().any(|event| matches!(
        event,
        Event::DataConsumer(_, DataConsumerEvent::DataProducerPause)
    )));
    say(&mut rig, 1, 0, b"unheard");
    pause(&mut rig, DataProducerCommand::Resume);
    steer(&mut rig, 20, DataConsumerCommand::Pause).unwrap();
    say(&mut rig, 1, 0, b"unheard");
    let refused = steer(&mut rig, 20, DataConsumerCommand::Send(payload(b"x"))).unwrap_err();
    assert_eq!(refused, CommandError::error("message send failed"));
    steer(&mut rig, 20, DataConsumerCommand::Resume).unwrap();
    say(&mut rig, 1, 0, b"heard");
    assert_eq!(rig.peers[&2].messages, [b"heard".to_vec()]);
    let stats = rig.ask(Command::DataProducer(
        DataProducerId(10),
        DataProducerCommand::GetStats,
    ));
    let Ok(Response::DataProducerStats(stats)) = stats else {
        panic!("no statistics");
    };
    assert_eq!(stats.messages_received, 3, "counted while paused");
}

#[test]
fn subchannels_choose_who_gets_a_message() {
    let mut rig = Rig::new();
    rig.make_direct(1);
    produce(&mut rig, 1, 10, None);
    consume(&mut rig, 1, (20, 10), None);
    steer(
        &mut rig,
        20,
        DataConsumerCommand::SetSubchannels(vec![5, 1, 5]),
    )
    .unwrap();
    let to = |any_of: &[u16], required, ignored| Subchannels {
        any_of: any_of.to_vec(),
        required,
        ignored,
    };
    let cases = [
        (to(&[], None, None), true),
        (to(&[1], None, None), true),
        (to(&[2], None, None), false),
        (to(&[1, 2], Some(5), None), true),
        (to(&[1], Some(2), None), false),
        (to(&[], None, Some(5)), false),
        (to(&[], None, Some(6)), true),
    ];
    for (to, wanted) in cases {
        send(&mut rig, 10, b"x", to.clone()).unwrap();
        assert_eq!(
            direct_messages(&mut rig).len(),
            usize::from(wanted),
            "{to:?}"
        );
    }
    let Ok(Response::Subchannels(list)) =
        steer(&mut rig, 20, DataConsumerCommand::RemoveSubchannel(5))
    else {
        panic!("no list");
    };
    assert_eq!(list, [1]);
}

#[test]
fn too_long_messages_are_refused_where_they_enter_and_where_they_leave() {
    let mut rig = Rig::new();
    rig.make_direct(1);
    rig.join(2);
    produce(&mut rig, 1, 10, None);
    produce(&mut rig, 2, 11, Some(0));
    consume(&mut rig, 1, (20, 11), None);
    let refused = send(&mut rig, 10, &[0; 1_001], Subchannels::default()).unwrap_err();
    assert_eq!(
        refused,
        CommandError::type_error(
            "given message exceeds maxMessageSize value [maxMessageSize:1000, len:1001]"
        )
    );
    say(&mut rig, 2, 0, &[0; 1_001]);
    say(&mut rig, 2, 0, &[0; 1_000]);
    assert_eq!(direct_messages(&mut rig).len(), 1);
    assert_eq!(rig.worker.drops(DropReason::MessageTooLong), 1);
}

#[test]
fn direct_data_consumer_has_no_buffer() {
    let mut rig = Rig::new();
    rig.make_direct(1);
    produce(&mut rig, 1, 10, None);
    consume(&mut rig, 1, (20, 10), None);
    for command in [
        DataConsumerCommand::GetBufferedAmount,
        DataConsumerCommand::SetBufferedAmountLowThreshold(1),
        DataConsumerCommand::Send(payload(b"x")),
    ] {
        let refused = steer(&mut rig, 20, command).unwrap_err();
        assert_eq!(
            refused,
            CommandError::type_error("invalid DataConsumer type")
        );
    }
}

#[test]
fn data_producer_of_another_router_is_unknown() {
    let mut rig = chat();
    rig.ask(Command::CreateRouter(RouterId(2))).unwrap();
    let options = crate::command::DirectTransportOptions {
        max_send_message_size: 1,
        max_receive_message_size: 1,
    };
    let create = crate::command::RouterCommand::CreateDirectTransport(TransportId(9), options);
    rig.ask(Command::Router(RouterId(2), create)).unwrap();
    let refused = try_consume(&mut rig, 9, (21, 10), None).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NotFound);
}

#[test]
fn stream_that_the_peer_resets_takes_its_data_consumer_along_silently() {
    let mut rig = chat();
    say(&mut rig, 1, 0, b"hello");
    let now = rig.now;
    // Streams exist for a peer once something was sent.
    queue(&mut rig, 2, 4, b"x");
    flush(&mut rig, 2);
    let peer = rig.peers.get_mut(&2).unwrap();
    peer.sctp.reset_stream(StreamId(4), now).unwrap();
    rig.take_events();
    flush(&mut rig, 2);
    rig.advance(std::time::Duration::from_secs(1));
    assert!(rig.worker.names.data_consumers.is_empty());
    assert!(rig.worker.objects.data_consumers.is_empty());
    assert_eq!(rig.take_events().len(), 0);
    say(&mut rig, 1, 0, b"nobody");
}

#[test]
fn closing_everything_leaves_nothing() {
    let mut rig = chat();
    say(&mut rig, 1, 0, b"hello");
    rig.tell(1, TransportCommand::CloseDataProducer(DataProducerId(10)));
    assert!(rig.take_events().iter().any(|event| matches!(
        event,
        Event::DataConsumer(DataConsumerId(20), DataConsumerEvent::DataProducerClose)
    )));
    assert!(rig.transport(2).data_consumers.is_empty());
    assert!(
        rig.transport(2)
            .sctp
            .as_ref()
            .is_some_and(|sctp| sctp.consumers.is_empty())
    );
    rig.ask(Command::CloseRouter(ROUTER)).unwrap();
    rig.assert_empty();
}
