//! Send-side bandwidth estimation after Google congestion control, and the parts of it that the receive side shares.

#![deny(clippy::indexing_slicing)]

mod delay;

pub use delay::{
    Arrival, GroupChange, LinkUsage, PacketGroups, RateControl, RateControlConfig, TrendDetector,
};
