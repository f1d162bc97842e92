use super::*;
use crate::testing::base;
use proptest::prelude::*;

#[test]
fn fraction_is_of_the_interval_and_the_total_of_all() {
    let mut report = LossReport::default();
    report.update(100, 75, 0);
    assert_eq!(
        (report.reported_fraction(), report.reported_lost()),
        (64, 25)
    );
    report.update(200, 175, 0);
    assert_eq!(
        (report.reported_fraction(), report.reported_lost()),
        (0, 25)
    );
}

#[test]
fn late_packets_take_losses_back() {
    let mut report = LossReport::default();
    report.update(100, 90, 0);
    report.update(200, 195, 0);
    assert_eq!((report.reported_fraction(), report.reported_lost()), (0, 5));
}

#[test]
fn duplicates_never_make_it_negative() {
    let mut report = LossReport::default();
    report.update(10, 30, 0);
    assert_eq!((report.reported_fraction(), report.reported_lost()), (0, 0));
    report.update(10, 30, 0);
    assert_eq!(report.reported_fraction(), 0);
}

#[test]
fn all_lost_is_255() {
    let mut report = LossReport::default();
    report.update(100, 0, 0);
    assert_eq!(report.reported_fraction(), 255);
}

#[test]
fn worse_remote_loss_is_reported_in_place_of_our_own() {
    let mut report = LossReport::default();
    report.update(100, 100, 128);
    assert_eq!(
        (
            report.reported_fraction(),
            report.reported_lost(),
            report.own_fraction()
        ),
        (128, 50, 0)
    );
    report.update(200, 190, 0);
    assert_eq!(
        (report.reported_fraction(), report.reported_lost()),
        (26, 60)
    );
}

#[test]
fn delay_counts_from_the_last_sender_report() {
    let (start, mut timing) = (base(), SrTiming::default());
    assert_eq!((timing.last_sr(), timing.delay(start)), (0, 0));
    timing.receive(NtpTime(0x1234_5678_9abc_def0), start);
    assert_eq!(timing.last_sr(), 0x5678_9abc);
    assert_eq!(timing.delay(start + Duration::from_millis(1_500)), 0x1_8000);
}

proptest! {
    #[test]
    fn round_trip_comes_back(sent: u64, held_ms in 1u64..20_000, rtt_ms in 0u64..20_000) {
        let sent = NtpTime(sent);
        prop_assume!(sent.middle() != 0);
        let elapsed = ((u128::from(held_ms + rtt_ms) << 32) / 1_000) as u64;
        let now = NtpTime(sent.0.wrapping_add(elapsed));
        let rtt = round_trip(sent.middle(), compact(Duration::from_millis(held_ms)), now).unwrap_or_default();
        prop_assert!(rtt.abs_diff(Duration::from_millis(rtt_ms)) < Duration::from_micros(50), "{rtt:?}");
    }
}
