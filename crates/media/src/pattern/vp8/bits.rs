//! The boolean entropy encoder (RFC 6386, section 7).

/// Writes bits of which each has a probability of being 0.
pub(super) struct BoolWriter {
    out: Vec<u8>,
    /// Lower end of the interval, aligned with `range`; what was shifted up waits above it for a carry.
    low: u32,
    /// Width of the interval, 128 to 255 between two bits.
    range: u32,
    /// Shifts until the next byte leaves.
    until_byte: u8,
}

impl Default for BoolWriter {
    fn default() -> Self {
        Self {
            out: Vec::new(),
            low: 0,
            range: 255,
            until_byte: 24,
        }
    }
}

impl BoolWriter {
    /// Writes a bit that is 0 in `prob` of 256 cases.
    pub(super) fn bit(&mut self, bit: bool, prob: u8) {
        let split = 1 + (((self.range - 1) * u32::from(prob)) >> 8);
        if bit {
            self.low += split;
            self.range -= split;
        } else {
            self.range = split;
        }
        while self.range < 128 {
            self.range <<= 1;
            self.shift();
        }
    }

    /// Writes the lowest `count` bits of a number, highest first, each as likely 0 as 1.
    pub(super) fn literal(&mut self, value: u8, count: u8) {
        for index in (0..count).rev() {
            self.bit(value >> index & 1 != 0, 128);
        }
    }

    fn shift(&mut self) {
        if self.low >> 31 != 0 {
            self.carry();
        }
        self.low <<= 1;
        self.until_byte -= 1;
        if self.until_byte == 0 {
            let [byte, ..] = self.low.to_be_bytes();
            self.out.push(byte);
            self.low &= 0x00ff_ffff;
            self.until_byte = 8;
        }
    }

    /// Adds one to what has left already.
    fn carry(&mut self) {
        for byte in self.out.iter_mut().rev() {
            let (sum, overflow) = byte.overflowing_add(1);
            *byte = sum;
            if !overflow {
                return;
            }
        }
    }

    /// All bytes, padded so that a reader that looks ahead finds enough.
    pub(super) fn finish(mut self) -> Vec<u8> {
        for _ in 0..32 {
            self.bit(false, 128);
        }
        self.out
    }
}
