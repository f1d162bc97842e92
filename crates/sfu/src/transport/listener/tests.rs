use super::*;
use miso_ortc::{RtpEncodingParameters, RtxParameters};
use slotmap::SlotMap;

fn mid(text: &str) -> Mid {
    Mid::new(text.as_bytes()).unwrap()
}

fn rid(text: &str) -> Rid {
    Rid::new(text.as_bytes()).unwrap()
}

fn encoding(ssrc: Option<u32>, rtx: Option<u32>, name: Option<&str>) -> RtpEncodingParameters {
    RtpEncodingParameters {
        ssrc: ssrc.map(Ssrc),
        rtx: rtx.map(|ssrc| RtxParameters { ssrc: Ssrc(ssrc) }),
        rid: name.map(rid),
        ..Default::default()
    }
}

fn parameters(name: Option<&str>, encodings: Vec<RtpEncodingParameters>) -> RtpParameters {
    RtpParameters {
        mid: name.map(mid),
        encodings,
        ..Default::default()
    }
}

fn keys() -> [ProducerKey; 2] {
    let mut places = SlotMap::with_key();
    [places.insert(()), places.insert(())]
}

fn names(ssrc: u32, in_mid: Option<&str>, in_rid: Option<&str>) -> PacketNames {
    PacketNames {
        ssrc: Ssrc(ssrc),
        mid: in_mid.map(mid),
        rid: in_rid.map(rid),
    }
}

#[test]
fn producer_is_found_by_each_ssrc_and_its_rtx() {
    let [key, _] = keys();
    let mut listener = RtpListener::default();
    let encodings = vec![
        encoding(Some(1), Some(2), None),
        encoding(Some(3), None, None),
    ];
    listener
        .add(key, &parameters(Some("0"), encodings))
        .unwrap();
    for ssrc in [1, 2, 3] {
        assert_eq!(listener.find_by_ssrc(Ssrc(ssrc)), Some(key));
    }
    assert_eq!(listener.find_by_ssrc(Ssrc(4)), None);
}

#[test]
fn mid_teaches_the_ssrc() {
    let [key, _] = keys();
    let mut listener = RtpListener::default();
    listener
        .add(
            key,
            &parameters(Some("0"), vec![encoding(None, None, None)]),
        )
        .unwrap();
    assert_eq!(
        listener.find_by_names(&names(9, Some("0"), None)),
        Some(key)
    );
    assert_eq!(listener.find_by_ssrc(Ssrc(9)), Some(key));
}

#[test]
fn rid_teaches_the_ssrc_but_only_where_there_is_no_mid() {
    let [key, _] = keys();
    let mut listener = RtpListener::default();
    listener
        .add(
            key,
            &parameters(Some("0"), vec![encoding(None, None, Some("hi"))]),
        )
        .unwrap();
    assert_eq!(
        listener.find_by_names(&names(8, Some("7"), Some("hi"))),
        None,
        "unknown MID"
    );
    assert_eq!(listener.find_by_ssrc(Ssrc(8)), None);
    assert_eq!(
        listener.find_by_names(&names(8, None, Some("hi"))),
        Some(key)
    );
    assert_eq!(listener.find_by_ssrc(Ssrc(8)), Some(key));
    assert_eq!(listener.find_by_names(&names(7, None, None)), None);
    assert_eq!(listener.find_by_names(&names(7, None, Some("lo"))), None);
}

#[test]
fn taken_names_are_refused_and_nothing_of_the_producer_stays() {
    let [first, second] = keys();
    let cases = [
        (
            parameters(Some("1"), vec![encoding(Some(5), Some(1), None)]),
            "RTX ssrc already exists in RTP listener [ssrc:1]",
        ),
        (
            parameters(
                Some("1"),
                vec![
                    encoding(Some(5), Some(6), None),
                    encoding(Some(2), None, None),
                ],
            ),
            "ssrc already exists in RTP listener [ssrc:2]",
        ),
        (
            parameters(
                Some("1"),
                vec![encoding(Some(5), None, None), encoding(Some(5), None, None)],
            ),
            "ssrc already exists in RTP listener [ssrc:5]",
        ),
        (
            parameters(Some("1"), vec![encoding(Some(5), Some(5), None)]),
            "RTX ssrc already exists in RTP listener [ssrc:5]",
        ),
        (
            parameters(Some("0"), vec![encoding(Some(5), None, Some("new"))]),
            "MID already exists in RTP listener [mid:0]",
        ),
        (
            parameters(
                None,
                vec![
                    encoding(Some(5), None, Some("new")),
                    encoding(Some(6), None, Some("hi")),
                ],
            ),
            "RID already exists in RTP listener and no MID is given [rid:hi]",
        ),
    ];
    for (refused, reason) in cases {
        let mut listener = RtpListener::default();
        let held = parameters(Some("0"), vec![encoding(Some(1), Some(2), Some("hi"))]);
        listener.add(first, &held).unwrap();
        let error = listener.add(second, &refused).unwrap_err();
        assert_eq!(error, CommandError::error(reason));
        assert_eq!(listener.ssrcs_of(second).count(), 0, "{reason}");
        assert!(listener.mids().all(|(_, key)| key == first), "{reason}");
        assert!(listener.rids().all(|(_, key)| key == first), "{reason}");
        assert_eq!(listener.ssrcs_of(first).count(), 2, "{reason}");
    }
}

#[test]
fn rid_of_another_producer_is_no_conflict_beside_a_mid_and_stays_with_its_first_owner() {
    let [first, second] = keys();
    let mut listener = RtpListener::default();
    listener
        .add(
            first,
            &parameters(Some("0"), vec![encoding(None, None, Some("hi"))]),
        )
        .unwrap();
    listener
        .add(
            second,
            &parameters(Some("1"), vec![encoding(None, None, Some("hi"))]),
        )
        .unwrap();
    assert_eq!(
        listener.find_by_names(&names(1, None, Some("hi"))),
        Some(first)
    );
    assert_eq!(
        listener.find_by_names(&names(2, Some("1"), Some("hi"))),
        Some(second)
    );
}

#[test]
fn removed_producer_is_found_under_none_of_its_names() {
    let [key, _] = keys();
    let mut listener = RtpListener::default();
    let held = parameters(Some("0"), vec![encoding(Some(1), Some(2), Some("hi"))]);
    listener.add(key, &held).unwrap();
    listener.find_by_names(&names(9, Some("0"), None));
    listener.remove(key);
    assert_eq!(
        listener.ssrcs().count() + listener.mids().count() + listener.rids().count(),
        0
    );
    listener.add(key, &held).unwrap();
}

#[test]
fn learning_has_a_bound_behind_which_packets_are_still_found() {
    let [key, _] = keys();
    let mut listener = RtpListener::default();
    listener
        .add(
            key,
            &parameters(Some("0"), vec![encoding(None, None, None)]),
        )
        .unwrap();
    for ssrc in 0..5_000 {
        assert_eq!(
            listener.find_by_names(&names(ssrc, Some("0"), None)),
            Some(key)
        );
    }
    assert_eq!(listener.ssrcs().count(), MAX_LEARNT_SSRCS);
}
