//! Handshakes with OpenSSL's own client and server over loopback. They need the `openssl` program (Debian: package
//! `openssl`) and fail without it.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

#[path = "openssl/support.rs"]
mod support;

use miso_secure::{DtlsFailure, DtlsRole, DtlsState, DtlsVersion, SrtpCryptoSuite, SrtpKeys};
use support::{Identity, Openssl, Ours};

const PROFILES: &str = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM";

/// The export of RFC 5764 as OpenSSL prints it, from our two keys.
fn keying_material(keys: &SrtpKeys, local: DtlsRole) -> String {
    let (client, server) = match local {
        DtlsRole::Client => (&keys.send, &keys.recv),
        _ => (&keys.recv, &keys.send),
    };
    let key_len = match keys.suite() {
        SrtpCryptoSuite::AeadAes256Gcm => 32,
        _ => 16,
    };
    let (client_key, client_salt) = client.as_bytes().split_at(key_len);
    let (server_key, server_salt) = server.as_bytes().split_at(key_len);
    let material = [client_key, server_key, client_salt, server_salt].concat();
    material.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// What OpenSSL is told besides its role: profiles, and to print keying material of that length.
fn srtp(profiles: &str, key_len: usize) -> Vec<String> {
    let export = ["-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen"];
    let mut args = vec!["-use_srtp".to_owned(), profiles.to_owned()];
    args.extend(export.map(str::to_owned));
    args.push((2 * key_len).to_string());
    args
}

#[test]
fn an_openssl_client_agrees_on_aead_although_it_lists_sha1_first() {
    let identity = Identity::ecdsa("client-ecdsa");
    let mut ours = Ours::new(&identity, DtlsRole::Client);
    let mut peer = Openssl::client(ours.port(), &identity, &srtp(PROFILES, 44));
    ours.run_until(|ours| ours.state() != DtlsState::Connecting);
    let connected = ours.connected.take().expect("connected");
    assert_eq!(connected.srtp.suite(), SrtpCryptoSuite::AeadAes256Gcm);
    assert_eq!(connected.version, DtlsVersion::V12);
    assert_eq!(
        connected.remote_certificate.trim(),
        identity.certificate.trim()
    );
    peer.say("from openssl\n");
    ours.run_until(|ours| !ours.data.is_empty());
    assert_eq!(ours.data.concat(), b"from openssl\n");
    ours.send(b"from miso\n");
    peer.expect("from miso", &mut ours);
    let expected = keying_material(&connected.srtp, DtlsRole::Server);
    peer.expect(&format!("Keying material: {expected}"), &mut ours);
    peer.say("Q\n");
    ours.run_until(|ours| ours.state() == DtlsState::Closed);
}

#[test]
fn an_openssl_client_with_sha1_alone_gets_sha1() {
    let identity = Identity::ecdsa("client-sha1");
    let mut ours = Ours::new(&identity, DtlsRole::Client);
    let mut peer = Openssl::client(ours.port(), &identity, &srtp("SRTP_AES128_CM_SHA1_80", 30));
    ours.run_until(|ours| ours.state() != DtlsState::Connecting);
    let connected = ours.connected.take().expect("connected");
    assert_eq!(connected.srtp.suite(), SrtpCryptoSuite::AesCm128HmacSha1_80);
    let expected = keying_material(&connected.srtp, DtlsRole::Server);
    peer.expect(&format!("Keying material: {expected}"), &mut ours);
}

#[test]
fn an_openssl_server_is_reached() {
    let identity = Identity::ecdsa("server-ecdsa");
    let mut peer = Openssl::server(&identity, &srtp("SRTP_AEAD_AES_128_GCM", 28));
    let mut ours = Ours::new(&identity, DtlsRole::Server);
    ours.connect(peer.port);
    ours.run_until(|ours| ours.state() != DtlsState::Connecting);
    let connected = ours.connected.take().expect("connected");
    assert_eq!(connected.srtp.suite(), SrtpCryptoSuite::AeadAes128Gcm);
    ours.send(b"from miso\n");
    peer.expect("from miso", &mut ours);
    peer.say("from openssl\n");
    ours.run_until(|ours| !ours.data.is_empty());
    assert_eq!(ours.data.concat(), b"from openssl\n");
    let expected = keying_material(&connected.srtp, DtlsRole::Client);
    peer.expect(&format!("Keying material: {expected}"), &mut ours);
}

#[test]
fn a_client_with_an_rsa_certificate_fails_and_the_reason_says_so() {
    let identity = Identity::rsa("client-rsa");
    let mut ours = Ours::new(&identity, DtlsRole::Client);
    let _peer = Openssl::client(ours.port(), &identity, &srtp(PROFILES, 44));
    ours.run_until(|ours| ours.state() != DtlsState::Connecting);
    assert_eq!(ours.failure, Some(DtlsFailure::Certificate));
    assert!(DtlsFailure::Certificate.to_string().contains("RSA"));
}

#[test]
fn a_server_with_an_rsa_certificate_fails_and_the_reason_says_so() {
    let identity = Identity::rsa("server-rsa");
    let peer = Openssl::server(&identity, &srtp(PROFILES, 44));
    let mut ours = Ours::new(&identity, DtlsRole::Server);
    ours.connect(peer.port);
    ours.run_until(|ours| ours.state() != DtlsState::Connecting);
    assert_eq!(ours.failure, Some(DtlsFailure::Alert(40)));
    assert!(DtlsFailure::Alert(40).to_string().contains("RSA"));
}

#[test]
fn a_client_without_srtp_fails() {
    let identity = Identity::ecdsa("client-no-srtp");
    let mut ours = Ours::new(&identity, DtlsRole::Client);
    let _peer = Openssl::client(ours.port(), &identity, &[]);
    ours.run_until(|ours| ours.state() != DtlsState::Connecting);
    assert_eq!(ours.failure, Some(DtlsFailure::NoSrtpProfile));
}

#[test]
fn a_client_with_another_certificate_than_was_signalled_fails_and_its_data_is_not_seen() {
    let signalled = Identity::ecdsa("client-signalled");
    let other = Identity::ecdsa("client-other");
    let mut ours = Ours::new(&signalled, DtlsRole::Client);
    let mut peer = Openssl::client(ours.port(), &other, &srtp(PROFILES, 44));
    peer.say("from openssl\n");
    ours.run_until(|ours| ours.state() != DtlsState::Connecting);
    assert_eq!(ours.failure, Some(DtlsFailure::Fingerprint));
    assert!(ours.data.is_empty());
}
