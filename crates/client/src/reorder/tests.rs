use miso_wire::{ExtSeq, Pt, RtpTime};

use super::*;

fn packet(seq: u64, received: Instant) -> RtpPacket {
    RtpPacket {
        seq: ExtSeq(seq),
        timestamp: RtpTime(0),
        marker: false,
        payload_type: Pt(96),
        audio_level: None,
        payload: [].into(),
        received,
    }
}

/// Sequence numbers that come out now, negative after a gap.
fn popped(reorder: &mut Reorder, now: Instant) -> Vec<i64> {
    let mut all = Vec::new();
    while let Some(InOrder { packet, after_gap }) = reorder.pop(now) {
        let seq = i64::try_from(packet.seq.0).unwrap();
        all.push(if after_gap { -seq } else { seq });
    }
    all
}

#[test]
fn packets_out_of_order_come_out_in_order() {
    let now = Instant::now();
    let mut reorder = Reorder::default();
    reorder.push(packet(10, now));
    assert_eq!(popped(&mut reorder, now), [10]);
    reorder.push(packet(12, now));
    assert_eq!(popped(&mut reorder, now), [] as [i64; 0]);
    reorder.push(packet(11, now));
    assert_eq!(popped(&mut reorder, now), [11, 12]);
}

#[test]
fn a_missing_packet_is_given_up_after_a_while_and_is_too_late_then() {
    let now = Instant::now();
    let mut reorder = Reorder::default();
    reorder.push(packet(1, now));
    assert_eq!(popped(&mut reorder, now), [1]);
    reorder.push(packet(3, now));
    reorder.push(packet(4, now));
    assert_eq!(reorder.poll_timeout(), Some(now + PATIENCE));
    let just_before = now + PATIENCE - Duration::from_millis(1);
    assert_eq!(popped(&mut reorder, just_before), [] as [i64; 0]);
    assert_eq!(popped(&mut reorder, now + PATIENCE), [-3, 4]);
    reorder.push(packet(2, now + PATIENCE));
    assert_eq!(popped(&mut reorder, now + 2 * PATIENCE), [] as [i64; 0]);
}

#[test]
fn no_more_packets_wait_than_the_limit() {
    let now = Instant::now();
    let mut reorder = Reorder::default();
    reorder.push(packet(0, now));
    popped(&mut reorder, now);
    for seq in 2..=MAX_WAITING as u64 + 1 {
        reorder.push(packet(seq, now));
        assert_eq!(popped(&mut reorder, now), [] as [i64; 0]);
    }
    reorder.push(packet(MAX_WAITING as u64 + 2, now));
    assert_eq!(popped(&mut reorder, now).len(), MAX_WAITING + 1);
}
