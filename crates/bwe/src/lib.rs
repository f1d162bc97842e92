//! Send-side bandwidth estimation and the allotment of layers.
mod allotment;
pub use allotment::{Allotment, Claimant, ClaimIndex, OperatingPoint};
