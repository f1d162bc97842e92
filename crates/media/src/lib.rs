//! Encoded media for senders and recorders: files to frames ([`Reader`]), frames to RTP payloads and back
//! ([`Packetizer`], [`Depacketizer`]), frames to files, and a test pattern that needs nothing installed.
//!
//! Nothing is decoded or encoded again, except by the test pattern. The crate knows no clock and no socket; files are
//! whatever implements [`std::io::Read`] and [`std::io::Seek`]. What a file claims about its sizes is never believed:
//! no allocation exceeds what is really there, nor [`MAX_FRAME_LEN`].

#![deny(
    clippy::indexing_slicing,
    reason = "whatever comes from a file or the network must not be able to panic"
)]

mod bitstream;
mod bytes;
mod crc;
mod error;
mod packet;
mod pattern;
mod reader;
mod track;
mod writer;

pub use error::{Format, MediaError};
pub use packet::{Depacketizer, EncodedFrame, Packetizer, Payload};
pub use pattern::TestPattern;
pub use reader::{MAX_FRAME_LEN, Reader};
pub use track::{Codec, Frame, Kind, Track};
pub use writer::{IvfWriter, OggOpusWriter, WebmWriter};
