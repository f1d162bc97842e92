use super::*;
use crate::testing::ms;

fn after(reports: u64, loss: u8, sent: Bitrate) -> Bitrate {
    let mut estimator = ReportEstimator::new(Bitrate::kbps(600));
    for second in 0..reports {
        estimator.handle_report(loss, None, sent, ms(second * 1_000));
    }
    estimator.estimate()
}

#[test]
fn reports_without_loss_let_the_rate_grow_no_further_than_what_is_sent_allows() {
    let grown = after(11, 0, Bitrate::kbps(5_000));
    assert!(
        grown > Bitrate::kbps(1_200) && grown < Bitrate::kbps(1_400),
        "{grown:?}"
    );
    assert_eq!(after(1_000, 0, Bitrate::kbps(600)), Bitrate::kbps(900));
    assert_eq!(after(1_000, 0, Bitrate::ZERO), Bitrate::kbps(600));
}

#[test]
fn moderate_loss_holds_and_high_loss_reduces() {
    assert_eq!(after(10, 15, Bitrate::kbps(5_000)), Bitrate::kbps(600));
    let reduced = after(3, 128, Bitrate::kbps(5_000));
    assert_eq!(reduced.0, 600_000 * 27 / 64);
}

#[test]
fn one_reduction_has_time_to_show_before_the_next() {
    let mut estimator = ReportEstimator::new(Bitrate::kbps(600));
    for millis in [0, 100, 200] {
        estimator.handle_report(128, Some(ms(50)), Bitrate::kbps(600), ms(millis));
    }
    assert_eq!(estimator.estimate(), Bitrate::kbps(450));
}

#[test]
fn remb_is_believed_unless_losses_speak_against_it() {
    let mut estimator = ReportEstimator::new(Bitrate::kbps(600));
    estimator.handle_remb(Bitrate::kbps(2_000));
    assert_eq!(estimator.estimate(), Bitrate::kbps(2_000));
    estimator.handle_report(128, None, Bitrate::kbps(2_000), ms(1_000));
    estimator.handle_remb(Bitrate::kbps(3_000));
    assert_eq!(estimator.estimate(), Bitrate::kbps(1_500));
}
