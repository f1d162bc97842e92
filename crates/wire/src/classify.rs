//! What kind of protocol a datagram belongs to, from its first bytes (RFC 7983 with mediasoup's order and minima).

/// The protocol of a datagram that reached a WebRTC port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PacketKind {
    /// STUN with the magic cookie of RFC 8489.
    Stun,
    /// A DTLS record.
    Dtls,
    /// RTP or SRTP.
    Rtp,
    /// RTCP or SRTCP.
    Rtcp,
    /// None of them: to be dropped.
    Unknown,
}

const STUN_MIN: usize = 20;
const STUN_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const DTLS_MIN: usize = 13;
const RTP_MIN: usize = 12;

/// The kind of a datagram, tested in the order STUN, RTCP, RTP, DTLS.
///
/// Only the outside is looked at; the parser of that protocol may still refuse the packet.
pub fn classify(datagram: &[u8]) -> PacketKind {
    let [first, second, _, _, rest @ ..] = datagram else {
        return PacketKind::Unknown;
    };
    match first {
        0..=2 if datagram.len() >= STUN_MIN && rest.starts_with(&STUN_COOKIE) => PacketKind::Stun,
        128..=191 if (192..=223).contains(second) => PacketKind::Rtcp,
        128..=191 if datagram.len() >= RTP_MIN => PacketKind::Rtp,
        20..=63 if datagram.len() >= DTLS_MIN => PacketKind::Dtls,
        _ => PacketKind::Unknown,
    }
}

#[cfg(test)]
mod tests;
