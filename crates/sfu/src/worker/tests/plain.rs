//! Plain transports: connecting them, and who becomes the peer.

use super::media::{Packet, audio};
use super::rig::{ROUTER, Rig};
use crate::command::{
    Command, PlainConnect, PlainTransportOptions, Response, RouterCommand, SrtpKey,
    TransportCommand,
};
use crate::drops::DropReason;
use crate::dump::PlainTransportDump;
use crate::error::{CommandError, ErrorKind};
use crate::event::{Event, TransportEvent};
use crate::ids::TransportId;
use miso_secure::SrtpCryptoSuite;
use miso_wire::{RtcpWriter, Ssrc};
use serde_json::json;
use std::net::SocketAddr;

/// Where the socket for media of a transport is bound.
pub(super) fn rtp_socket(id: u64) -> SocketAddr {
    ([127, 0, 0, 1], 20_000 + 2 * u16::try_from(id).unwrap()).into()
}

/// Where its socket for RTCP is bound, if it has one.
pub(super) fn rtcp_socket(id: u64) -> SocketAddr {
    let rtp = rtp_socket(id);
    (rtp.ip(), rtp.port() + 1).into()
}

pub(super) const PEER: SocketAddr = address(1);
pub(super) const PEER_RTCP: SocketAddr = address(2);
pub(super) const STRANGER: SocketAddr = address(3);

const fn address(host: u8) -> SocketAddr {
    let ip = std::net::Ipv4Addr::new(192, 0, 2, host);
    SocketAddr::new(std::net::IpAddr::V4(ip), 5_000 + host as u16)
}

/// Muxed, comedia, neither SRTP nor SCTP.
pub(super) fn comedia(id: u64) -> PlainTransportOptions {
    PlainTransportOptions {
        rtp: rtp_socket(id),
        rtcp: None,
        comedia: true,
        sctp: None,
        srtp: None,
    }
}

/// The same with a socket for RTCP.
pub(super) fn unmuxed(id: u64) -> PlainTransportOptions {
    PlainTransportOptions {
        rtcp: Some(rtcp_socket(id)),
        ..comedia(id)
    }
}

/// The same with the address told.
fn fixed(id: u64) -> PlainTransportOptions {
    PlainTransportOptions {
        comedia: false,
        ..comedia(id)
    }
}

/// What a peer at this address tells.
pub(super) fn at(peer: SocketAddr) -> PlainConnect {
    PlainConnect {
        ip: Some(peer.ip()),
        port: Some(peer.port()),
        ..PlainConnect::default()
    }
}

/// A receiver report without blocks.
pub(super) fn report() -> Vec<u8> {
    let mut out = vec![0; 100];
    let mut writer = RtcpWriter::new(&mut out);
    writer.receiver_report(Ssrc(1), &[]).unwrap();
    let len = writer.len();
    out.truncate(len);
    out
}

impl Rig {
    pub(super) fn make_plain(&mut self, id: u64, options: PlainTransportOptions) {
        let command = RouterCommand::CreatePlainTransport(TransportId(id), Box::new(options));
        self.ask(Command::Router(ROUTER, command)).unwrap();
    }

    pub(super) fn connect_plain(
        &mut self,
        id: u64,
        connect: PlainConnect,
    ) -> Result<PlainTransportDump, CommandError> {
        let command = TransportCommand::ConnectPlain(connect);
        match self.ask(Command::Transport(TransportId(id), command))? {
            Response::PlainTransport(dump) => Ok(*dump),
            other => panic!("{other:?}"),
        }
    }

    /// A datagram comes to a socket of a transport.
    pub(super) fn arrive(&mut self, id: u64, path: (SocketAddr, SocketAddr), bytes: &[u8]) {
        let mut bytes = bytes.to_vec();
        let id = TransportId(id);
        self.worker
            .handle_own_datagram(id, &mut bytes, path, self.now);
        self.drain();
    }

    fn packets_of(&self, producer: u64) -> u64 {
        let streams = &self.producer(producer).streams;
        streams
            .iter()
            .map(|it| it.recv.stats(self.now).packet_count)
            .sum()
    }

    /// The remote addresses that were learnt since the last time: of RTCP's own socket, or of the other.
    fn take_learnt(&mut self) -> Vec<(bool, SocketAddr)> {
        let told = self
            .take_events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Transport(_, TransportEvent::TupleChange(it)) => Some((false, it.remote())),
                Event::Transport(_, TransportEvent::RtcpTupleChange(it)) => {
                    Some((true, it.remote()))
                }
                _ => None,
            });
        told.collect()
    }
}

