//! What a thread and its process cost, and where a thread runs.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
use linux as system;

#[cfg(not(target_os = "linux"))]
use other as system;

#[cfg(test)]
mod tests;

pub use system::InstructionCounter;

use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

use crate::sys::check;

/// A processor core, numbered as by the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Core(pub usize);

/// The cores that the calling thread may run on, ascending.
///
/// # Errors
/// Those of the system; `Unsupported` where threads cannot be bound to cores.
pub fn allowed_cores() -> io::Result<Vec<Core>> {
    system::allowed_cores()
}

/// Binds the calling thread, and threads that it starts, to one core.
///
/// # Errors
/// `InvalidInput` if the process may not run there; `Unsupported` where threads cannot be
/// bound to cores.
pub fn pin_thread(core: Core) -> io::Result<()> {
    system::pin_thread(core)
}

/// The processor time that the calling thread has used, in the program and in the kernel.
///
/// # Errors
/// Those of the system.
pub fn thread_cpu_time() -> io::Result<Duration> {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the pointer is to room for one `timespec`.
    check(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, time.as_mut_ptr()) })?;
    // SAFETY: the call succeeded and filled it.
    let time = unsafe { time.assume_init() };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
    Ok(Duration::new(seconds, nanoseconds))
}

/// What the process has used since its start (getrusage(2)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResourceUsage {
    /// Processor time in the program.
    pub user_time: Duration,
    /// Processor time in the kernel.
    pub system_time: Duration,
    /// The most memory that was resident at once, in the system's unit (KiB on Linux).
    pub max_resident: u64,
    /// Page faults that needed no reading.
    pub minor_faults: u64,
    /// Page faults that needed reading.
    pub major_faults: u64,
    /// Times that the file system had to read.
    pub blocks_in: u64,
    /// Times that the file system had to write.
    pub blocks_out: u64,
    /// Context switches because a thread waited.
    pub voluntary_switches: u64,
    /// Context switches because a thread's time was up.
    pub involuntary_switches: u64,
}

impl ResourceUsage {
    /// That of the calling process, all threads together.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of_process() -> io::Result<Self> {
        let mut usage = MaybeUninit::<libc::rusage>::uninit();
        // SAFETY: the pointer is to room for one `rusage`.
        check(unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) })?;
        // SAFETY: the call succeeded and filled it.
        let usage = unsafe { usage.assume_init() };
        Ok(Self {
            user_time: duration(usage.ru_utime),
            system_time: duration(usage.ru_stime),
            max_resident: count(usage.ru_maxrss),
            minor_faults: count(usage.ru_minflt),
            major_faults: count(usage.ru_majflt),
            blocks_in: count(usage.ru_inblock),
            blocks_out: count(usage.ru_oublock),
            voluntary_switches: count(usage.ru_nvcsw),
            involuntary_switches: count(usage.ru_nivcsw),
        })
    }
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let microseconds = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(microseconds)
}

fn count(value: libc::c_long) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
