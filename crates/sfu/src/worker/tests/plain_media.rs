//! Plain transports: media, RTCP and SRTP.

use super::media::{Packet, audio, consume, video};
use super::plain::{PEER, PEER_RTCP, STRANGER, comedia, report, rtcp_socket, rtp_socket, unmuxed};
use super::rig::Rig;
use crate::command::{PlainConnect, PlainTransportOptions, SrtpKey};
use crate::drops::DropReason;
use crate::transport::traffic::read;
use miso_secure::{
    RtpToOpen, RtpToSeal, SrtpCryptoSuite, SrtpError, SrtpMasterKey, SrtpRecv, SrtpSend,
};
use miso_wire::{ExtSeq, RtcpPacket, RtcpPackets, RtcpWriter, RtpHeader, Seq, Ssrc};
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;

/// A peer with keys.
struct SecurePeer {
    send: SrtpSend,
    recv: SrtpRecv,
}

impl SecurePeer {
    /// Tells a transport the key, and takes its.
    fn connect(rig: &mut Rig, id: u64, suite: SrtpCryptoSuite) -> Self {
        let key = SrtpMasterKey::generate(suite).unwrap();
        let connect = PlainConnect {
            srtp: Some(SrtpKey {
                suite,
                key_and_salt: key.as_bytes().to_vec(),
            }),
            ..PlainConnect::default()
        };
        let dump = rig.connect_plain(id, connect).unwrap();
        Self {
            send: SrtpSend::new(&key).unwrap(),
            recv: SrtpRecv::new(&dump.srtp.unwrap()).unwrap(),
        }
    }

    fn rtp(&self, packet: &Packet) -> Vec<u8> {
        let clear = packet.bytes();
        let header = RtpHeader::parse_header(&clear).unwrap();
        let mut out = clear[..header.header_len].to_vec();
        out.resize(clear.len() + 32, 0);
        let to_seal = RtpToSeal {
            header_len: header.header_len,
            patched: 0,
            payload: &clear[header.header_len..],
            index: ExtSeq(u64::from(header.seq.0)),
            ssrc: header.ssrc,
        };
        let len = self.send.seal_rtp(&mut out, to_seal).unwrap();
        out.truncate(len);
        out
    }

    fn rtcp(&mut self, clear: &[u8]) -> Vec<u8> {
        let mut out = clear.to_vec();
        out.resize(clear.len() + 32, 0);
        let len = self.send.seal_rtcp(&mut out, clear.len()).unwrap();
        out.truncate(len);
        out
    }

    fn open_rtp(&mut self, mut packet: Vec<u8>) -> Result<Vec<u8>, SrtpError> {
        let header = RtpHeader::parse_header(&packet).unwrap();
        let to_open = RtpToOpen {
            header_len: header.header_len,
            seq: header.seq,
            ssrc: header.ssrc,
        };
        let (len, _) = self.recv.open_rtp(&mut packet, to_open)?;
        packet.truncate(len);
        Ok(packet)
    }
}

fn is_rtcp(packet: &[u8]) -> bool {
    (192..=223).contains(&packet[1])
}

impl Rig {
    /// What was sent from a socket to a peer since the last time, RTCP or media; the rest of it is kept.
    fn take_sent(&mut self, path: (SocketAddr, SocketAddr), rtcp: bool) -> Vec<Vec<u8>> {
        let wanted = |(from, to, bytes): &(SocketAddr, SocketAddr, Vec<u8>)| {
            (*from, *to) == path && is_rtcp(bytes) == rtcp
        };
        let (taken, kept) = std::mem::take(&mut self.elsewhere)
            .into_iter()
            .partition(wanted);
        self.elsewhere = kept;
        let taken: Vec<_> = taken;
        taken.into_iter().map(|(_, _, bytes)| bytes).collect()
    }
}

fn secure(id: u64, suite: SrtpCryptoSuite) -> PlainTransportOptions {
    PlainTransportOptions {
        srtp: Some(suite),
        ..comedia(id)
    }
}