fn key(suite: SrtpCryptoSuite, len: usize) -> Option<SrtpKey> {
    Some(SrtpKey {
        suite,
        key_and_salt: vec![7; len],
    })
}

#[test]
fn what_a_peer_tells_must_be_complete_and_fit_the_transport() {
    const SUITE: SrtpCryptoSuite = SrtpCryptoSuite::AesCm128HmacSha1_80;
    let with_rtcp = || PlainConnect {
        rtcp_port: Some(9),
        ..at(PEER)
    };
    let with_key = |len| PlainConnect {
        srtp: key(SUITE, len),
        ..at(PEER)
    };
    let separate = PlainTransportOptions {
        comedia: false,
        ..unmuxed(1)
    };
    let secure = PlainTransportOptions {
        srtp: Some(SUITE),
        ..fixed(1)
    };
    let portless = PlainConnect {
        port: None,
        ..at(PEER)
    };
    let cases = [
        (fixed(1), PlainConnect::default(), at(PEER), "missing ip"),
        (fixed(1), portless, at(PEER), "missing port"),
        (
            fixed(1),
            with_rtcp(),
            at(PEER),
            "cannot set rtcpPort with rtcpMux enabled",
        ),
        (
            separate,
            at(PEER),
            with_rtcp(),
            "missing rtcpPort (required with rtcpMux disabled)",
        ),
        (
            fixed(1),
            with_key(30),
            at(PEER),
            "invalid srtpParameters (SRTP not enabled)",
        ),
        (
            secure,
            at(PEER),
            with_key(30),
            "missing srtpParameters (SRTP enabled)",
        ),
        (
            secure,
            with_key(28),
            with_key(30),
            "invalid decoded SRTP key length",
        ),
    ];
    for (options, wrong, right, reason) in cases {
        let mut rig = Rig::new();
        rig.make_plain(1, options);
        let refused = rig.connect_plain(1, wrong).unwrap_err();
        assert_eq!(
            (refused.kind, refused.reason.as_str()),
            (ErrorKind::TypeError, reason)
        );
        assert_eq!(rig.transport(1).selected_tuple(), None, "{reason}");
        let dump = rig.connect_plain(1, right.clone()).unwrap();
        assert_eq!(dump.rtp.remote, Some(PEER));
        assert!(rig.transport(1).connected);
        let again = rig.connect_plain(1, right).unwrap_err();
        assert_eq!(again, CommandError::error("connect() already called"));
    }
}

#[test]
fn with_comedia_nothing_need_be_told_and_a_learnt_address_does_not_count_as_told() {
    let mut rig = Rig::new();
    rig.make_plain(1, comedia(1));
    rig.arrive(1, (rtp_socket(1), PEER), &report());
    let dump = rig.connect_plain(1, at(STRANGER)).unwrap();
    assert_eq!(dump.rtp.remote, Some(PEER));
    let again = rig.connect_plain(1, PlainConnect::default()).unwrap_err();
    assert_eq!(again.reason, "connect() already called");
}

#[test]
fn only_plain_transports_are_told_of_a_plain_peer() {
    let mut rig = Rig::new();
    rig.make_transport(1);
    let refused = rig.connect_plain(1, at(PEER)).unwrap_err();
    assert_eq!(refused, CommandError::error("unknown method"));
}

#[test]
fn rtcp_cannot_share_the_port_of_media_unmuxed() {
    let mut rig = Rig::new();
    let options = PlainTransportOptions {
        rtcp: Some(rtp_socket(1)),
        ..comedia(1)
    };
    let command = RouterCommand::CreatePlainTransport(TransportId(1), Box::new(options));
    let refused = rig.ask(Command::Router(ROUTER, command)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Error);
}

#[test]
fn another_suite_of_the_peer_makes_a_new_key_of_ours() {
    use SrtpCryptoSuite::{AeadAes128Gcm, AeadAes256Gcm};
    for (theirs, len, is_new) in [(AeadAes256Gcm, 44, true), (AeadAes128Gcm, 28, false)] {
        let mut rig = Rig::new();
        let options = PlainTransportOptions {
            srtp: Some(AeadAes128Gcm),
            ..comedia(1)
        };
        rig.make_plain(1, options);
        let before = rig.transport(1).endpoint().unwrap().local_key().cloned();
        let connect = PlainConnect {
            srtp: key(theirs, len),
            ..PlainConnect::default()
        };
        let dump = rig.connect_plain(1, connect).unwrap();
        assert_eq!(dump.srtp.as_ref().unwrap().suite(), theirs);
        assert_eq!(dump.srtp != before, is_new);
    }
}

