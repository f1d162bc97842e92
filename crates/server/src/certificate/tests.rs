use super::*;

/// A folder of its own below the build's, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("miso-certificate-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_made_certificate_is_kept() {
    let folder = Folder::new("kept");
    tls(
        None,
        &folder.0,
        &["192.0.2.1".to_owned(), "host.example".to_owned()],
    )
    .unwrap();
    let first = fs::read(folder.0.join("tls-cert.pem")).unwrap();
    tls(None, &folder.0, &[]).unwrap();
    assert_eq!(fs::read(folder.0.join("tls-cert.pem")).unwrap(), first);
}

#[cfg(unix)]
#[test]
fn the_key_of_a_made_certificate_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    tls(None, &folder.0, &[]).unwrap();
    let key = fs::metadata(folder.0.join("tls-key.pem")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_old_certificate_is_replaced() {
    let folder = Folder::new("old");
    tls(None, &folder.0, &[]).unwrap();
    let path = folder.0.join("tls-cert.pem");
    let first = fs::read(&path).unwrap();
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() - RENEW).unwrap();
    tls(None, &folder.0, &[]).unwrap();
    assert_ne!(fs::read(&path).unwrap(), first);
}

#[test]
fn errors_name_the_file() {
    let folder = Folder::new("errors");
    tls(None, &folder.0, &[]).unwrap();
    let (cert, key) = (folder.0.join("tls-cert.pem"), folder.0.join("tls-key.pem"));
    let error = |cert: &Path, key: &Path| {
        let files = KeyPairFiles {
            cert: cert.to_owned(),
            key: key.to_owned(),
        };
        tls(Some(&files), &folder.0, &[]).unwrap_err().to_string()
    };
    let missing = folder.0.join("none.pem");
    assert!(error(&missing, &key).starts_with(&format!(
        "cannot read the certificate {}",
        missing.display()
    )));
    assert!(
        error(&cert, &missing).starts_with(&format!("cannot read the key {}", missing.display()))
    );
    assert!(error(&cert, &cert).contains("is not PEM with a key inside"));
    let garbage = folder.0.join("garbage.pem");
    fs::write(&garbage, "no certificate").unwrap();
    assert!(error(&garbage, &key).contains("cannot be used with its key"));
}
