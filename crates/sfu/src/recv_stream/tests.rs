use super::*;
use crate::testing::base;
use miso_wire::RtpFields;

/// A stream in virtual time.
struct Bench {
    start: Instant,
    stream: RecvStream,
}

impl Bench {
    fn new(change: impl FnOnce(&mut RecvStreamParams)) -> Self {
        let mut params = RecvStreamParams {
            ssrc: Ssrc(1),
            pt: Pt(96),
            clock_rate: 90_000,
            use_nack: true,
            use_dtx: false,
            check_inactivity: false,
            spatial_layers: 1,
            temporal_layers: 1,
        };
        change(&mut params);
        let start = base();
        Self {
            start,
            stream: RecvStream::new(params, start),
        }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn receive(&mut self, seq: u16, ms: u64) -> Result<Received, RecvRefusal> {
        let now = self.at(ms);
        self.stream.receive(&packet(seq, ms), now)
    }

    fn repair(&mut self, seq: u16, ms: u64) -> Result<Received, RecvRefusal> {
        let now = self.at(ms);
        self.stream.receive_repair(&packet(seq, ms), now)
    }

    fn nacks(&mut self, ms: u64) -> Vec<u16> {
        let now = self.at(ms);
        self.stream.nacks(now).iter().map(|seq| seq.0).collect()
    }
}

fn packet(seq: u16, ms: u64) -> RecvPacket {
    RecvPacket {
        seq: Seq(seq),
        ts: RtpTime((ms * 90) as u32),
        size: 1_000,
        payload_len: 980,
        key_frame: false,
        spatial: 0,
        temporal: 0,
    }
}

#[test]
fn lost_packet_is_asked_for_and_its_repair_accepted_once() {
    let mut bench = Bench::new(|_| ());
    bench.receive(10, 0).unwrap();
    bench.receive(12, 0).unwrap();
    assert_eq!(bench.nacks(20), [11]);
    assert_eq!(bench.repair(11, 60).unwrap().ext_seq.seq(), Seq(11));
    assert_eq!(bench.repair(11, 61), Err(RecvRefusal::Unneeded));
    let stats = bench.stream.stats(bench.at(61));
    assert_eq!((stats.nack_count, stats.nack_packet_count), (1, 1));
    assert_eq!(
        (
            stats.packets_retransmitted,
            stats.packets_repaired,
            stats.packets_lost
        ),
        (2, 1, 1)
    );
    assert_eq!((stats.packet_count, stats.byte_count), (3, 3_000));
}

#[test]
fn retransmission_on_the_same_ssrc_counts_as_repair() {
    let mut bench = Bench::new(|_| ());
    bench.receive(10, 0).unwrap();
    bench.receive(12, 0).unwrap();
    bench.nacks(20);
    bench.receive(11, 60).unwrap();
    let stats = bench.stream.stats(bench.at(60));
    assert_eq!(
        (
            stats.packets_retransmitted,
            stats.packets_repaired,
            stats.packets_lost
        ),
        (1, 1, 0)
    );
}

#[test]
fn repair_that_is_newer_than_all_is_a_normal_packet() {
    let mut bench = Bench::new(|_| ());
    bench.receive(10, 0).unwrap();
    assert_eq!(bench.repair(13, 0).unwrap().ext_seq.seq(), Seq(13));
    assert_eq!(bench.nacks(20), [11, 12]);
}

#[test]
fn jitter_is_of_the_packets_that_come_in_order() {
    let mut bench = Bench::new(|_| ());
    (0..100).for_each(|i| _ = bench.receive(i, u64::from(i) * 20));
    assert_eq!(bench.stream.stats(bench.at(2_000)).jitter, 0);
    let late = RecvPacket {
        ts: RtpTime(0),
        ..packet(50, 0)
    };
    bench.stream.receive(&late, bench.at(2_000)).unwrap();
    assert_eq!(bench.stream.stats(bench.at(2_000)).jitter, 0);
    let delayed = RecvPacket {
        ts: RtpTime(2_000 * 90),
        ..packet(100, 0)
    };
    bench.stream.receive(&delayed, bench.at(2_016)).unwrap();
    assert_eq!(bench.stream.report_block(0, bench.at(2_016)).jitter, 90);
}

#[test]
fn without_nack_nothing_is_asked_for() {
    let mut bench = Bench::new(|params| params.use_nack = false);
    bench.receive(10, 0).unwrap();
    bench.receive(20, 0).unwrap();
    assert_eq!(bench.nacks(100), [0; 0]);
    assert_eq!(bench.stream.poll_timeout(), None);
}

#[test]
fn outage_too_long_to_repair_asks_for_a_key_frame() {
    let mut bench = Bench::new(|_| ());
    bench.receive(10, 0).unwrap();
    assert!(bench.receive(1_500, 0).unwrap().needs_key_frame);
}

#[test]
fn restarted_source_resyncs_without_a_storm_of_nacks() {
    let mut bench = Bench::new(|_| ());
    bench.receive(10, 0).unwrap();
    assert_eq!(bench.receive(30_000, 1), Err(RecvRefusal::Sequence));
    let resynced = bench.receive(30_001, 2).unwrap();
    assert!(resynced.resynced && resynced.ext_seq.0 > 65_536 * 2);
    assert_eq!(bench.nacks(100), [0; 0]);
    let stats = bench.stream.stats(bench.at(100));
    assert_eq!((stats.packets_discarded, stats.packets_lost), (1, 0));
}

#[test]
fn rtx_packet_becomes_the_original() {
    let mut bench = Bench::new(|_| ());
    assert!(bench.stream.bind_rtx(Ssrc(2), Pt(97), Pt(96)));
    assert!(!bench.stream.bind_rtx(Ssrc(3), Pt(97), Pt(96)));
    let mut bytes = [0; 20];
    let fields = RtpFields {
        pt: Pt(97),
        seq: Seq(5),
        timestamp: RtpTime(0),
        ssrc: Ssrc(2),
        marker: false,
    };
    fields.write(&mut bytes, false).unwrap();
    bytes[13] = 77;
    let header = RtpHeader::parse(&bytes).unwrap();
    let original = bench.stream.unwrap_rtx(&mut bytes, &header).unwrap();
    assert_eq!(RtpHeader::parse(original).unwrap().seq, Seq(77));
    let block = bench.stream.rtx_report_block(bench.at(0)).unwrap();
    assert_eq!(
        (block.ssrc, block.highest_seq, block.jitter),
        (Ssrc(2), 5, 0)
    );
}

#[test]
fn report_block_answers_the_last_sender_report() {
    let mut bench = Bench::new(|_| ());
    for seq in [10, 11, 13] {
        bench.receive(seq, 0).unwrap();
    }
    bench
        .stream
        .sender_report(NtpTime(0xaaaa_1111_2222_bbbb), bench.at(0));
    let block = bench.stream.report_block(0, bench.at(500));
    assert_eq!(
        (
            block.ssrc,
            block.fraction_lost,
            block.cumulative_lost,
            block.highest_seq
        ),
        (Ssrc(1), 64, 1, 13)
    );
    assert_eq!(
        (block.last_sr, block.delay_since_last_sr),
        (0x1111_2222, 0x8000)
    );
}

#[test]
fn dlrr_gives_the_round_trip_that_paces_nacks() {
    let mut bench = Bench::new(|_| ());
    let sent = NtpTime(0x1_0000_0000);
    let now = NtpTime(0x1_0000_0000 + (1 << 29));
    bench.stream.dlrr(
        &Dlrr {
            ssrc: Ssrc(1),
            last_rr: sent.middle(),
            delay: 0x1000,
        },
        now,
    );
    assert_eq!(bench.stream.rtt(), Some(Duration::from_micros(62_500)));
}

#[test]
fn score_is_sampled_at_each_sender_report() {
    let mut bench = Bench::new(|_| ());
    (0..100u16)
        .filter(|seq| seq % 2 == 0)
        .for_each(|seq| _ = bench.receive(seq, 0));
    assert_eq!(bench.stream.score(), 10);
    assert!(bench.stream.sender_report(NtpTime(1), bench.at(0)));
    assert_eq!(bench.stream.score(), 0);
    (100..200u16).for_each(|seq| _ = bench.receive(seq, 0));
    assert!(bench.stream.sender_report(NtpTime(2), bench.at(0)));
    assert_eq!(bench.stream.score(), 7);
}

#[test]
fn silent_layer_of_a_simulcast_dies_and_lives_again() {
    let mut bench = Bench::new(|params| params.check_inactivity = true);
    bench.receive(1, 0).unwrap();
    assert_eq!(bench.stream.poll_timeout(), Some(bench.at(700)));
    let newest = Some(bench.at(0));
    assert!(!bench.stream.handle_timeout(newest, bench.at(700)));
    assert_eq!(bench.stream.poll_timeout(), Some(bench.at(1_500)));
    assert!(!bench.stream.handle_timeout(newest, bench.at(1_499)));
    assert!(bench.stream.handle_timeout(newest, bench.at(1_500)));
    assert_eq!(
        (bench.stream.score(), bench.stream.poll_timeout()),
        (0, None)
    );
    assert!(!bench.stream.sender_report(NtpTime(1), bench.at(1_600)));
    assert!(bench.receive(2, 2_000).unwrap().score_changed);
    assert_eq!(bench.stream.score(), 10);
}

#[test]
fn silent_layer_of_a_simulcast_dies_sooner_while_others_come() {
    let mut bench = Bench::new(|params| params.check_inactivity = true);
    bench.receive(1, 0).unwrap();
    assert!(
        !bench
            .stream
            .handle_timeout(Some(bench.at(699)), bench.at(699))
    );
    assert!(
        bench
            .stream
            .handle_timeout(Some(bench.at(450)), bench.at(700))
    );
    assert!(bench.receive(2, 1_000).unwrap().score_changed);
    assert!(
        !bench
            .stream
            .handle_timeout(Some(bench.at(1_400)), bench.at(1_700))
    );
}

#[test]
fn padding_keeps_no_layer_alive() {
    let mut bench = Bench::new(|params| params.check_inactivity = true);
    bench.receive(1, 0).unwrap();
    let padding = RecvPacket {
        payload_len: 0,
        ..packet(2, 1_000)
    };
    bench.stream.receive(&padding, bench.at(1_000)).unwrap();
    assert!(
        bench
            .stream
            .handle_timeout(Some(bench.at(1_400)), bench.at(1_500))
    );
}

#[test]
fn discontinuous_transmission_may_be_silent_longer() {
    let mut bench = Bench::new(|params| (params.check_inactivity, params.use_dtx) = (true, true));
    bench.receive(1, 0).unwrap();
    assert_eq!(bench.stream.poll_timeout(), Some(bench.at(5_000)));
}

#[test]
fn paused_stream_neither_dies_nor_asks() {
    let mut bench = Bench::new(|params| params.check_inactivity = true);
    bench.receive(1, 0).unwrap();
    bench.receive(5, 0).unwrap();
    bench.stream.pause();
    assert_eq!(bench.stream.poll_timeout(), None);
    assert_eq!(bench.nacks(100), [0; 0]);
    bench.stream.resume(bench.at(60_000));
    assert_eq!(bench.stream.poll_timeout(), Some(bench.at(60_700)));
}
