use serde_json::{Value, json};

use super::*;

fn answer() -> Value {
    let digest = vec!["AB"; 32].join(":");
    json!({
        "id": "t",
        "iceParameters": { "usernameFragment": "u", "password": "p", "iceLite": true },
        "iceCandidates": [
            { "foundation": "udp", "priority": 1, "ip": "192.0.2.1", "protocol": "udp", "port": 4000, "type": "host" },
        ],
        "dtlsParameters": {
            "role": "auto", "fingerprints": [{ "algorithm": "sha-256", "value": digest }],
        },
    })
}

#[test]
fn answers_of_servers_with_either_naming_are_read() {
    let mut newer = answer();
    newer["transportId"] = newer["id"].take();
    newer["iceCandidates"][0]["address"] = newer["iceCandidates"][0]["ip"].take();
    let mut both = answer();
    both["transportId"] = json!("t");
    let expected: TransportParameters = serde_json::from_value(answer()).unwrap();
    for other in [newer, both] {
        assert_eq!(
            serde_json::from_value::<TransportParameters>(other).unwrap(),
            expected
        );
    }
    assert_eq!(expected.ice_candidates[0].address, "192.0.2.1");
    assert_eq!(expected.sctp_parameters, None);
}

#[test]
fn sctp_parameters_of_older_servers_are_read() {
    let mut older = answer();
    older["sctpParameters"] =
        json!({ "port": 5000, "OS": 1024, "MIS": 1024, "maxMessageSize": 1000 });
    let read: TransportParameters = serde_json::from_value(older).unwrap();
    assert_eq!(read.sctp_parameters.unwrap().max_message_size, 1000);
}

#[test]
fn an_answer_without_an_id_is_refused() {
    let mut nameless = answer();
    nameless.as_object_mut().unwrap().remove("id");
    let error = serde_json::from_value::<TransportParameters>(nameless).unwrap_err();
    assert_eq!(error.to_string(), "missing field `id`");
}
