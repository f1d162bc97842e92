//! What the queue does when the kernel refuses, with a kernel that refuses by plan.

use std::io;
use std::net::SocketAddr;

use super::queue::{Kernel, MAX_REFUSALS, SLOTS, SendQueue};
use crate::udp::{Capabilities, Outgoing, SendOutcome, Shape};

/// Takes what it is given unless `refuse` names an error for it.
struct Planned<F> {
    /// Called with the message's payload length and whether it carries control messages (in
    /// these tests: whether it is segmented).
    refuse: F,
    /// Lengths of the messages that were taken, in order.
    taken: Vec<usize>,
    /// Calls for several messages.
    batches: usize,
}

impl<F: FnMut(usize, bool) -> Option<i32>> Planned<F> {
    fn new(refuse: F) -> Self {
        Self {
            refuse,
            taken: Vec::new(),
            batches: 0,
        }
    }

    fn take(&mut self, header: &libc::msghdr) -> io::Result<()> {
        // SAFETY: the queue points each header at one vector of its own.
        let length = unsafe { (*header.msg_iov).iov_len };
        match (self.refuse)(length, header.msg_controllen > 0) {
            Some(code) => Err(io::Error::from_raw_os_error(code)),
            None => {
                self.taken.push(length);
                Ok(())
            }
        }
    }
}

impl<F: FnMut(usize, bool) -> Option<i32>> Kernel for Planned<F> {
    fn send_many(&mut self, headers: &mut [libc::mmsghdr]) -> io::Result<usize> {
        self.batches += 1;
        for (index, header) in headers.iter().enumerate() {
            match self.take(&header.msg_hdr) {
                Ok(()) => {}
                Err(error) if index == 0 => return Err(error),
                Err(_) => return Ok(index),
            }
        }
        Ok(headers.len())
    }

    fn send_one(&mut self, header: &libc::msghdr) -> io::Result<()> {
        self.take(header)
    }
}

fn shape() -> Shape {
    let address: SocketAddr = "127.0.0.1:1".parse().unwrap();
    Shape {
        bound: address,
        local: address,
        ipv4: true,
        capabilities: Capabilities {
            gro: true,
            gso: true,
        },
    }
}

fn message(payload: &[u8], segment: u16) -> Outgoing<'_> {
    Outgoing {
        remote: "127.0.0.1:9".parse().unwrap(),
        source: None,
        payload,
        segment_size: Some(segment),
    }
}

#[test]
fn a_full_buffer_ends_the_call_and_the_rest_is_counted() {
    let payload = [0; 1_000];
    let mut left = 70;
    let mut kernel = Planned::new(|_, _| {
        left -= 1;
        (left < 0).then_some(libc::EAGAIN)
    });
    let messages = (0..3 * SLOTS).map(|_| message(&payload, 500));
    let outcome = SendQueue::new().send(&mut kernel, &mut shape(), messages);
    let expected = SendOutcome {
        sent: 140,
        failed: 0,
        blocked: 2 * (3 * SLOTS - 70),
        system_calls: 3,
        last_error: None,
    };
    assert_eq!(outcome, expected);
}

#[test]
fn a_full_device_queue_counts_as_a_full_buffer() {
    let mut kernel = Planned::new(|_, _| Some(libc::ENOBUFS));
    let outcome = SendQueue::new().send(&mut kernel, &mut shape(), [message(&[0; 10], 0)]);
    assert_eq!((outcome.sent, outcome.failed, outcome.blocked), (0, 0, 1));
}

#[test]
fn an_interrupted_call_is_made_again() {
    let mut first = true;
    let mut kernel = Planned::new(|_, _| std::mem::take(&mut first).then_some(libc::EINTR));
    let outcome = SendQueue::new().send(&mut kernel, &mut shape(), [message(&[0; 10], 0)]);
    assert_eq!((outcome.sent, outcome.system_calls), (1, 2));
}

#[test]
fn errors_of_single_destinations_skip_them_only() {
    for code in [libc::ENETUNREACH, libc::EPERM, libc::ECONNREFUSED] {
        let mut kernel = Planned::new(|length, _| (length % 2 == 0).then_some(code));
        let payload = [0; 10];
        let messages = (1..=10).map(|length| message(&payload[..length], 0));
        let outcome = SendQueue::new().send(&mut kernel, &mut shape(), messages);
        assert_eq!((outcome.sent, outcome.failed), (5, 5), "code {code}");
        assert_eq!(kernel.taken, [1, 3, 5, 7, 9]);
        let kind = io::Error::from_raw_os_error(code).kind();
        assert_eq!(outcome.last_error, Some(kind));
    }
}

#[test]
fn refused_segments_leave_singly_and_offload_ends_when_it_goes_on() {
    for code in [libc::EIO, libc::EINVAL, libc::EOPNOTSUPP, libc::EMSGSIZE] {
        let mut kernel = Planned::new(|_, segmented| segmented.then_some(code));
        let mut queue = SendQueue::new();
        let mut shape = shape();
        let payload = [0; 25];
        for round in 1..=MAX_REFUSALS {
            assert!(shape.capabilities.gso, "code {code}, round {round}");
            let outcome = queue.send(&mut kernel, &mut shape, [message(&payload, 10)]);
            assert_eq!((outcome.sent, outcome.failed), (3, 0));
        }
        assert!(!shape.capabilities.gso, "code {code}");
        kernel.taken.clear();
        kernel.batches = 0;
        let outcome = queue.send(&mut kernel, &mut shape, [message(&payload, 10)]);
        assert_eq!((outcome.sent, outcome.system_calls), (3, 1));
        assert_eq!((kernel.taken, kernel.batches), (vec![10, 10, 5], 1));
    }
}

#[test]
fn one_path_without_segments_does_not_end_offload_for_the_others() {
    let mut kernel =
        Planned::new(|length, segmented| (segmented && length == 20).then_some(libc::EMSGSIZE));
    let mut shape = shape();
    let payload = [0; 40];
    let messages = (0..100).map(|index| {
        let length = if index % 2 == 0 { 20 } else { 40 };
        message(&payload[..length], 10)
    });
    let outcome = SendQueue::new().send(&mut kernel, &mut shape, messages);
    assert_eq!((outcome.sent, outcome.failed), (50 * 2 + 50 * 4, 0));
    assert!(shape.capabilities.gso);
}

#[test]
fn segments_refused_for_the_destination_do_not_end_offload() {
    let mut kernel = Planned::new(|_, _| Some(libc::EINVAL));
    let mut shape = shape();
    let payload = [0; 20];
    let messages = (0..100).map(|_| message(&payload, 10));
    let outcome = SendQueue::new().send(&mut kernel, &mut shape, messages);
    assert_eq!((outcome.sent, outcome.failed), (0, 200));
    assert!(shape.capabilities.gso);
}

#[test]
fn a_buffer_that_fills_up_between_single_datagrams_ends_the_call() {
    let mut singles = 0;
    let mut kernel = Planned::new(|_, segmented| {
        if segmented {
            return Some(libc::EIO);
        }
        singles += 1;
        (singles > 2).then_some(libc::EAGAIN)
    });
    let payload = [0; 50];
    let messages = [message(&payload, 10), message(&payload, 0)];
    let outcome = SendQueue::new().send(&mut kernel, &mut shape(), messages);
    assert_eq!((outcome.sent, outcome.failed, outcome.blocked), (2, 0, 4));
}
