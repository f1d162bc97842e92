use super::*;
use crate::send_stream::{SendStreamParams, SendStreamSeeds};
use crate::testing::{MEDIA, base, video_producer};
use serde_json::json;

fn stream(ssrc: u32) -> SendStream {
    let params = SendStreamParams {
        ssrc: Ssrc(ssrc),
        rtx: None,
        clock_rate: 90_000,
        video: true,
        use_nack: true,
    };
    let seeds = SendStreamSeeds {
        initial_seq: 1_000,
        first_rtx_seq: 0,
    };
    SendStream::new(params, seeds, base())
}

fn simulcast() -> (Leg, Producer) {
    let producer = video_producer(json!([{"rid": "a"}, {"rid": "b"}, {"rid": "c"}]));
    (Leg::new(stream(700)), producer)
}

#[test]
fn first_stream_is_followed_at_once_and_others_from_their_key_frames_on() {
    let (mut leg, mut producer) = simulcast();
    for encoding in 0..3 {
        producer.begin(encoding, 10 + encoding as u32, MEDIA);
    }
    assert_eq!(leg.follow(Some(0), &producer, true), Some(Ssrc(1_000)));
    assert!(
        leg.current
            .is_some_and(|current| current.stream == 0 && current.awaits_key_frame)
    );
    assert_eq!(leg.follow(Some(0), &producer, true), None, "no news");
    // What has not begun is given up at once.
    assert_eq!(leg.follow(Some(1), &producer, true), Some(Ssrc(1_001)));
    assert!(leg.current.is_some_and(|current| current.stream == 1));
    assert!(leg.target.is_none());
    // What has begun goes on until the next one can begin.
    leg.current = leg.current.map(|current| Current {
        awaits_key_frame: false,
        ..current
    });
    assert_eq!(leg.follow(Some(2), &producer, true), Some(Ssrc(1_002)));
    assert!(leg.current.is_some_and(|current| current.stream == 1));
    assert!(leg.target.is_some_and(|target| target.stream == 2));
    assert_eq!(leg.follow(Some(2), &producer, true), None, "no news");
    assert_eq!(
        leg.follow(Some(1), &producer, true),
        None,
        "back to what flows"
    );
    assert!(leg.target.is_none());
    assert_eq!(leg.follow(None, &producer, true), None);
    assert!(leg.current.is_none() && leg.target.is_none());
}

#[test]
fn codec_without_key_frames_awaits_none() {
    let (mut leg, mut producer) = simulcast();
    producer.begin(0, 10, MEDIA);
    assert_eq!(leg.follow(Some(0), &producer, false), None);
    assert!(
        leg.current
            .is_some_and(|current| !current.awaits_key_frame && current.must_sync)
    );
}

#[test]
fn legs_are_found_by_place_and_by_ssrc() {
    let mut legs = Legs::new(stream(700), [701, 702].map(stream).into_iter());
    assert_eq!(legs.len(), 3);
    let ssrcs: Vec<u32> = legs.iter().map(|leg| leg.send.params().ssrc.0).collect();
    assert_eq!(ssrcs, [700, 701, 702]);
    for (place, ssrc) in ssrcs.into_iter().enumerate() {
        assert_eq!(legs.position(Ssrc(ssrc)), Some(place));
        let found = legs.get(place).map(|leg| leg.send.params().ssrc);
        assert_eq!(found, Some(Ssrc(ssrc)));
        assert!(legs.get_mut(place).is_some());
    }
    assert_eq!(legs.position(Ssrc(703)), None);
    assert!(legs.get(3).is_none() && legs.get_mut(3).is_none());
    assert_eq!(legs.first().send.params().ssrc, Ssrc(700));
}
