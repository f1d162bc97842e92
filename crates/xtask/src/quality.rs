//! How good media gets through bad networks. In virtual time, so the profile of the tests does, which is built already.

use crate::cargo::cargo;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Runs all scenarios; fails when one is out of its band. Prints nothing of its own, for the output may be JSON.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut program = cargo(&["run", "--quiet", "--package", "miso-quality", "--"]);
    judge(program.args(arguments))
}

/// The same with a program that was built among all others.
pub(crate) fn run_built(program: &Path) -> Result<()> {
    judge(&mut Command::new(program))
}

fn judge(program: &mut Command) -> Result<()> {
    let status = program.status().context("miso-quality does not start")?;
    if !status.success() {
        bail!("figures are out of their bands");
    }
    Ok(())
}
