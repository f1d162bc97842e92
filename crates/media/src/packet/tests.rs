use proptest::prelude::*;

use super::*;

/// Sends a frame through and returns what comes out, and the longest payload.
fn through(codec: &Codec, max: usize, frame: &[u8]) -> (Option<EncodedFrame>, usize) {
    let payloads = Packetizer::new(codec, max).unwrap().packetize(frame);
    let mut depacketizer = Depacketizer::new(codec).unwrap();
    let (mut out, mut longest) = (None, 0);
    for payload in &payloads {
        assert!(out.is_none(), "a frame ended before its last packet");
        longest = longest.max(payload.data.len());
        out = depacketizer.push(&payload.data, payload.marker, 7, false);
    }
    (out, longest)
}

fn bytes(min: usize, max: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), min..max)
}

/// A NAL unit without start codes inside and without trailing zeros.
fn nal() -> impl Strategy<Value = Vec<u8>> {
    let body = proptest::collection::vec(1..=255u8, 1..300);
    (
        prop_oneof![Just(0x67u8), Just(0x68), Just(0x65), Just(0x41), Just(6)],
        body,
    )
        .prop_map(|(header, body)| [vec![header], body].concat())
}

fn annex_b(nals: &[Vec<u8>]) -> Vec<u8> {
    nals.iter()
        .flat_map(|nal| [&[0, 0, 0, 1][..], nal].concat())
        .collect()
}

fn obu() -> impl Strategy<Value = Vec<u8>> {
    (
        prop_oneof![Just(1u8), Just(3), Just(4), Just(6), Just(5)],
        any::<bool>(),
        bytes(0, 400),
    )
        .prop_map(|(kind, extended, payload)| {
            let mut out = vec![kind << 3 | 2 | if extended { 4 } else { 0 }];
            out.extend(extended.then_some(0x20));
            crate::bitstream::av1::write_leb128(&mut out, payload.len());
            [out, payload].concat()
        })
}

/// A frame of a codec with these bytes in it.
fn picture(codec: &Codec, bytes: &[u8]) -> Vec<u8> {
    match codec {
        Codec::H264 => {
            // No start codes within, and the first macroblock in the slice.
            let body = bytes.iter().map(|byte| byte | 1);
            [0, 0, 0, 1, 0x41, 0x88].into_iter().chain(body).collect()
        }
        Codec::Av1 => {
            let mut out = vec![0x32];
            crate::bitstream::av1::write_leb128(&mut out, bytes.len());
            [&out, bytes].concat()
        }
        _ => bytes.to_vec(),
    }
}

proptest! {
    #[test]
    fn vp8_frames_come_back_whole(frame in bytes(1, 5_000), max in 32usize..1_400) {
        let (out, longest) = through(&Codec::Vp8, max, &frame);
        prop_assert!(longest <= max);
        let out = out.unwrap();
        prop_assert_eq!(out.is_key_frame, frame[0] & 1 == 0);
        prop_assert_eq!(out.data, frame);
        prop_assert!(!out.after_gap);
    }

    #[test]
    fn vp9_frames_come_back_whole(frame in bytes(1, 5_000), max in 32usize..1_400) {
        let (out, longest) = through(&Codec::Vp9, max, &frame);
        prop_assert!(longest <= max);
        prop_assert_eq!(out.unwrap().data, frame);
    }

    #[test]
    fn h264_frames_come_back_whole(nals in proptest::collection::vec(nal(), 1..12), max in 32usize..1_400) {
        let frame = annex_b(&nals);
        let (out, longest) = through(&Codec::H264, max, &frame);
        prop_assert!(longest <= max);
        prop_assert_eq!(out.unwrap().data, frame);
    }

    #[test]
    fn av1_frames_come_back_whole(units in proptest::collection::vec(obu(), 1..12), max in 32usize..1_400) {
        let frame = units.concat();
        let (out, longest) = through(&Codec::Av1, max, &frame);
        prop_assert!(longest <= max);
        prop_assert_eq!(out.unwrap().data, frame);
    }

    #[test]
    fn opus_packets_come_back_whole(frame in bytes(1, 1_275)) {
        let (out, _) = through(&Codec::Opus, 100, &frame);
        prop_assert_eq!(out.unwrap().data, frame);
    }

    #[test]
    fn a_lost_packet_costs_its_frame_and_no_other(
        frames in proptest::collection::vec(bytes(200, 600), 3..6), lost in any::<prop::sample::Index>(),
    ) {
        for codec in [Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264] {
            let frames: Vec<Vec<u8>> = frames.iter().map(|bytes| picture(&codec, bytes)).collect();
            let mut packetizer = Packetizer::new(&codec, 100).unwrap();
            let packets: Vec<(u32, Payload)> = (0u32..).zip(&frames)
                .flat_map(|(time, frame)| packetizer.packetize(frame).into_iter().map(move |p| (time, p)))
                .collect();
            let lost = lost.index(packets.len());
            let lost_time = packets[lost].0;
            let mut depacketizer = Depacketizer::new(&codec).unwrap();
            let mut seen = Vec::new();
            for (index, (time, payload)) in packets.iter().enumerate() {
                if index != lost {
                    let gap = index == lost + 1;
                    seen.extend(depacketizer.push(&payload.data, payload.marker, *time, gap));
                }
            }
            let expected: Vec<u32> = (0u32..).take(frames.len()).filter(|time| *time != lost_time).collect();
            prop_assert_eq!(seen.iter().map(|frame| frame.timestamp).collect::<Vec<_>>(), expected);
            for frame in seen {
                prop_assert_eq!(&frame.data, &frames[usize::try_from(frame.timestamp).unwrap()]);
                prop_assert_eq!(frame.after_gap, frame.timestamp == lost_time + 1);
            }
        }
    }

    #[test]
    fn random_payloads_never_panic(
        payloads in proptest::collection::vec((bytes(0, 60), any::<(bool, u32, bool)>()), 0..40),
    ) {
        for codec in [Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264, Codec::Opus] {
            let mut depacketizer = Depacketizer::new(&codec).unwrap();
            for (payload, (marker, timestamp, gap)) in &payloads {
                if let Some(frame) = depacketizer.push(payload, *marker, timestamp & 1, *gap) {
                    prop_assert!(!frame.data.is_empty());
                }
            }
        }
    }

    #[test]
    fn random_frames_never_panic(frame in bytes(0, 300), max in 0usize..80) {
        for codec in [Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264, Codec::Opus] {
            let payloads = Packetizer::new(&codec, max).unwrap().packetize(&frame);
            prop_assert!(payloads.iter().all(|payload| !payload.data.is_empty()));
        }
    }
}

