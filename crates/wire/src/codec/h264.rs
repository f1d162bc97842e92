//! H.264 (RFC 6184).

use crate::bytes::Reader;

const SPS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;
const FU_B: u8 = 29;

/// Whether a payload holds or begins a sequence parameter set, which browsers send before each key frame: as a single
/// NAL unit, inside a STAP-A, or as the first fragment of an FU-A or FU-B.
pub fn h264_has_sps(payload: &[u8]) -> bool {
    let mut reader = Reader::new(payload);
    match reader.u8().map(nal_type) {
        Some(SPS) => true,
        Some(STAP_A) => {
            aggregated(reader).any(|nal| nal.first().copied().map(nal_type) == Some(SPS))
        }
        Some(FU_A | FU_B) => reader
            .u8()
            .is_some_and(|header| header & 0x80 != 0 && nal_type(header) == SPS),
        _ => false,
    }
}

const fn nal_type(header: u8) -> u8 {
    header & 0x1f
}

/// The NAL units of a STAP-A, up to one that does not fit.
fn aggregated(mut reader: Reader<'_>) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let len = reader.u16()?;
        reader.take(usize::from(len))
    })
}

#[cfg(test)]
mod tests;
