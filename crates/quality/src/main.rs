//! `miso-quality`: runs all scenarios, prints the table, and fails when one of ours is out of its band.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use miso_quality::{Row, Subject, print_json, print_table, run, scenarios};

/// Measures how good media gets through simulated bad networks.
#[derive(Debug, Parser)]
#[command(name = "miso-quality")]
struct Cli {
    /// Only scenarios whose name contains this.
    filter: Option<String>,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
    /// Seed of links and sources.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print the course of each run to standard error: time, estimate, arrived, queue.
    #[arg(long)]
    course: bool,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    // What panics is in the table; its message would only stand between the rows.
    std::panic::set_hook(Box::new(|_| {}));
    let mut rows: Vec<Row> = Vec::new();
    for scenario in scenarios(cli.course) {
        let wanted = cli
            .filter
            .as_ref()
            .is_none_or(|filter| scenario.name().contains(filter.as_str()));
        if wanted {
            rows.extend(
                [Subject::Miso, Subject::GoogCc]
                    .into_iter()
                    .filter_map(|subject| run(scenario.as_ref(), subject, cli.seed)),
            );
        }
    }
    if rows.is_empty() {
        bail!("no scenario has a name like that");
    }
    let mut out = io::stdout().lock();
    if cli.json {
        print_json(&rows, &mut out)?;
    } else {
        print_table(&rows, &mut out)?;
    }
    let ours: Vec<&Row> = rows
        .iter()
        .filter(|row| row.subject == Subject::Miso)
        .collect();
    let good = ours.iter().filter(|row| row.is_in_band()).count();
    out.flush()?;
    eprintln!("{good} of {} scenarios in their bands", ours.len());
    Ok(if good == ours.len() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
