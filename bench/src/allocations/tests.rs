use std::hint::black_box;
use std::thread;

use super::{CountingAllocator, counted, exempt_this_thread};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn allocate(times: usize) {
    for size in 1..=times {
        black_box(vec![0_u8; size]);
        black_box(Vec::<u8>::with_capacity(size));
    }
}

#[test]
fn only_threads_that_are_not_exempt_are_counted() {
    // Other tests of this program allocate too, so the numbers are lower bounds, and rough.
    let before = counted();
    thread::spawn(|| allocate(100_000)).join().unwrap();
    let counting = counted() - before;
    assert!(counting >= 200_000);
    let before = counted();
    let exempt = || {
        exempt_this_thread();
        allocate(100_000);
    };
    thread::spawn(exempt).join().unwrap();
    assert!(counted() - before < 100_000);
}
