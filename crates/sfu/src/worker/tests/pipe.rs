//! Pipe transports: connecting them, and messages between routers.

use super::plain::{PEER, STRANGER, comedia, report, rtp_socket};
use super::rig::{ROUTER, Rig};
use crate::command::{
    Command, ConsumeData, DataConsumerCommand, DataProducerCommand, MessagePayload, PipeConnect,
    PipeTransportOptions, PlainConnect, PlainTransportOptions, ProduceData, Response,
    RouterCommand, SctpTransportOptions, SrtpKey, Subchannels, TransportCommand,
};
use crate::drops::DropReason;
use crate::dump::PipeTransportDump;
use crate::error::{CommandError, ErrorKind};
use crate::event::{DataConsumerEvent, Event};
use crate::ids::{DataConsumerId, DataProducerId, TransportId};
use miso_ortc::SctpStreamParameters;
use miso_secure::SrtpCryptoSuite;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a packet is on its way from one worker to the other.
const DELAY: Duration = Duration::from_millis(5);

/// Where the socket of a pipe is bound: those of one worker on the first host.
pub(super) fn socket(host: u8, id: u64) -> SocketAddr {
    ([127, 0, 0, host], 30_000 + u16::try_from(id).unwrap()).into()
}

/// Neither SRTP nor SCTP.
pub(super) fn bare(host: u8, id: u64) -> PipeTransportOptions {
    PipeTransportOptions {
        socket: socket(host, id),
        rtx: false,
        sctp: None,
        srtp: false,
    }
}

/// What an end at this address tells.
pub(super) fn at(address: SocketAddr) -> PipeConnect {
    PipeConnect {
        ip: Some(address.ip()),
        port: Some(address.port()),
        srtp: None,
    }
}

