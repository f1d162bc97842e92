use serde_json::{Value, json};

use super::*;
use crate::encode_request;

fn frame(id: u32, request: &ServerRequest) -> Value {
    let text = encode_request(id, request.clone(), Dialect::JavaScript);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn new_consumer_has_the_names_of_both_dialects() {
    let rtp_parameters: RtpParameters = serde_json::from_value(json!({"codecs": []})).unwrap();
    let id = ConsumerId::new("c").unwrap();
    let app_data: AppData = serde_json::from_value(json!({"share": true})).unwrap();
    let peer_id = PeerId::new("p").unwrap();
    let request = ServerRequest::NewConsumer(NewConsumer {
        transport_id: TransportId::new("t").unwrap(),
        producer_id: ProducerId::new("x").unwrap(),
        consumer_id: id.clone(),
        id,
        kind: MediaKind::Video,
        rtp_parameters: rtp_parameters.clone(),
        consumer_type: ConsumerType::Simulcast,
        app_data: app_data.with_peer_id(&peer_id),
        peer_id,
        producer_paused: false,
        consumer_score: ConsumerScore {
            score: 10,
            producer_score: 10,
            producer_scores: vec![10],
        },
    });
    assert_eq!(request.method(), "newConsumer");
    assert_eq!(
        frame(5, &request),
        json!({"request": true, "id": 5, "method": "newConsumer", "data": {
            "peerId": "p", "transportId": "t", "producerId": "x", "id": "c", "consumerId": "c",
            "kind": "video", "rtpParameters": rtp_parameters, "type": "simulcast",
            "appData": {"share": true, "peerId": "p"}, "producerPaused": false,
            "consumerScore": {"score": 10, "producerScore": 10, "producerScores": [10]}
        }})
    );
}

#[test]
fn data_of_the_bot_comes_from_a_null_peer() {
    let id = DataConsumerId::new("d").unwrap();
    let request = ServerRequest::NewDataConsumer(NewDataConsumer {
        peer_id: Some(None),
        transport_id: TransportId::new("t").unwrap(),
        data_producer_id: DataProducerId::new("x").unwrap(),
        data_consumer_id: id.clone(),
        id,
        sctp_stream_parameters: SctpStreamParameters::new(3, None, None, Some(1)).unwrap(),
        label: "bot".into(),
        protocol: String::new(),
        app_data: AppData::default(),
        route: DataRoute::Bot,
    });
    assert_eq!(
        frame(0, &request),
        json!({"request": true, "id": 0, "method": "newDataConsumer", "data": {
            "peerId": null, "transportId": "t", "dataProducerId": "x", "id": "d",
            "dataConsumerId": "d",
            "sctpStreamParameters": {"streamId": 3, "ordered": false, "maxRetransmits": 1},
            "label": "bot", "protocol": "", "appData": {}
        }})
    );
}
