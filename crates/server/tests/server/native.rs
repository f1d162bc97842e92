//! `miso-client` as the other side: rooms entered, media and messages in both directions.

mod data;
mod media;
mod session;
mod support;