impl Rig {
    pub(super) fn make_pipe(
        &mut self,
        id: u64,
        options: PipeTransportOptions,
    ) -> PipeTransportDump {
        let command = RouterCommand::CreatePipeTransport(TransportId(id), Box::new(options));
        match self.ask(Command::Router(ROUTER, command)).unwrap() {
            Response::PipeTransport(dump) => *dump,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn connect_pipe(
        &mut self,
        id: u64,
        connect: PipeConnect,
    ) -> Result<PipeTransportDump, CommandError> {
        let command = TransportCommand::ConnectPipe(connect);
        match self.ask(Command::Transport(TransportId(id), command))? {
            Response::PipeTransport(dump) => Ok(*dump),
            other => panic!("{other:?}"),
        }
    }
}

/// The pipe transport of both workers.
pub(super) const PIPE: u64 = 9;

/// Two workers with a pipe between them.
pub(super) struct Joined {
    pub(super) near: Rig,
    pub(super) far: Rig,
}

impl Joined {
    pub(super) fn new(options: impl Fn(u8) -> PipeTransportOptions) -> Self {
        let mut near = Rig::with_seed(1);
        let mut far = Rig::with_seed(2);
        let (at_near, at_far) = (options(1), options(2));
        let near_dump = near.make_pipe(PIPE, at_near);
        let far_dump = far.make_pipe(PIPE, at_far);
        let told = |options: PipeTransportOptions, dump: &PipeTransportDump| PipeConnect {
            srtp: dump.srtp.as_ref().map(|key| SrtpKey {
                suite: key.suite(),
                key_and_salt: key.as_bytes().to_vec(),
            }),
            ..at(options.socket)
        };
        near.connect_pipe(PIPE, told(at_far, &far_dump)).unwrap();
        far.connect_pipe(PIPE, told(at_near, &near_dump)).unwrap();
        Self { near, far }
    }

    /// Lets time pass. `passes` says of each packet whether the pipe lets it through; it is told whether the packet
    /// goes to the far end.
    pub(super) fn run(&mut self, time: Duration, mut passes: impl FnMut(bool, &[u8]) -> bool) {
        let until = self.near.now + time;
        while self.near.now < until {
            let outward = std::mem::take(&mut self.near.elsewhere);
            let inward = std::mem::take(&mut self.far.elsewhere);
            self.near.advance(DELAY);
            self.far.advance(DELAY);
            for (from, to, packet) in outward {
                if passes(true, &packet) {
                    self.far.arrive(PIPE, (to, from), &packet);
                }
            }
            for (from, to, packet) in inward {
                if passes(false, &packet) {
                    self.near.arrive(PIPE, (to, from), &packet);
                }
            }
        }
    }

    /// The same over a pipe that loses nothing.
    pub(super) fn settle(&mut self) {
        self.run(Duration::from_millis(500), |_, _| true);
    }
}

fn key(suite: SrtpCryptoSuite, len: usize) -> Option<SrtpKey> {
    Some(SrtpKey {
        suite,
        key_and_salt: vec![7; len],
    })
}

#[test]
fn what_the_other_end_tells_must_be_complete_and_fit_the_pipe() {
    use SrtpCryptoSuite::{AeadAes128Gcm, AeadAes256Gcm};
    let secure = PipeTransportOptions {
        srtp: true,
        ..bare(1, 1)
    };
    let with_key = |suite, len| PipeConnect {
        srtp: key(suite, len),
        ..at(PEER)
    };
    let portless = PipeConnect {
        port: Some(0),
        ..at(PEER)
    };
    let right = || with_key(AeadAes256Gcm, 44);
    let cases = [
        (bare(1, 1), PipeConnect::default(), at(PEER), "missing ip"),
        (bare(1, 1), portless, at(PEER), "missing port"),
        (
            bare(1, 1),
            right(),
            at(PEER),
            "invalid srtpParameters (SRTP not enabled)",
        ),
        (
            secure,
            at(PEER),
            right(),
            "missing srtpParameters (SRTP enabled)",
        ),
        (
            secure,
            with_key(AeadAes128Gcm, 28),
            right(),
            "invalid/unsupported srtpParameters.cryptoSuite",
        ),
        (
            secure,
            with_key(AeadAes256Gcm, 28),
            right(),
            "invalid decoded SRTP key length",
        ),
    ];
    for (options, wrong, right, reason) in cases {
        let mut rig = Rig::new();
        rig.make_pipe(1, options);
        let refused = rig.connect_pipe(1, wrong).unwrap_err();
        assert_eq!(refused, CommandError::type_error(reason));
        assert_eq!(rig.transport(1).selected_tuple(), None, "{reason}");
        let dump = rig.connect_pipe(1, right.clone()).unwrap();
        assert_eq!(dump.path.remote, Some(PEER));
        assert!(rig.transport(1).connected);
        let again = rig.connect_pipe(1, right).unwrap_err();
        assert_eq!(again, CommandError::error("connect() already called"));
    }
}

#[test]
fn the_two_kinds_of_connecting_do_not_mix() {
    let mut rig = Rig::new();
    rig.make_pipe(1, bare(1, 1));
    rig.make_plain(2, comedia(2));
    let refused = rig.connect_plain(1, PlainConnect::default()).unwrap_err();
    assert_eq!(refused, CommandError::error("unknown method"));
    let refused = rig.connect_pipe(2, at(PEER)).unwrap_err();
    assert_eq!(refused, CommandError::error("unknown method"));
}

#[test]
fn a_pipe_learns_no_address_and_gives_its_socket_back() {
    let mut rig = Rig::new();
    rig.make_pipe(1, bare(1, 1));
    for peer in [PEER, STRANGER] {
        rig.arrive(1, (socket(1, 1), peer), &report());
    }
    assert_eq!(rig.transport(1).selected_tuple(), None);
    assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 2);
    rig.connect_pipe(1, at(PEER)).unwrap();
    rig.arrive(1, (socket(1, 1), PEER), &report());
    rig.arrive(1, (socket(1, 1), STRANGER), &report());
    assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 3);
    rig.ask(Command::CloseRouter(ROUTER)).unwrap();
    let events = rig.take_events();
    let closed = |event: &&Event| matches!(event, Event::CloseSockets(TransportId(1)));
    assert_eq!(events.iter().filter(closed).count(), 1);
    rig.assert_empty();
}

