//! Captures in the classic pcap format, with IP and UDP headers made up around each payload.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::network::Datagram;

/// Written in our byte order: times are in nanoseconds.
const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
/// Packets begin with an IP header.
const LINKTYPE_RAW: u32 = 101;
const MAX_LEN: u32 = 65_535;
const UDP: u8 = 17;
const HOP_LIMIT: u8 = 64;
const UDP_HEADER_LEN: usize = 8;
const IPV4_HEADER_LEN: usize = 20;
const IPV6_HEADER_LEN: usize = 40;

/// A pcap file in memory.
pub(crate) struct Capture {
    bytes: Vec<u8>,
}

impl Capture {
    pub(crate) fn new() -> Self {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC_NANOSECONDS.to_le_bytes());
        bytes.extend(2u16.to_le_bytes());
        bytes.extend(4u16.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(MAX_LEN.to_le_bytes());
        bytes.extend(LINKTYPE_RAW.to_le_bytes());
        Self { bytes }
    }

    /// Appends a datagram. One that no IP packet can hold, or that mixes IP versions, is left out.
    pub(crate) fn record(&mut self, datagram: &Datagram, at: Duration) {
        let Some(packet) = ip_packet(datagram.from, datagram.to, &datagram.payload) else {
            return;
        };
        let (Ok(seconds), Ok(len)) = (u32::try_from(at.as_secs()), u32::try_from(packet.len()))
        else {
            return;
        };
        for field in [seconds, at.subsec_nanos(), len, len] {
            self.bytes.extend(field.to_le_bytes());
        }
        self.bytes.extend(packet);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// The payload in UDP in IP.
fn ip_packet(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Option<Vec<u8>> {
    let udp_len = u16::try_from(UDP_HEADER_LEN + payload.len()).ok()?;
    let mut packet = match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let total = u16::try_from(IPV4_HEADER_LEN).ok()?.checked_add(udp_len)?;
            ipv4_header(from.octets(), to.octets(), total)
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => ipv6_header(from.octets(), to.octets(), udp_len),
        _ => return None,
    };
    let checksum = udp_checksum(from, to, udp_len, payload);
    for field in [from.port(), to.port(), udp_len, checksum] {
        packet.extend(field.to_be_bytes());
    }
    packet.extend_from_slice(payload);
    Some(packet)
}

/// RFC 791, section 3.1.
fn ipv4_header(from: [u8; 4], to: [u8; 4], total_len: u16) -> Vec<u8> {
    let without = |checksum: u16| {
        let mut header = Vec::with_capacity(IPV4_HEADER_LEN + usize::from(total_len));
        header.extend([0x45, 0]);
        header.extend(total_len.to_be_bytes());
        // Identification, then "do not fragment".
        header.extend([0, 0, 0x40, 0, HOP_LIMIT, UDP]);
        header.extend(checksum.to_be_bytes());
        header.extend(from);
        header.extend(to);
        header
    };
    let checksum = finish(sum(&without(0)));
    without(checksum)
}

/// RFC 8200, section 3.
fn ipv6_header(from: [u8; 16], to: [u8; 16], payload_len: u16) -> Vec<u8> {
    let mut header = Vec::with_capacity(IPV6_HEADER_LEN + usize::from(payload_len));
    header.extend([0x60, 0, 0, 0]);
    header.extend(payload_len.to_be_bytes());
    header.extend([UDP, HOP_LIMIT]);
    header.extend(from);
    header.extend(to);
    header
}

/// RFC 768; over the pseudo header of the IP version.
fn udp_checksum(from: SocketAddr, to: SocketAddr, len: u16, payload: &[u8]) -> u16 {
    let address = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => sum(&ip.octets()),
        IpAddr::V6(ip) => sum(&ip.octets()),
    };
    let pseudo = address(from.ip()) + address(to.ip()) + u64::from(UDP) + u64::from(len);
    let header = u64::from(from.port()) + u64::from(to.port()) + u64::from(len);
    match finish(pseudo + header + sum(payload)) {
        0 => u16::MAX,
        checksum => checksum,
    }
}

/// Sum of the 16-bit words, the last one padded with zero.
fn sum(bytes: &[u8]) -> u64 {
    bytes
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u64::from(u16::from_be_bytes([*high, *low])),
            [high] => u64::from(*high) << 8,
            _ => 0,
        })
        .sum()
}

/// Folds a sum into 16 bits and complements it (RFC 1071).
fn finish(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests;
