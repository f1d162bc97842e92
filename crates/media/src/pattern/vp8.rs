//! A small VP8 encoder (RFC 6386) for drawn pictures. Macroblocks that did not change since the last frame are taken
//! from it, all others are intra coded with DC prediction. There are no motion vectors and no loop filter: drawn
//! pictures have sharp edges and plain areas, which gain little from either.

#![expect(
    clippy::indexing_slicing,
    reason = "nothing from outside is read here: all places follow from the size of the picture and constants"
)]

mod bits;
mod header;
mod tables;
mod tokens;
mod transform;

use bits::BoolWriter;
use header::FrameHeader;
use tokens::{BlockKind, Contexts};
use transform::{Block, QuantizedBlock};

/// Index of the quantizer, 0 to 127. Higher makes frames smaller and edges dirtier.
const QUANTIZER: u8 = 16;
/// Steps that belong to it (RFC 6386, section 14.1).
const STEPS: Steps = Steps {
    y: (18, 20),
    y2: (36, 31),
    uv: (18, 20),
};

/// Width of a DC and of an AC coefficient's step, for each kind of block.
struct Steps {
    y: (i32, i32),
    y2: (i32, i32),
    uv: (i32, i32),
}

/// One plane of samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) samples: Vec<u8>,
}

impl Plane {
    fn new(width: usize, height: usize, value: u8) -> Self {
        Self {
            width,
            samples: vec![value; width * height],
        }
    }

    /// Mixes a value into a sample; nothing happens outside of the plane.
    pub(super) fn blend(&mut self, x: usize, y: usize, value: u8, cover: f32) {
        let place = (x < self.width).then(|| self.samples.get_mut(y * self.width + x));
        if let Some(sample) = place.flatten() {
            let mixed = f32::from(value) * cover + f32::from(*sample) * (1.0 - cover);
            *sample = nearest(mixed);
        }
    }

    /// The `len` samples of a row that begin at a place.
    fn row(&self, x: usize, y: usize, len: usize) -> &[u8] {
        let start = y * self.width + x;
        &self.samples[start..start + len]
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion from float saturates"
)]
const fn nearest(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// A picture in 4:2:0 whose sides are multiples of 16.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    /// Y, U and V.
    pub(super) planes: [Plane; 3],
}

impl Picture {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self {
            planes: [
                Plane::new(columns * 16, rows * 16, 16),
                Plane::new(columns * 8, rows * 8, 128),
                Plane::new(columns * 8, rows * 8, 128),
            ],
        }
    }
}

/// Width and height of a macroblock in each plane.
const SIDES: [usize; 3] = [16, 8, 8];

pub(super) struct Encoder {
    width: u16,
    height: u16,
    columns: usize,
    rows: usize,
    /// What was to be shown last; none before the first frame.
    last_source: Option<Picture>,
    /// What a decoder shows.
    shown: Picture,
}

/// How a macroblock is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// As in the last frame.
    Still,
    /// Anew, with coefficients.
    Coded,
    /// Anew, as predicted from its neighbours.
    Predicted,
}

impl Encoder {
    pub(super) fn new(width: u16, height: u16) -> Self {
        let columns = usize::from(width).div_ceil(16);
        let rows = usize::from(height).div_ceil(16);
        Self {
            width,
            height,
            columns,
            rows,
            last_source: None,
            shown: Picture::new(columns, rows),
        }
    }

    /// Encodes the next picture. The first is a key frame in any case.
    pub(super) fn encode(&mut self, source: &Picture, key: bool) -> Vec<u8> {
        let last = self.last_source.take().filter(|_| !key);
        let mut coefficients = BoolWriter::default();
        let mut contexts = Contexts::new(self.columns);
        let mut modes = Vec::with_capacity(self.columns * self.rows);
        for row in 0..self.rows {
            contexts.begin_row();
            for column in 0..self.columns {
                let is_still = last
                    .as_ref()
                    .is_some_and(|last| is_same(last, source, column, row));
                let mode = if is_still {
                    Mode::Still
                } else {
                    self.encode_macroblock(source, (column, row), &mut contexts, &mut coefficients)
                };
                if mode != Mode::Coded {
                    contexts.skip(column);
                }
                modes.push(mode);
            }
        }
        let is_key = last.is_none();
        self.last_source = Some(source.clone());
        let header = FrameHeader {
            is_key,
            width: self.width,
            height: self.height,
            quantizer: QUANTIZER,
        };
        let mut frame = header.write(&modes, self.columns);
        frame.extend(coefficients.finish());
        frame
    }

