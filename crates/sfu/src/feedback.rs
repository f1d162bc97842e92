//! What a peer is told about the rate at which it sends: transport-wide feedback, or an estimate of ours.

#![deny(clippy::indexing_slicing)]

mod estimator;
mod limiter;
mod loss;
mod transport_cc;

pub(crate) use estimator::IncomingBitrateEstimator;
pub(crate) use limiter::IncomingBitrateLimiter;
pub(crate) use loss::PacketLoss;
pub(crate) use transport_cc::TransportCcFeedback;
