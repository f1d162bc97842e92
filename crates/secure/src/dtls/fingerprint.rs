//! Fingerprints of certificates (RFC 8122, section 5).

use aws_lc_rs::digest;
use std::fmt;
use std::str::FromStr;

/// Hash functions for fingerprints, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FingerprintAlgorithm {
    /// `sha-1`, 20 bytes.
    Sha1,
    /// `sha-224`, 28 bytes.
    Sha224,
    /// `sha-256`, 32 bytes.
    Sha256,
    /// `sha-384`, 48 bytes.
    Sha384,
    /// `sha-512`, 64 bytes.
    Sha512,
}

impl FingerprintAlgorithm {
    /// Every algorithm, weakest first.
    pub const ALL: [Self; 5] = [
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
    ];

    /// The name in signalling.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha-1",
            Self::Sha224 => "sha-224",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    fn digest(self, bytes: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha224 => &digest::SHA224,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes)
    }
}

impl FromStr for FingerprintAlgorithm {
    type Err = FingerprintError;

    fn from_str(name: &str) -> Result<Self, FingerprintError> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
            .ok_or(FingerprintError::Algorithm)
    }
}

/// The hash of a certificate.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    algorithm: FingerprintAlgorithm,
    /// As many bytes as the algorithm yields.
    hash: Vec<u8>,
}

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    pub fn of(algorithm: FingerprintAlgorithm, certificate: &[u8]) -> Self {
        Self {
            algorithm,
            hash: algorithm.digest(certificate).as_ref().to_vec(),
        }
    }

    /// The fingerprint that signalling gives: hexadecimal bytes in either case with colons between.
    ///
    /// # Errors
    /// [`FingerprintError::Value`] when the value is not of that form, or not as long as the algorithm's hash.
    pub fn parse(algorithm: FingerprintAlgorithm, value: &str) -> Result<Self, FingerprintError> {
        let hash: Vec<u8> = value
            .split(':')
            .map(byte_of)
            .collect::<Option<_>>()
            .ok_or(FingerprintError::Value)?;
        if hash.len() != algorithm.digest(&[]).as_ref().len() {
            return Err(FingerprintError::Value);
        }
        Ok(Self { algorithm, hash })
    }

    /// The hash function.
    pub const fn algorithm(&self) -> FingerprintAlgorithm {
        self.algorithm
    }

    /// The hash as it travels: uppercase hexadecimal bytes with colons between.
    pub fn value(&self) -> String {
        let bytes: Vec<String> = self.hash.iter().map(|byte| format!("{byte:02X}")).collect();
        bytes.join(":")
    }

    /// Whether it is that of this certificate in DER.
    pub fn matches(&self, certificate: &[u8]) -> bool {
        self.algorithm.digest(certificate).as_ref() == self.hash
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm.name(), self.value())
    }
}

/// What is wrong with a fingerprint from signalling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FingerprintError {
    /// No such hash function.
    Algorithm,
    /// Not hexadecimal bytes with colons between, or not as many as the hash has.
    Value,
}

impl fmt::Display for FingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "unknown fingerprint algorithm",
            Self::Value => "malformed fingerprint value",
        })
    }
}

impl std::error::Error for FingerprintError {}

/// The byte that two hexadecimal digits say.
fn byte_of(digits: &str) -> Option<u8> {
    let hex = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if hex {
        u8::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
