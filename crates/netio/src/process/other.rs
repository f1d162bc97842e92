//! Systems whose means of binding and counting are not used here.

use std::io;

use super::Core;

/// As [`super::allowed_cores`].
pub(super) fn allowed_cores() -> io::Result<Vec<Core>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// As [`super::pin_thread`].
pub(super) fn pin_thread(_core: Core) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Counts the instructions of one thread; no value of it exists on this system.
#[derive(Debug)]
pub enum InstructionCounter {}

impl InstructionCounter {
    /// Always fails here.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Cannot be called, as no value exists.
    ///
    /// # Errors
    /// None.
    pub fn read(&self) -> io::Result<u64> {
        match *self {}
    }
}
