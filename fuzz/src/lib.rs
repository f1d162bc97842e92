//! What each fuzz target does with its input: parse it, and check what must hold for whatever was parsed.
//!
//! A broken invariant panics, as does a parser that reads past its input; libFuzzer keeps the input that did it.

mod codecs;
mod estimation;
mod files;
mod network;
mod rtcp;
mod rtp;

pub use codecs::{dependency, h264, payload, red, vp8, vp9};
pub use estimation::estimation;
pub use files::{depacketize, media_file};
pub use network::{classify, deframer, stun, subchannels};
pub use rtcp::{rtcp, transport_feedback};
pub use rtp::{extensions, rtp};

/// Takes the first byte off; zero when there is none.
fn first_byte(data: &[u8]) -> (u8, &[u8]) {
    data.split_first()
        .map_or((0, data), |(first, rest)| (*first, rest))
}
