//! Receiving, sending and waiting use no heap after the first round.
#![expect(
    unsafe_code,
    reason = "a global allocator that counts cannot be had without"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use miso_netio::{Events, Interest, Outgoing, Poller, RecvBatch, Token, UdpOptions, UdpSocket};

thread_local! {
    /// Allocations of this thread, so that tests beside this one do not count.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: hands everything to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: by the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn the_packet_path_uses_no_heap() {
    let options = UdpOptions::default();
    let mut receiver = UdpSocket::bind("0.0.0.0:0".parse().unwrap(), &options).unwrap();
    let mut sender = UdpSocket::bind("0.0.0.0:0".parse().unwrap(), &options).unwrap();
    let remote = ([127, 0, 0, 1], receiver.local_addr().port()).into();
    let mut poller = Poller::new().unwrap();
    poller.add(&receiver, Token(1), Interest::Read).unwrap();
    let waker = poller.waker();
    let mut events = Events::with_capacity(8);
    let mut batch = RecvBatch::default();
    let payload = [7_u8; 5_000];

    let mut received = 0;
    let mut round = || {
        let outgoing = Outgoing {
            remote,
            source: Some([127, 0, 0, 1].into()),
            payload: &payload,
            segment_size: Some(1_200),
        };
        assert_eq!(sender.send([outgoing; 3]).sent, 15);
        waker.wake();
        poller
            .wait(Some(Duration::from_secs(5)), &mut events)
            .unwrap();
        receiver.recv(&mut batch).unwrap();
        received += batch.datagrams_mut().count();
    };
    round();
    let before = ALLOCATIONS.get();
    for _ in 0..1_000 {
        round();
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert!(received > 10_000, "only {received} datagrams came");
}
