//! mediasoup's own npm library against the built worker.

use crate::command::{command, root, run};
use crate::tally::{Tally, run_counted};
use crate::web;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    root().join("tests/node")
}

/// Installs the library and the Node that it needs, unless that was done already. The library's own scripts would
/// fetch or build its worker, so of all packages only Node's may run one.
pub(crate) fn install() -> Result<()> {
    let stamp = folder().join("node_modules/.lock-of-last-install");
    let lock =
        fs::read(folder().join("package-lock.json")).context("tests/node/package-lock.json")?;
    if fs::read(&stamp).is_ok_and(|last| last == lock) {
        return Ok(());
    }
    let npm = |arguments: &[&str]| run(&mut command("npm", arguments, &folder()));
    npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    npm(&["rebuild", "node"])?;
    fs::write(&stamp, lock).context("cannot note that the packages are installed")
}

/// Runs the tests with this worker, then asks whether they covered all that the library offers.
pub(crate) fn test(tally: &mut Tally, worker: &Path) -> Result<()> {
    install()?;
    // The application's test starts its browser as the web app's tests do.
    web::install()?;
    let coverage = root().join("target/node-coverage");
    let _ = fs::remove_dir_all(&coverage);
    let node = folder().join("node_modules/node/bin/node");
    let node = node.to_string_lossy();
    let mut tests = command(&node, &["--test", "--test-timeout=120000"], &folder());
    tests
        .env("MEDIASOUP_WORKER_BIN", worker)
        .env("MISO_COVERAGE", &coverage);
    run_counted(&mut tests, tally)?;
    let mut check = command(&node, &["coverage/check.mjs"], &folder());
    run_counted(check.arg(&coverage), tally)
}
