//! How good media gets through bad networks. In virtual time, so the profile of the tests does, which is built already.

use crate::cargo::cargo;
use crate::command::root;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::{Command, Stdio};

/// The page that holds the tables.
const PAGE: &str = "docs/quality.md";
/// How their first lines begin.
const HEADING: &str = "| scenario |";

/// Runs all scenarios; fails when one is out of its band. Prints nothing of its own, for the output may be JSON.
///
/// `--keep` alone puts the tables into [`PAGE`] instead.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if arguments == ["--keep"] {
        return keep();
    }
    let mut program = cargo(&["run", "--quiet", "--package", "miso-quality", "--"]);
    judge(program.args(arguments))
}

/// The same with a program that was built among all others.
pub(crate) fn run_built(program: &Path) -> Result<()> {
    judge(&mut Command::new(program))
}

fn keep() -> Result<()> {
    let mut program = cargo(&["run", "--quiet", "--package", "miso-quality"]);
    let program = program.stdout(Stdio::piped()).stderr(Stdio::inherit());
    let output = program.output().context("miso-quality does not start")?;
    let printed = String::from_utf8(output.stdout).context("miso-quality prints text")?;
    let path = root().join(PAGE);
    let page = std::fs::read_to_string(&path).context(PAGE)?;
    std::fs::write(&path, with_tables(&page, &printed)?).context(PAGE)?;
    if !output.status.success() {
        bail!("figures are out of their bands; {PAGE} says which");
    }
    Ok(())
}

/// The page with those tables in the place of its own, one for one.
fn with_tables(page: &str, printed: &str) -> Result<String> {
    let tables = printed.split("\n\n").map(str::trim);
    let mut tables = tables.filter(|table| !table.is_empty());
    let mut kept = String::new();
    let mut is_old = false;
    for line in page.lines() {
        if line.starts_with(HEADING) {
            is_old = true;
            kept += tables.next().context("the page has more tables")?;
            kept.push('\n');
        }
        is_old &= line.starts_with('|');
        if !is_old {
            kept += line;
            kept.push('\n');
        }
    }
    if tables.next().is_some() {
        bail!("the page has fewer tables");
    }
    Ok(kept)
}

fn judge(program: &mut Command) -> Result<()> {
    let status = program.status().context("miso-quality does not start")?;
    if !status.success() {
        bail!("figures are out of their bands");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
