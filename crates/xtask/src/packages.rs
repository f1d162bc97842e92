//! Debian packages that the tests need: browsers, and the programs that other implementations are tried with.

use crate::command::{command, exists, root, run};
use anyhow::{Result, bail};

/// Program that must be there, and the package that brings it.
const NEEDED: [(&str, &str); 6] = [
    ("cc", "gcc"),
    ("c++", "g++"),
    ("chromium", "chromium"),
    ("firefox-esr", "firefox-esr"),
    ("openssl", "openssl"),
    // Firefox has no screen to share without a display.
    ("Xvfb", "xvfb"),
];

/// Installs what is missing.
pub(crate) fn install() -> Result<()> {
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(program, _)| !exists(program))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !exists("apt-get") {
        bail!(
            "these programs are missing, please install them: {}",
            missing.join(", ")
        );
    }
    apt_get(&["update"])?;
    apt_get(
        &[
            &[
                "install",
                "--yes",
                "--no-install-recommends",
                "fonts-dejavu-core",
            ],
            missing.as_slice(),
        ]
        .concat(),
    )
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    // Root needs no sudo, and a container seldom has it.
    let is_root = std::env::var("USER").is_ok_and(|user| user == "root") || !exists("sudo");
    let mut program = if is_root {
        command("apt-get", arguments, &root())
    } else {
        command("sudo", &[&["apt-get"], arguments].concat(), &root())
    };
    run(program.env("DEBIAN_FRONTEND", "noninteractive"))
}
