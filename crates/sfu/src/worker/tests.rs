use super::*;

mod key_frames;
mod media;
mod peer;
mod rig;
mod timers;
