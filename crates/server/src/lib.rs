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
use miso_push::PushArgs;

/// Runs the program with the command line and environment of this process, until it is told to stop.
pub fn main() -> ExitCode {
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(Early::Told(text)) => return print(&text),
        Err(Early::Wrong(sentence)) => return fail(&sentence),
    };
    match cli.command {
        Command::Serve(arguments) => serve(*arguments),
        Command::Push(arguments) => push(*arguments),
    }
}

fn push(arguments: PushArgs) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no threads can be started: {error}")),
    };
    let result = runtime.block_on(miso_push::run(arguments));
    // A thread that reads from a pipe may wait for ever.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => fail(&sentence),
    }
}

fn serve(arguments: ServeArgs) -> ExitCode {
    let (print_config, ready_json) = (arguments.print_config, arguments.ready_json);
    let config = match complete(arguments) {
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
