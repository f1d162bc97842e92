//! The certificate for TLS: the user's, or one that is made once and kept.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::KeyPairFiles;

/// For how long a made certificate is valid: what browsers accept at most.
const VALID: Duration = Duration::from_secs(397 * 86_400);
/// At which age a made certificate is replaced.
const RENEW: Duration = Duration::from_secs(300 * 86_400);

/// Why there is no certificate. Each text is one sentence for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    /// A file cannot be read.
    #[error("cannot read the {what} {}: {source}", path.display())]
    Unreadable {
        /// Certificate or key.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file has other contents.
    #[error("the {what} {} is not PEM with a {what} inside", path.display())]
    NotPem {
        /// Certificate or key.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key do not fit together, or are of a kind that TLS cannot use.
    #[error("the certificate {} cannot be used with its key: {source}", path.display())]
    Unusable {
        /// The certificate.
        path: PathBuf,
        /// What TLS said.
        source: tokio_rustls::rustls::Error,
    },
    /// A made certificate cannot be kept.
    #[error("cannot keep the certificate in {}: {source}", path.display())]
    NotKept {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No certificate could be made.
    #[error("cannot make a certificate: {0}")]
    NotMade(#[from] rcgen::Error),
}

/// The TLS settings with the user's certificate, or with the one in `data_dir`, made if there is none that is fresh.
/// `names` are host names or addresses for a new one.
///
/// # Errors
/// [`CertificateError`].
pub(crate) fn tls(
    given: Option<&KeyPairFiles>,
    data_dir: &Path,
    names: &[String],
) -> Result<Arc<ServerConfig>, CertificateError> {
    let files = match given {
        Some(files) => files.clone(),
        None => kept(data_dir, names)?,
    };
    load(&files)
}

fn load(files: &KeyPairFiles) -> Result<Arc<ServerConfig>, CertificateError> {
    let chain = read("certificate", &files.cert, |pem| {
        CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()
    })?;
    let key = read("key", &files.key, PrivateKeyDer::from_pem_slice)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let unusable = |source| CertificateError::Unusable {
        path: files.cert.clone(),
        source,
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn read<T>(
    what: &'static str,
    path: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, pem::Error>,
) -> Result<T, CertificateError> {
    let bytes = fs::read(path).map_err(|source| CertificateError::Unreadable {
        what,
        path: path.to_owned(),
        source,
    })?;
    parse(&bytes).map_err(|_| CertificateError::NotPem {
        what,
        path: path.to_owned(),
    })
}

/// The files of the certificate that is kept.
fn kept(folder: &Path, names: &[String]) -> Result<KeyPairFiles, CertificateError> {
    let files = KeyPairFiles {
        cert: folder.join("tls-cert.pem"),
        key: folder.join("tls-key.pem"),
    };
    if !(is_fresh(&files.cert) && files.key.is_file()) {
        make(&files, folder, names)?;
    }
    Ok(files)
}

fn is_fresh(path: &Path) -> bool {
    let made = fs::metadata(path).and_then(|file| file.modified());
    made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < RENEW))
}

fn make(files: &KeyPairFiles, folder: &Path, names: &[String]) -> Result<(), CertificateError> {
    let key = KeyPair::generate()?;
    let certificate = params(names)?.self_signed(&key)?;
    let not_kept = |path: &Path| {
        let path = path.to_owned();
        move |source| CertificateError::NotKept { path, source }
    };
    fs::create_dir_all(folder).map_err(not_kept(folder))?;
    write(&files.key, &key.serialize_pem(), true).map_err(not_kept(&files.key))?;
    write(&files.cert, &certificate.pem(), false).map_err(not_kept(&files.cert))
}

fn params(names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    let addresses = [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ];
    params
        .subject_alt_names
        .extend(addresses.map(SanType::IpAddress));
    for name in names {
        params.subject_alt_names.push(match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.as_str().try_into()?),
        });
    }
    params.distinguished_name.push(DnType::CommonName, "miso");
    let now = SystemTime::now();
    // A day back, for clocks that are behind.
    params.not_before = (now - Duration::from_secs(86_400)).into();
    params.not_after = (now + VALID - Duration::from_secs(86_400)).into();
    Ok(params)
}

/// Writes a file anew; a secret one is never readable by others, not even before it has contents.
fn write(path: &Path, text: &str, is_secret: bool) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
