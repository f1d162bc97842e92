//! Chores of the project: `cargo xtask run | test | lint | web | fuzz | bench | quality`.

mod api;
mod bench;
mod cargo;
mod command;
mod fuzz;
mod lint;
mod node;
mod packages;
mod python;
mod quality;
mod tally;
mod test;
mod web;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <command>

  run [ARGS…]          build the web app and the server, and start it with ARGS (default: serve)
  test [PART…]         install what the tests need and run them; parts: lint web rust quality fuzz api node e2e
                       (default: all of these), or long: more of browsers
  lint                 formats, lints, licences
  web                  build the web app
  fuzz [--seconds N]   build the fuzz targets and run each for N seconds (default 60)
  bench limit|forward [ARGS…]
                       measure; --n N, --burst B, --json are passed on; `forward --worker PATH` measures any
                       worker of mediasoup's through its npm library
  quality [FILTER] [--json] [--seed N] [--course]
                       run media through simulated bad networks; fails when a figure is out of its band; `--keep`
                       alone writes the tables into docs/quality.md
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let (command, rest) = match arguments {
        [] => ("help", arguments),
        [command, rest @ ..] => (command.as_str(), rest),
    };
    match command {
        "run" => {
            web::build()?;
            cargo::run_server(rest)
        }
        "test" => test::run(rest),
        "lint" => lint::run_alone(),
        "web" => web::build(),
        "fuzz" => {
            let passed = fuzz::run(fuzz_seconds(rest)?)?;
            println!("{passed} fuzz targets passed");
            Ok(())
        }
        "bench" => bench::run(rest),
        "quality" => quality::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => bail!("unknown command {other:?}\n\n{USAGE}"),
    }
}

fn fuzz_seconds(arguments: &[String]) -> Result<u32> {
    match arguments {
        [] => Ok(fuzz::DEFAULT_SECONDS),
        [flag, seconds] if flag == "--seconds" => Ok(seconds.parse()?),
        _ => bail!("usage: cargo xtask fuzz [--seconds N]"),
    }
}
