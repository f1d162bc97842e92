use miso_ice::{Candidate, Protocol, Tuple};
use serde_json::json;

use crate::RequestError;
use crate::types::{
    ConsumerLayers, ConsumerScore, DtlsParameters, DtlsRole, IceCandidate, IceState, ProducerScore,
    SctpNegotiatedCapabilities, TransportTuple, Volume,
};

fn to_json(value: impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn a_candidate_has_mediasoups_members_and_tcp_type_only_on_tcp() {
    let candidate = Candidate {
        priority: 7,
        address: "192.0.2.1".to_owned(),
        port: 5,
        protocol: Protocol::Udp,
    };
    let udp = json!({
        "foundation": "udpcandidate", "priority": 7, "ip": "192.0.2.1", "address": "192.0.2.1",
        "protocol": "udp", "port": 5, "type": "host",
    });
    assert_eq!(to_json(IceCandidate::from(&candidate)), udp);
    let tcp = to_json(IceCandidate::from(&Candidate {
        protocol: Protocol::Tcp,
        ..candidate
    }));
    assert_eq!(tcp["tcpType"], "passive");
    assert_eq!(tcp["foundation"], "tcpcandidate");
}

#[test]
fn a_tuple_tells_both_ends() {
    let [local, remote] = ["192.0.2.1:5", "198.51.100.2:6"].map(|it| it.parse().unwrap());
    let tuple = TransportTuple::from(&Tuple::new(Protocol::Tcp, local, remote));
    let expected = json!({
        "localIp": "192.0.2.1", "localAddress": "192.0.2.1", "localPort": 5,
        "remoteIp": "198.51.100.2", "remotePort": 6, "protocol": "tcp",
    });
    assert_eq!(to_json(tuple), expected);
}

#[test]
fn dtls_parameters_of_clients_are_read_with_auto_as_the_default_role() {
    let value = "AA".to_owned() + &":AA".repeat(31);
    let text = json!({ "fingerprints": [{ "algorithm": "sha-256", "value": value }] });
    let parameters: DtlsParameters = serde_json::from_value(text).unwrap();
    assert_eq!(parameters.role, DtlsRole::Auto);
    assert_eq!(parameters.parse_fingerprints().unwrap().len(), 1);
}

#[test]
fn fingerprints_that_are_absent_unknown_or_malformed_are_type_errors() {
    for fingerprints in [
        json!([]),
        json!([{ "algorithm": "md5", "value": "AA" }]),
        json!([{ "algorithm": "sha-256", "value": "AA" }]),
    ] {
        let parameters = json!({ "role": "client", "fingerprints": fingerprints });
        let parameters: DtlsParameters = serde_json::from_value(parameters).unwrap();
        let refused = parameters.parse_fingerprints();
        assert!(
            matches!(refused, Err(RequestError::Type(_))),
            "{fingerprints}"
        );
    }
}

#[test]
fn states_layers_scores_and_volumes_have_mediasoups_names() {
    assert_eq!(to_json(IceState::Disconnected), "disconnected");
    let layers: ConsumerLayers = serde_json::from_value(json!({ "spatialLayer": 1 })).unwrap();
    assert_eq!(
        layers,
        ConsumerLayers {
            spatial_layer: 1,
            temporal_layer: None
        }
    );
    let score = ConsumerScore {
        score: 9,
        producer_score: 8,
        producer_scores: vec![8, 0],
    };
    let expected = json!({ "score": 9, "producerScore": 8, "producerScores": [8, 0] });
    assert_eq!(to_json(score), expected);
    let score = ProducerScore {
        encoding_idx: 0,
        ssrc: 5,
        rid: None,
        score: 10,
    };
    assert_eq!(
        to_json(score),
        json!({ "encodingIdx": 0, "ssrc": 5, "score": 10 })
    );
    let volume = Volume {
        producer_id: "p".to_owned(),
        volume: -30,
    };
    assert_eq!(to_json(volume), json!({ "producerId": "p", "volume": -30 }));
    let negotiated = SctpNegotiatedCapabilities {
        negotiated_max_outbound_streams: 1,
        negotiated_max_inbound_streams: 2,
    };
    let expected = json!({ "negotiatedMaxOutboundStreams": 1, "negotiatedMaxInboundStreams": 2 });
    assert_eq!(to_json(negotiated), expected);
}
