//! The real engine, or a worker under mediasoup's npm library: one producer, many consumers over loopback, each with its
//! own transport and keys.
//!
//! The engine and the [limit](crate::limit) are measured in turns, in one process, towards the
//! same [`Reader`], with the same cipher, so that both see the same machine. What counts is the
//! processor time of the engine's worker threads: making and sealing what the producer sends is
//! not theirs, and neither is reading. All else that a call needs is: STUN, reports, feedback to
//! the producer, statistics, timers.

mod call;
mod engine;
mod library;
mod media;
mod peer;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use crate::limit::{Limit, LimitOptions};
use crate::{Cost, Load, Reader, Row, allocations};
use call::{Call, Slice};

/// Turns in which engine and limit are measured. More even out what else the machine does;
/// fewer make each turn longer than the noise of its beginning.
const TURNS: u32 = 10;

/// How long the engine forwards before it is measured, in seconds: histories of streams have
/// then grown to what they keep.
pub const DEFAULT_WARM_UP: f64 = 6.0;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The engine, in this process.
    Engine,
    /// Any worker that mediasoup's npm library can start, in a process of its own.
    Worker {
        /// The worker.
        program: PathBuf,
        /// Whether packets go over plain transports with SRTP, each with a socket of its own, instead of WebRTC.
        plain: bool,
    },
}

/// Measures the subject and the limit with the load.
///
/// # Errors
/// Those of the system, of the cipher library and of the subject; no connection to it.
pub fn run(
    subject: &Subject,
    load: &Load,
    warm_up: Duration,
    flush: usize,
    reader: &mut Reader,
) -> anyhow::Result<Row> {
    allocations::exempt_this_thread();
    let mut call = Call::start(subject, load, reader)?;
    let options = LimitOptions {
        flush,
        cipher: call.cipher(),
    };
    let mut limit = Limit::new(load, &options, reader)?;
    let unmeasured = warm_up.as_secs_f64() * f64::from(load.frames_per_second);
    call.measure(unmeasured.round() as u32, reader)?;
    measure_limit(&mut limit, load.warm_up_frames(), reader)?;
    let mut engine: Option<Slice> = None;
    let mut beside: Option<Cost> = None;
    for _ in 0..TURNS {
        let frames = load.frames().div_ceil(TURNS);
        let slice = call.measure(frames, reader)?;
        engine = Some(engine.map_or(slice, |before| before.and(slice)));
        let cost = measure_limit(&mut limit, frames, reader)?;
        beside = Some(beside.map_or(cost, |before| before.and(cost)));
    }
    let row = Row::new(load);
    Ok(match engine.zip(beside) {
        Some((slice, cost)) => {
            let per_packet = |count| count as f64 / slice.cost.packets.max(1) as f64;
            row.with_limit(&cost)
                .with_engine(&slice.cost, slice.allocations.map(per_packet))
                .with_delivery(slice.cost.packets, slice.received, slice.late_frames)
        }
        None => row,
    })
}

/// Measures the limit and waits until the reader has everything.
fn measure_limit(limit: &mut Limit, frames: u32, reader: &mut Reader) -> std::io::Result<Cost> {
    let before = reader.received()?.datagrams;
    let cost = limit.measure(frames)?;
    reader.settle(before + cost.packets)?;
    Ok(cost)
}
