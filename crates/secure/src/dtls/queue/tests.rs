use super::*;

#[test]
fn datagrams_come_out_as_they_went_in() {
    let mut queue = DatagramQueue::new(100);
    for datagram in [&b"one"[..], b"", b"three"] {
        queue.push(datagram);
    }
    assert_eq!(queue.pop(), Some(&b"one"[..]));
    queue.push(b"four");
    assert_eq!(queue.pop(), Some(&b""[..]));
    assert_eq!(queue.pop(), Some(&b"three"[..]));
    assert_eq!(queue.pop(), Some(&b"four"[..]));
    assert_eq!(queue.pop(), None);
    assert_eq!(queue.refused(), 0);
}

#[test]
fn what_is_over_the_limit_is_counted_and_not_held() {
    let mut queue = DatagramQueue::new(10);
    queue.push(&[1; 6]);
    queue.push(&[2; 5]);
    queue.push(&[3; 4]);
    assert_eq!(queue.refused(), 1);
    assert_eq!(queue.pop(), Some(&[1; 6][..]));
    assert_eq!(queue.pop(), Some(&[3; 4][..]));
    queue.push(&[4; 10]);
    assert_eq!(queue.pop(), Some(&[4; 10][..]));
}
