use super::*;

/// The hashes of "abc" (FIPS 180-4's examples).
const OF_ABC: [(&str, &str); 5] = [
    (
        "sha-1",
        "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D",
    ),
    (
        "sha-224",
        "23:09:7D:22:34:05:D8:22:86:42:A4:77:BD:A2:55:B3:2A:AD:BC:E4:BD:A0:B3:F7:E3:6C:9D:A7",
    ),
    (
        "sha-256",
        "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD",
    ),
    (
        "sha-384",
        "CB:00:75:3F:45:A3:5E:8B:B5:A0:3D:69:9A:C6:50:07:27:2C:32:AB:0E:DE:D1:63:1A:8B:60:5A:43:FF:5B:ED:\
         80:86:07:2B:A1:E7:CC:23:58:BA:EC:A1:34:C8:25:A7",
    ),
    (
        "sha-512",
        "DD:AF:35:A1:93:61:7A:BA:CC:41:73:49:AE:20:41:31:12:E6:FA:4E:89:A9:7E:A2:0A:9E:EE:E6:4B:55:D3:9A:\
         21:92:99:2A:27:4F:C1:A8:36:BA:3C:23:A3:FE:EB:BD:45:4D:44:23:64:3C:E8:0E:2A:9A:C9:4F:A5:4C:A4:9F",
    ),
];

#[test]
fn hashes_are_printed_in_upper_case_with_colons() {
    for (name, value) in OF_ABC {
        let algorithm: FingerprintAlgorithm = name.parse().unwrap();
        let fingerprint = Fingerprint::of(algorithm, b"abc");
        assert_eq!(fingerprint.value(), value);
        assert_eq!(algorithm.name(), name);
    }
}

#[test]
fn a_fingerprint_in_either_case_matches_its_certificate_and_no_other() {
    for (name, value) in OF_ABC {
        let algorithm = name.to_uppercase().parse().unwrap();
        for value in [value.to_owned(), value.to_lowercase()] {
            let fingerprint = Fingerprint::parse(algorithm, &value).unwrap();
            assert!(fingerprint.matches(b"abc"));
            assert!(!fingerprint.matches(b"abd"));
            assert_eq!(fingerprint, Fingerprint::of(algorithm, b"abc"));
        }
    }
}

#[test]
fn malformed_fingerprints_are_refused() {
    let (_, good) = OF_ABC[0];
    let bad = [
        String::new(),
        good.replace(':', ""),
        good.replace(':', "-"),
        good[3..].to_owned(),
        format!("{good}:00"),
        format!("{good}:"),
        good.replacen("A9", "+9", 1),
        good.replacen("A9", "GG", 1),
        good.replacen("A9", "ä", 1),
    ];
    for value in bad {
        let parsed = Fingerprint::parse(FingerprintAlgorithm::Sha1, &value);
        assert_eq!(parsed, Err(FingerprintError::Value), "{value}");
    }
    assert_eq!(
        "md5".parse::<FingerprintAlgorithm>(),
        Err(FingerprintError::Algorithm)
    );
}

#[test]
fn a_hash_of_another_length_is_refused() {
    for (name, _) in OF_ABC {
        for (other, value) in OF_ABC {
            let parsed = Fingerprint::parse(name.parse().unwrap(), value);
            assert_eq!(parsed.is_ok(), name == other, "{name} {other}");
        }
    }
}
