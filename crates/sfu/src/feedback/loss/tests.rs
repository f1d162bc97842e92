use super::*;

#[test]
fn newer_feedback_weighs_more() {
    let mut loss = PacketLoss::default();
    assert_eq!(loss.ratio(), 0.0);
    loss.add(0, 0);
    assert_eq!(loss.ratio(), 0.0);
    loss.add(5, 10);
    assert_eq!(loss.ratio(), 0.5);
    loss.add(0, 10);
    assert!((loss.ratio() - 0.5 / 3.0).abs() < 1e-9);
}

#[test]
fn feedback_is_forgotten_and_never_says_more_than_all() {
    let mut loss = PacketLoss::default();
    loss.add(20, 10);
    assert_eq!(loss.ratio(), 1.0);
    for _ in 0..HISTORY {
        loss.add(0, 10);
    }
    assert_eq!(loss.ratio(), 0.0);
}
