//! Formats, lints and licences.

use crate::cargo::cargo;
use crate::command::{root, run};
use crate::tally::Tally;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;

/// Runs all checks, one after the other, and fails when one did.
pub(crate) fn run_all(tally: &mut Tally) {
    tally.check("format", run(&mut cargo(&["fmt", "--all", "--check"])));
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ];
    tally.check("clippy", run(&mut cargo(&clippy)));
    tally.check("licences", licences());
    tally.check("file sizes", sizes());
}

/// As a command of its own.
pub(crate) fn run_alone() -> Result<()> {
    let mut tally = Tally::default();
    run_all(&mut tally);
    if tally.failed > 0 {
        bail!(
            "{} of {} checks failed",
            tally.failed,
            tally.passed + tally.failed
        );
    }
    Ok(())
}

/// Every package that is built may be used under a licence that `deny.toml` allows. `cargo deny check` says more where
/// it is installed; this needs nothing.
fn licences() -> Result<()> {
    let deny = fs::read_to_string(root().join("deny.toml")).context("deny.toml")?;
    let allowed: BTreeSet<&str> = quoted(section(&deny, "allow = [")).collect();
    let arguments = ["metadata", "--format-version", "1", "--locked"];
    let output = cargo(&arguments)
        .output()
        .context("cannot start cargo metadata")?;
    let metadata = String::from_utf8(output.stdout).context("cargo metadata")?;
    let expressions: BTreeSet<&str> = metadata
        .split("\"license\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let refused: Vec<&str> = expressions
        .into_iter()
        .filter(|expression| !permits(expression, &allowed))
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    bail!(
        "licences that deny.toml does not allow: {}",
        refused.join("; ")
    )
}

/// The list that follows a heading.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let rest = text.split_once(heading).map_or("", |(_, rest)| rest);
    rest.split(']').next().unwrap_or_default()
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// Whether one alternative of a licence expression needs only licences that are allowed.
fn permits(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    // Brackets are passed over, so `A AND (B OR C)` reads as `A AND B` or `C`: both must then be checked by eye.
    let flat = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let all = |alternative: &str| {
        alternative
            .split(" AND ")
            .all(|licence| allowed.contains(licence.trim()))
    };
    flat.split(" OR ").any(all)
}

/// Most lines that a source file may have, tests left out.
const MAX_LINES: usize = 800;

/// No source file is over its size.
fn sizes() -> Result<()> {
    let mut files = Vec::new();
    for folder in ["crates", "bench", "web/src"] {
        collect(&root().join(folder), &mut files);
    }
    let long = files.into_iter().filter_map(|path| {
        let lines = fs::read_to_string(&path).ok()?.lines().count();
        (lines > MAX_LINES).then(|| format!("{} ({lines} lines)", path.display()))
    });
    let long: Vec<String> = long.collect();
    if long.is_empty() {
        return Ok(());
    }
    bail!("files over {MAX_LINES} lines: {}", long.join(", "))
}

fn collect(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            if !matches!(
                name.as_ref(),
                "tests" | "generated" | "node_modules" | "dist" | "target"
            ) {
                collect(&path, files);
            }
        } else if [".rs", ".ts", ".tsx"]
            .iter()
            .any(|ending| name.ends_with(ending))
            && name != "tests.rs"
        {
            files.push(path);
        }
    }
}
