//! The two ways to protect a packet, alike for RTP and RTCP: both know only bytes, an SSRC and a 48-bit index.

use super::kdf::{self, Kind, Label};
use super::{SrtpCryptoSuite, SrtpError, SrtpMasterKey};
use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{hmac, iv::FixedLength};
use miso_wire::Ssrc;

/// Session keys of one direction, for RTP or for RTCP.
#[expect(
    clippy::large_enum_variant,
    reason = "there are two per direction and transport, and a packet must not chase a pointer to its key"
)]
pub(super) enum Cipher {
    Gcm(Gcm),
    CmSha1(CmSha1),
}

impl Cipher {
    pub(super) fn new(master: &SrtpMasterKey, kind: Kind) -> Result<Self, SrtpError> {
        match master.suite() {
            SrtpCryptoSuite::AeadAes256Gcm | SrtpCryptoSuite::AeadAes128Gcm => {
                Gcm::derive(master, kind).map(Self::Gcm)
            }
            SrtpCryptoSuite::AesCm128HmacSha1_80 | SrtpCryptoSuite::AesCm128HmacSha1_32 => {
                CmSha1::derive(master, kind).map(Self::CmSha1)
            }
        }
    }

    /// Reads its memory. What comes out means nothing, and tells nothing of keys.
    pub(super) fn touch(&self) -> u64 {
        match self {
            Self::Gcm(gcm) => u64::from(gcm.salt == 0) ^ gcm.key.algorithm().key_len() as u64,
            Self::CmSha1(cm) => u64::from(cm.salt == 0),
        }
    }
}

/// AES in Galois counter mode (RFC 7714).
pub(super) struct Gcm {
    key: LessSafeKey,
    /// The 96-bit session salt.
    salt: u128,
}

impl Gcm {
    pub(super) const TAG_LEN: usize = 16;

    fn derive(master: &SrtpMasterKey, kind: Kind) -> Result<Self, SrtpError> {
        let mut key = [0; 32];
        let key = key
            .get_mut(..master.suite().master_key_len())
            .ok_or(SrtpError::KeyLength)?;
        kdf::derive(master.parts(), (kind, Label::Encryption), key)?;
        let mut salt = [0; 12];
        kdf::derive(master.parts(), (kind, Label::Salt), &mut salt)?;
        Self::new(key, &salt)
    }

    /// Of session keys.
    pub(super) fn new(key: &[u8], salt: &[u8; 12]) -> Result<Self, SrtpError> {
        let algorithm = match key.len() {
            16 => &AES_128_GCM,
            32 => &AES_256_GCM,
            _ => return Err(SrtpError::KeyLength),
        };
        let key = UnboundKey::new(algorithm, key).map_err(|_| SrtpError::Library)?;
        Ok(Self {
            key: LessSafeKey::new(key),
            salt: kdf::left_justified(salt) >> 32,
        })
    }

    /// Seals `clear` as if it stood behind `prefix`: `prefix` in place, `clear` into `out` with the tag behind it.
    /// `out` is exactly as long as `clear` and the tag.
    pub(super) fn seal(
        &self,
        at: (Ssrc, u64),
        aad: &[u8],
        prefix: &mut [u8],
        (clear, out): (&[u8], &mut [u8]),
    ) -> Result<(), SrtpError> {
        let nonce = self.nonce(at);
        let aad = Aad::from(aad);
        if prefix.is_empty() {
            // The way that every stream but VP8 takes: one pass, out of place.
            let (body, tag) = out
                .split_at_mut_checked(clear.len())
                .ok_or(SrtpError::NoRoom)?;
            self.key
                .seal_out_of_place_scatter(nonce, aad, clear, body, &[], tag)
        } else {
            self.key
                .seal_in_place_scatter(nonce, aad, prefix, clear, out)
        }
        .map_err(|_| SrtpError::Library)
    }

    /// Opens `body` in place.
    pub(super) fn open(
        &self,
        at: (Ssrc, u64),
        aad: &[u8],
        body: &mut [u8],
        tag: &[u8],
    ) -> Result<(), SrtpError> {
        self.key
            .open_in_place_separate_tag(self.nonce(at), Aad::from(aad), tag, body)
            .map(|_| ())
            .map_err(|_| SrtpError::Forged)
    }

