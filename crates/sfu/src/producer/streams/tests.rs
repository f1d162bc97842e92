use super::*;
use crate::testing::{MEDIA, OTHER, OTHER_RTX, RTX, video_producer as producer};
use serde_json::json;

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
    producer.streams[0].recv.bind_rtx(Ssrc(2), RTX, MEDIA);
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
        Belongs::Successor(0),
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
    producer.streams[0].recv.bind_rtx(Ssrc(5), RTX, MEDIA);
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
    assert_eq!(
        producer.classify(Ssrc(7), MEDIA, None),
        Belongs::Successor(0)
    );
    assert_eq!(producer.classify(Ssrc(7), OTHER, None), Belongs::Nobody);
    assert_eq!(producer.classify(Ssrc(2), RTX, None), Belongs::NewRtx(0));
    producer.streams[0].recv.bind_rtx(Ssrc(2), RTX, MEDIA);
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
