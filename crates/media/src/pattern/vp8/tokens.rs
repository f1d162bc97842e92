//! Coefficients as tokens (RFC 6386, section 13).

use super::bits::BoolWriter;
use super::tables::{BANDS, CATEGORIES, TOKEN_PROBS, ZIGZAG};
use super::transform::QuantizedBlock;

/// What a block holds. Y is always without its DC, which Y2 holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockKind {
    Y2,
    Y,
    U,
    V,
}

impl BlockKind {
    /// Index into the table of probabilities.
    const fn table(self) -> usize {
        match self {
            Self::Y => 0,
            Self::Y2 => 1,
            Self::U | Self::V => 2,
        }
    }

    /// First coefficient that is sent.
    const fn first(self) -> usize {
        if matches!(self, Self::Y) { 1 } else { 0 }
    }

    /// Where its flags lie within those of a macroblock, and blocks per side.
    const fn flags(self) -> (usize, usize) {
        match self {
            Self::Y => (0, 4),
            Self::U => (4, 2),
            Self::V => (6, 2),
            Self::Y2 => (8, 1),
        }
    }
}

/// Flags of one edge of a macroblock: four of Y, two of U, two of V, one of Y2.
type Edge = [bool; 9];

/// Which neighbouring blocks have coefficients: it decides on the probabilities of the first token.
pub(super) struct Contexts {
    above: Vec<Edge>,
    left: Edge,
}

impl Contexts {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            above: vec![[false; 9]; columns],
            left: [false; 9],
        }
    }

    pub(super) fn begin_row(&mut self) {
        self.left = [false; 9];
    }

    /// A macroblock without coefficients.
    pub(super) fn skip(&mut self, column: usize) {
        self.left = [false; 9];
        self.above[column] = [false; 9];
    }

    /// Writes all blocks of one kind of a macroblock.
    pub(super) fn write(
        &mut self,
        out: &mut BoolWriter,
        column: usize,
        kind: BlockKind,
        blocks: &[QuantizedBlock],
    ) {
        let (offset, across) = kind.flags();
        for (index, block) in blocks.iter().enumerate() {
            let above = &mut self.above[column][offset + index % across];
            let left = &mut self.left[offset + index / across];
            let context = usize::from(*above) + usize::from(*left);
            let any = write_block(out, block, kind, context);
            (*above, *left) = (any, any);
        }
    }
}

/// Returns whether the block has any token but the end.
fn write_block(
    out: &mut BoolWriter,
    block: &QuantizedBlock,
    kind: BlockKind,
    context: usize,
) -> bool {
    let values = ZIGZAG.map(|place| block.0[place]);
    let first = kind.first();
    let end = values
        .iter()
        .rposition(|value| *value != 0)
        .map_or(first, |last| last + 1)
        .max(first);
    let (mut context, mut after_zero) = (context, false);
    for index in first..16 {
        let probs = &TOKEN_PROBS[kind.table()][BANDS[index]][context];
        if !after_zero {
            out.bit(index < end, probs[0]);
        }
        if index == end {
            break;
        }
        let value = values[index];
        write_value(out, value, probs);
        after_zero = value == 0;
        context = usize::try_from(value.abs().min(2)).unwrap_or(0);
    }
    end > first
}

/// Writes one coefficient, which is known not to be the end (the tree of section 13.2).
fn write_value(out: &mut BoolWriter, value: i32, probs: &[u8; 11]) {
    let size = value.abs();
    out.bit(size > 0, probs[1]);
    if size == 0 {
        return;
    }
    out.bit(size > 1, probs[2]);
    if size > 1 {
        out.bit(size > 4, probs[3]);
    }
    match size {
        ..=1 => {}
        2..=4 => {
            out.bit(size > 2, probs[4]);
            if size > 2 {
                out.bit(size > 3, probs[5]);
            }
        }
        _ => {
            let category = CATEGORIES
                .iter()
                .rposition(|(base, _)| size >= *base)
                .unwrap_or(0);
            out.bit(category > 1, probs[6]);
            if category > 1 {
                out.bit(category > 3, probs[8]);
                out.bit(category % 2 == 1, probs[9 + (category - 2) / 2]);
            } else {
                out.bit(category == 1, probs[7]);
            }
            let (base, bits) = CATEGORIES[category];
            for (index, prob) in bits.iter().enumerate() {
                let shift = bits.len() - 1 - index;
                out.bit((size - base) >> shift & 1 != 0, *prob);
            }
        }
    }
    out.bit(value < 0, 128);
}
