use super::*;
use crate::testing::base;
use miso_wire::Bitrate;

#[test]
fn it_rises_at_once_and_falls_by_a_twentieth_a_second() {
    let start = base();
    let mut desired = DesiredBitrate::default();
    assert_eq!(desired.get(start), Bitrate::ZERO);
    desired.update(Bitrate::kbps(1_000), start);
    desired.update(Bitrate::kbps(100), start);
    assert_eq!(desired.get(start), Bitrate::kbps(1_000));
    let later = start + Duration::from_secs(2);
    assert_eq!(desired.get(later), Bitrate::kbps(900));
    assert_eq!(desired.latest(), Bitrate::kbps(100));
    desired.update(Bitrate::kbps(2_000), later);
    assert_eq!(desired.get(later), Bitrate::kbps(2_000));
}

#[test]
fn it_never_falls_below_what_is_wanted_now() {
    let start = base();
    let mut desired = DesiredBitrate::default();
    desired.update(Bitrate::kbps(1_000), start);
    desired.update(Bitrate::kbps(950), start);
    let much_later = start + Duration::from_secs(3_600);
    assert_eq!(desired.get(much_later), Bitrate::kbps(950));
}

#[test]
fn a_forgotten_peak_counts_no_more() {
    let start = base();
    let mut desired = DesiredBitrate::default();
    desired.update(Bitrate::kbps(1_000), start);
    desired.forget_peak();
    desired.update(Bitrate::kbps(10), start);
    assert_eq!(desired.get(start), Bitrate::kbps(10));
}
