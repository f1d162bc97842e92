use super::*;

mod connection;
mod data;
mod key_frames;
mod media;
mod peer;
mod rig;
mod timers;
