use std::time::{Duration, Instant};

use super::{Capture, finish, sum};
use crate::network::Datagram;

#[expect(
    clippy::disallowed_methods,
    reason = "any instant will do as the origin of virtual time"
)]
fn datagram(from: &str, to: &str, payload: &[u8]) -> Datagram {
    let now = Instant::now();
    let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
    Datagram {
        from,
        to,
        payload: payload.to_vec(),
        sent_at: now,
        arrived_at: now,
    }
}

/// Captures one datagram and returns record header and packet.
fn captured(datagram: &Datagram) -> (Vec<u8>, Vec<u8>) {
    let mut capture = Capture::new();
    capture.record(datagram, Duration::new(3, 500));
    let bytes = capture.into_bytes();
    (bytes[24..40].to_vec(), bytes[40..].to_vec())
}

#[test]
fn file_begins_with_the_header_of_nanosecond_pcap_of_raw_ip() {
    let bytes = Capture::new().into_bytes();
    assert_eq!(bytes.len(), 24);
    assert_eq!(bytes[..8], [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0]);
    assert_eq!(bytes[20], 101);
}

#[test]
fn ipv4_record_has_valid_lengths_and_checksums() {
    let (record, packet) = captured(&datagram("10.0.0.1:5000", "10.0.0.2:6000", b"abc"));
    assert_eq!(
        record,
        [3, 0, 0, 0, 0xf4, 1, 0, 0, 31, 0, 0, 0, 31, 0, 0, 0]
    );
    assert_eq!(packet.len(), 31);
    assert_eq!(finish(sum(&packet[..20])), 0, "a header sums up to nothing");
    let pseudo = sum(&packet[12..20]) + 17 + 11;
    assert_eq!(finish(pseudo + sum(&packet[20..])), 0);
    assert_eq!(packet[20..24], [0x13, 0x88, 0x17, 0x70]);
    assert_eq!(packet[28..], *b"abc");
}

#[test]
fn ipv6_record_has_valid_lengths_and_checksum() {
    let (_, packet) = captured(&datagram("[fd00::1]:5000", "[fd00::2]:6000", b"abcd"));
    assert_eq!(packet.len(), 52);
    let pseudo = sum(&packet[8..40]) + 17 + 12;
    assert_eq!(finish(pseudo + sum(&packet[40..])), 0);
}

#[test]
fn mixed_addresses_and_oversized_payloads_are_left_out() {
    let mut capture = Capture::new();
    capture.record(&datagram("10.0.0.1:1", "[fd00::2]:1", b"x"), Duration::ZERO);
    capture.record(
        &datagram("10.0.0.1:1", "10.0.0.2:1", &[0; 65_508]),
        Duration::ZERO,
    );
    assert_eq!(capture.into_bytes().len(), 24);
}
