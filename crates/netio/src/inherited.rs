//! Descriptors that the parent process left open for this one.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicU64, Ordering};

/// Which descriptors were taken.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// Takes descriptor `number` (3 to 63), which the parent of this process opened, and makes it non-blocking.
///
/// To be called at the start of the program, before anything is opened: what has this number then is the parent's.
///
/// # Errors
/// `InvalidInput` for other numbers, `AlreadyExists` the second time, `NotFound` if it is not open.
pub fn take_inherited(number: RawFd) -> io::Result<OwnedFd> {
    let bit = match u32::try_from(number) {
        Ok(shift @ 3..=63) => 1_u64 << shift,
        _ => return Err(io::ErrorKind::InvalidInput.into()),
    };
    // SAFETY: the call only reads flags of a number that may name nothing.
    if unsafe { libc::fcntl(number, libc::F_GETFD) } < 0 {
        return Err(io::ErrorKind::NotFound.into());
    }
    if TAKEN.fetch_or(bit, Ordering::Relaxed) & bit != 0 {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    // SAFETY: the descriptor is open, the parent gave it to this process, and it is taken once.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    // SAFETY: the calls only read and set flags of an open descriptor.
    let flags = crate::sys::check(unsafe { libc::fcntl(number, libc::F_GETFL) })?;
    // SAFETY: as above.
    crate::sys::check(unsafe { libc::fcntl(number, libc::F_SETFL, flags | libc::O_NONBLOCK) })?;
    // SAFETY: as above.
    crate::sys::check(unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) })?;
    Ok(fd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_that_the_parent_did_not_leave_open_are_refused() {
        let kind = |number| take_inherited(number).map(drop).unwrap_err().kind();
        assert_eq!(kind(-1), io::ErrorKind::InvalidInput);
        assert_eq!(kind(2), io::ErrorKind::InvalidInput);
        assert_eq!(kind(64), io::ErrorKind::InvalidInput);
        assert_eq!(kind(63), io::ErrorKind::NotFound);
    }
}