    /// RFC 7714, sections 8.1 and 9.1: both kinds of packet put SSRC and index at the same place.
    pub(super) fn nonce(&self, (ssrc, index): (Ssrc, u64)) -> Nonce {
        let iv = self.salt ^ (u128::from(ssrc.0) << 48) ^ u128::from(index);
        let [_, _, _, _, nonce @ ..] = iv.to_be_bytes();
        Nonce::assume_unique_for_key(nonce)
    }
}

/// AES in counter mode with HMAC-SHA1 (RFC 3711, sections 4.1.1 and 4.2.1).
pub(super) struct CmSha1 {
    key: EncryptingKey,
    mac: hmac::Key,
    /// The 112-bit session salt, shifted left by 16 bits.
    salt: u128,
    /// How much of the 20-byte MAC travels.
    tag_len: usize,
}

impl CmSha1 {
    fn derive(master: &SrtpMasterKey, kind: Kind) -> Result<Self, SrtpError> {
        let (mut key, mut mac, mut salt) = ([0; 16], [0; 20], [0; 14]);
        kdf::derive(master.parts(), (kind, Label::Encryption), &mut key)?;
        kdf::derive(master.parts(), (kind, Label::Authentication), &mut mac)?;
        kdf::derive(master.parts(), (kind, Label::Salt), &mut salt)?;
        // The short tag is for RTP alone (RFC 4568, section 6.2.2; RFC 5764, section 4.1.2).
        let short = kind == Kind::Rtp && master.suite() == SrtpCryptoSuite::AesCm128HmacSha1_32;
        Self::new(&key, &mac, &salt, if short { 4 } else { 10 })
    }

    /// Of session keys.
    pub(super) fn new(
        key: &[u8; 16],
        mac: &[u8; 20],
        salt: &[u8; 14],
        tag_len: usize,
    ) -> Result<Self, SrtpError> {
        let key = UnboundCipherKey::new(&AES_128, key)
            .and_then(EncryptingKey::ctr)
            .map_err(|_| SrtpError::Library)?;
        Ok(Self {
            key,
            mac: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, mac),
            salt: kdf::left_justified(salt),
            tag_len,
        })
    }

    pub(super) const fn tag_len(&self) -> usize {
        self.tag_len
    }

    /// Encrypts or decrypts `body` in place: the key stream is the same.
    pub(super) fn apply_keystream(
        &self,
        (ssrc, index): (Ssrc, u64),
        body: &mut [u8],
    ) -> Result<(), SrtpError> {
        let iv = self.salt ^ (u128::from(ssrc.0) << 64) ^ (u128::from(index) << 16);
        let iv = FixedLength::from(&iv.to_be_bytes());
        self.key
            .less_safe_encrypt(body, EncryptionContext::Iv128(iv))
            .map(|_| ())
            .map_err(|_| SrtpError::Library)
    }

    /// Writes the tag over `authenticated` and `trailer` to `out`, which is exactly as long as a tag.
    pub(super) fn sign(&self, authenticated: &[u8], trailer: &[u8], out: &mut [u8]) {
        let mac = self.mac_of(authenticated, trailer);
        for (to, from) in out.iter_mut().zip(mac.as_ref()) {
            *to = *from;
        }
    }

    /// Compares the tag in constant time.
    pub(super) fn verify(
        &self,
        authenticated: &[u8],
        trailer: &[u8],
        tag: &[u8],
    ) -> Result<(), SrtpError> {
        let mac = self.mac_of(authenticated, trailer);
        let ours = mac.as_ref().get(..self.tag_len).ok_or(SrtpError::Forged)?;
        verify_slices_are_equal(ours, tag).map_err(|_| SrtpError::Forged)
    }

    fn mac_of(&self, authenticated: &[u8], trailer: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.mac);
        context.update(authenticated);
        context.update(trailer);
        context.sign()
    }
}
