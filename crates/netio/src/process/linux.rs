//! Cores by `sched_setaffinity`, instructions by `perf_event_open`.

use std::io;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::Core;
use crate::sys::check;

/// As [`super::allowed_cores`].
pub(super) fn allowed_cores() -> io::Result<Vec<Core>> {
    // SAFETY: a plain set of bits for which zero is valid.
    let mut set = unsafe { mem::zeroed::<libc::cpu_set_t>() };
    // SAFETY: the pointer is to the set, whose size is given; 0 means the calling thread.
    check(unsafe { libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) })?;
    let cores = 0..libc::CPU_SETSIZE as usize;
    // SAFETY: the numbers are below the size of the set.
    let allowed = cores.filter(|core| unsafe { libc::CPU_ISSET(*core, &set) });
    Ok(allowed.map(Core).collect())
}

/// As [`super::pin_thread`].
pub(super) fn pin_thread(core: Core) -> io::Result<()> {
    if core.0 >= libc::CPU_SETSIZE as usize {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: a plain set of bits for which zero is valid.
    let mut set = unsafe { mem::zeroed::<libc::cpu_set_t>() };
    // SAFETY: the number is below the size of the set, as just checked.
    unsafe { libc::CPU_SET(core.0, &mut set) };
    // SAFETY: the pointer is to the set, whose size is given; 0 means the calling thread.
    check(unsafe { libc::sched_setaffinity(0, size_of_val(&set), &raw const set) })?;
    Ok(())
}

/// `perf_event_attr` in its first published size (64 bytes), all that counting needs.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_type: u32,
    config_1: u64,
}

/// `PERF_TYPE_HARDWARE`.
const HARDWARE: u32 = 0;

/// `PERF_COUNT_HW_INSTRUCTIONS`.
const INSTRUCTIONS: u64 = 1;

/// `inherit`: threads that the counted one starts later are counted too.
const INHERIT: u64 = 1 << 1;

/// `exclude_hv`: a hypervisor's work is not ours.
const EXCLUDE_HYPERVISOR: u64 = 1 << 6;

/// Counts the instructions of a thread and of those that it starts later, in the program and in
/// the kernel.
#[derive(Debug)]
pub struct InstructionCounter(OwnedFd);

impl InstructionCounter {
    /// Begins to count those of the calling thread.
    ///
    /// # Errors
    /// Those of the system: the machine (many virtual ones) has no counter, or the process may
    /// not use it.
    pub fn open() -> io::Result<Self> {
        let attributes = Attributes {
            kind: HARDWARE,
            size: size_of::<Attributes>() as u32,
            config: INSTRUCTIONS,
            flags: INHERIT | EXCLUDE_HYPERVISOR,
            ..Attributes::default()
        };
        // SAFETY: the attributes are of the size that they announce and live through the call;
        // the other arguments mean: this thread, any core, no group, close on exec.
        let fd = unsafe {
            libc::syscall(
                libc::SYS_perf_event_open,
                &raw const attributes,
                0 as libc::pid_t,
                -1 as libc::c_int,
                -1 as libc::c_int,
                8_u64,
            )
        };
        let fd = libc::c_int::try_from(fd).map_err(|_| io::ErrorKind::InvalidData)?;
        let fd = check(fd)?;
        // SAFETY: the descriptor was just made and nobody else owns it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Instructions since it was opened.
    ///
    /// # Errors
    /// Those of the system; `UnexpectedEof` if the counter was taken away.
    pub fn read(&self) -> io::Result<u64> {
        let mut count = 0_u64;
        // SAFETY: the pointer is to the eight writable bytes that are announced.
        let length = unsafe { libc::read(self.0.as_raw_fd(), (&raw mut count).cast(), 8) };
        match length {
            8 => Ok(count),
            0.. => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
