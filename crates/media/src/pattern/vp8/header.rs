//! Frame header and modes of the macroblocks: the first partition (RFC 6386, sections 9 and 19.2).

use super::Mode;
use super::bits::BoolWriter;
use super::tables::{MOTION_UPDATE_PROBS, STILL_PROBS, TOKEN_UPDATE_PROBS};

const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];
/// Probabilities on the way to DC prediction: in key frames (section 11.2) and others (section 16.2).
const KEY_DC_Y: [(bool, u8); 3] = [(true, 145), (false, 156), (false, 163)];
const KEY_DC_UV: u8 = 142;
const DC_Y: u8 = 112;
const DC_UV: u8 = 162;

pub(super) struct FrameHeader {
    pub(super) is_key: bool,
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) quantizer: u8,
}

impl FrameHeader {
    /// All of a frame in front of its coefficients.
    pub(super) fn write(&self, modes: &[Mode], columns: usize) -> Vec<u8> {
        let mut bits = BoolWriter::default();
        if self.is_key {
            // Color space, clamping.
            bits.literal(0, 2);
        }
        // No segments, normal filter of level 0, sharpness 0, no adjustments, one partition of coefficients.
        bits.literal(0, 1);
        bits.literal(0, 1 + 6);
        bits.literal(0, 3 + 1 + 2);
        bits.literal(self.quantizer, 7);
        // No quantizer differs from it.
        bits.literal(0, 5);
        if self.is_key {
            // Probabilities stay for the next frame; they never change.
            bits.literal(1, 1);
        } else {
            // Golden and alternate picture stay as they are: no refresh, no copy, no sign bias.
            bits.literal(0, 2 + 2 + 2 + 2);
            // Probabilities stay, and the last picture becomes this one.
            bits.literal(0b11, 2);
        }
        for prob in TOKEN_UPDATE_PROBS.iter().flatten().flatten().flatten() {
            bits.bit(false, *prob);
        }
        self.write_modes(&mut bits, modes, columns);
        let first = bits.finish();
        let mut out = self.tag(first.len());
        out.extend(first);
        out
    }

    fn write_modes(&self, bits: &mut BoolWriter, modes: &[Mode], columns: usize) {
        let coded = share(modes, |mode| mode == Mode::Coded);
        let intra = share(modes, |mode| mode != Mode::Still);
        // Macroblocks without coefficients are flagged.
        bits.literal(1, 1);
        bits.literal(coded, 8);
        if !self.is_key {
            bits.literal(intra, 8);
            // Nothing refers to the golden or alternate picture.
            bits.literal(255, 8);
            bits.literal(128, 8);
            // Intra modes keep their probabilities.
            bits.literal(0, 2);
            for prob in MOTION_UPDATE_PROBS {
                bits.bit(false, prob);
            }
        }
        for (index, mode) in modes.iter().enumerate() {
            bits.bit(*mode != Mode::Coded, coded);
            if self.is_key {
                for (bit, prob) in KEY_DC_Y {
                    bits.bit(bit, prob);
                }
                bits.bit(false, KEY_DC_UV);
                continue;
            }
            let is_still = *mode == Mode::Still;
            bits.bit(is_still, intra);
            if is_still {
                // From the last picture, without motion.
                bits.bit(false, 255);
                bits.bit(false, STILL_PROBS[stillness(modes, index, columns)]);
            } else {
                bits.bit(false, DC_Y);
                bits.bit(false, DC_UV);
            }
        }
    }

    /// What is not entropy coded (section 9.1).
    fn tag(&self, first_len: usize) -> Vec<u8> {
        const SHOWN: u32 = 0x10;
        let len = u32::try_from(first_len).unwrap_or(0);
        let tag = u32::from(!self.is_key) | SHOWN | len << 5;
        let [a, b, c, _] = tag.to_le_bytes();
        let mut out = vec![a, b, c];
        if self.is_key {
            out.extend(START_CODE);
            out.extend(self.width.to_le_bytes());
            out.extend(self.height.to_le_bytes());
        }
        out
    }
}

/// In how many of 256 cases a macroblock is of a sort, never none: no probability is 0.
fn share(modes: &[Mode], of: impl Fn(Mode) -> bool) -> u8 {
    let count = modes.iter().filter(|mode| of(**mode)).count();
    let share = count * 256 / modes.len().max(1);
    u8::try_from(share.clamp(1, 255)).unwrap_or(255)
}

/// How still the neighbours stand: 2 for each of above and left, 1 for the one between (section 16.3).
fn stillness(modes: &[Mode], index: usize, columns: usize) -> usize {
    let (column, row) = (index % columns, index / columns);
    let is_still = |there: bool, back: usize| there && modes[index - back] == Mode::Still;
    let above = is_still(row > 0, columns);
    let left = is_still(column > 0, 1);
    let corner = is_still(row > 0 && column > 0, columns + 1);
    2 * usize::from(above) + 2 * usize::from(left) + usize::from(corner)
}
