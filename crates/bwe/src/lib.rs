//! Send-side bandwidth estimation after Google congestion control, and the parts of it that the receive side shares.
//!
//! One [`Controller`] is the sending half of one transport. It is pure: no socket, no clock, no randomness. Tell it
//! what was sent ([`Controller::packet_sent`]) and what the peer says about it ([`Controller::handle_feedback`],
//! [`Controller::handle_remb`], [`Controller::handle_receiver_report`]). After every input, and at
//! [`Controller::poll_timeout`] after [`Controller::handle_timeout`], drain [`Controller::poll_probe`] and look at
//! [`Controller::available`].
//!
//! What each part does, and each constant with it, is in `docs/bwe.md`.

#![deny(clippy::indexing_slicing)]

mod acknowledged;
mod allotment;
mod application_limit;
mod controller;
mod delay;
mod feedback;
mod history;
mod loss;
mod probe;
mod reports;
mod silence;
#[cfg(test)]
mod testing;

pub use allotment::{Allotment, ClaimIndex, Claimant, OperatingPoint};
pub use controller::{
    Controller, ControllerConfig, ControllerStats, LOOK_INTERVAL, Probe, ProbeId, SentNote,
};
pub use delay::{
    Arrival, GroupChange, LinkUsage, PacketGroups, RateControl, RateControlConfig, TrendDetector,
};
pub use feedback::RefusedFeedback;
