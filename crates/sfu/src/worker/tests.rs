use super::*;

mod close;
mod commands;
mod connection;
mod data;
mod direct;
mod forward;
mod key_frames;
mod media;
mod peer;
mod pipe_consumers;
mod plain;
mod plain_media;
mod plain_sctp;
mod random;
mod rig;
mod timers;
