//! What stands before a message between two routers, so that the second one knows whom it is for (fact sheet 4.9).

#![deny(clippy::indexing_slicing)]

#[cfg(test)]
mod tests;

use crate::bytes::Reader;
use thiserror::Error;

/// Begins every prefix; the two lowest bits, zero here, say what it has.
const TOKEN: u64 = 0xa5f0_9cb3_d6e1_f28c;
/// A required subchannel follows.
const HAS_REQUIRED: u64 = 0x2;
/// An ignored subchannel follows.
const HAS_IGNORED: u64 = 0x1;
/// Token and count.
const HEAD_LEN: usize = 10;

/// A prefix ends before what it announces. The culprit is the other router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("prefix of subchannels is cut off")]
pub struct BadPrefix;

/// The prefix of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubchannelPrefix<'a> {
    /// The list as it was received.
    list: &'a [u8],
    /// Goes only to who is subscribed to this one too.
    pub required: Option<u16>,
    /// Goes to nobody who is subscribed to this one.
    pub ignored: Option<u16>,
}

impl<'a> SubchannelPrefix<'a> {
    /// Whether a message begins like a prefix. A message of an application's that does so needs one before it.
    pub fn begins(message: &[u8]) -> bool {
        let token = Reader::new(message).u64();
        token.is_some_and(|token| token & !(HAS_REQUIRED | HAS_IGNORED) == TOKEN)
    }

    /// The prefix of a message, and what stands behind it; an empty one where the message has none.
    ///
    /// # Errors
    /// [`BadPrefix`] where it has half of one.
    pub fn parse(message: &'a [u8]) -> Result<(Self, &'a [u8]), BadPrefix> {
        if !Self::begins(message) {
            return Ok((Self::default(), message));
        }
        let mut reader = Reader::new(message);
        let token = reader.u64().ok_or(BadPrefix)?;
        let count = reader.u16().ok_or(BadPrefix)?;
        let list = reader.take(2 * usize::from(count)).ok_or(BadPrefix)?;
        let mut subchannel = |bit: u64| match token & bit {
            0 => Ok(None),
            _ => reader.u16().ok_or(BadPrefix).map(Some),
        };
        let (required, ignored) = (subchannel(HAS_REQUIRED)?, subchannel(HAS_IGNORED)?);
        let prefix = Self {
            list,
            required,
            ignored,
        };
        Ok((prefix, reader.rest()))
    }

    /// Goes to who is subscribed to at least one of these; empty: to everyone.
    pub fn any_of(&self) -> impl Iterator<Item = u16> + use<'a> {
        let (subchannels, _) = self.list.as_chunks();
        subchannels.iter().copied().map(u16::from_be_bytes)
    }
}

/// A message with a prefix before it. Of `any_of` no more than 65,535 are written.
pub fn prefix_subchannels(
    any_of: &[u16],
    (required, ignored): (Option<u16>, Option<u16>),
    message: &[u8],
) -> Vec<u8> {
    let count = u16::try_from(any_of.len()).unwrap_or(u16::MAX);
    let mut token = TOKEN;
    token |= if required.is_some() { HAS_REQUIRED } else { 0 };
    token |= if ignored.is_some() { HAS_IGNORED } else { 0 };
    let list = any_of.iter().take(usize::from(count));
    let subchannels = list.copied().chain(required).chain(ignored);
    let room = HEAD_LEN + 2 * (usize::from(count) + 2) + message.len();
    let mut out = Vec::with_capacity(room);
    out.extend(token.to_be_bytes());
    out.extend(count.to_be_bytes());
    out.extend(subchannels.flat_map(u16::to_be_bytes));
    out.extend(message);
    out
}