fn with_sctp(host: u8) -> PipeTransportOptions {
    PipeTransportOptions {
        sctp: Some(SctpTransportOptions::default()),
        ..bare(host, PIPE)
    }
}

fn stream(id: u16) -> Option<SctpStreamParameters> {
    Some(SctpStreamParameters::new(id, None, None, None).unwrap())
}

impl Rig {
    fn produce_data(&mut self, transport: u64, id: u64, sctp: Option<u16>) {
        let options = ProduceData {
            sctp_stream_parameters: sctp.and_then(stream),
            label: String::new(),
            protocol: String::new(),
            paused: false,
        };
        self.tell(
            transport,
            TransportCommand::ProduceData(DataProducerId(id), options),
        );
    }

    fn consume_data(&mut self, transport: u64, (id, producer): (u64, u64), subchannels: &[u16]) {
        let options = ConsumeData {
            data_producer_id: DataProducerId(producer),
            sctp_stream_parameters: stream(5),
            label: String::new(),
            protocol: String::new(),
            paused: false,
            subchannels: subchannels.to_vec(),
        };
        self.tell(
            transport,
            TransportCommand::ConsumeData(DataConsumerId(id), options),
        );
    }

    /// Sends a message through a data producer of a direct transport.
    fn say(&mut self, producer: u64, bytes: &[u8], to: &Subchannels) {
        let message = MessagePayload {
            ppid: 53,
            bytes: bytes.into(),
        };
        let send = DataProducerCommand::Send(message, to.clone());
        self.ask(Command::DataProducer(DataProducerId(producer), send))
            .unwrap();
    }

    /// What data consumers of direct transports were told since the last time.
    fn take_said(&mut self) -> Vec<(u64, Vec<u8>)> {
        let said = self
            .take_events()
            .into_iter()
            .filter_map(|event| match event {
                Event::DataConsumer(id, DataConsumerEvent::Message(message)) => {
                    Some((id.0, message.bytes.to_vec()))
                }
                _ => None,
            });
        said.collect()
    }
}

/// A data producer (1) of the near process, piped to the far one, where data consumers 10, 11 and 12 of the process
/// subscribe to nothing, to subchannel 1, and to subchannels 1 and 2.
fn conversation() -> Joined {
    let mut joined = Joined::new(with_sctp);
    joined.near.make_direct(1);
    joined.near.produce_data(1, 1, None);
    joined.near.consume_data(PIPE, (2, 1), &[]);
    joined.far.produce_data(PIPE, 1, Some(5));
    joined.far.make_direct(1);
    for (id, subchannels) in [(10, &[][..]), (11, &[1]), (12, &[1, 2])] {
        joined.far.consume_data(1, (id, 1), subchannels);
    }
    joined.settle();
    joined
}

fn to(any_of: &[u16], required: Option<u16>, ignored: Option<u16>) -> Subchannels {
    Subchannels {
        any_of: any_of.to_vec(),
        required,
        ignored,
    }
}

#[test]
fn whom_a_message_is_for_holds_behind_a_pipe() {
    let cases = [
        (to(&[], None, None), vec![10, 11, 12]),
        (to(&[1, 7], None, None), vec![11, 12]),
        (to(&[2], None, None), vec![12]),
        (to(&[1], Some(2), None), vec![12]),
        (to(&[], Some(1), None), vec![11, 12]),
        (to(&[], None, Some(2)), vec![10, 11]),
        (to(&[1], Some(1), Some(2)), vec![11]),
        (to(&[9], None, None), vec![]),
    ];
    let mut joined = conversation();
    for (to, expected) in cases {
        joined.near.say(1, b"hello", &to);
        joined.settle();
        let said = joined.far.take_said();
        assert!(said.iter().all(|(_, bytes)| bytes == b"hello"), "{to:?}");
        let ids: Vec<u64> = said.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, expected, "{to:?}");
    }
    assert_eq!(joined.near.worker.all_drops(), []);
    assert_eq!(joined.far.worker.all_drops(), []);
}

