use std::time::Duration;

use miso_ortc::{ProducerOptions, TransportCname, prepare_producer, router_rtp_capabilities};
use miso_secure::{RtpToOpen, SrtpCryptoSuite, SrtpMasterKey, SrtpRecv};
use miso_wire::RtpHeader;

use super::{MediaKind, SSRC, Source, kind_of, parameters, router_codecs};
use crate::Load;

fn frame_of(load: &Load) -> Vec<(RtpHeader, Vec<u8>)> {
    let keys = SrtpMasterKey::generate(SrtpCryptoSuite::AeadAes128Gcm).unwrap();
    let mut source = Source::new(load, &keys).unwrap();
    let mut recv = SrtpRecv::new(&keys).unwrap();
    let runs = source.next_frame().unwrap();
    let open = |packet: &[u8]| {
        let mut packet = packet.to_vec();
        let header = RtpHeader::parse_header(&packet).unwrap();
        let to_open = RtpToOpen {
            header_len: header.header_len,
            seq: header.seq,
            ssrc: header.ssrc,
        };
        let (length, _) = recv.open_rtp(&mut packet, to_open).unwrap();
        packet.truncate(length);
        (RtpHeader::parse(&packet).unwrap(), packet)
    };
    let packets = runs
        .iter()
        .flat_map(|(run, length)| run.chunks(*length.max(&1)));
    packets.map(open).collect()
}

#[test]
fn a_router_takes_what_the_producer_says() {
    let router = router_rtp_capabilities(&router_codecs().unwrap()).unwrap();
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let options = ProducerOptions {
            kind,
            parameters: parameters(kind).unwrap(),
            router: &router,
        };
        prepare_producer(options, &mut TransportCname::default(), &mut || 7).unwrap();
    }
}

#[test]
fn a_frame_has_as_many_packets_of_the_loads_length_and_one_marker() {
    let load = Load::new(1, 10, Duration::from_secs(1));
    let packets = frame_of(&load);
    assert_eq!(packets.len(), 10);
    for (place, (header, bytes)) in packets.iter().enumerate() {
        assert_eq!(bytes.len(), load.packet_bytes);
        assert_eq!(header.ssrc, SSRC);
        assert_eq!(header.marker, place == 9);
        assert_eq!(header.payload(bytes)[0] & 0x10 != 0, place == 0);
    }
}

#[test]
fn the_last_packets_of_a_frame_can_be_longer_as_a_browsers_are() {
    let mut load = Load::new(1, 10, Duration::from_secs(1));
    load.longer = 3;
    let lengths: Vec<_> = frame_of(&load)
        .iter()
        .map(|(_, bytes)| bytes.len())
        .collect();
    assert_eq!(lengths[..7], [1_200; 7]);
    assert_eq!(lengths[7..], [1_201; 3]);
}

#[test]
fn audio_is_single_packets() {
    let load = Load::new(1, 1, Duration::from_secs(1));
    assert_eq!(kind_of(&load), MediaKind::Audio);
    assert_eq!(frame_of(&load).len(), 1);
}
