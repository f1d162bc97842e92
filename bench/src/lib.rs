//! Benchmarks of the packet path beside the physical limit.
//!
//! A benchmark sends a [`Load`]: frames of some packets, at a steady rate, to many
//! destinations. Whatever sends it, the rest is the same, so that figures can be put side by
//! side:
//!
//! * the [`Reader`], a process of its own on the other core, at which all destinations end
//! * the [`Pace`] of the frames
//! * the [`Meter`], which turns processor time into a [`Cost`] per packet
//! * the [`Row`] that is printed
//!
//! [`limit`] sends as fast as the machine allows: it seals and sends, nothing else. What a
//! server costs beyond that is its own doing.

pub mod allocations;
mod cost;
pub mod forward;
pub mod limit;
mod load;
mod pace;
mod reader;
mod report;

pub use cost::{Cost, Meter, Placement};
pub use load::Load;
pub use pace::Pace;
pub use reader::{Reader, Received, serve as serve_reader};
pub use report::Row;
