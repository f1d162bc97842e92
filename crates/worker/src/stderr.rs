//! What has no other way out than standard error, which the library logs as errors.

use std::fmt::Arguments;
use std::io::Write;

/// Writes a line. If nobody reads any more, it is lost.
pub(crate) fn complain(text: Arguments<'_>) {
    let _nobody_reads = writeln!(std::io::stderr(), "miso-worker: {text}");
}
