//! STUN messages as ICE uses them (RFC 8489, with the attributes of RFC 8445, section 7.1).
//!
//! [`Message::parse`] borrows a datagram and reads the attributes that a connectivity check carries; [`Writer`]
//! and the ready-made [`BindingRequest`], [`BindingSuccess`] and [`BindingError`] fill a caller's buffer. Neither
//! allocates. Attributes that are unknown here are ignored, also those of the comprehension-required range: browsers
//! send private ones and expect an answer.

#![deny(clippy::indexing_slicing)]

mod address;
mod integrity;
mod parse;
mod write;

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod tests;

pub use integrity::IntegrityKey;
pub use parse::{Attributes, Message, StunError, local_ufrag};
pub use write::{BindingError, BindingRequest, BindingSuccess, IceRole, NoRoom, Writer};

/// Bytes before the first attribute (RFC 8489, section 5).
pub const HEADER_LEN: usize = 20;

/// Longest USERNAME that is accepted, in bytes (RFC 8489, section 14.3).
pub const MAX_USERNAME_LEN: usize = 508;

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const INTEGRITY_LEN: usize = 20;

/// Whether a datagram on a socket shared with DTLS, RTP and RTCP is to be handled as STUN (RFC 7983, section 7).
///
/// Looks at the length, the first byte and the magic cookie only.
pub fn is_stun(packet: &[u8]) -> bool {
    matches!(packet.first_chunk::<HEADER_LEN>(), Some([0..=2, _, _, _, cookie @ ..]) if cookie.starts_with(&MAGIC_COOKIE))
}

/// What a message is for (RFC 8489, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Expects an answer.
    Request,
    /// Expects none.
    Indication,
    /// Answers a request that was granted.
    Success,
    /// Answers a request that was refused.
    Error,
}

/// The method of a message, 12 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Method(u16);

impl Method {
    /// The only method of ICE (RFC 8489, section 3).
    pub const BINDING: Self = Self(1);

    /// The method with this number; `None` above 4095.
    pub const fn new(number: u16) -> Option<Self> {
        if number < 0x1000 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number, 0 to 4095.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// Ties an answer to its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransactionId(pub [u8; 12]);

/// The type number of an attribute (RFC 8489, section 18.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AttributeType(pub u16);

impl AttributeType {
    /// Who checks whom: `<ufrag of the receiver>:<ufrag of the sender>`.
    pub const USERNAME: Self = Self(0x0006);
    /// HMAC-SHA1 over what precedes it.
    pub const MESSAGE_INTEGRITY: Self = Self(0x0008);
    /// Why a request was refused.
    pub const ERROR_CODE: Self = Self(0x0009);
    /// The sender's address as the receiver sees it.
    pub const XOR_MAPPED_ADDRESS: Self = Self(0x0020);
    /// Priority that a peer-reflexive candidate learnt from this check would have (RFC 8445, section 7.1.1).
    pub const PRIORITY: Self = Self(0x0024);
    /// Nominates the pair (RFC 8445, section 7.1.2).
    pub const USE_CANDIDATE: Self = Self(0x0025);
    /// Nominates the pair with a counter, the greatest wins (draft-thatcher-ice-renomination).
    pub const NOMINATION: Self = Self(0x0030);
    /// What software sent the message.
    pub const SOFTWARE: Self = Self(0x8022);
    /// CRC-32 over what precedes it.
    pub const FINGERPRINT: Self = Self(0x8028);
    /// The sender takes the controlled role; its tie breaker.
    pub const ICE_CONTROLLED: Self = Self(0x8029);
    /// The sender takes the controlling role; its tie breaker.
    pub const ICE_CONTROLLING: Self = Self(0x802a);
    /// [`Self::NOMINATION`] under the number that libwebrtc uses.
    pub const GOOG_NOMINATION: Self = Self(0xc001);
}

/// The number of an ERROR-CODE, 300 to 699 (RFC 8489, section 14.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode(u16);

impl ErrorCode {
    /// The request was malformed.
    pub const BAD_REQUEST: Self = Self(400);
    /// Username or integrity were wrong.
    pub const UNAUTHENTICATED: Self = Self(401);
    /// Both sides take the same role (RFC 8445, section 7.3.1.1).
    pub const ROLE_CONFLICT: Self = Self(487);

    /// The error with this number; `None` outside 300 to 699.
    pub const fn new(number: u16) -> Option<Self> {
        if number >= 300 && number < 700 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// The first 16 bits of a message (RFC 8489, section 5, figure 3): the class is woven into the method.
const fn message_type(class: Class, method: Method) -> u16 {
    let class = match class {
        Class::Request => 0x0000,
        Class::Indication => 0x0010,
        Class::Success => 0x0100,
        Class::Error => 0x0110,
    };
    let number = method.0;
    class | (number & 0x000f) | ((number & 0x0070) << 1) | ((number & 0x0f80) << 2)
}

/// The inverse of [`message_type`]; the two uppermost bits are disregarded.
const fn class_and_method(message_type: u16) -> (Class, Method) {
    let class = match message_type & 0x0110 {
        0x0000 => Class::Request,
        0x0010 => Class::Indication,
        0x0100 => Class::Success,
        _ => Class::Error,
    };
    let number =
        (message_type & 0x000f) | ((message_type >> 1) & 0x0070) | ((message_type >> 2) & 0x0f80);
    (class, Method(number))
}

/// The value of FINGERPRINT for the bytes before it (RFC 8489, section 14.7).
fn fingerprint_of(preceding: &[u8]) -> u32 {
    crc32fast::hash(preceding) ^ 0x5354_554e
}
