//! The delay-based estimate: groups of packets, the trend of their delays, and the rate that follows from it.

mod groups;
mod rate_control;
mod trend;

pub use groups::{Arrival, GroupChange, PacketGroups};
pub use rate_control::{RateControl, RateControlConfig};
pub use trend::{LinkUsage, TrendDetector};
