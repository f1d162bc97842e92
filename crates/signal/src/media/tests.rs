use serde_json::{Value, json};

use super::*;
use crate::PeerId;

const SHA_256: &str = "82:5A:68:3D:36:C3:0A:DE:AF:E7:32:43:D2:88:83:57:AC:2D:65:E5:80:C4:B6:FB:AF:1A:A0:21:9F:6D:0C:AD";

fn dtls(json: Value) -> Result<DtlsParameters, String> {
    serde_json::from_value(json).map_err(|error| error.to_string())
}

#[test]
fn role_is_auto_unless_given() {
    let with = |role: Value| {
        dtls(json!({"role": role, "fingerprints": [{"algorithm": "sha-256", "value": SHA_256}]}))
            .map(|it| it.role)
    };
    assert_eq!(with(Value::Null), Ok(DtlsRole::Auto));
    assert_eq!(with(json!("auto")), Ok(DtlsRole::Auto));
    assert_eq!(with(json!("client")), Ok(DtlsRole::Client));
    assert_eq!(with(json!("server")), Ok(DtlsRole::Server));
    assert_eq!(
        with(json!("actpass")),
        Err("invalid dtlsParameters.role".into())
    );
}

#[test]
fn any_known_hash_function_alone_will_do() {
    for (name, algorithm) in [
        ("sha-1", FingerprintAlgorithm::Sha1),
        ("sha-224", FingerprintAlgorithm::Sha224),
        ("sha-256", FingerprintAlgorithm::Sha256),
        ("sha-384", FingerprintAlgorithm::Sha384),
        ("sha-512", FingerprintAlgorithm::Sha512),
    ] {
        let digest: Vec<u8> = (0..=255).take(algorithm.digest_len()).collect();
        let value = DtlsFingerprint::new(algorithm, &digest).value;
        let read =
            dtls(json!({"fingerprints": [{"algorithm": name, "value": value.to_lowercase()}]}));
        let fingerprint = read.unwrap().fingerprints.remove(0);
        assert_eq!(
            (fingerprint.algorithm, &fingerprint.value),
            (algorithm, &value)
        );
        assert_eq!(fingerprint.digest(), Some(digest));
    }
}

#[test]
fn fingerprints_that_cannot_be_checked_are_left_out() {
    let good = json!({"algorithm": "sha-256", "value": SHA_256});
    let read = dtls(json!({"fingerprints": [
        {"algorithm": "sha-3", "value": "00"}, {"algorithm": "sha-256", "value": "AB:CD"}, 7, good,
        {"algorithm": "sha-256", "value": SHA_256.replace(':', "")},
        {"algorithm": "sha-256", "value": SHA_256.replace("82", "+2")}
    ]}));
    assert_eq!(read.unwrap().fingerprints.len(), 1);
    let none = Err("missing dtlsParameters.fingerprints".into());
    assert_eq!(dtls(json!({"fingerprints": []})), none);
    assert_eq!(dtls(json!({})), none);
    assert_eq!(
        dtls(json!({"fingerprints": [{"algorithm": "md5", "value": "00"}]})),
        none
    );
    assert_eq!(
        dtls(json!([])),
        Err("dtlsParameters is not an object".into())
    );
    let many = Value::Array(vec![good; 17]);
    assert_eq!(
        dtls(json!({"fingerprints": many})),
        Err("too many dtlsParameters.fingerprints".into())
    );
}

#[test]
fn candidate_has_both_names_of_the_address_and_a_tcp_type_only_for_tcp() {
    let udp = IceCandidate::host("udpcandidate", 1, "10.0.0.1", TransportProtocol::Udp, 44444);
    assert_eq!(
        serde_json::to_value(udp).unwrap(),
        json!({"foundation": "udpcandidate", "priority": 1, "ip": "10.0.0.1",
            "address": "10.0.0.1", "protocol": "udp", "port": 44444, "type": "host"})
    );
    let tcp = IceCandidate::host("tcpcandidate", 1, "example.org", TransportProtocol::Tcp, 1);
    let tcp = serde_json::to_value(tcp).unwrap();
    assert_eq!(
        (&tcp["tcpType"], &tcp["protocol"]),
        (&json!("passive"), &json!("tcp"))
    );
}

#[test]
fn app_data_is_an_object_of_bounded_size() {
    let read = |json: Value| serde_json::from_value::<AppData>(json).map_err(|it| it.to_string());
    assert_eq!(read(Value::Null).unwrap(), AppData::default());
    assert_eq!(
        read(json!({"share": true})).unwrap().get("share"),
        Some(&json!(true))
    );
    for wrong in [json!(1), json!("x"), json!([])] {
        assert_eq!(
            read(wrong).unwrap_err(),
            "if given, appData must be an object"
        );
    }
    let long = read(json!({"text": "x".repeat(4_096)}));
    assert_eq!(long.unwrap_err(), "appData too long (maximum 4096 bytes)");
}

#[test]
fn peer_cannot_forge_whose_media_it_is() {
    let data: AppData = serde_json::from_value(json!({"peerId": "other", "a": 1})).unwrap();
    let data = data.with_peer_id(&PeerId::new("me").unwrap());
    assert_eq!(
        serde_json::to_value(&data).unwrap(),
        json!({"peerId": "me", "a": 1})
    );
    assert_eq!(data.text("peerId"), Some("me"));
    assert_eq!(data.text("a"), None);
}
