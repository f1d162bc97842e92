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
        starved_since: None,
        preferred: None,
        allotted: Allotted::Unlimited,
        target: None,
        legs: Legs::new(send, std::iter::empty()),
        needs_key_frame: true,
        traces: Default::default(),
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

/// Which stream it should get.
fn best(consumer: &Consumer, producer: &Producer) -> Option<usize> {
    consumer.best_target(producer).map(|target| target.stream)
}

/// The stream of this index dies of silence.
fn die(producer: &mut Producer, index: usize) {
    let stream = &mut producer.streams[index].recv;
    let later = base() + Duration::from_secs(60);
    assert!(stream.handle_timeout(Some(later), later));
    assert_eq!(stream.score(), 0);
}

#[test]
fn highest_living_stream_up_to_the_preferred_is_best() {
    let (mut consumer, mut producer) = simulcast();
    assert_eq!(best(&consumer, &producer), None, "there is none yet");
    // Streams begin in any order.
    for (encoding, ssrc) in [(2, 12), (0, 10), (1, 11)] {
        producer.begin(encoding, ssrc, MEDIA);
    }
    assert_eq!(best(&consumer, &producer), Some(0), "no preference");
    for (spatial, index) in [(0, 1), (1, 2), (2, 0)] {
        consumer.preferred = Some(layers(spatial, None));
        assert_eq!(best(&consumer, &producer), Some(index), "layer {spatial}");
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
    assert_eq!(best(&consumer, &producer), Some(0));
    die(&mut producer, 0);
    assert_eq!(best(&consumer, &producer), Some(2));
    die(&mut producer, 2);
    assert_eq!(best(&consumer, &producer), None);
}

#[test]
fn simple_consumer_takes_the_only_stream_however_it_scores() {
    let consumer = consumer(ConsumerType::Simple, 1, None);
    let mut producer = video_producer(json!([{"ssrc": 1}]));
    assert_eq!(best(&consumer, &producer), None);
    producer.begin(0, 1, MEDIA);
    assert_eq!(best(&consumer, &producer), Some(0));
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

fn up_to(spatial: u8, temporal: u8) -> Allotted {
    Allotted::UpTo(Layers { spatial, temporal })
}

#[test]
fn target_is_what_is_preferred_and_allotted() {
    let (mut consumer, mut producer) = simulcast();
    for encoding in 0..3 {
        producer.begin(encoding, 10 + encoding as u32, MEDIA);
    }
    let cases = [
        ((2, 2), Allotted::Unlimited, Some((2, 2))),
        ((2, 2), up_to(1, 1), Some((1, 1))),
        ((0, 1), up_to(2, 2), Some((0, 1))),
        ((2, 0), up_to(1, 2), Some((1, 0))),
        ((2, 2), Allotted::Nothing, None),
    ];
    for ((spatial, temporal), allotted, expected) in cases {
        consumer.preferred = Some(layers(spatial, Some(temporal)));
        consumer.allotted = allotted;
        let target = consumer.best_target(&producer).map(|it| it.layers);
        let target = target.map(|it| (it.spatial, it.temporal));
        assert_eq!(target, expected, "{spatial}.{temporal} of {allotted:?}");
    }
    // Nothing that comes may be sent.
    die(&mut producer, 0);
    consumer.allotted = up_to(0, 2);
    assert_eq!(consumer.best_target(&producer), None);
}

#[test]
fn consumer_without_layers_has_one_offer() {
    let consumer = consumer(ConsumerType::Simple, 1, None);
    let mut producer = video_producer(json!([{"ssrc": 1}]));
    producer.begin(0, 1, MEDIA);
    let mut offers = Vec::new();
    consumer.offers(&producer, base(), &mut offers);
    assert_eq!(offers.len(), 1);
}

/// A stream gets 1,000 bytes of each layer at once.
fn fill(producer: &mut Producer, stream: usize, layers: &[(u8, u8)]) -> Instant {
    let now = base();
    for (seq, (spatial, temporal)) in (1_u16..).zip(layers) {
        let packet = crate::recv_stream::RecvPacket {
            seq: miso_wire::Seq(seq),
            ts: miso_wire::RtpTime(0),
            size: 1_000,
            payload_len: 900,
            key_frame: seq == 1,
            spatial: *spatial,
            temporal: *temporal,
        };
        producer.streams[stream].recv.receive(&packet, now).unwrap();
    }
    now + Duration::from_millis(900)
}

/// The offers as spatial and temporal layer and multiples of the first one's bitrate.
fn offers(consumer: &Consumer, producer: &Producer, now: Instant) -> Vec<(u8, u8, u64)> {
    let mut offers = Vec::new();
    consumer.offers(producer, now, &mut offers);
    let unit = offers.first().map_or(1, |offer| offer.bitrate.0);
    let told = offers.iter().map(|offer| {
        let Layers { spatial, temporal } = offer.layers;
        (spatial, temporal, offer.bitrate.0 / unit)
    });
    told.collect()
}

#[test]
fn offers_of_svc_contain_the_layers_below() {
    let all = [(0, 0), (0, 1), (1, 0), (1, 1)];
    let cases = [
        ("L2T2", [(0, 0, 1), (0, 1, 2), (1, 0, 2), (1, 1, 4)], 4),
        ("L2T2_KEY", [(0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 1, 2)], 2),
    ];
    for (mode, expected, desired) in cases {
        let consumer = consumer(ConsumerType::Svc, 1, Some(mode));
        let mut producer = video_producer(json!([{"ssrc": 1, "scalabilityMode": mode}]));
        producer.begin_with_layers(0, 1, MEDIA, (2, 2));
        let now = fill(&mut producer, 0, &all);
        assert_eq!(offers(&consumer, &producer, now), expected, "{mode}");
        let unit = producer.streams[0].recv.layer_bitrate(0, 0, now).0;
        let wanted = consumer.desired_bitrate(&producer, now).0;
        // The window of the whole stream is shorter.
        assert!(wanted >= desired * unit, "{mode}: {wanted}");
    }
}

#[test]
fn desired_bitrate_is_that_of_the_largest_stream_and_none_of_what_does_not_flow() {
    let (mut consumer, mut producer) = simulcast();
    for encoding in 0..2 {
        producer.begin(encoding, 10 + encoding as u32, MEDIA);
    }
    fill(&mut producer, 0, &[(0, 0)]);
    let now = fill(&mut producer, 1, &[(0, 0), (0, 0)]);
    let largest = producer.streams[1].recv.bitrate(now);
    assert!(largest > producer.streams[0].recv.bitrate(now));
    assert_eq!(consumer.desired_bitrate(&producer, now), largest);
    consumer.parameters.encodings[0].max_bitrate = Some(miso_wire::Bitrate(1 << 40));
    assert_eq!(consumer.desired_bitrate(&producer, now).0, 1 << 40);
    consumer.paused = true;
    assert_eq!(consumer.desired_bitrate(&producer, now).0, 0);
}

#[test]
fn silent_spatial_layers_are_no_target() {
    let mut consumer = consumer(ConsumerType::Svc, 1, Some("L3T1"));
    consumer.preferred = Some(layers(2, Some(0)));
    let mut producer = video_producer(json!([{"ssrc": 1, "scalabilityMode": "L3T1"}]));
    producer.begin_with_layers(0, 1, MEDIA, (3, 1));
    let target = |consumer: &Consumer, producer: &Producer| {
        let target = consumer.best_target(producer);
        target.map(|target| target.layers.spatial)
    };
    assert_eq!(
        target(&consumer, &producer),
        Some(2),
        "silence is not known yet"
    );
    for picture in 0..8_u16 {
        for spatial in 0..2_u8 {
            let packet = crate::recv_stream::RecvPacket {
                seq: miso_wire::Seq(2 * picture + u16::from(spatial)),
                ts: miso_wire::RtpTime(u32::from(picture) * 6_000),
                size: 1_000,
                payload_len: 900,
                key_frame: picture == 0,
                spatial,
                temporal: 0,
            };
            let at = base() + Duration::from_millis(u64::from(picture) * 67);
            producer.streams[0].recv.receive(&packet, at).unwrap();
        }
    }
    assert_eq!(target(&consumer, &producer), Some(1));
    consumer.allotted = up_to(0, 0);
    assert_eq!(target(&consumer, &producer), Some(0));
}
