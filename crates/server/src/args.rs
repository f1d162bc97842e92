//! The command line.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use miso_push::PushArgs;

use crate::config::Settings;

/// Media in, streams out: a real-time video server in one program.
#[derive(Debug, Parser)]
#[command(name = "miso", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve rooms: web app, signalling and media. Every setting can be given as a flag, as the variable named beside
    /// it, or in a TOML file, in this order of precedence.
    Serve(Box<ServeArgs>),
    /// Send files, a test pattern, a camera or a screen into a room
    Push(Box<PushArgs>),
}

/// Arguments of `miso serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// TOML file with settings; `--print-config` prints one
    #[arg(long, env = "MISO_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print the settings that result from all sources, as a TOML file, and end
    #[arg(long)]
    pub(crate) print_config: bool,
    /// Print the addresses as one line of JSON once everything listens, for programs
    #[arg(long)]
    pub(crate) ready_json: bool,
    /// The settings.
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// How the command line ended before anything was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Early {
    /// Help or version, for standard output.
    Told(String),
    /// One sentence that says what is wrong with it.
    Wrong(String),
}

/// Reads the program's command line and environment.
///
/// # Errors
/// [`Early`], when there is nothing to do.
pub(crate) fn parse() -> Result<Cli, Early> {
    Cli::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Early::Told(error.to_string()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Early::Wrong("nothing to do; try 'miso serve', or 'miso --help'".to_owned())
        }
        _ => Early::Wrong(one_sentence(&error.to_string())),
    })
}

/// The first paragraph of an error of the argument parser, on one line.
fn one_sentence(text: &str) -> String {
    let paragraph = text.trim_start_matches("error: ").split("\n\n").next();
    let lines = paragraph.unwrap_or_default().lines().map(str::trim);
    let sentence = lines.collect::<Vec<_>>().join(" ");
    let of_push = std::env::args_os()
        .nth(1)
        .is_some_and(|command| command == "push");
    let command = if of_push { "push" } else { "serve" };
    format!("{sentence} (see 'miso {command} --help')")
}
