use super::*;

fn datagram(head: &[u8], len: usize) -> Vec<u8> {
    let mut bytes = head.to_vec();
    bytes.resize(len, 0);
    bytes
}

#[test]
fn stun_needs_its_cookie_and_a_whole_header() {
    let head = [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    assert_eq!(classify(&datagram(&head, 20)), PacketKind::Stun);
    assert_eq!(classify(&datagram(&head, 19)), PacketKind::Unknown);
    assert_eq!(
        classify(&datagram(&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x43], 20)),
        PacketKind::Unknown
    );
    assert_eq!(
        classify(&datagram(&[3, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42], 20)),
        PacketKind::Unknown
    );
}

#[test]
fn rtcp_is_told_from_rtp_by_its_second_byte() {
    for second in 0..=255u8 {
        let expected = if (192..=223).contains(&second) {
            PacketKind::Rtcp
        } else {
            PacketKind::Rtp
        };
        assert_eq!(
            classify(&datagram(&[0x80, second], 12)),
            expected,
            "second byte {second}"
        );
    }
}

#[test]
fn rtp_needs_twelve_bytes_and_rtcp_four() {
    assert_eq!(classify(&datagram(&[0x80, 96], 11)), PacketKind::Unknown);
    assert_eq!(classify(&datagram(&[0x80, 200], 4)), PacketKind::Rtcp);
    assert_eq!(classify(&datagram(&[0x80, 200], 3)), PacketKind::Unknown);
}

#[test]
fn dtls_is_a_first_byte_of_20_to_63() {
    assert_eq!(classify(&datagram(&[20], 13)), PacketKind::Dtls);
    assert_eq!(classify(&datagram(&[63], 13)), PacketKind::Dtls);
    assert_eq!(classify(&datagram(&[64], 13)), PacketKind::Unknown);
    assert_eq!(classify(&datagram(&[19], 13)), PacketKind::Unknown);
    assert_eq!(classify(&datagram(&[22], 12)), PacketKind::Unknown);
}

#[test]
fn nothing_is_unknown() {
    assert_eq!(classify(&[]), PacketKind::Unknown);
}
