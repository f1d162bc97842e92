//! As much of the packet format as is needed to look at a packet before the library does (RFC 9260, section 3).

/// Common header: ports, verification tag, checksum.
pub(super) const HEADER_LEN: usize = 12;
/// Type, flags and length of a chunk.
pub(super) const CHUNK_HEADER_LEN: usize = 4;

const DATA: u8 = 0;
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const COOKIE_ECHO: u8 = 10;
const I_DATA: u8 = 64;

/// Both flags set: a whole message in one chunk.
const FIRST_AND_LAST: u8 = 0b11;

/// Why a packet is not even looked at by the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PacketError {
    /// Shorter than a header and one chunk.
    TooShort,
    /// Not for our port.
    WrongPort,
    /// A chunk's length is below its header or beyond the packet.
    BadChunkLength,
    /// COOKIE ECHO is not the first chunk (section 6.10).
    CookieEchoNotFirst,
}

/// What a packet contains, as far as it matters outside of the library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Some chunk makes the library draw random numbers.
    pub(super) handshake: bool,
    /// The first chunk is a COOKIE ECHO.
    pub(super) cookie_echo: bool,
    /// Chunks that carry a part of a message.
    pub(super) fragments: u32,
}

/// Looks through all chunk headers of a packet to `local_port`.
pub(super) fn inspect(packet: &[u8], local_port: u16) -> Result<Summary, PacketError> {
    let (header, mut rest) = packet
        .split_at_checked(HEADER_LEN)
        .ok_or(PacketError::TooShort)?;
    if rest.len() < CHUNK_HEADER_LEN {
        return Err(PacketError::TooShort);
    }
    if read_u16(header, 2) != Some(local_port) {
        return Err(PacketError::WrongPort);
    }
    let mut summary = Summary::default();
    let mut first = true;
    while !rest.is_empty() {
        let (chunk, next) = split_chunk(rest).ok_or(PacketError::BadChunkLength)?;
        match chunk.kind {
            DATA | I_DATA if chunk.flags & FIRST_AND_LAST != FIRST_AND_LAST => {
                summary.fragments += 1
            }
            INIT | INIT_ACK => summary.handshake = true,
            COOKIE_ECHO if !first => return Err(PacketError::CookieEchoNotFirst),
            COOKIE_ECHO => {
                summary.handshake = true;
                summary.cookie_echo = true;
            }
            _ => {}
        }
        first = false;
        rest = next;
    }
    Ok(summary)
}

/// A chunk at the beginning of some bytes.
pub(super) struct Chunk<'a> {
    /// Chunk type.
    pub(super) kind: u8,
    /// Chunk flags.
    pub(super) flags: u8,
    /// The value, without padding.
    pub(super) value: &'a [u8],
}

/// Splits the first chunk, padding included, from the rest. The padding of the last chunk may be missing.
pub(super) fn split_chunk(bytes: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let &[kind, flags, high, low, ..] = bytes else {
        return None;
    };
    let len = usize::from(u16::from_be_bytes([high, low]));
    let value = bytes.get(CHUNK_HEADER_LEN..len)?;
    let rest = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    Some((Chunk { kind, flags, value }, rest))
}

/// Whether the first chunk of one of our own packets is an INIT ACK.
pub(super) fn is_init_ack(packet: &[u8]) -> bool {
    packet.get(HEADER_LEN) == Some(&INIT_ACK)
}

/// Two bytes in network order.
pub(super) fn read_u16(bytes: &[u8], at: usize) -> Option<u16> {
    let (_, tail) = bytes.split_at_checked(at)?;
    tail.first_chunk().map(|b| u16::from_be_bytes(*b))
}

/// The checksum field as it stands.
pub(super) fn checksum(packet: &[u8]) -> Option<u32> {
    let (_, tail) = packet.split_at_checked(8)?;
    tail.first_chunk().map(|b| u32::from_le_bytes(*b))
}

/// What the checksum field has to be (RFC 9260, appendix A).
pub(super) fn expected_checksum(packet: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for (i, &byte) in packet.iter().enumerate() {
        let byte = if (8..HEADER_LEN).contains(&i) {
            0
        } else {
            byte
        };
        let [low, ..] = (crc ^ u32::from(byte)).to_le_bytes();
        crc = CRC32C.get(usize::from(low)).copied().unwrap_or_default() ^ (crc >> 8);
    }
    !crc
}

/// Writes the right checksum, unless the packet goes without (RFC 9653).
pub(super) fn refresh_checksum(packet: &mut [u8]) {
    if checksum(packet).is_none_or(|sum| sum == 0) {
        return;
    }
    let sum = expected_checksum(packet).to_le_bytes();
    if let Some(field) = packet.get_mut(8..HEADER_LEN) {
        field.copy_from_slice(&sum);
    }
}

/// Remainders of each byte for the Castagnoli polynomial, reflected.
const CRC32C: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0x82f6_3b78
            } else {
                crc >> 1
            };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};
