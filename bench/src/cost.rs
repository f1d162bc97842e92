//! Processor time per packet, and who runs on which core.

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::time::Duration;

use miso_netio::process::{Core, InstructionCounter, ResourceUsage, allowed_cores, pin_thread};

/// Who runs where: the sender on the first core that is allowed, the reader on the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The core of what is measured. `None` if it stays where the system puts it.
    pub sender: Option<Core>,
    /// The core of the reader.
    pub reader: Option<Core>,
}

impl Placement {
    /// The placement for this machine. Nothing is bound where there is one core only, or where
    /// the system cannot bind.
    #[must_use]
    pub fn of_this_machine() -> Self {
        match allowed_cores().unwrap_or_default().as_slice() {
            [first, .., last] => Self {
                sender: Some(*first),
                reader: Some(*last),
            },
            _ => Self::default(),
        }
    }

    /// Whether sender and reader have a core each.
    #[must_use]
    pub fn is_split(&self) -> bool {
        self.sender.is_some() && self.reader.is_some()
    }

    /// Binds the calling thread, and those that it starts later, to the sender's core.
    ///
    /// # Errors
    /// Those of the system.
    pub fn pin_sender(&self) -> io::Result<()> {
        self.sender.map_or(Ok(()), pin_thread)
    }
}

/// Measures from its start what some threads cost.
///
/// Processor time is user and kernel time together. On loopback the kernel also does the
/// receiver's part of the network stack in the sender's time, up to the socket's queue. Where
/// the kernel is built with `IRQ_TIME_ACCOUNTING`, that part is not counted.
#[derive(Debug)]
pub struct Meter {
    /// Which threads.
    threads: Threads,
    /// Their processor time at the start.
    cpu: Duration,
    /// Counts instructions where the machine can.
    counter: Option<InstructionCounter>,
    /// Instructions at the start.
    instructions: u64,
}

/// Whose processor time counts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Threads {
    /// The calling thread.
    Own,
    /// All of the process whose names begin so.
    Named(String),
    /// All of the process.
    All,
    /// All of another process.
    OfProcess(u32),
}

impl Meter {
    /// Of the calling thread, which must also stop it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of_this_thread() -> io::Result<Self> {
        Self::start(Threads::Own, InstructionCounter::open().ok())
    }

    /// Of the threads of this process whose names begin with `prefix`, a server's workers for
    /// example, while others only make the load. The time of a thread that is running is known
    /// to the millisecond, so stop when they rest. Instructions are not counted.
    ///
    /// # Errors
    /// Those of the system; `NotFound` if there is no such thread.
    pub fn of_threads_named(prefix: &str) -> io::Result<Self> {
        Self::start(Threads::Named(prefix.to_owned()), None)
    }

    /// Of the whole process. Instructions are not counted.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of_process() -> io::Result<Self> {
        Self::start(Threads::All, None)
    }

    /// Of all threads of the process with this number. Like [`Self::of_threads_named`], it is to be stopped when they rest.
    ///
    /// # Errors
    /// Those of the system; `NotFound` if there is no such process.
    pub fn of_process_with(pid: u32) -> io::Result<Self> {
        Self::start(Threads::OfProcess(pid), None)
    }

    fn start(threads: Threads, counter: Option<InstructionCounter>) -> io::Result<Self> {
        let instructions = counter.as_ref().map_or(Ok(0), InstructionCounter::read)?;
        let cpu = threads.cpu_time()?;
        Ok(Self {
            threads,
            cpu,
            counter,
            instructions,
        })
    }

    /// What was used since the start, for so many packets.
    ///
    /// # Errors
    /// Those of the system.
    pub fn stop(self, packets: u64) -> io::Result<Cost> {
        let cpu = self.threads.cpu_time()?.saturating_sub(self.cpu);
        let instructions = match self.counter {
            Some(counter) => Some(counter.read()?.saturating_sub(self.instructions)),
            None => None,
        };
        Ok(Cost {
            packets,
            cpu,
            instructions,
        })
    }
}

impl Threads {
    fn cpu_time(&self) -> io::Result<Duration> {
        match self {
            Self::Own => miso_netio::process::thread_cpu_time(),
            Self::Named(prefix) => named_cpu_time("self", prefix),
            Self::OfProcess(pid) => named_cpu_time(&pid.to_string(), ""),
            Self::All => {
                let usage = ResourceUsage::of_process()?;
                Ok(usage.user_time + usage.system_time)
            }
        }
    }
}

/// The processor time of a process' threads whose names begin so, from Linux' `schedstat` (its first
/// field: nanoseconds on a core).
fn named_cpu_time(process: &str, prefix: &str) -> io::Result<Duration> {
    let mut found = None;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let folder = task?.path();
        // A thread may end between being listed and being read.
        let Ok(name) = fs::read_to_string(folder.join("comm")) else {
            continue;
        };
        if !name.starts_with(prefix) {
            continue;
        }
        let statistics = fs::read_to_string(folder.join("schedstat"))?;
        let nanoseconds = statistics.split_ascii_whitespace().next();
        let nanoseconds = nanoseconds.and_then(|field| field.parse().ok());
        let time = Duration::from_nanos(nanoseconds.ok_or(io::ErrorKind::InvalidData)?);
        *found.get_or_insert(Duration::ZERO) += time;
    }
    found.ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// What some packets cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// How many packets.
    pub packets: u64,
    /// Processor time, in the program and in the kernel.
    pub cpu: Duration,
    /// Instructions, in the program and in the kernel, where the machine can count them.
    pub instructions: Option<u64>,
}

impl Cost {
    /// This and another part of the same measurement, when it is made in turns with others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            packets: self.packets + other.packets,
            cpu: self.cpu + other.cpu,
            instructions: self
                .instructions
                .zip(other.instructions)
                .map(|(one, two)| one + two),
        }
    }

    /// Processor time of one packet in microseconds.
    #[must_use]
    pub fn us_per_packet(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.packets.max(1) as f64
    }

    /// Instructions of one packet.
    #[must_use]
    pub fn instructions_per_packet(&self) -> Option<f64> {
        let instructions = self.instructions? as f64;
        Some(instructions / self.packets.max(1) as f64)
    }
}
