//! Names of objects: numbers for the core, UUIDs for users.

use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers are unique in the process and over all kinds of object, so that one table can hold objects of every kind.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The next number.
pub(crate) fn next_number() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A new UUID of version 4.
pub(crate) fn new_name() -> String {
    uuid::Uuid::new_v4().to_string()
}
