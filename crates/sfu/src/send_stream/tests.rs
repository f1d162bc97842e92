use super::*;
use crate::testing::base;

/// A stream in virtual time.
struct Bench {
    start: Instant,
    stream: SendStream,
}

impl Bench {
    fn new(change: impl FnOnce(&mut SendStreamParams)) -> Self {
        let mut params = SendStreamParams {
            ssrc: Ssrc(1),
            rtx: Some((Ssrc(2), Pt(97))),
            clock_rate: 90_000,
            video: true,
            use_nack: true,
        };
        change(&mut params);
        let start = base();
        let seeds = SendStreamSeeds {
            initial_seq: 1_000,
            first_rtx_seq: 65_535,
        };
        Self {
            start,
            stream: SendStream::new(params, seeds, start),
        }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn forward(&mut self, input: u64, ms: u64) -> Option<u64> {
        let sent = self.forward_packet(&packet(input, ms), ms)?;
        Some(sent.ext_seq.0)
    }

    fn forward_packet(&mut self, packet: &Forward, ms: u64) -> Option<Forwarded> {
        let now = self.at(ms);
        let sent = self.stream.forward(packet, now)?;
        let mut tally = Tally::default();
        tally.add(packet);
        self.stream.count(&tally, now);
        Some(sent)
    }

    fn report(&mut self, highest_seq: u32, cumulative_lost: i32) -> bool {
        let block = ReportBlock {
            ssrc: Ssrc(1),
            fraction_lost: 3,
            cumulative_lost,
            highest_seq,
            jitter: 7,
            last_sr: 0,
            delay_since_last_sr: 0,
        };
        self.stream.receiver_report(&block, NtpTime(0))
    }
}

fn packet(input: u64, ms: u64) -> Forward {
    Forward {
        input: ExtSeq(input),
        source: 0,
        ts: RtpTime((ms * 90) as u32),
        marker: false,
        vp8: None,
        size: 1_000,
        payload_len: 980,
    }
}

#[test]
fn packets_get_numbers_without_gaps_for_drops() {
    let mut bench = Bench::new(|_| ());
    assert_eq!(bench.forward(70_000, 0), Some(1_001));
    bench.stream.drop_packet(ExtSeq(70_001), RtpTime(0));
    assert_eq!(bench.forward(70_002, 10), Some(1_002));
    assert_eq!(bench.forward(70_004, 20), Some(1_004));
    assert_eq!(bench.forward(70_001, 30), None);
}

#[test]
fn restart_of_the_source_leaves_no_gap() {
    let mut bench = Bench::new(|_| ());
    bench.forward(70_000, 0);
    assert_eq!(bench.forward(140_000, 10), Some(1_002));
}

#[test]
fn switch_aligns_timestamps() {
    let mut bench = Bench::new(|_| ());
    bench.forward(70_000, 0);
    bench.stream.sync(ExtSeq(99_999), 500_000);
    let switched = Forward {
        ts: RtpTime(503_000),
        source: 1,
        ..packet(100_000, 0)
    };
    let sent = bench.stream.forward(&switched, bench.at(33)).unwrap();
    assert_eq!((sent.ext_seq, sent.ts), (ExtSeq(1_002), RtpTime(3_000)));
    assert_eq!(
        bench.stream.report_subject(bench.at(33)),
        Some((1, RtpTime(503_000)))
    );
}

#[test]
fn nacked_packet_is_found_with_its_rewriting_and_gets_an_rtx_number() {
    let mut bench = Bench::new(|_| ());
    let vp8 = Some(Vp8Rewrite {
        picture_id: 77,
        tl0_pic_idx: 5,
    });
    let packet = Forward {
        marker: true,
        vp8,
        source: 2,
        ..packet(70_000, 0)
    };
    let sent = bench.forward_packet(&packet, 0).unwrap();
    let found = bench
        .stream
        .find_sent(sent.ext_seq.seq(), bench.at(50))
        .unwrap();
    assert_eq!(
        (found.input, found.source, found.marker, found.vp8),
        (ExtSeq(70_000), 2, true, vp8)
    );
    assert_eq!(
        bench.stream.resend(&found, bench.at(50)),
        Some(ExtSeq(65_535))
    );
    assert_eq!(
        bench.stream.find_sent(sent.ext_seq.seq(), bench.at(149)),
        None
    );
    assert_eq!(
        bench.stream.find_sent(sent.ext_seq.seq(), bench.at(150)),
        Some(found)
    );
    assert_eq!(
        bench.stream.resend(&found, bench.at(150)),
        Some(ExtSeq(65_536))
    );
    let stats = bench.stream.stats(bench.at(150));
    assert_eq!(
        (
            stats.packets_retransmitted,
            stats.packets_repaired,
            stats.packet_count
        ),
        (2, 1, 1)
    );
}

#[test]
fn without_rtx_the_packet_repeats_itself() {
    let mut bench = Bench::new(|params| params.rtx = None);
    bench.forward(70_000, 0);
    let found = bench.stream.find_sent(Seq(1_001), bench.at(0)).unwrap();
    assert_eq!(bench.stream.resend(&found, bench.at(0)), None);
}

#[test]
fn nothing_is_sent_again_without_nack_or_after_a_pause() {
    let mut bench = Bench::new(|params| params.use_nack = false);
    bench.forward(70_000, 0);
    assert_eq!(bench.stream.find_sent(Seq(1_001), bench.at(0)), None);
    let mut bench = Bench::new(|_| ());
    bench.forward(70_000, 0);
    bench.stream.pause();
    assert_eq!(bench.stream.find_sent(Seq(1_001), bench.at(0)), None);
}

#[test]
fn sender_report_extrapolates_from_when_the_newest_packet_was_sent() {
    let mut bench = Bench::new(|_| ());
    assert_eq!(
        bench.stream.sender_report(None, NtpTime(9), bench.at(0)),
        None
    );
    bench.forward(70_000, 100);
    bench.forward(70_001, 100);
    let info = bench
        .stream
        .sender_report(None, NtpTime(9), bench.at(600))
        .unwrap();
    assert_eq!(
        (info.ssrc, info.ntp, info.rtp_time),
        (Ssrc(1), NtpTime(9), RtpTime(600 * 90))
    );
    assert_eq!((info.packet_count, info.octet_count), (2, 1_960));
    assert!(
        bench
            .stream
            .sender_report(None, NtpTime(9), bench.at(2_100))
            .is_some()
    );
    assert_eq!(
        bench
            .stream
            .sender_report(None, NtpTime(9), bench.at(2_101)),
        None
    );
}

#[test]
fn sender_report_extrapolates_from_the_capture_time_when_known() {
    let mut bench = Bench::new(|_| ());
    bench.forward(70_000, 100);
    let rtp_time = |captured| {
        bench
            .stream
            .sender_report(Some(bench.at(captured)), NtpTime(9), bench.at(200))
            .unwrap()
            .rtp_time
    };
    assert_eq!(rtp_time(40), RtpTime(9_000 + 160 * 90));
    assert_eq!(rtp_time(210), RtpTime(9_000 - 10 * 90));
}

#[test]
fn receiver_report_gives_round_trip_and_losses() {
    let mut bench = Bench::new(|_| ());
    bench.forward(70_000, 0);
    let block = ReportBlock {
        ssrc: Ssrc(1),
        fraction_lost: 25,
        cumulative_lost: 4,
        highest_seq: 1_001,
        jitter: 7,
        last_sr: 0x1_0000,
        delay_since_last_sr: 0x8000,
    };
    bench
        .stream
        .receiver_report(&block, NtpTime(0x2_0000 << 16));
    let stats = bench.stream.stats(bench.at(0));
    assert_eq!(stats.round_trip_time, Some(Duration::from_millis(500)));
    assert_eq!(
        (stats.packets_lost, stats.fraction_lost, stats.jitter),
        (4, 25, 7)
    );
    bench.stream.receiver_report(
        &ReportBlock {
            last_sr: 0,
            cumulative_lost: -4,
            ..block
        },
        NtpTime(0),
    );
    let stats = bench.stream.stats(bench.at(0));
    assert_eq!(
        (stats.round_trip_time, stats.packets_lost),
        (Some(Duration::from_millis(500)), 0)
    );
}

#[test]
fn score_follows_reported_losses_and_waits_for_news() {
    let mut bench = Bench::new(|_| ());
    (0..100).for_each(|number| _ = bench.forward(70_000 + number, 0));
    assert!(bench.report(1_100, 50));
    assert_eq!(bench.stream.score(), 1);
    assert!(!bench.report(1_100, 50));
    bench.stream.reset_score();
    assert_eq!(bench.stream.score(), 10);
}

#[test]
fn reference_time_is_answered_with_its_delay() {
    let mut bench = Bench::new(|_| ());
    assert_eq!(bench.stream.dlrr(bench.at(0)), None);
    bench
        .stream
        .reference_time(Ssrc(5), NtpTime(0x1111_2222_3333_4444), bench.at(0));
    let expected = Dlrr {
        ssrc: Ssrc(5),
        last_rr: 0x2222_3333,
        delay: 0x4000,
    };
    assert_eq!(bench.stream.dlrr(bench.at(250)), Some(expected));
}
