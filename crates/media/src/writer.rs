//! Frames to files, for recorders.

mod ivf;
mod ogg;
mod webm;

pub use ivf::IvfWriter;
pub use ogg::OggOpusWriter;
pub use webm::WebmWriter;

#[cfg(test)]
mod tests;
