//! From bytes to a message.

use std::net::SocketAddr;

use thiserror::Error;

use super::address;
use super::{
    AttributeType, Class, ErrorCode, HEADER_LEN, INTEGRITY_LEN, IntegrityKey, MAGIC_COOKIE,
    MAX_USERNAME_LEN, Method, TransactionId, class_and_method, fingerprint_of,
};

/// Why bytes are no STUN message. The culprit is the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StunError {
    /// Fewer than 20 bytes.
    #[error("shorter than a header")]
    Truncated,
    /// The two uppermost bits or the magic cookie are wrong: another protocol.
    #[error("not STUN")]
    NotStun,
    /// The length field disagrees with the datagram, or an attribute reaches beyond it.
    #[error("wrong length")]
    BadLength,
    /// A known attribute has a value that its definition excludes.
    #[error("malformed attribute")]
    BadAttribute,
    /// FINGERPRINT is not the last attribute.
    #[error("FINGERPRINT is not last")]
    MisplacedFingerprint,
    /// FINGERPRINT does not match: damaged, or another protocol.
    #[error("wrong FINGERPRINT")]
    WrongFingerprint,
}

/// A well-formed STUN message, borrowed from its datagram. A FINGERPRINT, where present, has been checked;
/// MESSAGE-INTEGRITY has not: see [`Message::verify_integrity`].
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Request, indication or answer.
    pub class: Class,
    /// What is asked for.
    pub method: Method,
    /// Ties an answer to its request.
    pub transaction_id: TransactionId,
    /// What MESSAGE-INTEGRITY covers if present, else all there is.
    pub attributes: Attributes<'a>,
    bytes: &'a [u8],
    integrity: Option<Integrity<'a>>,
    has_fingerprint: bool,
}

/// The attributes of a message that have a meaning here. Of an attribute that occurs twice the first counts
/// (RFC 8489, section 14), and one behind MESSAGE-INTEGRITY does not (section 14.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes<'a> {
    /// USERNAME, at most [`MAX_USERNAME_LEN`] bytes.
    pub username: Option<&'a [u8]>,
    /// PRIORITY.
    pub priority: Option<u32>,
    /// Whether USE-CANDIDATE is present.
    pub use_candidate: bool,
    /// ICE-CONTROLLED, the tie breaker.
    pub ice_controlled: Option<u64>,
    /// ICE-CONTROLLING, the tie breaker.
    pub ice_controlling: Option<u64>,
    /// NOMINATION under either of its numbers.
    pub nomination: Option<u32>,
    /// ERROR-CODE without its text.
    pub error_code: Option<ErrorCode>,
    /// XOR-MAPPED-ADDRESS.
    pub xor_mapped_address: Option<SocketAddr>,
    /// SOFTWARE, UTF-8 if the sender keeps to the RFC.
    pub software: Option<&'a [u8]>,
}

/// MESSAGE-INTEGRITY and where it begins.
#[derive(Clone, Copy, Debug)]
struct Integrity<'a> {
    offset: usize,
    tag: &'a [u8; INTEGRITY_LEN],
}

/// One attribute, its padding removed, and what follows it.
struct Attribute<'a> {
    kind: AttributeType,
    value: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a message that fills `bytes` completely.
    ///
    /// # Errors
    /// Whatever [`StunError`] lists; a message with one of them deserves no answer.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StunError> {
        let (mut message, body) = Self::parse_header(bytes)?;
        let mut rest = body;
        while !rest.is_empty() {
            let offset = bytes.len().saturating_sub(rest.len());
            let attribute = split_attribute(rest)?;
            message.take(&attribute, offset)?;
            rest = attribute.rest;
        }
        Ok(message)
    }

    /// Whether FINGERPRINT is present; it is then right.
    pub const fn has_fingerprint(&self) -> bool {
        self.has_fingerprint
    }

    /// Whether MESSAGE-INTEGRITY is present, right or wrong.
    pub const fn has_integrity(&self) -> bool {
        self.integrity.is_some()
    }

    /// Whether MESSAGE-INTEGRITY is present and made with this key. Takes the same time wherever the tags differ.
    pub fn verify_integrity(&self, key: &IntegrityKey) -> bool {
        let Some(integrity) = self.integrity else {
            return false;
        };
        self.covered_by(integrity)
            .is_some_and(|(start, length, body)| key.verify(&[start, &length, body], integrity.tag))
    }

    /// What the tag is computed over: the bytes before it, with a length that counts up to its end.
    fn covered_by(&self, integrity: Integrity<'_>) -> Option<(&'a [u8], [u8; 2], &'a [u8])> {
        let length = integrity.offset.checked_sub(HEADER_LEN)? + 4 + INTEGRITY_LEN;
        let start = self.bytes.get(..2)?;
        let body = self.bytes.get(4..integrity.offset)?;
        Some((start, u16::try_from(length).ok()?.to_be_bytes(), body))
    }

    fn parse_header(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), StunError> {
        let (header, body) = bytes
            .split_first_chunk::<HEADER_LEN>()
            .ok_or(StunError::Truncated)?;
        let [t0, t1, l0, l1, c0, c1, c2, c3, id @ ..] = *header;
        if t0 & 0xc0 != 0 || [c0, c1, c2, c3] != MAGIC_COOKIE {
            return Err(StunError::NotStun);
        }
        if usize::from(u16::from_be_bytes([l0, l1])) != body.len() || !body.len().is_multiple_of(4)
        {
            return Err(StunError::BadLength);
        }
        let (class, method) = class_and_method(u16::from_be_bytes([t0, t1]));
        let message = Self {
            class,
            method,
            transaction_id: TransactionId(id),
            attributes: Attributes::default(),
            bytes,
            integrity: None,
            has_fingerprint: false,
        };
        Ok((message, body))
    }

    fn take(&mut self, attribute: &Attribute<'a>, offset: usize) -> Result<(), StunError> {
        if attribute.kind == AttributeType::FINGERPRINT {
            return self.take_fingerprint(attribute, offset);
        }
        if self.integrity.is_some() {
            return Ok(());
        }
        if attribute.kind == AttributeType::MESSAGE_INTEGRITY {
            let tag = attribute
                .value
                .try_into()
                .map_err(|_| StunError::BadAttribute)?;
            self.integrity = Some(Integrity { offset, tag });
            return Ok(());
        }
        self.attributes.take(attribute, self.transaction_id)
    }

    fn take_fingerprint(
        &mut self,
        attribute: &Attribute<'a>,
        offset: usize,
    ) -> Result<(), StunError> {
        if !attribute.rest.is_empty() {
            return Err(StunError::MisplacedFingerprint);
        }
        let preceding = self.bytes.get(..offset).ok_or(StunError::BadLength)?;
        if u32::from_be_bytes(exactly(attribute.value)?) != fingerprint_of(preceding) {
            return Err(StunError::WrongFingerprint);
        }
        self.has_fingerprint = true;
        Ok(())
    }
}

