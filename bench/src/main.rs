//! `miso-bench`: what forwarding costs, beside what it must cost.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use miso_bench::allocations::CountingAllocator;
use miso_bench::forward::Subject;
use miso_bench::limit::{DEFAULT_FLUSH, LimitOptions};
use miso_bench::{Load, Placement, Reader, Row, forward, limit, serve_reader};
use miso_netio::process::Core;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

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
    Limit(RunOptions),
    /// The real engine, or any worker of mediasoup's, one producer and many consumers, beside the limit.
    Forward(ForwardOptions),
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
    /// How long the engine forwards before it is measured; less than 5 measures growing histories.
    #[arg(long, default_value_t = forward::DEFAULT_WARM_UP)]
    warm_up: f64,
    /// Packets at the end of each frame to be one byte longer.
    #[arg(long, default_value_t = 0)]
    longer: usize,
    /// Destinations that the limit seals before it sends.
    #[arg(long, default_value_t = DEFAULT_FLUSH)]
    flush: usize,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// What `forward` takes besides.
#[derive(Debug, Args)]
struct ForwardOptions {
    #[command(flatten)]
    run: RunOptions,
    /// Measure this program, started by mediasoup's npm library as its worker, instead of the engine.
    #[arg(long)]
    worker: Option<PathBuf>,
    /// Plain transports with SRTP, each with a socket of its own, instead of WebRTC.
    #[arg(long, requires = "worker")]
    plain: bool,
}

impl ForwardOptions {
    fn subject(&self) -> Subject {
        let plain = self.plain;
        let worker = |program| Subject::Worker { program, plain };
        self.worker.clone().map_or(Subject::Engine, worker)
    }
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Limit(options) => run_rows(&options, |load, reader| {
            let limit_options = LimitOptions {
                flush: options.flush,
                ..LimitOptions::default()
            };
            let outcome = limit::run(load, &limit_options, reader)?;
            Ok(Row::new(load).with_limit(&outcome.cost).with_delivery(
                outcome.sent,
                outcome.received,
                outcome.late_frames,
            ))
        }),
        Command::Forward(options) => {
            let (subject, options) = (options.subject(), options.run);
            run_rows(&options, |load, reader| {
                let warm_up = Duration::try_from_secs_f64(options.warm_up)?;
                forward::run(&subject, load, warm_up, options.flush, reader)
            })
        }
        Command::Reader { core } => Ok(serve_reader(core.map(Core))?),
    }
}

/// Measures each load and prints its row.
fn run_rows(
    options: &RunOptions,
    mut measure: impl FnMut(&Load, &mut Reader) -> anyhow::Result<Row>,
) -> anyhow::Result<()> {
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
    for mut load in Load::selection(options.n, options.burst, duration) {
        load.longer = options.longer.min(load.burst);
        let row = measure(&load, &mut reader)?;
        if options.json {
            row.print_json(&mut output)?;
        } else {
            row.print_line(&mut output)?;
        }
        output.flush()?;
    }
    Ok(())
}
