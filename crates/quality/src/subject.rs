//! What both estimators are to the simulation.

mod goog_cc;
mod miso;

use std::time::Instant;

use miso_wire::{Bitrate, Seq, TransportFeedback};

use crate::scenario::Subject;

/// The estimate before anything is known.
const INITIAL: Bitrate = Bitrate::kbps(600);
/// The estimate stays above.
const MIN: Bitrate = Bitrate::kbps(30);

/// A packet of padding to be sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Padding {
    /// Which probe it belongs to.
    pub(crate) probe: u32,
    /// Bytes with overhead.
    pub(crate) size: usize,
}

/// An estimator of either make.
pub(crate) trait Estimator {
    /// What the source would send at most.
    fn set_desired(&mut self, desired: Bitrate, now: Instant);
    /// Notes a packet; `padding` if it is one.
    fn packet_sent(&mut self, seq: Seq, size: usize, padding: Option<Padding>, now: Instant);
    /// Takes feedback in.
    fn handle_feedback(&mut self, feedback: &TransportFeedback<'_>, now: Instant);
    /// When it wants to be woken.
    fn poll_timeout(&self) -> Option<Instant>;
    /// Wakes it.
    fn handle_timeout(&mut self, now: Instant);
    /// Padding to be sent now.
    fn poll_padding(&mut self, now: Instant) -> Option<Padding>;
    /// The estimate.
    fn available(&self) -> Bitrate;
    /// More about the estimate, for the course of a run.
    fn describe(&self) -> String;
}

/// Makes an estimator.
pub(crate) fn estimator(subject: Subject, now: Instant) -> Box<dyn Estimator> {
    match subject {
        Subject::Miso => Box::new(miso::Miso::new(now)),
        Subject::GoogCc => Box::new(goog_cc::GoogCc::new(now)),
    }
}
