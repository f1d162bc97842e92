use super::*;

#[test]
fn a_burst_passes_and_the_next_message_does_not() {
    let now = Instant::now();
    let mut rate = Rate::new(10, 5, now);
    assert!((0..5).all(|_| rate.take(now).is_none()));
    assert_eq!(rate.take(now), Some(now + Duration::from_millis(100)));
}

#[test]
fn messages_at_the_rate_pass_for_ever() {
    let mut now = Instant::now();
    let mut rate = Rate::new(10, 1, now);
    for _ in 0..1000 {
        assert_eq!(rate.take(now), None);
        now += Duration::from_millis(100);
    }
}

#[test]
fn after_the_time_it_tells_a_message_passes() {
    let now = Instant::now();
    let mut rate = Rate::new(10, 1, now);
    rate.take(now);
    let next = rate.take(now).unwrap();
    assert_eq!(rate.take(next), None);
}
