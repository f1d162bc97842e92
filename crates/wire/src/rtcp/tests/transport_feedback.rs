use super::*;
use std::time::Duration;

const HEAD: TransportFeedbackHead = TransportFeedbackHead {
    sender: SENDER,
    media: MEDIA,
    base: Seq(65_530),
    feedback_count: 255,
};

fn feedback(arrivals: &[Option<FeedbackTime>]) -> Vec<u8> {
    let bytes = written(|writer| {
        let count = writer.transport_feedback(&HEAD, arrivals)?;
        assert_eq!(count, arrivals.len());
        Ok(())
    });
    let RtcpPacket::TransportFeedback(parsed) = parse_one(&bytes) else {
        panic!()
    };
    assert_eq!((parsed.sender, parsed.media), (SENDER, MEDIA));
    assert_eq!(
        (parsed.base, parsed.feedback_count),
        (HEAD.base, HEAD.feedback_count)
    );
    let expected: Vec<_> = (0..)
        .zip(arrivals)
        .map(|(i, arrival)| (HEAD.base.wrapping_add(i), *arrival))
        .collect();
    assert_eq!(parsed.arrivals().collect::<Vec<_>>(), expected);
    bytes
}

/// Arrivals as ticks; a negative number is a loss.
fn ticks(times: &[i64]) -> Vec<Option<FeedbackTime>> {
    times
        .iter()
        .map(|ticks| (*ticks >= 0).then_some(FeedbackTime(*ticks)))
        .collect()
}

/// Random walks of arrivals with losses and runs.
fn arrivals(steps: std::ops::Range<i64>) -> impl Strategy<Value = Vec<Option<FeedbackTime>>> {
    let step = prop_oneof![4 => Just(1i64), 2 => 0i64..300, 1 => steps];
    let run = (step, 0u8..3, 1usize..20);
    (0i64..1 << 30, prop::collection::vec(run, 1..60)).prop_map(|(start, runs)| {
        let mut now = start;
        let mut arrivals = vec![Some(FeedbackTime(start))];
        for (step, lost, len) in runs {
            for _ in 0..len {
                now += step;
                arrivals.push((lost != 0).then_some(FeedbackTime(now)));
            }
        }
        arrivals
    })
}

