//! Bytes to values and back: RTP, RTCP, STUN framing, header extensions, codec descriptors; ids and units.
//!
//! Everything here is pure: a parser borrows its input and returns ranges or small values, a writer fills a
//! caller's buffer. No input can make it panic; a malformed one yields a small `Copy` error.

mod framing;
mod ids;
pub mod stun;
mod units;

pub use framing::{Deframer, FrameTooLong, MAX_BUFFERED, frame_prefix};
pub use ids::{ExtSeq, Mid, Pt, Rid, RtpTime, Seq, Ssrc, TooLong};
pub use units::{Bitrate, NtpTime};
