//! Python programs that the tests need, each in an environment of its own.

use crate::command::{command, root, run};
use crate::packages;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// The folder of programs of an environment that has these packages, made unless it is there.
///
/// # Errors
/// When Python is missing, or a package cannot be had.
pub(crate) fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = root().join("target/python").join(name);
    let programs = folder.join("bin");
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements) {
        return Ok(programs);
    }
    let path = folder.to_string_lossy();
    let make = || {
        run(&mut command(
            "python3",
            &["-m", "venv", "--clear", &path],
            &root(),
        ))
    };
    // Debian keeps what this needs apart from Python itself.
    make().or_else(|_| packages::install_package("python3-venv").and_then(|()| make()))?;
    let pip = programs.join("pip");
    let mut arguments = vec!["install", "--quiet", "--disable-pip-version-check"];
    arguments.extend(requirements.split_whitespace());
    run(&mut command(&pip.to_string_lossy(), &arguments, &root()))?;
    fs::write(&stamp, requirements).context("cannot note that the packages are installed")?;
    Ok(programs)
}
