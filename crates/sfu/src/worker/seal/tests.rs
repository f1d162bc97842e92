use super::*;
use crate::packet::Vp8Fields;
use crate::testing::base;

/// A stored packet: header with a MID, a send time and a transport-wide number, then a payload.
fn stored(payload: &[u8], vp8: Option<Vp8Fields>) -> (PacketMeta, Vec<u8>) {
    let mut bytes = vec![
        0x90, 101, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, // fixed header
        0xbe, 0xde, 0, 4, // one-byte form
        0x17, 0, 0, 0, 0, 0, 0, 0, 0, // mid
        0x42, 0, 0, 0, // absolute send time
        0x51, 0, 0, // transport-wide number
    ];
    let header_len = bytes.len();
    bytes.extend_from_slice(payload);
    let meta = PacketMeta {
        ext_seq: ExtSeq(65_537),
        ts: RtpTime(2),
        arrival: base(),
        header_len: header_len as u16,
        payload_len: payload.len() as u16,
        padding: 0,
        pt: Pt(101),
        marker: false,
        key_frame: false,
        dtx: false,
        patch: PatchOffsets {
            mid: NonZeroU16::new(17),
            abs_send_time: NonZeroU16::new(26),
            twcc: NonZeroU16::new(30),
        },
        red: None,
        vp8,
        layer: Default::default(),
    };
    (meta, bytes)
}

/// As it is sent at first, with nothing of its own.
fn plain() -> Outward {
    Outward {
        ssrc: Ssrc(0xaabb_ccdd),
        pt: Pt(101),
        index: ExtSeq(0x0002_1234),
        timestamp: RtpTime(0x0102_0304),
        marker: true,
        mid: None,
        send_time: None,
        transport_seq: None,
        skipped: 0,
        vp8: None,
        original: None,
    }
}

fn copied(outward: &Outward, meta: &PacketMeta, packet: &[u8]) -> Vec<u8> {
    let mut out = vec![0xee; 300];
    let len = outward.copy(&mut out, meta, packet).unwrap();
    out.truncate(len);
    out
}

#[test]
fn header_gets_the_names_of_the_consumer_and_the_rest_stays() {
    let (meta, packet) = stored(&[7; 50], None);
    let out = copied(&plain(), &meta, &packet);
    let fixed = [
        0x90,
        0x80 | 101,
        0x12,
        0x34,
        1,
        2,
        3,
        4,
        0xaa,
        0xbb,
        0xcc,
        0xdd,
    ];
    assert_eq!(out[..12], fixed);
    assert_eq!(out[12..], packet[12..]);
}

#[test]
fn mid_is_padded_with_zeros_and_stamps_are_written_in_their_places() {
    let (meta, packet) = stored(&[7; 50], None);
    let outward = Outward {
        mid: Some(Mid::new(b"12").unwrap()),
        send_time: Some(AbsSendTime(0x0a_0b0c)),
        transport_seq: Some(Seq(0x0d0e)),
        ..plain()
    };
    let out = copied(&outward, &meta, &packet);
    assert_eq!(out[17..25], *b"12\0\0\0\0\0\0");
    assert_eq!(out[26..29], [0x0a, 0x0b, 0x0c]);
    assert_eq!(out[30..32], [0x0d, 0x0e]);
    assert_eq!(out[32..], packet[32..]);
}

#[test]
fn retransmission_carries_the_original_number_before_the_payload() {
    let (meta, packet) = stored(&[7; 50], None);
    let outward = Outward {
        original: Some(Seq(0x0506)),
        ..plain()
    };
    let out = copied(&outward, &meta, &packet);
    assert_eq!(out[32..34], [5, 6]);
    assert_eq!(out[34..], [7; 50]);
}

/// X and I and L bits, picture id of two bytes, TL0PICIDX, then the frame.
const VP8: [u8; 7] = [0x90, 0xc0, 0x81, 0x02, 0x03, 0x10, 0x11];

fn fields() -> Option<Vp8Fields> {
    Some(Vp8Fields {
        picture_id: NonZeroU16::new(34).map(|at| (0x0102, at)),
        tl0_pic_idx: NonZeroU16::new(36).map(|at| (3, at)),
    })
}

#[test]
fn picture_ids_of_vp8_are_rewritten_with_and_without_an_original_number() {
    let (meta, packet) = stored(&VP8, fields());
    let rewrite = Vp8Rewrite {
        picture_id: 0x7ffe,
        tl0_pic_idx: 0xff,
    };
    let outward = Outward {
        vp8: Some(rewrite),
        ..plain()
    };
    let expected = [0x90, 0xc0, 0xff, 0xfe, 0xff, 0x10, 0x11];
    assert_eq!(copied(&outward, &meta, &packet)[32..], expected);
    let again = Outward {
        original: Some(Seq(9)),
        ..outward
    };
    let out = copied(&again, &meta, &packet);
    assert_eq!((&out[32..34], &out[34..]), (&[0, 9][..], &expected[..]));
}

#[test]
fn descriptor_without_rewritten_fields_stays() {
    let bare = Some(Vp8Fields {
        picture_id: None,
        tl0_pic_idx: None,
    });
    let (meta, packet) = stored(&[0x10, 1, 2], bare);
    let outward = Outward {
        vp8: Some(Vp8Rewrite {
            picture_id: 5,
            tl0_pic_idx: 6,
        }),
        ..plain()
    };
    assert_eq!(copied(&outward, &meta, &packet)[32..], [0x10, 1, 2]);
}

#[test]
fn packet_that_does_not_fit_is_not_written() {
    let (meta, packet) = stored(&VP8, fields());
    let outward = Outward {
        vp8: Some(Vp8Rewrite {
            picture_id: 5,
            tl0_pic_idx: 6,
        }),
        original: Some(Seq(1)),
        ..plain()
    };
    let whole = packet.len() + RTX_OVERHEAD;
    for room in 0..whole {
        assert_eq!(
            outward.copy(&mut vec![0; room], &meta, &packet),
            None,
            "{room}"
        );
    }
    assert_eq!(
        outward.copy(&mut vec![0; whole], &meta, &packet),
        Some(whole)
    );
    assert_eq!(
        outward.copy(&mut [0; 300], &meta, &packet[..20]),
        None,
        "cut short"
    );
}
