use super::*;
use crate::ids::ProducerId;
use crate::key_frame::KeyFrameRequests;
use crate::keys::TransportKey;
use crate::producer::codecs::ProducerCodecs;
use crate::producer::mangle::SourceExtensions;
use crate::recv_stream::RecvStreamParams;
use crate::ring::VIDEO_MAX_AGE_MS;
use crate::testing::base;
use miso_ortc::{
    CodecMapping, EncodingMapping, MediaKind, ProducerType, RtpMapping, RtpParameters,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Two codecs with RTX each.
const MEDIA: Pt = Pt(96);
const RTX: Pt = Pt(97);
const OTHER: Pt = Pt(98);
const OTHER_RTX: Pt = Pt(99);

fn producer(encodings: Value) -> Producer {
    let parameters = RtpParameters::try_from(json!({
        "mid": "0",
        "codecs": [
            {"mimeType": "video/VP8", "payloadType": MEDIA.0, "clockRate": 90_000},
            {"mimeType": "video/rtx", "payloadType": RTX.0, "clockRate": 90_000, "parameters": {"apt": MEDIA.0}},
            {"mimeType": "video/H264", "payloadType": OTHER.0, "clockRate": 90_000},
            {"mimeType": "video/rtx", "payloadType": OTHER_RTX.0, "clockRate": 90_000, "parameters": {"apt": OTHER.0}},
        ],
        "encodings": encodings,
        "rtcp": {"cname": "them"},
    }))
    .unwrap();
    let codecs = [MEDIA, RTX, OTHER, OTHER_RTX].map(|pt| CodecMapping {
        payload_type: pt,
        mapped_payload_type: pt,
    });
    let encodings = parameters.encodings.iter().zip(1_000..);
    let mapping = RtpMapping {
        codecs: codecs.to_vec(),
        encodings: encodings
            .map(|(encoding, mapped)| EncodingMapping {
                ssrc: encoding.ssrc,
                rid: encoding.rid,
                mapped_ssrc: Ssrc(mapped),
            })
            .collect(),
    };
    Producer {
        id: ProducerId(1),
        transport: TransportKey::default(),
        kind: MediaKind::Video,
        producer_type: ProducerType::Simple,
        codecs: ProducerCodecs::new(&parameters, &mapping),
        extensions: SourceExtensions::default(),
        parameters,
        mapping,
        paused: false,
        streams: Vec::new(),
        consumers: Vec::new(),
        observers: Vec::new(),
        key_frames: KeyFrameRequests::new(Duration::ZERO),
        orientation: None,
        is_dirty: false,
    }
}

impl Producer {
    /// The stream of an encoding begins.
    fn begin(&mut self, encoding_idx: usize, ssrc: u32, pt: Pt) {
        let params = RecvStreamParams {
            ssrc: Ssrc(ssrc),
            pt,
            clock_rate: 90_000,
            use_nack: true,
            use_dtx: false,
            check_inactivity: false,
            spatial_layers: 1,
            temporal_layers: 1,
        };
        self.streams.push(ProducerStream {
            recv: RecvStream::new(params, base()),
            ring: StreamRing::new(90_000, VIDEO_MAX_AGE_MS),
            mapped_ssrc: Ssrc(1_000),
            encoding_idx,
            rid: None,
            structure: DependencyStructure::default(),
            fir_seq: 0,
            capture: CaptureClock::new(90_000, false),
        });
    }
}

fn rid(text: &str) -> Option<Rid> {
    Some(Rid::new(text.as_bytes()).unwrap())
}

#[test]
fn declared_ssrc_begins_its_encoding_with_the_codec_of_that_alone() {
    let producer = producer(json!([{"ssrc": 1}, {"ssrc": 2, "codecPayloadType": OTHER.0}]));
    assert_eq!(
        producer.classify(Ssrc(1), MEDIA, None),
        Belongs::NewMedia(0)
    );
    assert_eq!(producer.classify(Ssrc(1), OTHER, None), Belongs::Nobody);
    assert_eq!(
        producer.classify(Ssrc(2), OTHER, None),
        Belongs::NewMedia(1)
    );
    assert_eq!(producer.classify(Ssrc(2), MEDIA, None), Belongs::Nobody);
    assert_eq!(producer.classify(Ssrc(1), Pt(50), None), Belongs::Nobody);
    assert_eq!(producer.classify(Ssrc(3), MEDIA, None), Belongs::Nobody);
}

#[test]
fn retransmissions_join_only_a_stream_that_exists() {
    let mut producer = producer(json!([{"ssrc": 1, "rtx": {"ssrc": 2}}]));
    assert_eq!(producer.classify(Ssrc(2), RTX, None), Belongs::Nobody);
    producer.begin(0, 1, MEDIA);
    assert_eq!(producer.classify(Ssrc(1), MEDIA, None), Belongs::Media(0));
    assert_eq!(producer.classify(Ssrc(2), RTX, None), Belongs::NewRtx(0));
    assert_eq!(producer.classify(Ssrc(2), MEDIA, None), Belongs::Nobody);
    assert_eq!(
        producer.classify(Ssrc(2), OTHER_RTX, None),
        Belongs::Nobody,
        "of another codec"
    );
    producer.streams[0].recv.bind_rtx(Ssrc(2), RTX);
    assert_eq!(producer.classify(Ssrc(2), RTX, None), Belongs::Rtx(0));
}

#[test]
fn rid_begins_its_encoding_once() {
    let mut producer = producer(json!([{"rid": "a"}, {"rid": "b"}]));
    assert_eq!(
        producer.classify(Ssrc(1), MEDIA, rid("b")),
        Belongs::NewMedia(1)
    );
    assert_eq!(producer.classify(Ssrc(1), MEDIA, rid("c")), Belongs::Nobody);
    assert_eq!(producer.classify(Ssrc(1), MEDIA, None), Belongs::Nobody);
    producer.begin(1, 1, MEDIA);
    assert_eq!(producer.classify(Ssrc(1), MEDIA, None), Belongs::Media(0));
    assert_eq!(
        producer.classify(Ssrc(9), MEDIA, rid("b")),
        Belongs::Nobody,
        "another SSRC"
    );
    assert_eq!(
        producer.classify(Ssrc(5), RTX, rid("a")),
        Belongs::Nobody,
        "no media yet"
    );
    assert_eq!(
        producer.classify(Ssrc(5), RTX, rid("b")),
        Belongs::NewRtx(0)
    );
    producer.streams[0].recv.bind_rtx(Ssrc(5), RTX);
    assert_eq!(
        producer.classify(Ssrc(6), RTX, rid("b")),
        Belongs::Nobody,
        "learnt once"
    );
}

#[test]
fn single_unnamed_encoding_takes_what_comes_first() {
    let mut producer = producer(json!([{}]));
    assert_eq!(producer.classify(Ssrc(2), RTX, None), Belongs::Nobody);
    assert_eq!(
        producer.classify(Ssrc(1), OTHER, None),
        Belongs::Nobody,
        "not its codec"
    );
    assert_eq!(
        producer.classify(Ssrc(1), MEDIA, None),
        Belongs::NewMedia(0)
    );
    producer.begin(0, 1, MEDIA);
    assert_eq!(producer.classify(Ssrc(7), MEDIA, None), Belongs::Nobody);
    assert_eq!(producer.classify(Ssrc(2), RTX, None), Belongs::NewRtx(0));
    producer.streams[0].recv.bind_rtx(Ssrc(2), RTX);
    assert_eq!(producer.classify(Ssrc(3), RTX, None), Belongs::Nobody);
}

#[test]
fn known_ssrc_wins_over_payload_type_and_rid() {
    let mut producer = producer(json!([{"rid": "a"}, {"rid": "b"}]));
    producer.begin(0, 1, MEDIA);
    assert_eq!(
        producer.classify(Ssrc(1), OTHER, rid("b")),
        Belongs::Media(0)
    );
}
