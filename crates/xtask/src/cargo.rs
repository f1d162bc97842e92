//! Cargo, as the chores use it.

use crate::command::{command, root, run};
use anyhow::Result;
use std::process::Command;

/// Cargo with these arguments.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    command(&program, arguments, &root())
}

/// Builds the server and starts it; it ends when the user ends it.
pub(crate) fn run_server(arguments: &[String]) -> Result<()> {
    run(&mut cargo(&[
        "build",
        "--release",
        "--package",
        "miso-server",
    ]))?;
    let program = root().join("target/release/miso");
    let mut server = Command::new(program);
    if arguments.is_empty() {
        server.arg("serve");
    }
    run(server.args(arguments).current_dir(root()))
}
