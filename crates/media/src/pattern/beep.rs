//! One second of sound: a beep, then silence. It was encoded once by libopus (see `samples/README.md`), shifted by the
//! encoder's delay, in the middle of a longer run, so that it can be repeated without a seam.

use crate::bytes::Bytes;

/// Fifty packets, each behind a byte with its length.
const PACKETS: &[u8] = include_bytes!("../../samples/beep.bin");
/// 20 ms of silence in full band stereo, sent if the above had no such packet.
const SILENCE: &[u8] = &[0xfc, 0xff, 0xfe];

/// A packet of the second, 0 to 49.
pub(super) fn packet(index: usize) -> &'static [u8] {
    let mut bytes = Bytes(PACKETS);
    let mut packets = std::iter::from_fn(|| {
        let len = usize::from(bytes.u8()?);
        bytes.take(len)
    });
    packets.nth(index).unwrap_or(SILENCE)
}
