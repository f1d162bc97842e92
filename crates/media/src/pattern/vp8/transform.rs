//! Transforms and quantization (RFC 6386, section 14). The inverse ones are those of the decoder, bit by bit.

use super::Plane;

/// Samples or coefficients of 4 by 4, line by line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block(pub(super) [i32; 16]);

/// Coefficients in units of the quantizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QuantizedBlock(pub(super) [i32; 16]);

/// √2·cos(π/8) - 1 and √2·sin(π/8), in units of 2^-16.
const COS_MINUS_ONE: i32 = 20_091;
const SIN: i32 = 35_468;
/// Rows of the cosine transform: the constants above with one more bit of range.
const COSINE: [[i64; 4]; 4] = [
    [65_536, 65_536, 65_536, 65_536],
    [85_627, 35_468, -35_468, -85_627],
    [65_536, -65_536, -65_536, 65_536],
    [35_468, -85_627, 85_627, -35_468],
];
const WALSH: [[i64; 4]; 4] = [
    [65_536, 65_536, 65_536, 65_536],
    [65_536, 65_536, -65_536, -65_536],
    [65_536, -65_536, -65_536, 65_536],
    [65_536, -65_536, 65_536, -65_536],
];

impl Block {
    /// What a block of a plane has more than its prediction.
    pub(super) fn difference(plane: &Plane, x: usize, y: usize, prediction: i32) -> Self {
        Self(std::array::from_fn(|index| {
            let place = (y + index / 4) * plane.width + x + index % 4;
            i32::from(plane.samples[place]) - prediction
        }))
    }

    pub(super) fn forward(&self) -> Self {
        self.transform(&COSINE)
    }

    pub(super) fn forward_walsh(&self) -> Self {
        self.transform(&WALSH)
    }

    /// Projects onto products of two rows of `basis`. Their norm is 16, and the inverse divides by 8: so half of the
    /// projection is the coefficient.
    fn transform(&self, basis: &[[i64; 4]; 4]) -> Self {
        Self(std::array::from_fn(|index| {
            let (down, across) = (&basis[index / 4], &basis[index % 4]);
            let sum: i64 = (0..16)
                .map(|place| i64::from(self.0[place]) * down[place / 4] * across[place % 4])
                .sum();
            // Two factors of 2^16 and the half.
            i32::try_from((sum + (1 << 32)) >> 33).unwrap_or(0)
        }))
    }

    pub(super) fn without_dc(mut self) -> Self {
        self.0[0] = 0;
        self
    }

    /// Divides by the quantizer's steps, that of DC and that of AC, to the nearest.
    pub(super) fn quantize(&self, (dc, ac): (i32, i32)) -> QuantizedBlock {
        QuantizedBlock(std::array::from_fn(|index| {
            let step = if index == 0 { dc } else { ac };
            let value = self.0[index];
            (value.abs() + step / 2) / step * value.signum()
        }))
    }

    /// Section 14.3.
    pub(super) fn inverse_walsh(&self) -> Self {
        let mut down = [0; 16];
        for i in 0..4 {
            let [a, b, c, d] = [0, 4, 8, 12].map(|line| self.0[line + i]);
            let (sum, inner) = (a + d, b + c);
            let (difference, inner_difference) = (a - d, b - c);
            down[i] = sum + inner;
            down[4 + i] = inner_difference + difference;
            down[8 + i] = sum - inner;
            down[12 + i] = difference - inner_difference;
        }
        let mut out = [0; 16];
        for line in (0..16).step_by(4) {
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| down[line + i]);
            let (sum, inner) = (a + d, b + c);
            let (difference, inner_difference) = (a - d, b - c);
            out[line] = (sum + inner + 3) >> 3;
            out[line + 1] = (inner_difference + difference + 3) >> 3;
            out[line + 2] = (sum - inner + 3) >> 3;
            out[line + 3] = (difference - inner_difference + 3) >> 3;
        }
        Self(out)
    }

    /// Section 14.3 of the inverse cosine transform: columns first, then rows.
    pub(super) fn inverse(&self) -> Self {
        let mut down = [0; 16];
        for i in 0..4 {
            let lines = inverse_four([0, 4, 8, 12].map(|line| self.0[line + i]));
            for (line, value) in lines.into_iter().enumerate() {
                down[line * 4 + i] = value;
            }
        }
        let mut out = [0; 16];
        for line in (0..16).step_by(4) {
            let values = inverse_four([0, 1, 2, 3].map(|i| down[line + i]));
            for (i, value) in values.into_iter().enumerate() {
                out[line + i] = (value + 4) >> 3;
            }
        }
        Self(out)
    }
}

fn inverse_four([a, b, c, d]: [i32; 4]) -> [i32; 4] {
    let times_sin = |value: i32| (value * SIN) >> 16;
    let times_cos = |value: i32| value + ((value * COS_MINUS_ONE) >> 16);
    let (even, odd) = (a + c, a - c);
    let low = times_sin(b) - times_cos(d);
    let high = times_cos(b) + times_sin(d);
    [even + high, odd + low, odd - low, even - high]
}

impl QuantizedBlock {
    pub(super) fn is_zero(&self) -> bool {
        self.0.iter().all(|value| *value == 0)
    }

    pub(super) fn dequantize(&self, (dc, ac): (i32, i32)) -> Block {
        Block(std::array::from_fn(|index| {
            self.0[index] * if index == 0 { dc } else { ac }
        }))
    }
}
