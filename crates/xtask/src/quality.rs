//! How good media gets through bad networks. In virtual time, so the profile of the tests does, which is built already.

use crate::cargo::cargo;
use anyhow::{Context, Result, bail};

/// Runs all scenarios; fails when one is out of its band. Prints nothing of its own, for the output may be JSON.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut program = cargo(&["run", "--quiet", "--package", "miso-quality", "--"]);
    let status = program
        .args(arguments)
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("figures are out of their bands");
    }
    Ok(())
}
