//! Senders who go on under another SSRC.

use super::media::{Packet, audio, consume, video};
use super::rig::Rig;
use crate::command::Produce;
use crate::drops::DropReason;
use serde_json::{Value, json};
use std::time::Duration;

const FRAME: Duration = Duration::from_millis(33);

fn call(options: &Produce) -> Rig {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    rig.produce(1, 10, options);
    rig.consume(2, 20, consume(10, options, 700, true));
    rig
}

/// Numbers and timestamps of what arrived.
fn arrived(rig: &mut Rig) -> Vec<(u16, u32)> {
    let packets = rig.take_rtp(2).into_iter();
    packets
        .map(|(header, _)| (header.seq.0, header.timestamp.0))
        .collect()
}

/// A packet of what the only encoding, or that with RID a, sends.
fn packet(encodings: &Value, ssrc: u32, seq: u16, is_key: bool) -> Packet {
    let packet = Packet::vp8(ssrc, seq, is_key);
    let mut packet = match encodings[0].get("rid") {
        Some(_) => packet.of_rid("a"),
        None => packet,
    };
    // Each source has a clock of its own.
    packet.ts = ssrc.wrapping_mul(0x3000_0000) + u32::from(seq) * 2_970;
    packet
}

#[test]
fn picture_goes_on_with_the_next_key_frame_of_another_ssrc_once_the_first_is_silent() {
    for encodings in [json!([{}]), json!([{"rid": "a"}, {"rid": "b"}])] {
        let mut rig = call(&video("1", encodings.clone()));
        for seq in 1..10 {
            rig.send(1, &packet(&encodings, 60, seq, seq == 1));
            rig.advance(FRAME);
        }
        let before = arrived(&mut rig);
        assert_eq!(before.len(), 9, "{encodings}");
        rig.take_rtcp(1);
        let mut waited = Duration::ZERO;
        let mut seq = 5_000;
        // Within a second its key frame is here: it is asked for, and answered with the next frame.
        while rig.count_plis(1) == 0 {
            assert_eq!(arrived(&mut rig), [], "{encodings}");
            rig.advance(FRAME);
            waited += FRAME;
            seq += 1;
            rig.send(1, &packet(&encodings, 61, seq, false));
        }
        assert!((200..=400).contains(&waited.as_millis()), "{waited:?}");
        assert!(rig.worker.drops.of(DropReason::NoStream) > 5);
        for step in 1..10 {
            rig.advance(FRAME);
            rig.send(1, &packet(&encodings, 61, seq + step, step == 1));
        }
        let after = arrived(&mut rig);
        assert_eq!(after.len(), 9, "{encodings}");
        let (last, first) = (before[8], after[0]);
        assert_eq!(first.0, last.0.wrapping_add(1), "{encodings}: no gap");
        let ticks = first.1.wrapping_sub(last.1);
        assert!(
            (90 * 200..=90 * 600).contains(&ticks),
            "{encodings}: {ticks}"
        );
        let step = after[8].1.wrapping_sub(first.1);
        assert_eq!(step, 8 * 2_970, "{encodings}: and as fast as it comes");
    }
}

#[test]
fn sound_goes_on_under_another_ssrc_without_waiting_for_anything() {
    let mut rig = call(&audio("0", json!([{}])));
    rig.send(1, &Packet::opus(70, 1));
    rig.advance(Duration::from_millis(400));
    rig.send(1, &Packet::opus(71, 9_000));
    let packets = arrived(&mut rig);
    assert_eq!(packets.len(), 2);
    assert_eq!(packets[1].0, packets[0].0.wrapping_add(1));
    let ticks = packets[1].1.wrapping_sub(packets[0].1);
    assert!((48 * 350..=48 * 450).contains(&ticks), "{ticks}");
}

#[test]
fn two_who_share_an_encoding_do_not_take_it_from_each_other() {
    let encodings = json!([{}]);
    let mut rig = call(&video("1", encodings.clone()));
    for seq in 1..300 {
        rig.send(1, &packet(&encodings, 60, seq, seq == 1));
        rig.send(1, &packet(&encodings, 61, seq, true));
        rig.advance(FRAME);
    }
    assert_eq!(arrived(&mut rig).len(), 299);
    assert_eq!(rig.producer(10).streams.len(), 1);
    assert!(rig.count_plis(1) <= 1);
}

#[test]
fn ssrcs_that_change_all_the_time_cost_a_stream_and_few_requests() {
    let encodings = json!([{"rid": "a"}, {"rid": "b"}]);
    let mut rig = call(&video("1", encodings.clone()));
    let mut requests = 0;
    for step in 0..600_u32 {
        rig.send(1, &packet(&encodings, 1_000 + step, 7, false));
        rig.advance(FRAME);
        requests += rig.count_plis(1);
    }
    assert_eq!(rig.producer(10).streams.len(), 1);
    assert!(
        (10..=26).contains(&requests),
        "{requests} in twenty seconds"
    );
}
