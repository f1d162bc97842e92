//! Debian packages that the tests need: browsers, and the programs that other implementations are tried with.

use crate::command::{command, exists, root, run};
use anyhow::{Result, bail};

/// Program that must be there, and the package that brings it.
const NEEDED: [(&str, &str); 10] = [
    ("cc", "gcc"),
    ("c++", "g++"),
    ("chromium", "chromium"),
    ("firefox-esr", "firefox-esr"),
    ("openssl", "openssl"),
    // The scripts of the documentation.
    ("curl", "curl"),
    ("jq", "jq"),
    ("ffmpeg", "ffmpeg"),
    ("gst-launch-1.0", "gstreamer1.0-tools"),
    // Firefox has no screen to share without a display.
    ("Xvfb", "xvfb"),
];

/// Packages without a program of their own; installed when one of their companions is missing.
const COMPANIONS: [(&str, &[&str]); 2] = [
    ("chromium", &["fonts-dejavu-core"]),
    (
        "gstreamer1.0-tools",
        &[
            "gstreamer1.0-plugins-base",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-plugins-bad",
        ],
    ),
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
    let companions = COMPANIONS
        .iter()
        .filter(|(package, _)| missing.contains(package))
        .flat_map(|(_, companions)| *companions);
    let wanted: Vec<&str> = missing.iter().chain(companions).copied().collect();
    install_packages(&wanted)
}

/// Installs a package that has no program of its own.
pub(crate) fn install_package(name: &str) -> Result<()> {
    if !exists("apt-get") {
        bail!("{name} is missing, please install it");
    }
    install_packages(&[name])
}

fn install_packages(names: &[&str]) -> Result<()> {
    apt_get(&["update"])?;
    let install = ["install", "--yes", "--no-install-recommends"];
    apt_get(&[&install, names].concat())
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