#[test]
fn a_pipe_that_subscribes_lets_only_that_through() {
    let mut joined = conversation();
    let subscribe = DataConsumerCommand::SetSubchannels(vec![2]);
    let command = Command::DataConsumer(DataConsumerId(2), subscribe);
    joined.near.ask(command).unwrap();
    let cases = [
        (to(&[1], None, None), vec![]),
        // Of what is wanted only the common part crosses.
        (to(&[1, 2], None, None), vec![12]),
        (to(&[2], Some(1), None), vec![]),
        // Left to the far end.
        (to(&[], None, Some(2)), vec![10, 11]),
    ];
    for (to, expected) in cases {
        joined.near.say(1, b"hello", &to);
        joined.settle();
        let ids: Vec<u64> = joined.far.take_said().iter().map(|it| it.0).collect();
        assert_eq!(ids, expected, "{to:?}");
    }
}

#[test]
fn a_message_that_looks_like_a_prefix_crosses_unharmed() {
    let mut joined = conversation();
    let deceptive = [0xa5, 0xf0, 0x9c, 0xb3, 0xd6, 0xe1, 0xf2, 0x8f, 0xff];
    joined.near.say(1, &deceptive, &Subchannels::default());
    joined.settle();
    let said = joined.far.take_said();
    assert_eq!(said.len(), 3);
    assert!(said.iter().all(|(_, bytes)| *bytes == deceptive));
}

#[test]
fn a_message_whose_prefix_is_cut_off_is_dropped_and_counted() {
    let mut far = Rig::with_seed(2);
    far.make_pipe(PIPE, with_sctp(2));
    far.connect_pipe(PIPE, at(rtp_socket(9))).unwrap();
    far.make_direct(1);
    far.produce_data(PIPE, 1, Some(5));
    far.consume_data(1, (10, 1), &[]);
    // A plain transport puts nothing before its messages.
    let mut near = Rig::with_seed(1);
    let plain = PlainTransportOptions {
        sctp: Some(SctpTransportOptions::default()),
        ..comedia(PIPE)
    };
    near.make_plain(PIPE, plain);
    near.make_direct(1);
    near.produce_data(1, 1, None);
    near.consume_data(PIPE, (2, 1), &[]);
    let mut joined = Joined { near, far };
    joined.settle();
    let cut = [0xa5, 0xf0, 0x9c, 0xb3, 0xd6, 0xe1, 0xf2, 0x8c, 0, 1, 0];
    for bytes in [&cut[..], b"whole"] {
        joined.near.say(1, bytes, &Subchannels::default());
    }
    joined.settle();
    assert_eq!(joined.far.take_said(), [(10, b"whole".to_vec())]);
    assert_eq!(joined.far.worker.drops(DropReason::MalformedMessage), 1);
}

#[test]
fn a_message_must_fit_with_its_prefix() {
    let small = |host| PipeTransportOptions {
        sctp: Some(SctpTransportOptions {
            max_send_message_size: 100,
            ..SctpTransportOptions::default()
        }),
        ..bare(host, PIPE)
    };
    let mut joined = Joined::new(small);
    joined.near.make_direct(1);
    joined.near.produce_data(1, 1, None);
    joined.near.consume_data(PIPE, (2, 1), &[]);
    joined.near.say(1, &[0; 88], &to(&[1], None, None));
    assert_eq!(joined.near.worker.all_drops(), []);
    joined.near.say(1, &[0; 89], &to(&[1], None, None));
    assert_eq!(joined.near.worker.drops(DropReason::MessageTooLong), 1);
    let send = DataConsumerCommand::Send(MessagePayload {
        ppid: 53,
        bytes: [0; 101].into(),
    });
    let refused = joined
        .near
        .ask(Command::DataConsumer(DataConsumerId(2), send))
        .unwrap_err();
    assert_eq!(refused.kind, ErrorKind::TypeError);
}
