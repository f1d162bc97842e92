use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Event, Events, Interest, Poller, Token};
use crate::{Outgoing, UdpOptions, UdpSocket};

const SOON: Option<Duration> = Some(Duration::from_secs(5));

fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0".parse().unwrap(), &UdpOptions::default()).unwrap()
}

fn send(from: &mut UdpSocket, to: &UdpSocket) {
    let message = Outgoing {
        remote: to.local_addr(),
        source: None,
        payload: b"x",
        segment_size: None,
    };
    assert_eq!(from.send([message]).sent, 1);
}

fn wait(poller: &mut Poller, timeout: Option<Duration>) -> (Vec<Event>, bool) {
    let mut events = Events::with_capacity(8);
    poller.wait(timeout, &mut events).unwrap();
    (events.iter().copied().collect(), events.woken())
}

#[test]
fn a_timeout_passes_without_events_and_not_too_early() {
    let mut poller = Poller::new().unwrap();
    let timeout = Duration::from_micros(1_500);
    let start = Instant::now();
    assert_eq!(wait(&mut poller, Some(timeout)), (Vec::new(), false));
    assert!(start.elapsed() >= timeout);
}

#[test]
fn a_socket_with_something_to_receive_is_told_until_it_is_taken() {
    let (mut near, mut far) = (socket(), socket());
    let mut poller = Poller::new().unwrap();
    poller.add(&near, Token(7), Interest::Read).unwrap();
    send(&mut far, &near);
    let readable = Event {
        token: Token(7),
        readable: true,
        writable: false,
    };
    assert_eq!(wait(&mut poller, SOON), (vec![readable], false));
    assert_eq!(wait(&mut poller, SOON), (vec![readable], false));
    near.recv(&mut crate::RecvBatch::new(1)).unwrap();
    assert_eq!(wait(&mut poller, Some(Duration::ZERO)), (Vec::new(), false));
}

#[test]
fn room_for_sending_is_told_only_on_wish() {
    let socket = socket();
    let mut poller = Poller::new().unwrap();
    poller.add(&socket, Token(1), Interest::ReadWrite).unwrap();
    let (events, _) = wait(&mut poller, SOON);
    assert!(events[0].writable && !events[0].readable);
    poller.change(&socket, Token(1), Interest::Read).unwrap();
    assert_eq!(wait(&mut poller, Some(Duration::ZERO)).0, []);
}

#[test]
fn a_removed_socket_is_told_no_more() {
    let (near, mut far) = (socket(), socket());
    let mut poller = Poller::new().unwrap();
    poller.add(&near, Token(1), Interest::Read).unwrap();
    poller.remove(&near).unwrap();
    send(&mut far, &near);
    assert_eq!(wait(&mut poller, Some(Duration::ZERO)).0, []);
    assert!(poller.remove(&near).is_err());
}

#[test]
fn the_token_of_the_waker_is_refused() {
    let mut poller = Poller::new().unwrap();
    let refused = poller.add(&socket(), Token(u64::MAX), Interest::Read);
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn many_wake_ups_make_one_event() {
    let mut poller = Poller::new().unwrap();
    let waker = poller.waker();
    for _ in 0..100 {
        waker.clone().wake();
    }
    assert_eq!(wait(&mut poller, SOON), (Vec::new(), true));
    assert_eq!(wait(&mut poller, Some(Duration::ZERO)), (Vec::new(), false));
    waker.wake();
    assert_eq!(wait(&mut poller, SOON), (Vec::new(), true));
}

#[test]
fn no_message_of_another_thread_is_slept_over() {
    const MESSAGES: usize = 20_000;
    let mut poller = Poller::new().unwrap();
    let waker = poller.waker();
    let sent = Arc::new(AtomicUsize::new(0));
    let thread = std::thread::spawn({
        let sent = Arc::clone(&sent);
        move || {
            for _ in 0..MESSAGES {
                // Relaxed: that the poller's thread sees it is what the waker promises.
                sent.fetch_add(1, Ordering::Relaxed);
                waker.wake();
            }
        }
    });
    let mut events = Events::with_capacity(8);
    let mut seen = 0;
    while seen < MESSAGES {
        poller.wait(SOON, &mut events).unwrap();
        assert!(events.woken(), "slept over a message after {seen}");
        seen = sent.load(Ordering::Relaxed);
    }
    thread.join().unwrap();
}
