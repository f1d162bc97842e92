//! The four crypto suites, and the master keys for them.

use super::SrtpError;
use std::fmt;

/// The longest master key with its salt: `AEAD_AES_256_GCM`.
const MAX_KEY_LEN: usize = 32 + 12;

/// SRTP crypto suites, best first (RFC 7714, section 12; RFC 4568, section 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SrtpCryptoSuite {
    /// AES-256 in Galois counter mode, 16-byte tag.
    AeadAes256Gcm,
    /// AES-128 in Galois counter mode, 16-byte tag.
    AeadAes128Gcm,
    /// AES-128 in counter mode with a 10-byte HMAC-SHA1 tag.
    AesCm128HmacSha1_80,
    /// AES-128 in counter mode with a 4-byte HMAC-SHA1 tag for RTP, 10 bytes for RTCP.
    AesCm128HmacSha1_32,
}

impl SrtpCryptoSuite {
    /// Every suite, best first.
    pub const ALL: [Self; 4] = [
        Self::AeadAes256Gcm,
        Self::AeadAes128Gcm,
        Self::AesCm128HmacSha1_80,
        Self::AesCm128HmacSha1_32,
    ];

    /// The name in signalling and statistics, as in mediasoup's API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// The suite of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }

    /// Bytes of master key and salt together, as they travel in `srtpParameters.keyBase64`.
    pub const fn key_len(self) -> usize {
        self.master_key_len() + self.master_salt_len()
    }

    /// Whether the suite authenticates and encrypts in one go, which costs a fraction of the others.
    pub const fn is_aead(self) -> bool {
        matches!(self, Self::AeadAes256Gcm | Self::AeadAes128Gcm)
    }

    /// Bytes that sealing adds to an RTP packet.
    pub const fn rtp_overhead(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::AeadAes128Gcm => 16,
            Self::AesCm128HmacSha1_80 => 10,
            Self::AesCm128HmacSha1_32 => 4,
        }
    }

    /// Bytes that sealing adds to an RTCP packet, index included.
    pub const fn rtcp_overhead(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::AeadAes128Gcm => 16 + super::RTCP_INDEX_LEN,
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 10 + super::RTCP_INDEX_LEN,
        }
    }

    /// Bytes of the master key alone.
    pub(crate) const fn master_key_len(self) -> usize {
        match self {
            Self::AeadAes256Gcm => 32,
            Self::AeadAes128Gcm | Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 16,
        }
    }

    /// Bytes of the master salt alone.
    pub(crate) const fn master_salt_len(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::AeadAes128Gcm => 12,
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 14,
        }
    }
}

impl fmt::Display for SrtpCryptoSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A suite's master key with its master salt behind it (RFC 3711, section 8.2). Keeps for one direction.
#[derive(Clone, PartialEq, Eq)]
pub struct SrtpMasterKey {
    suite: SrtpCryptoSuite,
    /// Only the first `suite.key_len()` bytes count; the rest is zero.
    bytes: [u8; MAX_KEY_LEN],
}

impl SrtpMasterKey {
    /// The master key of these bytes: key, then salt.
    ///
    /// # Errors
    /// [`SrtpError::KeyLength`] when there are not exactly [`SrtpCryptoSuite::key_len`] bytes.
    pub fn new(suite: SrtpCryptoSuite, key_and_salt: &[u8]) -> Result<Self, SrtpError> {
        Self::of_parts(suite, key_and_salt, &[])
    }

    /// A new key from the operating system's random numbers. Keys are the one thing here that no seed reproduces.
    ///
    /// # Errors
    /// [`SrtpError::Library`] when the system has no random numbers.
    pub fn generate(suite: SrtpCryptoSuite) -> Result<Self, SrtpError> {
        let mut bytes = [0; MAX_KEY_LEN];
        let used = bytes
            .get_mut(..suite.key_len())
            .ok_or(SrtpError::KeyLength)?;
        aws_lc_rs::rand::fill(used).map_err(|_| SrtpError::Library)?;
        Ok(Self { suite, bytes })
    }

    /// Puts key and salt together, which DTLS exports apart (RFC 5764, section 4.2).
    pub(crate) fn of_parts(
        suite: SrtpCryptoSuite,
        key: &[u8],
        salt: &[u8],
    ) -> Result<Self, SrtpError> {
        if key.len() + salt.len() != suite.key_len() {
            return Err(SrtpError::KeyLength);
        }
        let mut bytes = [0; MAX_KEY_LEN];
        for (to, from) in bytes.iter_mut().zip(key.iter().chain(salt)) {
            *to = *from;
        }
        Ok(Self { suite, bytes })
    }

    /// The suite that the key is for.
    pub const fn suite(&self) -> SrtpCryptoSuite {
        self.suite
    }

    /// Key and salt, as they travel.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.suite.key_len()).unwrap_or(&[])
    }

    /// Key and salt apart.
    pub(super) fn parts(&self) -> (&[u8], &[u8]) {
        let bytes = self.as_bytes();
        bytes
            .split_at_checked(self.suite.master_key_len())
            .unwrap_or((bytes, &[]))
    }
}

impl fmt::Debug for SrtpMasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SrtpMasterKey({})", self.suite)
    }
}
