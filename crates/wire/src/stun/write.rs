//! From values to bytes.

use std::net::SocketAddr;

use thiserror::Error;

use super::address::XorAddress;
use super::{
    AttributeType, Class, ErrorCode, HEADER_LEN, INTEGRITY_LEN, IntegrityKey, MAGIC_COOKIE, Method,
    TransactionId, fingerprint_of, message_type,
};

/// The caller's buffer, or the length field, is too small for the message. The culprit is the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no room for the STUN message")]
pub struct NoRoom;

/// Writes a message attribute by attribute into a caller's buffer, which holds a complete message after each.
///
/// The order is the caller's: MESSAGE-INTEGRITY second to last, FINGERPRINT last.
#[derive(Debug)]
pub struct Writer<'b> {
    out: &'b mut [u8],
    len: usize,
    transaction_id: TransactionId,
}

impl<'b> Writer<'b> {
    /// Writes the header.
    ///
    /// # Errors
    /// [`NoRoom`] if `out` is shorter than 20 bytes.
    pub fn new(
        out: &'b mut [u8],
        class: Class,
        method: Method,
        transaction_id: TransactionId,
    ) -> Result<Self, NoRoom> {
        let mut writer = Self {
            out,
            len: 0,
            transaction_id,
        };
        writer.put(&message_type(class, method).to_be_bytes())?;
        writer.put(&[0, 0])?;
        writer.put(&MAGIC_COOKIE)?;
        writer.put(&transaction_id.0)?;
        Ok(writer)
    }

    /// Appends an attribute and its padding.
    ///
    /// # Errors
    /// [`NoRoom`] if buffer or length field do not suffice; the message is then not usable.
    pub fn attribute(&mut self, kind: AttributeType, value: &[u8]) -> Result<(), NoRoom> {
        let length = u16::try_from(value.len()).map_err(|_| NoRoom)?;
        self.put(&kind.0.to_be_bytes())?;
        self.put(&length.to_be_bytes())?;
        self.put(value)?;
        while !self.len.is_multiple_of(4) {
            self.put(&[0])?;
        }
        self.set_length(0)
    }

    /// Appends XOR-MAPPED-ADDRESS.
    ///
    /// # Errors
    /// As [`Self::attribute`].
    pub fn xor_mapped_address(&mut self, address: SocketAddr) -> Result<(), NoRoom> {
        let value = XorAddress::encode(address, self.transaction_id);
        self.attribute(AttributeType::XOR_MAPPED_ADDRESS, value.as_bytes())
    }

    /// Appends ERROR-CODE with an empty text, which keeps answers to strangers short.
    ///
    /// # Errors
    /// As [`Self::attribute`].
    pub fn error_code(&mut self, code: ErrorCode) -> Result<(), NoRoom> {
        let number = code.number();
        let [_, hundreds] = (number / 100).to_be_bytes();
        let [_, rest] = (number % 100).to_be_bytes();
        self.attribute(AttributeType::ERROR_CODE, &[0, 0, hundreds, rest])
    }

    /// Appends MESSAGE-INTEGRITY over all attributes so far.
    ///
    /// # Errors
    /// As [`Self::attribute`].
    pub fn integrity(&mut self, key: &IntegrityKey) -> Result<(), NoRoom> {
        self.set_length(4 + INTEGRITY_LEN)?;
        let tag = key.tag(&[self.written()?]);
        self.attribute(AttributeType::MESSAGE_INTEGRITY, tag.as_ref())
    }

    /// Appends FINGERPRINT over everything so far.
    ///
    /// # Errors
    /// As [`Self::attribute`].
    pub fn fingerprint(&mut self) -> Result<(), NoRoom> {
        self.set_length(8)?;
        let value = fingerprint_of(self.written()?);
        self.attribute(AttributeType::FINGERPRINT, &value.to_be_bytes())
    }

