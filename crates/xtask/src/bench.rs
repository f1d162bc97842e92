//! Measurements. They are built with optimisation and are no tests.

use crate::cargo::cargo;
use crate::command;
use crate::node;
use anyhow::{Result, bail};

/// Runs a benchmark with the rest of the arguments.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [name, rest @ ..] = arguments else {
        bail!(USAGE)
    };
    if !matches!(name.as_str(), "limit" | "forward") {
        bail!(USAGE);
    }
    if rest.iter().any(|it| it.starts_with("--worker")) {
        node::install()?;
    }
    let mut program = cargo(&[
        "run",
        "--quiet",
        "--release",
        "--package",
        "miso-bench",
        "--",
        name,
    ]);
    command::run(program.args(rest))
}

const USAGE: &str =
    "usage: cargo xtask bench limit|forward [--n N] [--burst B] [--json] [--worker PATH [--plain]]";
