//! Counts what the threads of a server allocate.
#![expect(
    unsafe_code,
    reason = "an allocator is an unsafe trait by definition; this one hands everything on to the system's"
)]

#[cfg(test)]
mod tests;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    static IS_EXEMPT: Cell<bool> = const { Cell::new(false) };
}

/// Allocations by threads that are not exempt.
static COUNTED: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counting. To be made the program's `#[global_allocator]`.
#[derive(Debug)]
pub struct CountingAllocator;

/// The allocations of the calling thread are not counted from now on: it belongs to the
/// measurement, not to what is measured.
pub fn exempt_this_thread() {
    IS_EXEMPT.set(true);
}

/// How often threads that are not exempt have asked for memory, or for more of it. 0 for ever
/// where [`CountingAllocator`] is not the program's allocator.
#[must_use]
pub fn counted() -> u64 {
    COUNTED.load(Ordering::Relaxed)
}

fn count() {
    // A thread that is ending has no such variable any more.
    if !IS_EXEMPT.try_with(Cell::get).unwrap_or(true) {
        COUNTED.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: every call is handed on unchanged to the system's allocator, which keeps the promises.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}
