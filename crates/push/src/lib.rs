//! `miso push`: sends files, a test pattern, a camera or a screen into rooms over the HTTP API.
//!
//! A source (`source`: files, the test pattern, a program) is read by a thread of its own. `play` gives each frame at
//! its time to all broadcasters (`broadcaster`), each of which lives on the API (`api` over `http`) and sends through a
//! link (`link`: WebRTC or plain RTP). All streams count time from one epoch, so sound and pictures stay in sync.

mod api;
mod args;
mod broadcaster;
mod console;
mod encoder;
mod error;
mod http;
mod input;
mod link;
mod pace;
mod plan;
mod play;
mod prepare;
mod progress;
mod rtp_clock;
mod run;
mod source;
mod status;
mod stop;

pub use args::PushArgs;

/// Pushes until the source ends or the user stops it with Ctrl-C. Needs a runtime of tokio with time and I/O.
///
/// # Errors
/// One sentence that says what went wrong.
pub async fn run(args: PushArgs) -> Result<(), String> {
    run::run(args).await.map_err(|error| error.to_string())
}
