//! The program `miso`. Everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    miso_server::main()
}
