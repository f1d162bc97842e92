//! `miso push`: sends files, a test pattern, a camera or a screen into rooms over the HTTP API.

mod args;
mod http;
mod input;
mod pace;

pub use args::PushArgs;
