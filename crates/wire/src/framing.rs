//! Packets on a TCP connection: each preceded by its length in two bytes (RFC 4571, section 2).

#![deny(clippy::indexing_slicing)]

#[cfg(test)]
mod tests;

use thiserror::Error;

/// Most that a [`Deframer`] holds, in bytes. More: larger frames are possible. Less: a connection that stops in the
/// middle of a frame pins less memory. A frame and its prefix must fit, so one of 65,535 bytes is too long.
pub const MAX_BUFFERED: usize = 65_536;

const PREFIX_LEN: usize = 2;

/// A frame is longer than what either side can handle. On receipt the culprit is the peer, and the connection is to
/// be closed, because where the next frame begins is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("frame too long")]
pub struct FrameTooLong;

/// The two bytes to send before a packet of `len` bytes.
///
/// # Errors
/// [`FrameTooLong`] above 65,535 bytes.
pub fn frame_prefix(len: usize) -> Result<[u8; 2], FrameTooLong> {
    u16::try_from(len)
        .map(u16::to_be_bytes)
        .map_err(|_| FrameTooLong)
}

/// Cuts a byte stream into packets. Feed it with [`Self::push`], then take packets with [`Self::next_frame`] until
/// there is none, then feed the next bytes.
#[derive(Debug, Default)]
pub struct Deframer {
    /// Bytes received; grows to the largest need seen, at most [`MAX_BUFFERED`].
    buffer: Vec<u8>,
    /// How many bytes at the start of `buffer` belong to packets already handed out.
    consumed: usize,
    /// Whether a frame was too long: the stream cannot be followed any more.
    is_broken: bool,
}

impl Deframer {
    /// One that has seen nothing and holds no memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes from the front of `bytes` and says how many: all, unless the buffer is full of packets not yet
    /// taken. Never 0 of a non-empty slice once [`Self::next_frame`] has returned `Ok(None)`. After an error it
    /// swallows everything.
    pub fn push(&mut self, bytes: &[u8]) -> usize {
        if self.is_broken {
            return bytes.len();
        }
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        let room = MAX_BUFFERED.saturating_sub(self.buffer.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.buffer.extend_from_slice(taken);
        taken.len()
    }

    /// The next complete packet, in place, so that it can be decrypted there. Frames without content are passed over.
    ///
    /// # Errors
    /// [`FrameTooLong`] now and for ever once a frame cannot fit in [`MAX_BUFFERED`].
    pub fn next_frame(&mut self) -> Result<Option<&mut [u8]>, FrameTooLong> {
        while let Some(len) = self.announced_len()? {
            let start = self.consumed + PREFIX_LEN;
            let end = start + len;
            if end > self.buffer.len() {
                return Ok(None);
            }
            self.consumed = end;
            if len > 0 {
                return Ok(self.buffer.get_mut(start..end));
            }
        }
        Ok(None)
    }

    /// The length that the next prefix announces, once it is there.
    fn announced_len(&mut self) -> Result<Option<usize>, FrameTooLong> {
        if self.is_broken {
            return Err(FrameTooLong);
        }
        let Some([hi, lo]) = self
            .buffer
            .get(self.consumed..)
            .and_then(<[u8]>::first_chunk)
        else {
            return Ok(None);
        };
        let len = usize::from(u16::from_be_bytes([*hi, *lo]));
        if PREFIX_LEN + len > MAX_BUFFERED {
            self.is_broken = true;
            self.buffer = Vec::new();
            self.consumed = 0;
            return Err(FrameTooLong);
        }
        Ok(Some(len))
    }
}