#[test]
fn media_and_rtcp_cross_in_both_directions_under_every_suite() {
    for suite in SrtpCryptoSuite::ALL {
        let mut rig = Rig::new();
        rig.make_plain(1, secure(1, suite));
        rig.make_plain(2, secure(2, suite));
        let speaker = SecurePeer::connect(&mut rig, 1, suite);
        let mut listener = SecurePeer::connect(&mut rig, 2, suite);
        let produced = audio("0", json!([{"ssrc": 5}]));
        rig.produce(1, 1, &produced);
        rig.consume(2, 2, consume(1, &produced, 70, false));
        let hello = listener.rtcp(&report());
        assert_eq!(hello.len(), report().len() + suite.rtcp_overhead());
        rig.arrive(2, (rtp_socket(2), PEER), &hello);
        for seq in 1..=5 {
            let packet = speaker.rtp(&Packet::opus(5, seq));
            rig.arrive(1, (rtp_socket(1), PEER), &packet);
        }
        let sent = rig.take_sent((rtp_socket(2), PEER), false);
        assert_eq!(sent.len(), 5, "{suite}");
        for packet in sent {
            let len = packet.len();
            let clear = listener.open_rtp(packet).unwrap();
            assert_eq!(len - clear.len(), suite.rtp_overhead());
            assert!(clear.ends_with(&Packet::opus(5, 1).payload));
        }
        rig.advance(Duration::from_secs(6));
        let reports = rig.take_sent((rtp_socket(2), PEER), true);
        assert!(!reports.is_empty());
        for mut report in reports {
            let len = listener.recv.open_rtcp(&mut report).unwrap();
            assert!(RtcpPackets::new(&report[..len]).all(|packet| packet.is_ok()));
        }
        assert_eq!(rig.worker.all_drops(), [], "{suite}");
    }
}

#[test]
fn before_the_peers_key_is_told_nothing_is_taken() {
    let suite = SrtpCryptoSuite::AesCm128HmacSha1_80;
    let mut rig = Rig::new();
    rig.make_plain(1, secure(1, suite));
    rig.produce(1, 1, &audio("0", json!([{"ssrc": 5}])));
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 1).bytes());
    assert_eq!(rig.worker.drops(DropReason::NoKeys), 1);
    assert_eq!(rig.transport(1).selected_tuple(), None);
}

#[test]
fn under_a_wrong_key_nobody_becomes_the_peer_and_no_state_is_kept() {
    for suite in SrtpCryptoSuite::ALL {
        let mut rig = Rig::new();
        rig.make_plain(1, secure(1, suite));
        rig.make_plain(2, secure(2, suite));
        let right = SecurePeer::connect(&mut rig, 1, suite);
        let mut wrong = SecurePeer::connect(&mut rig, 2, suite);
        rig.produce(1, 1, &audio("0", json!([{"ssrc": 5}])));
        let (rtp, rtcp) = (wrong.rtp(&Packet::opus(5, 1)), wrong.rtcp(&report()));
        let clear = Packet::opus(5, 1).bytes();
        for packet in [&rtp, &rtcp, &clear] {
            rig.arrive(1, (rtp_socket(1), STRANGER), packet);
        }
        assert_eq!(rig.transport(1).selected_tuple(), None);
        assert_eq!(rig.transport(1).srtp().unwrap().recv.ssrc_count(), 0);
        assert_eq!(rig.worker.drops(DropReason::SrtpAuth), 2);
        assert_eq!(rig.worker.drops(DropReason::SrtcpAuth), 1);
        rig.arrive(1, (rtp_socket(1), PEER), &right.rtp(&Packet::opus(5, 1)));
        assert_eq!(rig.transport(1).selected_tuple().unwrap().remote(), PEER);
        // Even what is authentic comes from one address only, and moves no replay window from another.
        rig.arrive(
            1,
            (rtp_socket(1), STRANGER),
            &right.rtp(&Packet::opus(5, 2)),
        );
        rig.arrive(1, (rtp_socket(1), PEER), &right.rtp(&Packet::opus(5, 2)));
        assert_eq!(rig.worker.drops(DropReason::SrtpReplay), 0);
        assert_eq!(rig.transport(1).srtp().unwrap().recv.ssrc_count(), 1);
        assert!(rig.elsewhere.iter().all(|(_, to, _)| *to != STRANGER));
    }
}

