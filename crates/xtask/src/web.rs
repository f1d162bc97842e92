//! The web app: its packages, its checks, its build.

use crate::command::{command, root, run};
use crate::python;
use crate::tally::{Tally, run_counted};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Oldest Node that the tools of the web app take.
const NODE_MAJOR: u32 = 20;

fn folder() -> PathBuf {
    root().join("web")
}

fn npm(arguments: &[&str]) -> std::process::Command {
    command("npm", arguments, &folder())
}

/// Installs the packages of the lock file, unless that was done already.
pub(crate) fn install() -> Result<()> {
    check_node()?;
    let stamp = folder().join("node_modules/.lock-of-last-install");
    let lock = fs::read(folder().join("package-lock.json")).context("web/package-lock.json")?;
    if fs::read(&stamp).is_ok_and(|last| last == lock) {
        return Ok(());
    }
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, lock).context("cannot note that the packages are installed")
}

fn check_node() -> Result<()> {
    let output = command("node", &["--version"], &root())
        .output()
        .context("Node is not installed (20 or newer)")?;
    let version = String::from_utf8_lossy(&output.stdout);
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR) {
        bail!(
            "Node {} or newer is needed, found {}",
            NODE_MAJOR,
            version.trim()
        );
    }
    Ok(())
}

/// Builds the web app into `web/dist`, unless that is newer than its sources.
pub(crate) fn build() -> Result<()> {
    let built = modified(&folder().join("dist/index.html"));
    let sources = [
        "src",
        "public",
        "index.html",
        "package-lock.json",
        "vite.config.ts",
    ];
    let changed = sources
        .iter()
        .filter_map(|name| newest(&folder().join(name)))
        .max();
    if built.is_some() && built >= changed {
        return Ok(());
    }
    install()?;
    run(&mut npm(&["run", "build"]))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// When a file or anything in a folder was last changed.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let entries = fs::read_dir(path).ok()?.flatten();
    entries.filter_map(|entry| newest(&entry.path())).max()
}

/// Lints, types and unit tests.
pub(crate) fn test(tally: &mut Tally) -> Result<()> {
    install()?;
    for check in ["lint", "typecheck"] {
        tally.check(&format!("web {check}"), run(&mut npm(&["run", check])));
    }
    run_counted(&mut npm(&["test"]), tally)
}

/// The browsers' tests that a script of the package runs, against a server that is built.
pub(crate) fn test_end_to_end(tally: &mut Tally, server: &Path, script: &str) -> Result<()> {
    install()?;
    let requirements = fs::read_to_string(root().join("tests/native/requirements.txt"))?;
    let python = python::environment("native", &requirements)?.join("python");
    let mut program = npm(&["run", script]);
    program.env("MISO_BIN", server).env("MISO_PYTHON", python);
    run_counted(&mut program, tally)
}
