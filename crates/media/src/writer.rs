//! Frames to files, for recorders.

mod ivf;
mod ogg;

pub use ivf::IvfWriter;
pub use ogg::OggOpusWriter;

#[cfg(test)]
mod tests;
