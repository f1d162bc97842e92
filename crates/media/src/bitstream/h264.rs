//! H.264 NAL units: Annex B start codes, the avcC record of files, the few fields of parameter sets that matter.

use crate::bytes::Bytes;

pub(crate) const IDR: u8 = 5;
pub(crate) const SPS: u8 = 7;
pub(crate) const PPS: u8 = 8;
pub(crate) const ACCESS_UNIT_DELIMITER: u8 = 9;
pub(crate) const START_CODE: [u8; 4] = [0, 0, 0, 1];

pub(crate) fn nal_type(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |byte| byte & 0x1f)
}

/// The NAL units of an Annex B stream, none empty.
pub(crate) fn nals(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(data);
    std::iter::from_fn(move || {
        let current = rest?;
        let end = start_code(current);
        rest = end.and_then(|end| after_start_code(current.get(end..)?));
        Some(current.get(..end.unwrap_or(current.len())).unwrap_or(&[]))
    })
    .map(without_trailing_zeros)
    .filter(|nal| !nal.is_empty())
}

/// Where the next `00 00 01` begins.
fn start_code(data: &[u8]) -> Option<usize> {
    data.windows(3).position(|window| window == [0, 0, 1])
}

fn after_start_code(data: &[u8]) -> Option<&[u8]> {
    data.get(start_code(data)? + 3..)
}

/// Zeros behind a NAL unit belong to the next start code or are padding (H.264, annex B.1).
fn without_trailing_zeros(nal: &[u8]) -> &[u8] {
    let len = nal.iter().rposition(|byte| *byte != 0);
    nal.get(..len.map_or(0, |last| last + 1)).unwrap_or(&[])
}

pub(crate) fn push_nal(out: &mut Vec<u8>, nal: &[u8]) {
    out.extend(START_CODE);
    out.extend(nal);
}

pub(crate) fn has_idr(data: &[u8]) -> bool {
    nals(data).any(|nal| nal_type(nal) == IDR)
}

/// The codec configuration of MP4 and Matroska (ISO/IEC 14496-15, section 5.3.3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AvcConfig {
    /// Bytes of the length in front of each NAL unit, 1 to 4.
    length_len: usize,
    /// Sequence and picture parameter sets.
    parameter_sets: Vec<Vec<u8>>,
}

impl AvcConfig {
    pub(crate) fn parse(record: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(record);
        if bytes.u8()? != 1 {
            return None;
        }
        bytes.take(3)?;
        let length_len = usize::from(bytes.u8()? & 3) + 1;
        let mut parameter_sets = Vec::new();
        for mask in [0x1f, 0xff] {
            for _ in 0..bytes.u8()? & mask {
                let len = usize::from(bytes.u16()?);
                parameter_sets.push(bytes.take(len)?.to_vec());
            }
        }
        Some(Self {
            length_len,
            parameter_sets,
        })
    }

    /// A frame of length-prefixed NAL units in Annex B form, with the parameter sets in front if it is a key frame
    /// that does not bring its own. None when a length reaches beyond the frame.
    pub(crate) fn to_annex_b(&self, frame: &[u8]) -> Option<Vec<u8>> {
        let mut units = Vec::new();
        let mut bytes = Bytes(frame);
        while !bytes.is_empty() {
            let len = bytes.take(self.length_len)?;
            let len = len
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            units.push(bytes.take(len)?);
        }
        let is_key = units.iter().any(|nal| nal_type(nal) == IDR);
        let has_sets = [SPS, PPS]
            .iter()
            .all(|kind| units.iter().any(|nal| nal_type(nal) == *kind));
        let mut out = Vec::with_capacity(frame.len() + 64);
        if is_key && !has_sets {
            for set in &self.parameter_sets {
                push_nal(&mut out, set);
            }
        }
        for nal in units {
            if !nal.is_empty() && nal_type(nal) != ACCESS_UNIT_DELIMITER {
                push_nal(&mut out, nal);
            }
        }
        Some(out)
    }
}
