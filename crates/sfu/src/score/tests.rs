use super::*;
use proptest::prelude::*;

#[test]
fn stream_starts_perfect_and_perfect_samples_change_nothing() {
    let mut score = Score::default();
    assert_eq!(score.get(), 10);
    assert!(!score.add(10));
}

#[test]
fn newest_sample_weighs_most() {
    let mut score = Score::default();
    score.add(10);
    assert!(score.add(0));
    // (10 * 1 + 0 * 2) / 3
    assert_eq!(score.get(), 3);
}

#[test]
fn reset_forgets_the_past() {
    let mut score = Score::default();
    (0..30).for_each(|_| _ = score.add(0));
    assert!(score.reset(10));
    assert!(!score.add(10));
    assert_eq!(score.get(), 10);
}

#[test]
fn clean_delivery_is_perfect_and_half_lost_is_nearly_dead() {
    let clean = Delivery {
        total: 100,
        ..Delivery::default()
    };
    assert_eq!(clean.sample(), 10);
    let half = Delivery {
        total: 100,
        lost: 50,
        ..Delivery::default()
    };
    assert_eq!(half.sample(), 1);
}

#[test]
fn repaired_loss_hurts_less_than_final_loss() {
    let lost = Delivery {
        total: 100,
        lost: 10,
        has_rtx: true,
        ..Delivery::default()
    };
    let repaired = Delivery {
        repaired: 10,
        retransmitted: 10,
        ..lost
    };
    assert_eq!(lost.sample(), 7);
    assert_eq!(repaired.sample(), 9);
}

#[test]
fn without_rtx_repairs_count_as_the_losses_they_fill() {
    let hidden = Delivery {
        total: 100,
        repaired: 30,
        retransmitted: 60,
        ..Delivery::default()
    };
    assert!(hidden.sample() < 5);
    assert_eq!(
        Delivery {
            has_rtx: true,
            ..hidden
        }
        .sample(),
        10
    );
}

proptest! {
    #[test]
    fn sample_is_never_above_ten(total in 0u64..9_999, lost in 0u64..9_999, repaired in 0u64..9_999, retransmitted in 0u64..9_999, has_rtx: bool) {
        let sample = Delivery { total, lost, repaired, retransmitted, has_rtx }.sample();
        prop_assert!(sample <= 10);
    }

    #[test]
    fn more_loss_never_scores_better(total in 1u64..5_000, lost in 0u64..5_000, more in 0u64..100) {
        let few = Delivery { total, lost, has_rtx: true, ..Delivery::default() };
        let many = Delivery { lost: lost + more, ..few };
        prop_assert!(many.sample() <= few.sample());
    }
}
