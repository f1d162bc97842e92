use super::*;
use miso_wire::{RtpFields, RtpTime};

fn rtx_packet(payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; 12];
    let fields = RtpFields {
        pt: Pt(97),
        seq: Seq(7),
        timestamp: RtpTime(90_000),
        ssrc: Ssrc(2),
        marker: true,
    };
    fields.write(&mut packet, false).unwrap();
    packet.extend_from_slice(payload);
    packet
}

#[test]
fn original_comes_out_with_its_number_source_and_type() {
    let mut packet = rtx_packet(&[0x12, 0x34, 5, 6, 7]);
    let header = RtpHeader::parse(&packet).unwrap();
    let original = unwrap_in_place(&mut packet, &header, Ssrc(1), Pt(96)).unwrap();
    let restored = RtpHeader::parse(original).unwrap();
    assert_eq!(
        (restored.seq, restored.ssrc, restored.pt),
        (Seq(0x1234), Ssrc(1), Pt(96))
    );
    assert_eq!(
        (restored.timestamp, restored.marker),
        (RtpTime(90_000), true)
    );
    assert_eq!(restored.payload(original), [5, 6, 7]);
}

#[test]
fn csrcs_extensions_and_padding_survive() {
    let mut packet = rtx_packet(&[]);
    packet[0] |= 0x31;
    packet.extend_from_slice(&[9, 9, 9, 9, 0xbe, 0xde, 0, 1, 0x10, 0xaa, 0, 0]);
    packet.extend_from_slice(&[0, 1, 5, 6, 0, 0, 3]);
    let header = RtpHeader::parse(&packet).unwrap();
    let original = unwrap_in_place(&mut packet, &header, Ssrc(1), Pt(96)).unwrap();
    let restored = RtpHeader::parse(original).unwrap();
    assert_eq!(
        (restored.header_len, restored.padding_len, restored.seq),
        (24, 3, Seq(1))
    );
    assert_eq!(restored.payload(original), [5, 6]);
}

#[test]
fn probing_with_padding_carries_no_packet() {
    for payload in [&[][..], &[1]] {
        let mut packet = rtx_packet(payload);
        let header = RtpHeader::parse(&packet).unwrap();
        assert_eq!(unwrap_in_place(&mut packet, &header, Ssrc(1), Pt(96)), None);
    }
}

#[test]
fn foreign_payload_type_and_wild_numbers_are_discarded() {
    let mut rtx = RecvRtx::new(Ssrc(2), Pt(97), Pt(96));
    assert!(rtx.receive(Pt(97), Seq(1)));
    assert!(!rtx.receive(Pt(96), Seq(2)));
    assert!(!rtx.receive(Pt(97), Seq(30_000)));
    assert_eq!((rtx.discarded(), rtx.received), (2, 1));
}
