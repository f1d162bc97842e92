//! The program `miso serve`, driven from outside: by protoo clients, HTTP, its command line and signals.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, what is missing is a failure of the test"
)]

mod support;

mod api;
mod broadcasters;
mod data;
mod handshake;
mod http;
mod joining;
mod limits;
mod link;
mod media;
mod mixed;
mod native;
mod newer;
mod plain;
mod program;
mod protoo;
mod push;
mod rooms;
mod seed;
mod transports;
