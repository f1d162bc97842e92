//! DTLS parameters: who begins, and by which certificate one is known.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::limits::MAX_FINGERPRINTS;

/// Which part a side takes in the handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum DtlsRole {
    /// Either.
    #[default]
    Auto,
    /// It begins.
    Client,
    /// It waits.
    Server,
}

/// Hash functions of certificate fingerprints (RFC 8122, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum FingerprintAlgorithm {
    /// SHA-1.
    #[serde(rename = "sha-1")]
    Sha1,
    /// SHA-224.
    #[serde(rename = "sha-224")]
    Sha224,
    /// SHA-256.
    #[serde(rename = "sha-256")]
    Sha256,
    /// SHA-384.
    #[serde(rename = "sha-384")]
    Sha384,
    /// SHA-512.
    #[serde(rename = "sha-512")]
    Sha512,
}

impl FingerprintAlgorithm {
    /// Bytes of its digests.
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The fingerprint of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DtlsFingerprint {
    /// The hash function.
    pub algorithm: FingerprintAlgorithm,
    /// The digest: bytes in hexadecimal, upper case, with colons between them.
    pub value: String,
}

impl DtlsFingerprint {
    /// The fingerprint with this digest.
    pub fn new(algorithm: FingerprintAlgorithm, digest: &[u8]) -> Self {
        let bytes: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        Self {
            algorithm,
            value: bytes.join(":"),
        }
    }

    /// The digest, if `value` is one of this hash function. Upper and lower case are the same.
    pub fn digest(&self) -> Option<Vec<u8>> {
        let byte = |text: &str| {
            let is_hex = text.len() == 2 && text.bytes().all(|it| it.is_ascii_hexdigit());
            u8::from_str_radix(text, 16).ok().filter(|_| is_hex)
        };
        let digest: Vec<u8> = self.value.split(':').map(byte).collect::<Option<_>>()?;
        (digest.len() == self.algorithm.digest_len()).then_some(digest)
    }
}

/// What a side says of its DTLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DtlsParameters {
    /// Which part it takes.
    pub role: DtlsRole,
    /// Its certificate, by one hash function or several.
    pub fingerprints: Vec<DtlsFingerprint>,
}

impl<'de> Deserialize<'de> for DtlsParameters {
    /// Fingerprints of hash functions that nobody here knows are left out; one that can be checked must remain.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        let members = value
            .as_object()
            .ok_or_else(|| D::Error::custom("dtlsParameters is not an object"))?;
        let role = match members.get("role") {
            None | Some(Value::Null) => DtlsRole::Auto,
            Some(role) => DtlsRole::deserialize(role)
                .map_err(|_| D::Error::custom("invalid dtlsParameters.role"))?,
        };
        let given = members.get("fingerprints").and_then(Value::as_array);
        let given = given.map(Vec::as_slice).unwrap_or_default();
        if given.len() > MAX_FINGERPRINTS {
            return Err(D::Error::custom("too many dtlsParameters.fingerprints"));
        }
        let fingerprints: Vec<_> = given.iter().filter_map(fingerprint).collect();
        if fingerprints.is_empty() {
            return Err(D::Error::custom("missing dtlsParameters.fingerprints"));
        }
        Ok(Self { role, fingerprints })
    }
}

/// A fingerprint that can be checked, its value in the usual spelling.
fn fingerprint(value: &Value) -> Option<DtlsFingerprint> {
    let algorithm = FingerprintAlgorithm::deserialize(value.get("algorithm")?).ok()?;
    let value = value.get("value")?.as_str()?.to_owned();
    let digest = DtlsFingerprint { algorithm, value }.digest()?;
    Some(DtlsFingerprint::new(algorithm, &digest))
}
