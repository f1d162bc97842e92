//! SRTP with AES in Galois counter mode (RFC 7714), as far as sending one stream needs it.

use std::io;
use std::net::SocketAddr;

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::Cipher;

/// Bytes of the RTP header: 12, and an extension of 8.
pub(super) const HEADER_BYTES: usize = 20;

/// Bytes of the authentication tag.
pub(super) const TAG_BYTES: usize = 16;

/// One destination: its address, its key and its place in the stream.
pub(super) struct Sealer {
    /// Where the packets go.
    destination: SocketAddr,
    /// The session key.
    key: LessSafeKey,
    /// The session salt.
    salt: [u8; NONCE_LEN],
    /// The stream's SSRC, another for each destination.
    ssrc: u32,
    /// The extended sequence number: rollover counter and sequence number.
    index: u64,
}

impl Sealer {
    /// With a key that belongs to this index alone.
    pub(super) fn new(cipher: Cipher, index: usize, destination: SocketAddr) -> io::Result<Self> {
        let unique = (index as u64).to_be_bytes();
        let algorithm = match cipher {
            Cipher::Aes128Gcm => &AES_128_GCM,
            Cipher::Aes256Gcm => &AES_256_GCM,
        };
        let mut key = vec![0x5a; algorithm.key_len()];
        let mut salt = [0xa5; NONCE_LEN];
        for (place, byte) in key.iter_mut().zip(unique) {
            *place = byte;
        }
        for (place, byte) in salt.iter_mut().zip(unique) {
            *place ^= byte;
        }
        let key = UnboundKey::new(algorithm, &key).map_err(io::Error::other)?;
        Ok(Self {
            destination,
            key: LessSafeKey::new(key),
            salt,
            ssrc: 0x1000_0000_u32.wrapping_add(index as u32),
            index: 0,
        })
    }

    /// Where the packets go.
    pub(super) fn destination(&self) -> SocketAddr {
        self.destination
    }

    /// Seals one packet into `packet`, which must have room for header, payload and tag exactly.
    pub(super) fn seal(&mut self, payload: &[u8], packet: &mut [u8]) -> io::Result<()> {
        let nonce = self.nonce();
        let header = self.header();
        self.index += 1;
        let too_short = io::ErrorKind::InvalidInput;
        let (start, rest) = packet.split_at_mut_checked(HEADER_BYTES).ok_or(too_short)?;
        let (sealed, tag) = rest.split_at_mut_checked(payload.len()).ok_or(too_short)?;
        start.copy_from_slice(&header);
        self.key
            .seal_out_of_place_scatter(nonce, Aad::from(header), payload, sealed, &[], tag)
            .map_err(io::Error::other)
    }

    /// Two zero bytes, SSRC, rollover counter and sequence number, masked by the salt (RFC 7714
    /// section 8.1).
    fn nonce(&self) -> Nonce {
        let [_, _, index @ ..] = self.index.to_be_bytes();
        let [a, b, c, d] = self.ssrc.to_be_bytes();
        let [e, f, g, h, i, j] = index;
        let mut nonce = [0, 0, a, b, c, d, e, f, g, h, i, j];
        for (byte, mask) in nonce.iter_mut().zip(self.salt) {
            *byte ^= mask;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// Version 2 with extension, payload type 96, this stream's sequence number and SSRC, a
    /// one-byte extension (RFC 8285) of a transport-wide sequence number.
    fn header(&self) -> [u8; HEADER_BYTES] {
        let [.., s, t] = self.index.to_be_bytes();
        let [a, b, c, d] = self.ssrc.to_be_bytes();
        let time = [s, t, 0, 0];
        let [w, x, y, z] = time;
        [
            0x90, 96, s, t, w, x, y, z, a, b, c, d, 0xbe, 0xde, 0, 1, 0x51, s, t, 0,
        ]
    }
}
