use super::*;
use proptest::prelude::*;

fn packet(first: u8, tail: &[u8]) -> Vec<u8> {
    let mut bytes = vec![
        first,
        0x80 | 96,
        0x12,
        0x34,
        0,
        0,
        0,
        9,
        0xde,
        0xad,
        0xbe,
        0xef,
    ];
    bytes.extend_from_slice(tail);
    bytes
}

#[test]
fn fixed_header_is_read() {
    let header = RtpHeader::parse(&packet(0x80, b"payload")).unwrap();
    assert_eq!(header.pt, Pt(96));
    assert_eq!(header.seq, Seq(0x1234));
    assert_eq!(header.timestamp, RtpTime(9));
    assert_eq!(header.ssrc, Ssrc(0xdead_beef));
    assert!(header.marker && !header.has_padding);
    assert_eq!(header.payload_range(), 12..19);
}

#[test]
fn csrcs_and_extensions_belong_to_the_header() {
    let tail = [1, 1, 1, 1, 2, 2, 2, 2, 0xbe, 0xde, 0, 1, 0x10, 7, 0, 0, 42];
    let bytes = packet(0x92, &tail);
    let header = RtpHeader::parse(&bytes).unwrap();
    assert_eq!(header.header_len, 28);
    assert_eq!(header.payload(&bytes), [42]);
    assert_eq!(header.extensions.find(&bytes, 1), Some(25..26));
}

#[test]
fn truncation_anywhere_in_the_header_is_an_error() {
    let whole = packet(0x91, &[1, 1, 1, 1, 0xbe, 0xde, 0, 1, 0x10, 7, 0, 0]);
    assert!(RtpHeader::parse(&whole).is_ok());
    for len in 0..whole.len() {
        assert_eq!(
            RtpHeader::parse(&whole[..len]),
            Err(RtpError::Truncated),
            "{len} bytes"
        );
    }
}

#[test]
fn other_versions_are_refused() {
    for first in [0x00, 0x40, 0xc0] {
        assert_eq!(
            RtpHeader::parse(&packet(first, &[])),
            Err(RtpError::BadVersion)
        );
    }
}

#[test]
fn padding_is_taken_off_the_payload() {
    let header = RtpHeader::parse(&packet(0xa0, &[5, 5, 5, 0, 0, 3])).unwrap();
    assert_eq!((header.payload_len, header.padding_len), (3, 3));
    let only = RtpHeader::parse(&packet(0xa0, &[0, 0, 3])).unwrap();
    assert_eq!((only.payload_len, only.padding_len), (0, 3));
}

#[test]
fn impossible_padding_is_refused() {
    for tail in [&[5, 5, 0][..], &[5, 5, 4], &[]] {
        assert_eq!(
            RtpHeader::parse(&packet(0xa0, tail)),
            Err(RtpError::BadPadding),
            "{tail:?}"
        );
    }
}

#[test]
fn encrypted_padding_is_left_alone_until_the_packet_is_clear() {
    let sealed = packet(0xa0, &[0x77; 30]);
    let mut header = RtpHeader::parse_header(&sealed).unwrap();
    assert_eq!((header.payload_len, header.padding_len), (30, 0));
    let clear = packet(0xa0, &[9, 9, 9, 9, 1]);
    header.finish(&clear).unwrap();
    assert_eq!((header.payload_len, header.padding_len), (4, 1));
    assert_eq!(header.finish(&clear[..11]), Err(RtpError::Truncated));
}

#[test]
fn setters_leave_short_packets_unchanged() {
    let mut short = [0x80];
    set_pt(&mut short, Pt(1));
    set_marker(&mut short, true);
    set_seq(&mut short, Seq(1));
    set_timestamp(&mut short, RtpTime(1));
    set_ssrc(&mut short, Ssrc(1));
    assert_eq!(short, [0x80]);
}

proptest! {
    #[test]
    fn setters_and_writer_agree_with_the_parser(
        pt in 0u8..128, seq: u16, timestamp: u32, ssrc: u32, marker: bool, payload: [u8; 5]
    ) {
        let fields = RtpFields {
            pt: Pt(pt), seq: Seq(seq), timestamp: RtpTime(timestamp), ssrc: Ssrc(ssrc), marker,
        };
        let mut written = [0; 17];
        prop_assert_eq!(fields.write(&mut written, false), Ok(12));
        written[12..].copy_from_slice(&payload);
        let mut edited = packet(0x80, &payload);
        set_pt(&mut edited, fields.pt);
        set_marker(&mut edited, fields.marker);
        set_seq(&mut edited, fields.seq);
        set_timestamp(&mut edited, fields.timestamp);
        set_ssrc(&mut edited, fields.ssrc);
        prop_assert_eq!(&edited[..], &written[..]);
        let header = RtpHeader::parse(&written).unwrap();
        prop_assert_eq!(header.pt, fields.pt);
        prop_assert_eq!(header.seq, fields.seq);
        prop_assert_eq!(header.timestamp, fields.timestamp);
        prop_assert_eq!(header.ssrc, fields.ssrc);
        prop_assert_eq!(header.marker, fields.marker);
        prop_assert_eq!(header.payload(&written), &payload[..]);
    }

    #[test]
    fn ranges_always_lie_within_the_packet(first in 0x80u8..0xc0, tail: Vec<u8>) {
        let bytes = packet(first, &tail);
        if let Ok(header) = RtpHeader::parse(&bytes) {
            prop_assert_eq!(header.header_len + header.payload_len + header.padding_len, bytes.len());
            for (id, range) in header.extensions.elements(&bytes) {
                prop_assert!(id != 0 && range.end <= header.header_len);
            }
        }
    }
}
