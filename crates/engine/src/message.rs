//! Messages of DataChannels.

use std::sync::Arc;

use miso_sfu::command::MessagePayload;
use miso_sfu::sctp::Ppid;

/// The message as SCTP carries it: empty ones have a byte and a kind of their own (RFC 8831, section 6.6).
pub(crate) fn payload(ppid: Ppid, bytes: Arc<[u8]>) -> MessagePayload {
    let (ppid, bytes) = match (bytes.is_empty(), ppid) {
        (true, Ppid::STRING | Ppid::STRING_EMPTY) => (Ppid::STRING_EMPTY, Arc::from([b' '])),
        (true, Ppid::BINARY | Ppid::BINARY_EMPTY) => (Ppid::BINARY_EMPTY, Arc::from([0])),
        _ => (ppid, bytes),
    };
    MessagePayload {
        ppid: ppid.0,
        bytes,
    }
}

#[cfg(test)]
mod tests;