    /// Codes a macroblock from its neighbours in what the decoder shows, and updates that.
    fn encode_macroblock(
        &mut self,
        source: &Picture,
        (column, row): (usize, usize),
        contexts: &mut Contexts,
        out: &mut BoolWriter,
    ) -> Mode {
        let mut blocks = Vec::with_capacity(24);
        let mut predictions = [0; 3];
        for (index, side) in SIDES.into_iter().enumerate() {
            let (x, y) = (column * side, row * side);
            let prediction = predict(&self.shown.planes[index], x, y, side);
            predictions[index] = prediction;
            for block in 0..side / 4 * (side / 4) {
                let (bx, by) = (block % (side / 4) * 4, block / (side / 4) * 4);
                let plane = &source.planes[index];
                blocks.push(Block::difference(plane, x + bx, y + by, prediction));
            }
        }
        let (luma, chroma) = blocks.split_at(16);
        let luma: Vec<Block> = luma.iter().map(Block::forward).collect();
        let dc = Block(std::array::from_fn(|index| luma[index].0[0]));
        let y2 = dc.forward_walsh().quantize(STEPS.y2);
        let luma: Vec<QuantizedBlock> = luma
            .iter()
            .map(|block| block.without_dc().quantize(STEPS.y))
            .collect();
        let chroma: Vec<QuantizedBlock> = chroma
            .iter()
            .map(|block| block.forward().quantize(STEPS.uv))
            .collect();
        let all = || std::iter::once(&y2).chain(&luma).chain(&chroma);
        let mode = if all().all(QuantizedBlock::is_zero) {
            Mode::Predicted
        } else {
            contexts.write(out, column, BlockKind::Y2, &[y2]);
            contexts.write(out, column, BlockKind::Y, &luma);
            contexts.write(out, column, BlockKind::U, &chroma[..4]);
            contexts.write(out, column, BlockKind::V, &chroma[4..]);
            Mode::Coded
        };
        let dc = y2.dequantize(STEPS.y2).inverse_walsh();
        let luma = luma.iter().zip(dc.0).map(|(block, dc)| {
            let mut block = block.dequantize(STEPS.y);
            block.0[0] = dc;
            block
        });
        let chroma = chroma.iter().map(|block| block.dequantize(STEPS.uv));
        let blocks: Vec<Block> = luma.chain(chroma).map(|block| block.inverse()).collect();
        for (index, range) in [0..16, 16..20, 20..24].into_iter().enumerate() {
            let (side, blocks) = (SIDES[index], &blocks[range]);
            let place = (column * side, row * side);
            show(
                &mut self.shown.planes[index],
                place,
                predictions[index],
                blocks,
            );
        }
        mode
    }

    #[cfg(test)]
    pub(super) const fn shown(&self) -> &Picture {
        &self.shown
    }
}

fn is_same(last: &Picture, source: &Picture, column: usize, row: usize) -> bool {
    SIDES.into_iter().enumerate().all(|(index, side)| {
        (0..side).all(|line| {
            let (x, y) = (column * side, row * side + line);
            last.planes[index].row(x, y, side) == source.planes[index].row(x, y, side)
        })
    })
}

/// DC prediction: the mean of the samples above and to the left, as far as there are any (section 12.2).
fn predict(plane: &Plane, x: usize, y: usize, side: usize) -> i32 {
    let mut edge = Vec::with_capacity(2 * side);
    if y > 0 {
        edge.extend_from_slice(plane.row(x, y - 1, side));
    }
    if x > 0 {
        edge.extend((y..y + side).map(|y| plane.samples[y * plane.width + x - 1]));
    }
    let Ok(count @ 1..) = i32::try_from(edge.len()) else {
        return 128;
    };
    let sum: i32 = edge.into_iter().map(i32::from).sum();
    (sum + count / 2) / count
}

/// Puts a macroblock of one plane into the shown picture.
fn show(plane: &mut Plane, (x, y): (usize, usize), prediction: i32, blocks: &[Block]) {
    let across = if blocks.len() == 16 { 4 } else { 2 };
    for (index, block) in blocks.iter().enumerate() {
        for (place, value) in block.0.into_iter().enumerate() {
            let x = x + index % across * 4 + place % 4;
            let y = y + index / across * 4 + place / 4;
            let sample = (prediction + value).clamp(0, 255);
            plane.samples[y * plane.width + x] = u8::try_from(sample).unwrap_or(0);
        }
    }
}