impl<'a> Attributes<'a> {
    fn take(&mut self, attribute: &Attribute<'a>, id: TransactionId) -> Result<(), StunError> {
        let value = attribute.value;
        match attribute.kind {
            AttributeType::USERNAME => first(&mut self.username, username(value)?),
            AttributeType::PRIORITY => {
                first(&mut self.priority, u32::from_be_bytes(exactly(value)?))
            }
            AttributeType::USE_CANDIDATE => {
                let [] = exactly(value)?;
                self.use_candidate = true;
            }
            AttributeType::ICE_CONTROLLED => first(
                &mut self.ice_controlled,
                u64::from_be_bytes(exactly(value)?),
            ),
            AttributeType::ICE_CONTROLLING => first(
                &mut self.ice_controlling,
                u64::from_be_bytes(exactly(value)?),
            ),
            AttributeType::NOMINATION | AttributeType::GOOG_NOMINATION => {
                first(&mut self.nomination, u32::from_be_bytes(exactly(value)?));
            }
            AttributeType::ERROR_CODE => first(&mut self.error_code, error_code(value)?),
            AttributeType::XOR_MAPPED_ADDRESS => {
                let mapped = address::decode(value, id).ok_or(StunError::BadAttribute)?;
                first(&mut self.xor_mapped_address, mapped);
            }
            AttributeType::SOFTWARE => first(&mut self.software, value),
            _ => {}
        }
        Ok(())
    }

    /// The part of USERNAME before the first colon, or all of it where there is none: in a request the
    /// receiver's username fragment (RFC 8445, section 7.1.3).
    pub fn local_ufrag(&self) -> Option<&'a [u8]> {
        let username = self.username?;
        let end = username
            .iter()
            .position(|byte| *byte == b':')
            .unwrap_or(username.len());
        username.get(..end)
    }
}

/// The receiver's username fragment of a STUN packet that comes from a stranger, to find whom it is for.
///
/// Says nothing about whether the packet is authentic; `None` if it is malformed or has no USERNAME.
pub fn local_ufrag(packet: &[u8]) -> Option<&[u8]> {
    Message::parse(packet).ok()?.attributes.local_ufrag()
}

fn split_attribute(bytes: &[u8]) -> Result<Attribute<'_>, StunError> {
    let ([t0, t1, l0, l1], rest) = bytes.split_first_chunk::<4>().ok_or(StunError::BadLength)?;
    let length = usize::from(u16::from_be_bytes([*l0, *l1]));
    let (value, rest) = rest.split_at_checked(length).ok_or(StunError::BadLength)?;
    let padding = length.next_multiple_of(4) - length;
    let rest = rest.get(padding..).ok_or(StunError::BadLength)?;
    Ok(Attribute {
        kind: AttributeType(u16::from_be_bytes([*t0, *t1])),
        value,
        rest,
    })
}

fn first<T>(slot: &mut Option<T>, value: T) {
    slot.get_or_insert(value);
}

fn exactly<const N: usize>(value: &[u8]) -> Result<[u8; N], StunError> {
    value.try_into().map_err(|_| StunError::BadAttribute)
}

fn username(value: &[u8]) -> Result<&[u8], StunError> {
    if value.len() > MAX_USERNAME_LEN {
        return Err(StunError::BadAttribute);
    }
    Ok(value)
}

fn error_code(value: &[u8]) -> Result<ErrorCode, StunError> {
    let [_, _, hundreds, rest] = value.first_chunk::<4>().ok_or(StunError::BadAttribute)?;
    if *rest > 99 {
        return Err(StunError::BadAttribute);
    }
    ErrorCode::new(u16::from(hundreds & 0x07) * 100 + u16::from(*rest))
        .ok_or(StunError::BadAttribute)
}
