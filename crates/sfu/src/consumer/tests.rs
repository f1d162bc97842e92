use super::*;
use crate::send_stream::{SendStream, SendStreamParams, SendStreamSeeds};
use crate::testing::{MEDIA, base, video_producer};
use miso_ortc::RtpParameters;
use serde_json::{Value, json};
use std::time::Duration;

fn consumer(consumer_type: ConsumerType, encodings: usize, mode: Option<&str>) -> Consumer {
    let mut encoding = json!({"ssrc": 700});
    if let Some(mode) = mode {
        encoding["scalabilityMode"] = Value::from(mode);
    }
    let parameters = RtpParameters::try_from(json!({
        "codecs": [{"mimeType": "video/VP8", "payloadType": 101, "clockRate": 90_000}],
        "encodings": [encoding],
        "rtcp": {"cname": "us"},
    }))
    .unwrap();
    let send = SendStream::new(
        SendStreamParams {
            ssrc: Ssrc(700),
            rtx: None,
            clock_rate: 90_000,
            video: true,
            use_nack: true,
        },
        SendStreamSeeds {
            initial_seq: 1_000,
            first_rtx_seq: 0,
        },
        base(),
    );
    Consumer {
        id: ConsumerId(1),
        producer: ProducerKey::default(),
        transport: TransportKey::default(),
        kind: MediaKind::Video,
        consumer_type,
        parameters,
        consumable_encodings: vec![RtpEncodingParameters::default(); encodings],
        terms: Terms {
            supported: PtSet::new([Pt(101)].into_iter()),
            ..Terms::default()
        },
        paused: false,
        producer_paused: false,
        priority: 1,
        preferred: None,
        legs: Legs::new(send, std::iter::empty()),
        needs_key_frame: true,
        layers: None,
        score: ConsumerScore::default(),
    }
}

fn simulcast() -> (Consumer, Producer) {
    let producer = video_producer(json!([{"rid": "a"}, {"rid": "b"}, {"rid": "c"}]));
    (consumer(ConsumerType::Simulcast, 3, Some("L1T3")), producer)
}

fn layers(spatial_layer: u8, temporal_layer: Option<u8>) -> PreferredLayers {
    PreferredLayers {
        spatial_layer,
        temporal_layer,
    }
}

/// The stream of this index dies of silence.
fn die(producer: &mut Producer, index: usize) {
    let stream = &mut producer.streams[index].recv;
    assert!(stream.handle_timeout(base() + Duration::from_secs(60)));
    assert_eq!(stream.score(), 0);
}

#[test]
fn highest_living_stream_up_to_the_preferred_is_best() {
    let (mut consumer, mut producer) = simulcast();
    assert_eq!(consumer.best_stream(&producer), None, "there is none yet");
    // Streams begin in any order.
    for (encoding, ssrc) in [(2, 12), (0, 10), (1, 11)] {
        producer.begin(encoding, ssrc, MEDIA);
    }
    assert_eq!(consumer.best_stream(&producer), Some(0), "no preference");
    for (spatial, index) in [(0, 1), (1, 2), (2, 0)] {
        consumer.preferred = Some(layers(spatial, None));
        assert_eq!(
            consumer.best_stream(&producer),
            Some(index),
            "layer {spatial}"
        );
    }
}

#[test]
fn dead_streams_give_way_to_lower_then_to_higher_ones() {
    let (mut consumer, mut producer) = simulcast();
    for encoding in 0..3 {
        producer.begin(encoding, 10 + encoding as u32, MEDIA);
    }
    consumer.preferred = Some(layers(1, None));
    die(&mut producer, 1);
    assert_eq!(consumer.best_stream(&producer), Some(0));
    die(&mut producer, 0);
    assert_eq!(consumer.best_stream(&producer), Some(2));
    die(&mut producer, 2);
    assert_eq!(consumer.best_stream(&producer), None);
}

#[test]
fn simple_consumer_takes_the_only_stream_however_it_scores() {
    let consumer = consumer(ConsumerType::Simple, 1, None);
    let mut producer = video_producer(json!([{"ssrc": 1}]));
    assert_eq!(consumer.best_stream(&producer), None);
    producer.begin(0, 1, MEDIA);
    assert_eq!(consumer.best_stream(&producer), Some(0));
}

#[test]
fn layers_are_limited_to_those_that_exist() {
    let (simulcast, _) = simulcast();
    assert_eq!(simulcast.clamp_layers(layers(9, None)), layers(2, Some(2)));
    assert_eq!(
        simulcast.clamp_layers(layers(1, Some(9))),
        layers(1, Some(2))
    );
    assert_eq!(
        simulcast.clamp_layers(layers(0, Some(1))),
        layers(0, Some(1))
    );
    let undeclared = consumer(ConsumerType::Simulcast, 2, None);
    assert_eq!(
        undeclared.clamp_layers(layers(9, Some(9))),
        layers(1, Some(0))
    );
    let svc = consumer(ConsumerType::Svc, 1, Some("L3T2_KEY"));
    assert_eq!(svc.clamp_layers(layers(9, Some(9))), layers(2, Some(1)));
}

#[test]
fn score_names_the_forwarded_stream_and_all_encodings() {
    let (mut consumer, mut producer) = simulcast();
    producer.begin(1, 11, MEDIA);
    producer.begin(0, 10, MEDIA);
    let score = consumer.score_with(&producer);
    assert_eq!(
        (score.score, score.producer_score),
        (10, 0),
        "nothing is forwarded"
    );
    assert_eq!(
        score.producer_scores,
        [10, 10, 0],
        "in the order of the encodings"
    );
    consumer.legs.first_mut().follow(Some(0), &producer, true);
    die(&mut producer, 1);
    let score = consumer.score_with(&producer);
    assert_eq!(score.producer_score, 10);
    assert_eq!(score.producer_scores, [0, 10, 0]);
}

#[test]
fn set_of_payload_types_holds_all_seven_bits() {
    let set = PtSet::new([Pt(0), Pt(101), Pt(127)].into_iter());
    for pt in 0..=127 {
        assert_eq!(set.contains(Pt(pt)), [0, 101, 127].contains(&pt), "{pt}");
    }
}
