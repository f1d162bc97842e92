//! `miso-worker`: a mediasoup worker that the npm library 3.27 drives unmodified.
//!
//! The library starts this program and talks to it over descriptors 3 and 4 (fact sheet, section 5). One thread owns
//! the core (`miso-sfu`), its sockets and the channel. What is here is translation: `entity` maps requests to the
//! core's commands and its answers back, one file per entity; `notification` does the same for what goes without an
//! answer; `names` knows which number the core has for an id of the library.

mod channel;
mod clock;
mod core;
mod entity;
mod exit;
mod log;
mod method;
mod names;
mod net;
mod notification;
mod parameters;
mod ports;
mod refusal;
mod report;
mod request;
mod settings;
mod shell;
mod stderr;
mod stream;
mod trace;
mod transports;

use std::process::ExitCode;

use exit::Exit;
use settings::Settings;

fn main() -> ExitCode {
    if std::env::var_os("MEDIASOUP_VERSION").is_none() {
        return Exit::NoVersion
            .explain("MEDIASOUP_VERSION is not set: this program is started by mediasoup");
    }
    let settings = match Settings::parse(std::env::args().skip(1)) {
        Ok(settings) => settings,
        Err(error) => return Exit::WrongSettings.explain(&error.to_string()),
    };
    match shell::run(settings) {
        Ok(()) => Exit::Normal.into(),
        Err(error) => Exit::Failure.explain(&error.to_string()),
    }
}
