use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_request_expires_after_its_time_and_once() {
    let (mut pending, now) = (Pending::default(), Instant::now());
    pending.insert(7, 30 * SECOND, now);
    assert_eq!(pending.next(), Some(now + 30 * SECOND));
    assert!(pending.expired(now + 29 * SECOND).is_empty());
    assert_eq!(pending.expired(now + 30 * SECOND), [7]);
    assert!(pending.expired(now + 31 * SECOND).is_empty());
    assert!(!pending.remove(7));
}

#[test]
fn time_grows_with_what_waits_already() {
    let (mut pending, now) = (Pending::default(), Instant::now());
    for id in 0..10 {
        pending.insert(id, 30 * SECOND, now);
    }
    pending.insert(10, 30 * SECOND, now);
    assert_eq!(pending.expired(now + 31 * SECOND).len(), 6);
    assert_eq!(pending.expired(now + 32 * SECOND).len(), 5);
}

#[test]
fn an_answered_request_does_not_expire() {
    let (mut pending, now) = (Pending::default(), Instant::now());
    pending.insert(1, SECOND, now);
    assert!(pending.remove(1));
    assert!(!pending.remove(1));
    assert_eq!(pending.next(), None);
}
