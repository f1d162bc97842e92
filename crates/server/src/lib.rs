//! The miso program: arguments, listeners, rooms, bot, embedded web app.
//!
//! A request travels from a connection (`http`) to its session (`session`: framing and timeouts only), to the room's
//! task (`room`: owns its peers, handles one message at a time), to the engine; answers come back the same way.

mod args;
mod certificate;
mod config;
mod counters;
mod http;
mod logs;
mod registry;
mod room;
mod serve;
mod session;

use std::io::Write;
use std::process::ExitCode;

use args::{Command, Early, ServeArgs};
use config::{Config, ConfigError, Settings, demo};

/// Runs the program with the command line and environment of this process, until it is told to stop.
pub fn main() -> ExitCode {
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(Early::Told(text)) => return print(&text),
        Err(Early::Wrong(sentence)) => return fail(&sentence),
    };
    let Command::Serve(arguments) = cli.command;
    let (print_config, ready_json) = (arguments.print_config, arguments.ready_json);
    let config = match complete(*arguments) {
        Ok(config) => config,
        Err(error) => return fail(&error.to_string()),
    };
    if print_config {
        return match config.to_toml() {
            Ok(text) => print(&text),
            Err(error) => fail(&error.to_string()),
        };
    }
    if let Err(sentence) = logs::start(&config.log) {
        return fail(&sentence);
    }
    match serve::run(config, ready_json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

/// The settings of all sources in their order, completed.
fn complete(arguments: ServeArgs) -> Result<Config, ConfigError> {
    let file = match &arguments.config {
        Some(path) => Settings::from_file(path)?,
        None => Settings::default(),
    };
    let demo = demo::settings(|name| std::env::var(name).ok())?;
    arguments.settings.or(demo).or(file).complete()
}

fn print(text: &str) -> ExitCode {
    // Whoever reads may have gone; that is no failure of ours.
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    ExitCode::SUCCESS
}

fn fail(sentence: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "miso: {sentence}");
    ExitCode::FAILURE
}
