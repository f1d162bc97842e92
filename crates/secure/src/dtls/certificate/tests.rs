use super::*;

fn day(secs: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(secs)
}

#[test]
fn a_generated_certificate_survives_its_pem_files() {
    let certificate = Certificate::generate(day(1_800_000_000)).unwrap();
    let again = Certificate::from_pem(&certificate.pem(), &certificate.private_key_pem()).unwrap();
    assert_eq!(again, certificate);
    assert!(
        certificate
            .pem()
            .starts_with("-----BEGIN CERTIFICATE-----\n")
    );
}

#[test]
fn two_certificates_are_never_the_same() {
    let today = day(1_800_000_000);
    assert_ne!(
        Certificate::generate(today).unwrap(),
        Certificate::generate(today).unwrap()
    );
}

#[test]
fn a_clock_that_is_wrong_by_centuries_does_not_panic() {
    for secs in [0, 1 << 33, 1 << 40] {
        Certificate::generate(day(secs)).unwrap();
    }
    Certificate::generate(UNIX_EPOCH - Duration::from_secs(1)).unwrap();
}

#[test]
fn it_is_valid_ten_years_before_and_after() {
    // In DER the dates are text: YYMMDDHHMMSSZ.
    let certificate = Certificate::generate(day(1_800_000_000)).unwrap();
    let has = |text: &[u8]| {
        certificate
            .der()
            .windows(text.len())
            .any(|part| part == text)
    };
    assert!(has(b"170101000000Z"));
    assert!(has(b"371231000000Z"));
}

#[test]
fn all_five_fingerprints_are_of_the_certificate() {
    let certificate = Certificate::generate(day(0)).unwrap();
    let fingerprints = certificate.fingerprints();
    assert!(
        fingerprints
            .iter()
            .all(|fingerprint| fingerprint.matches(certificate.der()))
    );
    let names = fingerprints.map(|fingerprint| fingerprint.algorithm().name());
    assert_eq!(names, ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"]);
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let (a, b) = (
        Certificate::generate(day(0)).unwrap(),
        Certificate::generate(day(0)).unwrap(),
    );
    let of = |certificate: &str, key: &str| Certificate::from_pem(certificate, key).unwrap_err();
    assert_eq!(
        of(&a.pem(), &b.private_key_pem()),
        CertificateError::Mismatch
    );
    assert_eq!(
        of(&a.private_key_pem(), &a.private_key_pem()),
        CertificateError::CertificateFile
    );
    assert_eq!(
        of("", &a.private_key_pem()),
        CertificateError::CertificateFile
    );
    assert_eq!(of(&a.pem(), &a.pem()), CertificateError::KeyFile);
    assert_eq!(
        of(
            &a.pem(),
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        ),
        CertificateError::KeyFile
    );
}

#[test]
fn an_rsa_key_is_refused_by_name() {
    let rsa = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let certificate = CertificateParams::default().self_signed(&rsa).unwrap();
    let refused = Certificate::from_pem(&certificate.pem(), &rsa.serialize_pem());
    assert_eq!(refused.unwrap_err(), CertificateError::KeyType);
}

#[test]
fn a_p_384_key_is_fine() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    assert!(Certificate::from_pem(&certificate.pem(), &key.serialize_pem()).is_ok());
}
