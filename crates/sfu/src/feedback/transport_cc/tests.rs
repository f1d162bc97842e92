use super::*;
use crate::testing::base;
use miso_wire::{RtcpPacket, RtcpPackets};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A message as its receiver reads it.
#[derive(Debug)]
struct Told {
    count: u8,
    base: u16,
    /// Number and time of arrival in ms since the reference, none if lost.
    packets: Vec<(u16, Option<i64>)>,
}

/// A generator in virtual time.
struct Bench {
    start: Instant,
    feedback: TransportCcFeedback,
}

impl Bench {
    fn new() -> Self {
        Self {
            start: base(),
            feedback: TransportCcFeedback::default(),
        }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn arrive(&mut self, seq: u16, ms: u64) {
        let now = self.at(ms);
        self.feedback.packet_arrived(Seq(seq), Ssrc(7), now);
    }

    fn told(&mut self, ms: u64) -> Vec<Told> {
        let now = self.at(ms);
        let mut all = Vec::new();
        loop {
            let mut buffer = [0; 1_200];
            let mut writer = RtcpWriter::new(&mut buffer);
            if !self.feedback.write(&mut writer, now) {
                return all;
            }
            let packet = RtcpPackets::new(writer.as_bytes()).next();
            let Some(Ok(RtcpPacket::TransportFeedback(message))) = packet else {
                panic!("{packet:?}")
            };
            assert_eq!((message.sender, message.media), (Ssrc(0), Ssrc(7)));
            let packets = message
                .arrivals()
                .map(|(seq, at)| (seq.0, at.map(|at| at.0 / 4)))
                .collect();
            all.push(Told {
                count: message.feedback_count,
                base: message.base.0,
                packets,
            });
        }
    }
}

#[test]
fn arrivals_and_losses_are_told_every_100_ms() {
    let mut bench = Bench::new();
    bench.arrive(65_535, 0);
    bench.arrive(0, 10);
    bench.arrive(2, 30);
    assert!(bench.told(99).is_empty());
    assert_eq!(bench.feedback.poll_timeout(), Some(bench.at(100)));
    let told = bench.told(100);
    assert_eq!((told.len(), told[0].count, told[0].base), (1, 0, 65_535));
    assert_eq!(
        told[0].packets,
        [(65_535, Some(0)), (0, Some(10)), (1, None), (2, Some(30))]
    );
    assert_eq!(bench.feedback.poll_timeout(), None);
}

#[test]
fn next_feedback_goes_on_where_the_last_ended() {
    let mut bench = Bench::new();
    bench.arrive(10, 0);
    bench.told(100);
    bench.arrive(13, 120);
    let told = bench.told(220);
    assert_eq!((told[0].count, told[0].base), (1, 11));
    assert_eq!(told[0].packets, [(11, None), (12, None), (13, Some(120))]);
}

#[test]
fn late_packet_is_told_in_its_place() {
    let mut bench = Bench::new();
    bench.arrive(10, 0);
    bench.arrive(12, 10);
    bench.told(100);
    bench.arrive(11, 110);
    let told = bench.told(210);
    assert_eq!(told[0].packets, [(11, Some(110)), (12, Some(10))]);
}

#[test]
fn many_packets_do_not_wait_and_take_several_messages() {
    let mut bench = Bench::new();
    (0..399).for_each(|seq| bench.arrive(seq, u64::from(seq) / 40));
    assert!(bench.told(9).is_empty());
    (399..1_500).for_each(|seq| bench.arrive(seq, 20 + u64::from(seq % 7) * 11));
    let told = bench.told(90);
    assert!(told.len() > 1);
    let seqs: Vec<u16> = told
        .iter()
        .flat_map(|told| told.packets.iter().map(|(seq, _)| *seq))
        .collect();
    assert_eq!(seqs, (0..1_500).collect::<Vec<_>>());
    assert!(
        told.iter()
            .zip(0..)
            .all(|(told, count)| told.count == count)
    );
}

#[test]
fn second_copy_is_no_arrival() {
    let mut bench = Bench::new();
    bench.arrive(10, 0);
    bench.told(100);
    bench.arrive(10, 150);
    assert_eq!(bench.feedback.poll_timeout(), None);
}

#[test]
fn wild_jump_starts_anew_with_bounded_memory() {
    let mut bench = Bench::new();
    bench.arrive(10, 0);
    bench.arrive(20_000, 10);
    let told = bench.told(100);
    assert_eq!(told[0].packets, [(20_000, Some(10))]);
    (0..10_000u32).for_each(|i| bench.arrive((i.wrapping_mul(40_503) >> 3) as u16, 200));
    assert!(bench.feedback.arrivals.len() as u64 <= MAX_TRACKED * 2);
}

proptest! {
    #[test]
    fn every_arrival_is_told_with_its_time(start: u16, packets in prop::collection::vec((1u16..6, 0u64..25, any::<bool>()), 1..800)) {
        let mut bench = Bench::new();
        let (mut seq, mut ms) = (start, 0);
        let (mut arrived, mut told) = (BTreeMap::new(), BTreeMap::new());
        for (step, gap, swap) in packets {
            seq = seq.wrapping_add(step);
            ms += gap;
            let pair = if swap { [seq.wrapping_add(1), seq] } else { [seq, seq.wrapping_add(1)] };
            for seq in pair {
                bench.arrive(seq, ms);
                arrived.entry(seq).or_insert(ms as i64);
            }
            seq = seq.wrapping_add(1);
            if bench.feedback.poll_timeout().is_some_and(|due| due <= bench.at(ms)) {
                let messages = bench.told(ms);
                told.extend(messages.into_iter().flat_map(|message| message.packets).filter_map(|(seq, at)| Some((seq, at?))));
            }
        }
        let messages = bench.told(ms + 100);
        told.extend(messages.into_iter().flat_map(|message| message.packets).filter_map(|(seq, at)| Some((seq, at?))));
        // Times count from the first arrival.
        let first = arrived.values().min().copied().unwrap_or(0);
        arrived.values_mut().for_each(|ms| *ms -= first);
        prop_assert_eq!(told, arrived);
    }
}
