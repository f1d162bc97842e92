//! What is logged, and how often.

use std::io::IsTerminal;
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;

/// Libraries that log what strangers send them; said first, so that the user's filter can say otherwise.
const QUIET: &str = "dimpl=error,dcsctp=error,log=error,rustls=error,hyper=error,tungstenite=error";
/// How often a stranger may cause a line. Less tells more of an attack and fills disks faster.
const PERIOD: Duration = Duration::from_secs(60);

/// Logs to standard error what passes `filter`.
///
/// # Errors
/// A sentence that says what is wrong with the filter.
pub(crate) fn start(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(format!("{QUIET},{filter}"))
        .map_err(|error| format!("--log is wrong: {error}"))?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    logs.try_init().map_err(|error| error.to_string())?;
    let gate = Gate::new();
    panic::set_hook(Box::new(move |info| log_panic(&gate, info)));
    Ok(())
}

/// A panic ends a task or a worker, which is counted and recovered from elsewhere; here it is told where it was.
fn log_panic(gate: &Gate, info: &PanicHookInfo<'_>) {
    if gate.opens() {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let reason = text.unwrap_or_default();
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(place, reason, %backtrace, "panicked at a bug");
    }
}

/// Lets one line a minute through. One per kind of line.
#[derive(Debug)]
pub(crate) struct Gate {
    start: Instant,
    /// Milliseconds after `start` from which on the next line may pass.
    next: AtomicU64,
}

impl Gate {
    /// The first line passes.
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            next: AtomicU64::new(0),
        }
    }

    /// Whether a line may be written now; the asker will write it.
    pub(crate) fn opens(&self) -> bool {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let now = millis(self.start.elapsed());
        let after = now.saturating_add(millis(PERIOD));
        let open = |next| (now >= next).then_some(after);
        self.next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, open)
            .is_ok()
    }
}

#[cfg(test)]
mod tests;