#[test]
fn lost_packets_are_sent_again_and_key_frames_asked_for_on_the_rtcp_socket() {
    let mut rig = Rig::new();
    rig.make_plain(1, unmuxed(1));
    rig.make_plain(2, unmuxed(2));
    let produced = video("1", json!([{"ssrc": 5, "rtx": {"ssrc": 6}}]));
    rig.produce(1, 1, &produced);
    rig.consume(2, 2, consume(1, &produced, 70, true));
    rig.arrive(1, (rtcp_socket(1), PEER_RTCP), &report());
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::vp8(5, 1, true).bytes());
    // The consumer's peer only listens, so media of its own has to tell where it is.
    rig.arrive(2, (rtcp_socket(2), PEER_RTCP), &report());
    rig.arrive(2, (rtp_socket(2), PEER), &Packet::opus(9, 1).bytes());
    let asked = rig.take_sent((rtcp_socket(1), PEER_RTCP), true);
    let is_pli = |bytes: &Vec<u8>| {
        RtcpPackets::new(bytes).any(|packet| matches!(packet, Ok(RtcpPacket::Pli(_))))
    };
    assert!(asked.iter().any(is_pli));
    rig.advance(Duration::from_secs(1));
    for seq in 2..5 {
        rig.arrive(
            1,
            (rtp_socket(1), PEER),
            &Packet::vp8(5, seq, seq == 2).bytes(),
        );
    }
    let sent = rig.take_sent((rtp_socket(2), PEER), false);
    assert_eq!(sent.len(), 3);
    let header = RtpHeader::parse(&sent[1]).unwrap();
    let mut nack = vec![0; 100];
    let mut writer = RtcpWriter::new(&mut nack);
    writer.nack(Ssrc(1), Ssrc(70), &[header.seq]).unwrap();
    let len = writer.len();
    rig.advance(Duration::from_millis(30));
    rig.arrive(2, (rtcp_socket(2), PEER_RTCP), &nack[..len]);
    let again = rig.take_sent((rtp_socket(2), PEER), false);
    let repeated = RtpHeader::parse(&again[0]).unwrap();
    let original = &again[0][repeated.header_len..repeated.header_len + 2];
    assert_eq!((again.len(), repeated.ssrc), (1, Ssrc(71)));
    assert_eq!(
        Seq(u16::from_be_bytes([original[0], original[1]])),
        header.seq
    );
    // A gap in what is received is asked for.
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::vp8(5, 7, false).bytes());
    rig.advance(Duration::from_millis(100));
    let asked = rig.take_sent((rtcp_socket(1), PEER_RTCP), true);
    let nacks = asked.iter().flat_map(|bytes| RtcpPackets::new(bytes));
    assert!(
        nacks
            .flatten()
            .any(|packet| matches!(packet, RtcpPacket::Nack(_)))
    );
    let traffic = &rig.transport(2).traffic;
    assert!(read(&traffic.rtp_sent, rig.now).bytes > 600);
    assert!(read(&traffic.rtx_sent, rig.now).bytes > 200);
}

#[test]
fn rtcp_waits_for_the_address_of_its_socket() {
    let mut rig = Rig::new();
    rig.make_plain(1, unmuxed(1));
    rig.produce(1, 1, &audio("0", json!([{"ssrc": 5}])));
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 1).bytes());
    rig.advance(Duration::from_secs(10));
    assert!(rig.elsewhere.is_empty());
    rig.arrive(1, (rtcp_socket(1), PEER_RTCP), &report());
    rig.arrive(1, (rtp_socket(1), PEER), &Packet::opus(5, 2).bytes());
    rig.advance(Duration::from_secs(10));
    assert!(!rig.take_sent((rtcp_socket(1), PEER_RTCP), true).is_empty());
    assert!(rig.elsewhere.is_empty());
}
