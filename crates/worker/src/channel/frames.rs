//! Cutting the stream of bytes into messages.

#[cfg(test)]
mod tests;

/// Bytes of a message without its prefix, in both directions (fact sheet 5.4).
pub(crate) const MAX_PAYLOAD: usize = 8_388_604;

/// The length prefix of a message; none if it is too long.
pub(super) fn prefix(length: usize) -> Option<[u8; 4]> {
    let length = u32::try_from(length)
        .ok()
        .filter(|it| *it as usize <= MAX_PAYLOAD)?;
    Some(length.to_ne_bytes())
}

/// What the stream holds next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A message.
    Message(Vec<u8>),
    /// A message of so many bytes, which are passed over.
    TooLong(usize),
}

/// What came and was not cut yet. Holds at most one message and what one read gave.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    bytes: Vec<u8>,
    /// How many of `bytes` are done with.
    taken: usize,
    /// Bytes of a too long message that are still to come.
    skip: usize,
}

impl Frames {
    /// Adds what a read gave.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes
            .extend_from_slice(bytes.get(skipped..).unwrap_or_default());
    }

    /// The next message, once it is complete.
    pub(crate) fn next_frame(&mut self) -> Option<Frame> {
        let rest = self.bytes.get(self.taken..)?;
        let (prefix, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_ne_bytes(*prefix)).unwrap_or(usize::MAX);
        if length > MAX_PAYLOAD {
            let here = length.min(rest.len());
            self.skip = length - here;
            self.taken += 4 + here;
            return Some(Frame::TooLong(length));
        }
        let payload = rest.get(..length)?.to_vec();
        self.taken += 4 + length;
        Some(Frame::Message(payload))
    }
}
