//! The sans-IO core: mediasoup's semantics, one `&mut self` per worker.

#![allow(
    dead_code,
    unused_imports,
    reason = "the stream units come before the objects that use them"
)]

mod key_frame;
mod packet;
mod rate;
mod recv_stream;
mod ring;
mod score;
mod send_stream;

#[cfg(test)]
mod testing;

pub mod observer;
pub mod sctp;
