use super::*;

mod media;
mod peer;
mod rig;
mod timers;
