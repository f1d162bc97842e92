//! The certificate that this side shows.

use super::{Fingerprint, FingerprintAlgorithm};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, date_time_ymd,
};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long before and after its making a certificate is valid. Peers compare fingerprints and mind no dates, but
/// some refuse what is not valid at all by their own, possibly wrong, clock.
const VALID_YEARS: i32 = 10;

const YEAR: Duration = Duration::from_secs(31_556_952);

/// A certificate and its private key: ECDSA with P-256 or P-384.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    /// PKCS #8, DER.
    private_key: Vec<u8>,
}

impl Certificate {
    /// A new self-signed one with a P-256 key, valid ten years before and after the year of `today`.
    ///
    /// # Errors
    /// [`CertificateError::Generate`] when the system has no random numbers.
    pub fn generate(today: SystemTime) -> Result<Self, CertificateError> {
        let failed = |_| CertificateError::Generate;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::OrganizationName, "miso");
        params.distinguished_name.push(DnType::CommonName, "miso");
        // Firefox refuses two certificates with one issuer and one serial number.
        let mut serial = [0; 16];
        aws_lc_rs::rand::fill(&mut serial).map_err(|_| CertificateError::Generate)?;
        params.serial_number = Some(serial.to_vec().into());
        let year = year_of(today);
        // Some parsers of peers know no date before 1970, not even when the clock of this machine says 1970.
        params.not_before = date_time_ymd((year - VALID_YEARS).max(1_970), 1, 1);
        params.not_after = date_time_ymd(year + VALID_YEARS, 12, 31);
        let certificate = params.self_signed(&key).map_err(failed)?;
        Ok(Self {
            der: certificate.der().to_vec(),
            private_key: key.serialize_der(),
        })
    }

    /// The first certificate and the private key of two PEM files' contents.
    ///
    /// # Errors
    /// Names the file that is at fault and how.
    pub fn from_pem(certificate: &str, private_key: &str) -> Result<Self, CertificateError> {
        let der = pem::parse_many(certificate)
            .map_err(|_| CertificateError::CertificateFile)?
            .into_iter()
            .find(|block| block.tag() == "CERTIFICATE")
            .ok_or(CertificateError::CertificateFile)?
            .into_contents();
        // OpenSSL may put the curve's parameters in front of the key.
        let block = pem::parse_many(private_key)
            .map_err(|_| CertificateError::KeyFile)?
            .into_iter()
            .find(|block| block.tag().ends_with("PRIVATE KEY"))
            .ok_or(CertificateError::KeyFile)?;
        let key = KeyPair::try_from(block.contents()).map_err(|_| CertificateError::KeyFile)?;
        if key.algorithm() != &PKCS_ECDSA_P256_SHA256 && key.algorithm() != &PKCS_ECDSA_P384_SHA384
        {
            return Err(CertificateError::KeyType);
        }
        let public_key = key.public_key_raw();
        if !der.windows(public_key.len()).any(|part| part == public_key) {
            return Err(CertificateError::Mismatch);
        }
        Ok(Self {
            der,
            private_key: key.serialize_der(),
        })
    }

    /// The certificate as it travels.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM.
    pub fn pem(&self) -> String {
        pem_of(&self.der)
    }

    /// The private key as PEM, to be kept by the owner alone.
    pub fn private_key_pem(&self) -> String {
        encode("PRIVATE KEY", &self.private_key)
    }

    /// Its fingerprints by all five algorithms.
    pub fn fingerprints(&self) -> [Fingerprint; 5] {
        FingerprintAlgorithm::ALL.map(|algorithm| Fingerprint::of(algorithm, &self.der))
    }

    pub(super) fn to_dimpl(&self) -> dimpl::DtlsCertificate {
        dimpl::DtlsCertificate {
            certificate: self.der.clone(),
            private_key: self.private_key.clone(),
        }
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint = Fingerprint::of(FingerprintAlgorithm::Sha256, &self.der);
        write!(f, "Certificate({fingerprint:?})")
    }
}

/// What is wrong with a certificate or its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// No PEM certificate in the certificate's file.
    CertificateFile,
    /// No PEM private key in the key's file, or it cannot be read.
    KeyFile,
    /// The key is not ECDSA with P-256 or P-384.
    KeyType,
    /// The key is not that of the certificate.
    Mismatch,
    /// The system gave no random numbers.
    Generate,
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CertificateFile => "no certificate in PEM form",
            Self::KeyFile => "no readable private key in PEM form",
            Self::KeyType => "private key is not ECDSA with P-256 or P-384",
            Self::Mismatch => "private key and certificate do not belong together",
            Self::Generate => "certificate could not be made",
        })
    }
}

impl std::error::Error for CertificateError {}

/// A certificate in DER as PEM.
pub(super) fn pem_of(der: &[u8]) -> String {
    encode("CERTIFICATE", der)
}

fn encode(tag: &str, contents: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(tag, contents), config)
}

/// The calendar year, a day off at worst around New Year. Kept within what X.509 and the arithmetic can say.
fn year_of(today: SystemTime) -> i32 {
    let since_1970 = today.duration_since(UNIX_EPOCH).unwrap_or_default();
    let years = since_1970.as_secs() / YEAR.as_secs();
    1_970 + i32::try_from(years.min(1_000)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
