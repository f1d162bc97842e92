//! SRTP keys from a handshake (RFC 5764, section 4.2).

use super::DtlsRole;
use crate::srtp::{SrtpCryptoSuite, SrtpError, SrtpMasterKey};
use dimpl::SrtpProfile;

/// The master keys for both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SrtpKeys {
    /// For what this side sends.
    pub send: SrtpMasterKey,
    /// For what the peer sends.
    pub recv: SrtpMasterKey,
}

impl SrtpKeys {
    /// The suite of both keys.
    pub const fn suite(&self) -> SrtpCryptoSuite {
        self.send.suite()
    }

    /// Cuts exported keying material: client's key, server's key, client's salt, server's salt.
    pub(super) fn of(
        profile: SrtpProfile,
        material: &[u8],
        local: DtlsRole,
    ) -> Result<Self, SrtpError> {
        let suite = suite_of(profile).ok_or(SrtpError::KeyLength)?;
        let (keys, salts) = halves_at(material, 2 * suite.master_key_len())?;
        let (client_key, server_key) = halves_at(keys, suite.master_key_len())?;
        let (client_salt, server_salt) = halves_at(salts, suite.master_salt_len())?;
        let client = SrtpMasterKey::of_parts(suite, client_key, client_salt)?;
        let server = SrtpMasterKey::of_parts(suite, server_key, server_salt)?;
        Ok(match local {
            DtlsRole::Client => Self {
                send: client,
                recv: server,
            },
            DtlsRole::Server | DtlsRole::Auto => Self {
                send: server,
                recv: client,
            },
        })
    }
}

fn suite_of(profile: SrtpProfile) -> Option<SrtpCryptoSuite> {
    match profile {
        SrtpProfile::AEAD_AES_256_GCM => Some(SrtpCryptoSuite::AeadAes256Gcm),
        SrtpProfile::AEAD_AES_128_GCM => Some(SrtpCryptoSuite::AeadAes128Gcm),
        SrtpProfile::AES128_CM_SHA1_80 => Some(SrtpCryptoSuite::AesCm128HmacSha1_80),
        _ => None,
    }
}

fn halves_at(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), SrtpError> {
    bytes.split_at_checked(at).ok_or(SrtpError::KeyLength)
}