#[test]
fn each_socket_learns_its_own_address_from_what_it_is_for() {
    let mut rig = Rig::new();
    rig.make_plain(1, unmuxed(1));
    rig.produce(1, 1, &audio("0", json!([{"ssrc": 5}])));
    // RTCP that went to the wrong port must not lock media out, nor the other way round.
    rig.arrive(1, (rtp_socket(1), PEER_RTCP), &report());
    rig.arrive(1, (rtcp_socket(1), PEER), &Packet::opus(5, 1).bytes());
    assert_eq!(rig.take_learnt(), []);
    assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 2);
    rig.arrive(1, (rtcp_socket(1), PEER_RTCP), &report());
    assert_eq!(rig.take_learnt(), [(true, PEER_RTCP)]);
    assert!(!rig.transport(1).connected);
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 2).bytes());
    assert_eq!(rig.take_learnt(), [(false, PEER)]);
    assert!(rig.transport(1).connected);
    // Known by now, so either socket takes either kind.
    rig.arrive(1, (rtcp_socket(1), PEER), &Packet::opus(5, 3).bytes());
    rig.arrive(1, (rtp_socket(1), PEER_RTCP), &report());
    assert_eq!(rig.packets_of(1), 2);
    assert_eq!(rig.take_learnt(), []);
    assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 2);
}

#[test]
fn a_stranger_changes_nothing_and_gets_nothing() {
    for options in [comedia(1), fixed(1)] {
        let mut rig = Rig::new();
        rig.make_plain(1, options);
        if options.comedia {
            rig.arrive(1, (rtp_socket(1), PEER), &report());
        } else {
            rig.arrive(1, (rtp_socket(1), STRANGER), &report());
            assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 1);
            rig.connect_plain(1, at(PEER)).unwrap();
        }
        rig.produce(1, 1, &audio("0", json!([{"ssrc": 5}])));
        rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 1).bytes());
        rig.take_events();
        rig.elsewhere.clear();
        let before = rig.worker.drops(DropReason::UnknownTuple);
        let bytes = rig.transport(1).traffic.received.total_bytes();
        for seq in 2..100 {
            rig.arrive(1, (rtp_socket(1), STRANGER), &Packet::opus(5, seq).bytes());
            // The same host, another port.
            let other_port = (PEER.ip(), PEER.port() + 1).into();
            rig.arrive(1, (rtp_socket(1), other_port), &report());
        }
        assert_eq!(rig.worker.drops(DropReason::UnknownTuple), before + 196);
        assert_eq!(rig.packets_of(1), 1);
        assert_eq!(rig.transport(1).traffic.received.total_bytes(), bytes);
        assert_eq!(rig.transport(1).selected_tuple().unwrap().remote(), PEER);
        assert!(rig.take_events().is_empty());
        assert!(rig.elsewhere.is_empty());
        rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 2).bytes());
        assert_eq!(rig.packets_of(1), 2);
    }
}

#[test]
fn what_is_not_valid_makes_nobody_the_peer() {
    let mut rig = Rig::new();
    rig.make_plain(1, comedia(1));
    rig.produce(1, 1, &audio("0", json!([{"ssrc": 5}])));
    let mut unclaimed = Packet::opus(6, 1);
    unclaimed.extensions.clear();
    let too_long = {
        let mut report = report();
        report[3] = 9;
        report
    };
    let garbage: [&[u8]; 6] = [
        b"",
        &[0x80],
        // An RTP header that announces extensions beyond its end.
        &[0x90, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5],
        &[0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0],
        &[22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
        &too_long,
    ];
    for bytes in garbage.into_iter().chain([unclaimed.bytes().as_slice()]) {
        rig.arrive(1, (rtp_socket(1), STRANGER), bytes);
    }
    assert_eq!(rig.take_learnt(), []);
    assert!(rig.elsewhere.is_empty());
    assert_eq!(rig.worker.all_drops().iter().map(|it| it.1).sum::<u64>(), 7);
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 1).bytes());
    assert_eq!(rig.take_learnt(), [(false, PEER)]);
}

#[test]
fn closing_gives_the_sockets_back_and_leaves_nothing() {
    let mut rig = Rig::new();
    rig.make_plain(1, unmuxed(1));
    rig.produce(1, 1, &audio("0", json!([{"ssrc": 5}])));
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 1).bytes());
    rig.take_events();
    rig.ask(Command::CloseRouter(ROUTER)).unwrap();
    let events = rig.take_events();
    let closed = |event: &Event| matches!(event, Event::CloseSockets(TransportId(1)));
    assert_eq!(events.iter().filter(|event| closed(event)).count(), 1);
    rig.assert_empty();
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 2).bytes());
    assert_eq!(rig.worker.drops(DropReason::UnknownTuple), 1);
}
