//! The program `miso serve`, driven from outside: by protoo clients, HTTP, its command line and signals.

mod support;

mod data;
mod handshake;
mod http;
mod limits;
mod media;
mod program;
mod protoo;
mod rooms;