#[test]
fn a_run_of_arrivals_is_one_chunk() {
    let bytes = feedback(&ticks(&[256, 257, 258, 259, 260, 261, 262, 263, 264]));
    assert_eq!(bytes[12..20], [0xff, 0xfa, 0, 9, 0, 0, 1, 255]);
    assert_eq!(bytes[20..], [0x20, 9, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
}

#[test]
fn losses_among_arrivals_are_a_vector_of_bits() {
    let bytes = feedback(&ticks(&[0, -1, 5, -1, -1, 9]));
    assert_eq!(bytes[20..], [0b1010_1001, 0, 0, 5, 4, 0, 0, 0]);
}

#[test]
fn late_arrivals_take_two_bits() {
    let bytes = feedback(&ticks(&[0, 300, 299, -1, 299]));
    // Small, large, large (backwards), lost, small.
    assert_eq!(
        bytes[20..],
        [0b1101_1010, 0b0001_0000, 0, 1, 44, 0xff, 0xff, 0]
    );
}

#[test]
fn long_losses_are_one_chunk() {
    let mut arrivals = vec![None; 5000];
    arrivals.extend(ticks(&[700]));
    let bytes = feedback(&arrivals);
    assert_eq!(bytes.len(), 20 + 4 + 4);
    assert_eq!(bytes[20..24], [0x13, 0x88, 0x20, 1]);
}

#[test]
fn nothing_is_written_when_nothing_arrived() {
    let mut out = [0; 64];
    let mut writer = RtcpWriter::new(&mut out);
    assert_eq!(writer.transport_feedback(&HEAD, &[None, None]), Ok(0));
    assert_eq!(writer.transport_feedback(&HEAD, &[]), Ok(0));
    assert!(writer.is_empty());
}

#[test]
fn a_gap_of_more_than_eight_seconds_needs_another_message() {
    let mut out = [0; 64];
    let mut writer = RtcpWriter::new(&mut out);
    assert_eq!(
        writer.transport_feedback(&HEAD, &ticks(&[0, 32_767, 65_535])),
        Ok(2)
    );
}

#[test]
fn a_buffer_without_room_for_one_status_is_full() {
    let mut out = [0; 23];
    let mut writer = RtcpWriter::new(&mut out);
    assert_eq!(
        writer.transport_feedback(&HEAD, &ticks(&[0])),
        Err(BufferFull)
    );
    assert!(writer.is_empty());
    let mut out = [0; 24];
    assert_eq!(
        RtcpWriter::new(&mut out).transport_feedback(&HEAD, &ticks(&[0])),
        Ok(1)
    );
}

#[test]
fn a_message_without_its_deltas_is_malformed() {
    let mut bytes = feedback(&ticks(&[0, 1, 2, 3, 4, 5, 6]));
    bytes.truncate(24);
    bytes[3] = 5;
    assert_eq!(
        RtcpPackets::new(&bytes).next(),
        Some(Err(RtcpError::Malformed(205)))
    );
}

#[test]
fn a_run_of_the_reserved_symbol_is_malformed() {
    let mut bytes = feedback(&ticks(&[0, 1, 2, 3, 4, 5, 6]));
    bytes[20] |= 0x60;
    assert_eq!(
        RtcpPackets::new(&bytes).next(),
        Some(Err(RtcpError::Malformed(205)))
    );
}

#[test]
fn reference_time_is_signed() {
    let bytes = feedback(&[Some(FeedbackTime(-100)), Some(FeedbackTime(200))]);
    assert_eq!(bytes[16..19], [0xff, 0xff, 0xff]);
}

#[test]
fn times_are_ticks_that_wrap_on_the_wire() {
    assert_eq!(
        FeedbackTime::from_duration(Duration::from_micros(1_999)),
        FeedbackTime(7)
    );
    assert_eq!(FeedbackTime(7).micros_since(FeedbackTime(9)), -500);
    let late = FeedbackTime((5 << 32) + 77);
    assert_eq!(
        FeedbackTime(77).unwrapped(FeedbackTime(late.0 - 1_000_000)),
        late
    );
    assert_eq!(
        FeedbackTime(77).unwrapped(FeedbackTime(late.0 + 1_000_000)),
        late
    );
}

proptest! {
    #[test]
    fn arrivals_are_read_back(arrivals in arrivals(-100..1000)) {
        let mut found = vec![];
        while found.len() < arrivals.len() {
            let rest = &arrivals[found.len()..];
            if rest.iter().all(Option::is_none) {
                break;
            }
            let bytes = written(|writer| writer.transport_feedback(&HEAD, rest).map(drop));
            let RtcpPacket::TransportFeedback(parsed) = parse_one(&bytes) else { panic!() };
            found.extend(parsed.arrivals().map(|(_, arrival)| arrival));
        }
        prop_assert_eq!(&arrivals[..found.len()], &found[..]);
    }

    #[test]
    fn a_message_never_exceeds_its_buffer_and_always_makes_progress(
        arrivals in arrivals(-40_000..40_000), room in 24usize..90
    ) {
        let mut done = 0;
        while arrivals[done..].iter().any(Option::is_some) {
            let mut out = vec![0; room];
            let mut writer = RtcpWriter::new(&mut out);
            let count = writer.transport_feedback(&HEAD, &arrivals[done..]).unwrap();
            let RtcpPacket::TransportFeedback(parsed) = parse_one(writer.as_bytes()) else { panic!() };
            let found: Vec<_> = parsed.arrivals().map(|(_, arrival)| arrival).collect();
            prop_assert!(count > 0);
            prop_assert_eq!(&found[..], &arrivals[done..done + count]);
            done += count;
        }
    }
}
