use super::*;

#[test]
fn delays_double_from_one_second_to_eight() {
    let retry = Retry::default();
    let delays: Vec<_> = (0..retry.attempts)
        .map(|it| retry.delay(it).as_secs())
        .collect();
    assert_eq!(delays, [1, 2, 4, 8, 8, 8, 8, 8, 8, 8]);
}

#[test]
fn a_request_may_take_longer_the_more_others_wait() {
    assert_eq!(request_timeout(0), Duration::from_millis(22_500));
    assert_eq!(request_timeout(10), Duration::from_secs(24));
}
