//! The sans-IO core: mediasoup's semantics, one `&mut self` per worker.

#![cfg_attr(
    not(test),
    allow(
        dead_code,
        reason = "the stream units come before the objects that use them"
    )
)]

mod packet;
mod rate;
mod ring;

#[cfg(test)]
mod testing;

pub mod sctp;