    /// How many bytes of the buffer the message fills.
    pub const fn finish(self) -> usize {
        self.len
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), NoRoom> {
        let end = self.len.checked_add(bytes.len()).ok_or(NoRoom)?;
        self.out
            .get_mut(self.len..end)
            .ok_or(NoRoom)?
            .copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    fn written(&self) -> Result<&[u8], NoRoom> {
        self.out.get(..self.len).ok_or(NoRoom)
    }

    /// Sets the length field to what is written plus `coming` bytes.
    fn set_length(&mut self, coming: usize) -> Result<(), NoRoom> {
        let length =
            u16::try_from(self.len.saturating_sub(HEADER_LEN) + coming).map_err(|_| NoRoom)?;
        let field = self.out.get_mut(2..4).ok_or(NoRoom)?;
        field.copy_from_slice(&length.to_be_bytes());
        Ok(())
    }
}

/// The answer to a request that was granted.
#[derive(Clone, Copy, Debug)]
pub struct BindingSuccess {
    /// Of the request.
    pub transaction_id: TransactionId,
    /// Where the request came from.
    pub mapped: SocketAddr,
}

impl BindingSuccess {
    /// Longest that [`Self::write`] makes it, in bytes: mapped IPv6 address, integrity, fingerprint.
    pub const MAX_LEN: usize = HEADER_LEN + 24 + 24 + 8;

    /// Writes it with MESSAGE-INTEGRITY and FINGERPRINT and returns its length.
    ///
    /// # Errors
    /// [`NoRoom`] if `out` is too short.
    pub fn write(&self, out: &mut [u8], key: &IntegrityKey) -> Result<usize, NoRoom> {
        let mut writer = Writer::new(out, Class::Success, Method::BINDING, self.transaction_id)?;
        writer.xor_mapped_address(self.mapped)?;
        writer.integrity(key)?;
        writer.fingerprint()?;
        Ok(writer.finish())
    }
}

/// The answer to a request that was refused.
#[derive(Clone, Copy, Debug)]
pub struct BindingError {
    /// Of the request.
    pub method: Method,
    /// Of the request.
    pub transaction_id: TransactionId,
    /// Why.
    pub code: ErrorCode,
}

impl BindingError {
    /// Its length in bytes, always.
    pub const LEN: usize = HEADER_LEN + 8 + 8;

    /// Writes it with FINGERPRINT, without MESSAGE-INTEGRITY, and returns its length.
    ///
    /// # Errors
    /// [`NoRoom`] if `out` is too short.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, NoRoom> {
        let mut writer = Writer::new(out, Class::Error, self.method, self.transaction_id)?;
        writer.error_code(self.code)?;
        writer.fingerprint()?;
        Ok(writer.finish())
    }
}

/// Who decides on the pair, with the tie breaker (RFC 8445, section 7.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IceRole {
    /// The full agent that talks to a lite one.
    Controlling(u64),
    /// The other.
    Controlled(u64),
}

/// A connectivity check (RFC 8445, section 7.2.2), as a client sends it.
#[derive(Clone, Copy, Debug)]
pub struct BindingRequest<'a> {
    /// Chosen at random by the sender.
    pub transaction_id: TransactionId,
    /// `<ufrag of the receiver>:<ufrag of the sender>`.
    pub username: &'a [u8],
    /// Priority of the peer-reflexive candidate.
    pub priority: u32,
    /// The sender's role.
    pub role: IceRole,
    /// Whether to nominate the pair.
    pub use_candidate: bool,
    /// Whether to nominate it with a counter.
    pub nomination: Option<u32>,
}

impl BindingRequest<'_> {
    /// Writes it with MESSAGE-INTEGRITY, whose key is the receiver's password, and FINGERPRINT; returns its length.
    ///
    /// # Errors
    /// [`NoRoom`] if `out` is too short.
    pub fn write(&self, out: &mut [u8], key: &IntegrityKey) -> Result<usize, NoRoom> {
        let mut writer = Writer::new(out, Class::Request, Method::BINDING, self.transaction_id)?;
        writer.attribute(AttributeType::USERNAME, self.username)?;
        match self.role {
            IceRole::Controlling(tie) => {
                writer.attribute(AttributeType::ICE_CONTROLLING, &tie.to_be_bytes())?
            }
            IceRole::Controlled(tie) => {
                writer.attribute(AttributeType::ICE_CONTROLLED, &tie.to_be_bytes())?
            }
        }
        if self.use_candidate {
            writer.attribute(AttributeType::USE_CANDIDATE, &[])?;
        }
        if let Some(value) = self.nomination {
            writer.attribute(AttributeType::NOMINATION, &value.to_be_bytes())?;
        }
        writer.attribute(AttributeType::PRIORITY, &self.priority.to_be_bytes())?;
        writer.integrity(key)?;
        writer.fingerprint()?;
        Ok(writer.finish())
    }
}