#[test]
fn vp8_payloads_carry_a_wide_picture_id_that_counts_pictures() {
    let mut packetizer = Packetizer::new(&Codec::Vp8, 100)
        .unwrap()
        .with_picture_id(0x7fff);
    for expected in [0x7fff, 0] {
        let payloads = packetizer.packetize(&[0; 250]);
        assert_eq!(payloads.len(), 3);
        for payload in payloads {
            let descriptor = miso_wire::Vp8Descriptor::parse(&payload.data).unwrap();
            let id = descriptor.picture_id.unwrap();
            assert_eq!((id.value, id.wide), (expected, true));
        }
    }
}

#[test]
fn what_the_server_reads_from_payloads_is_what_the_frame_is() {
    let key = annex_b(&[vec![0x67, 1], vec![0x68, 2], vec![0x65, 0x88]]);
    let payloads = Packetizer::new(&Codec::H264, 1_200)
        .unwrap()
        .packetize(&key);
    assert_eq!(payloads.len(), 1);
    assert!(miso_wire::h264_has_sps(&payloads[0].data));
    let payloads = Packetizer::new(&Codec::Vp9, 1_200)
        .unwrap()
        .packetize(&[0x82, 1, 2]);
    let descriptor = miso_wire::Vp9Descriptor::parse(&payloads[0].data).unwrap();
    assert!(descriptor.is_key_frame() && descriptor.end_of_frame);
    // A sequence header and a key frame.
    let payloads = Packetizer::new(&Codec::Av1, 1_200)
        .unwrap()
        .packetize(&[0x0a, 1, 0, 0x32, 1, 0x10]);
    assert!(
        miso_wire::Av1Aggregation::parse(&payloads[0].data)
            .unwrap()
            .new_sequence
    );
}

#[test]
fn codecs_without_a_payload_format_have_no_packetizer() {
    assert!(Packetizer::new(&Codec::Other("HEVC".into()), 1_200).is_none());
    assert!(Depacketizer::new(&Codec::Other("HEVC".into())).is_none());
}

fn payloads(codec: &Codec, frame: &[u8]) -> Vec<Vec<u8>> {
    let payloads = Packetizer::new(codec, 32).unwrap().packetize(frame);
    payloads.into_iter().map(|payload| payload.data).collect()
}

#[test]
fn av1_units_travel_without_sizes_behind_an_aggregation_header() {
    // A delimiter, a sequence header, a frame: W is 2, N is set, the first element has its length.
    let frame = [0x12, 0, 0x0a, 1, 9, 0x32, 3, 0x10, 1, 2];
    assert_eq!(
        payloads(&Codec::Av1, &frame),
        [[0x28, 2, 0x08, 9, 0x30, 0x10, 1, 2]]
    );
    // A frame that needs two packets: Y in the first, Z in the second.
    let frame = [&[0x32, 40][..], &[0x30; 40]].concat();
    let [first, second] = &payloads(&Codec::Av1, &frame)[..] else {
        panic!("two packets");
    };
    assert_eq!((first[0], first[1], second[0]), (0x50, 0x30, 0x90));
    assert_eq!(first.len() + second.len(), 41 + 2);
}

#[test]
fn h264_units_travel_alone_together_or_in_fragments() {
    let small = annex_b(&[vec![0x67, 1], vec![0x68, 2], vec![0x65, 3]]);
    assert_eq!(
        payloads(&Codec::H264, &small),
        [[0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2, 0, 2, 0x65, 3]]
    );
    assert_eq!(
        payloads(&Codec::H264, &annex_b(&[vec![0x41, 5]])),
        [[0x41, 5]]
    );
    let long = annex_b(&[[&[0x41][..], &[9; 75]].concat()]);
    let starts: Vec<[u8; 3]> = payloads(&Codec::H264, &long)
        .iter()
        .map(|payload| [payload[0], payload[1], payload[2]])
        .collect();
    assert_eq!(starts, [[0x5c, 0x81, 9], [0x5c, 0x01, 9], [0x5c, 0x41, 9]]);
}

#[test]
fn vp9_pictures_say_where_they_begin_and_end_and_what_they_refer_to() {
    let heads = |first: u8| -> Vec<u8> {
        let frame = [&[first][..], &[0; 59]].concat();
        let payloads = payloads(&Codec::Vp9, &frame);
        payloads.iter().map(|payload| payload[0]).collect()
    };
    assert_eq!(heads(0x82), [0x88, 0x80, 0x84]);
    assert_eq!(heads(0x86), [0xc8, 0xc0, 0xc4]);
}
