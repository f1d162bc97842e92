//! `miso-bench`: what forwarding costs, beside what it must cost.

use std::io::{self, Write};
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use miso_bench::{Load, Placement, Reader, Row, limit, serve_reader};
use miso_netio::process::Core;

/// Measures processor time per packet, beside the least that this machine can do with.
#[derive(Debug, Parser)]
#[command(name = "miso-bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The physical limit: seal and send, nothing else.
    Limit {
        #[command(flatten)]
        options: RunOptions,
        /// Destinations that are sealed before they are sent.
        #[arg(long, default_value_t = limit::DEFAULT_FLUSH)]
        flush: usize,
    },
    /// The process that the packets are sent to; started by the others.
    #[command(hide = true)]
    Reader {
        /// The core to run on.
        #[arg(long)]
        core: Option<usize>,
    },
}

/// What every benchmark takes.
#[derive(Debug, Args)]
struct RunOptions {
    /// Destinations [default: 10, 100 and 500; audio 100]
    #[arg(long)]
    n: Option<usize>,
    /// Packets in a frame, 1 meaning audio [default: 10 and 1]
    #[arg(long)]
    burst: Option<usize>,
    /// How long each row is measured.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Limit { options, flush } => run_limit(&options, flush),
        Command::Reader { core } => Ok(serve_reader(core.map(Core))?),
    }
}

fn run_limit(options: &RunOptions, flush: usize) -> anyhow::Result<()> {
    let placement = Placement::of_this_machine();
    if !placement.is_split() {
        eprintln!("sender and reader share a core: the figures will be too high");
    }
    let mut reader = Reader::start(&std::env::current_exe()?, placement.reader)?;
    placement.pin_sender()?;
    let mut output = io::stdout().lock();
    if !options.json {
        Row::print_headings(&mut output)?;
    }
    let duration = Duration::try_from_secs_f64(options.seconds)?;
    for load in Load::selection(options.n, options.burst, duration) {
        let outcome = limit::run(&load, flush, &mut reader)?;
        let row = Row::new(&load).with_limit(&outcome.cost).with_delivery(
            outcome.sent,
            outcome.received,
            outcome.late_frames,
        );
        if options.json {
            row.print_json(&mut output)?;
        } else {
            row.print_line(&mut output)?;
        }
        output.flush()?;
    }
    Ok(())
}
