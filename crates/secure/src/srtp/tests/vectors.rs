//! Test vectors of RFC 3711, RFC 6188 and RFC 7714, and two packets that libsrtp's own tests expect.

use super::super::cipher::{Cipher, CmSha1, Gcm};
use super::super::kdf::{self, Kind, Label};
use super::*;

fn array<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().unwrap()
}

fn derived(key: &str, salt: &str, label: Label, len: usize) -> Vec<u8> {
    let mut out = vec![0xff; len];
    kdf::derive((&hex(key), &hex(salt)), (Kind::Rtp, label), &mut out).unwrap();
    out
}

#[test]
fn key_derivation_of_rfc_3711_b_3() {
    let key = "E1F97A0D3E018BE0D64FA32C06DE4139";
    let salt = "0EC675AD498AFEEBB6960B3AABE6";
    assert_eq!(
        derived(key, salt, Label::Encryption, 16),
        hex("C61E7A93744F39EE10734AFE3FF7A087")
    );
    assert_eq!(
        derived(key, salt, Label::Salt, 14),
        hex("30CBBC08863D8C85D49DB34A9AE1")
    );
    assert_eq!(
        derived(key, salt, Label::Authentication, 20),
        hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")
    );
}

#[test]
fn key_derivation_of_rfc_6188_for_256_bits() {
    let key = "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6";
    let salt = "3b04803de51ee7c96423ab5b78d2";
    assert_eq!(
        derived(key, salt, Label::Encryption, 32),
        hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4")
    );
    assert_eq!(
        derived(key, salt, Label::Salt, 14),
        hex("fa31791685ca444a9e07c6c64e93")
    );
}

#[test]
fn key_stream_of_rfc_3711_b_2() {
    let cm = CmSha1::new(
        &array("2B7E151628AED2A6ABF7158809CF4F3C"),
        &[0; 20],
        &array("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"),
        10,
    )
    .unwrap();
    let mut stream = vec![0; 0xff02 * 16];
    cm.apply_keystream((Ssrc(0), 0), &mut stream).unwrap();
    assert_eq!(
        stream[..48],
        hex(
            "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0"
        )
    );
    assert_eq!(
        stream[0xfeff * 16..],
        hex(
            "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44"
        )
    );
}

fn gcm_rtp(key: &str, sealed: &str) {
    let mut send = pair(SrtpCryptoSuite::AeadAes128Gcm).0;
    let salt = array("517569642070726f2071756f");
    send.set_rtp_keys(Cipher::Gcm(Gcm::new(&hex(key), &salt).unwrap()));
    let payload = b"Gallia est omnis divisa in partes tres";
    let mut out = hex("8040f17b 8041f8d3 5501a0b2");
    out.resize(12 + 38 + 16, 0);
    let packet = RtpToSeal {
        header_len: 12,
        patched: 0,
        payload,
        index: ExtSeq(0xf17b),
        ssrc: Ssrc(0x5501_a0b2),
    };
    let len = send.seal_rtp(&mut out, packet).unwrap();
    assert_eq!(out[12..len], hex(sealed));
}

#[test]
fn rtp_of_rfc_7714_16_1_1_with_128_bits() {
    gcm_rtp(
        "000102030405060708090a0b0c0d0e0f",
        "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 \
         6a9152cf 765ee439 0cce",
    );
}

#[test]
fn rtp_of_rfc_7714_16_2_1_with_256_bits() {
    gcm_rtp(
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff \
         d6b0f9bb 7878d7a7 6c13",
    );
}

fn gcm_rtcp(key: &str, sealed: &str) {
    let mut send = pair(SrtpCryptoSuite::AeadAes128Gcm).0;
    let salt = array("517569642070726f2071756f");
    send.set_rtcp_keys(Cipher::Gcm(Gcm::new(&hex(key), &salt).unwrap()));
    send.set_rtcp_index(0x5d4);
    let clear = hex(
        "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef \
         deadbeef deadbeef",
    );
    assert_eq!(seal_rtcp(&mut send, &clear)[8..], hex(sealed));
}

#[test]
fn rtcp_of_rfc_7714_17_1_with_128_bits() {
    gcm_rtcp(
        "000102030405060708090a0b0c0d0e0f",
        "63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b \
         c84aa458 96cf4d2f c5abf872 45d9eade 800005d4",
    );
}

#[test]
fn rtcp_of_rfc_7714_17_3_with_256_bits() {
    gcm_rtcp(
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad \
         1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4",
    );
}

/// A packet as libsrtp's tests seal it, with its master key: this also proves the derivation for the suite.
fn libsrtp(suite: SrtpCryptoSuite, key: &str, [rtp, rtcp]: [&str; 2]) {
    let master = SrtpMasterKey::new(suite, &hex(key)).unwrap();
    let mut send = SrtpSend::new(&master).unwrap();
    let mut out = hex("800f1234 decafbad cafebabe");
    out.resize(12 + 16 + suite.rtp_overhead(), 0);
    let packet = RtpToSeal {
        header_len: 12,
        patched: 0,
        payload: &[0xab; 16],
        index: ExtSeq(0x1234),
        ssrc: SSRC,
    };
    send.seal_rtp(&mut out, packet).unwrap();
    assert_eq!(out[12..], hex(rtp));
    send.set_rtcp_index(1);
    let clear = hex("81c8000b cafebabe abababab abababab abababab abababab");
    assert_eq!(seal_rtcp(&mut send, &clear)[8..], hex(rtcp));
}

#[test]
fn aes_cm_128_hmac_sha1_80_as_in_libsrtp() {
    libsrtp(
        SrtpCryptoSuite::AesCm128HmacSha1_80,
        "e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6",
        [
            "4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb",
            "7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798",
        ],
    );
}

#[test]
fn aead_aes_128_gcm_as_in_libsrtp() {
    libsrtp(
        SrtpCryptoSuite::AeadAes128Gcm,
        "000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab",
        [
            "c5002ede04cfdd2eb91159e0880aa06e d2976826f796b201df3131a127e8a392",
            "c98b8b5df0392a55852b6c21ac8e7025 c52c6fbea2b3b446ea31123ba88ce61e 80000001",
        ],
    );
}
