//! Locks that a panicked thread does not take from the others.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The value under the lock. After a panic under it the value may be incomplete, but what the worker owned is closed
/// then anyway, and closing must be possible.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
