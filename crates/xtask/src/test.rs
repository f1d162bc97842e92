//! All tests, in the order in which they are likely to fail fast.

use crate::cargo::cargo;
use crate::command::{self, root};
use crate::tally::{Tally, run_counted};
use crate::{api, fuzz, lint, node, packages, quality, web};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::time::Instant;

const PARTS: [&str; 8] = [
    "lint", "web", "rust", "quality", "fuzz", "api", "node", "e2e",
];

/// Run by name only: together with the others they would take too long.
const LONG: &str = "long";

/// Runs the named parts, or all but the long ones, and closes with a line of counts.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if let Some(unknown) = arguments
        .iter()
        .find(|part| !PARTS.contains(&part.as_str()) && *part != LONG)
    {
        bail!(
            "unknown part {unknown:?}; parts are {}, {LONG}",
            PARTS.join(", ")
        );
    }
    packages::install()?;
    // The server embeds the web app.
    web::build()?;
    let mut tally = Tally::default();
    let is_chosen = |part: &&&str| match arguments {
        [] => **part != LONG,
        chosen => chosen.iter().any(|chosen| chosen == **part),
    };
    let chosen = PARTS.iter().chain([&LONG]).filter(is_chosen);
    for part in chosen {
        let start = Instant::now();
        let before = tally;
        let outcome = run_part(part, &mut tally);
        if let Err(error) = outcome {
            tally.check(part, Err(error));
        }
        let (passed, failed) = (tally.passed - before.passed, tally.failed - before.failed);
        println!(
            "== {part}: {passed} passed, {failed} failed in {} s",
            start.elapsed().as_secs()
        );
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 {
        bail!("tests failed");
    }
    Ok(())
}

fn run_part(part: &str, tally: &mut Tally) -> Result<()> {
    match part {
        "lint" => lint::run_all(tally),
        "web" => web::test(tally)?,
        "rust" => run_counted(
            &mut cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]),
            tally,
        )?,
        "quality" => tally.check("quality", quality::run_built(&built("miso-quality")?)),
        "fuzz" => tally.passed += fuzz::run(fuzz::SECONDS_AMONG_TESTS)?,
        "api" => tally.check("api", api::test(&built("miso")?)),
        "node" => node::test(tally, &built("miso-worker")?)?,
        LONG => web::test_end_to_end(tally, &built("miso")?, "e2e:long")?,
        _ => web::test_end_to_end(tally, &built("miso")?, "e2e")?,
    }
    Ok(())
}

/// A program, as the tests of its crate had it built: with other features everything would be built again.
fn built(program: &str) -> Result<PathBuf> {
    run_command(&["test", "--workspace", "--locked", "--no-run"])?;
    Ok(root().join("target/debug").join(program))
}

fn run_command(arguments: &[&str]) -> Result<()> {
    command::run(&mut cargo(arguments))
}
