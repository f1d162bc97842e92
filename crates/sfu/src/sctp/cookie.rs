//! State cookies that only their maker can have made (RFC 9260, section 5.1.3).
//!
//! The library's cookie carries no authentication: whoever knows its layout could make up an association. So each
//! cookie leaves with the time of its making and an HMAC-SHA256 behind it, and both are checked and taken off again
//! before the library sees a COOKIE ECHO. The peer notices nothing: cookies are opaque to it.

use std::time::Duration;

use aws_lc_rs::hmac;

use super::packet::{self, CHUNK_HEADER_LEN, HEADER_LEN};

/// RFC 9260, section 16 (Valid.Cookie.Life). Longer forgives slower handshakes, shorter narrows replay.
pub(super) const LIFETIME: Duration = Duration::from_secs(60);

const STAMP_LEN: usize = 8;
const MAC_LEN: usize = 32;
/// What sealing adds to a cookie. A multiple of 4, so that padding stays what it was.
const SEAL_LEN: usize = STAMP_LEN + MAC_LEN;

/// Fixed part of an INIT ACK's value: tag, window, stream counts, first TSN.
const INIT_ACK_FIXED_LEN: usize = 16;
/// Parameter type of the state cookie (section 3.3.3).
const STATE_COOKIE: u16 = 7;

/// Why a COOKIE ECHO is not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CookieError {
    /// No COOKIE ECHO with room for our seal.
    Malformed,
    /// The packet's checksum is wrong; it must not be made right by the rewriting here.
    BadChecksum,
    /// Not made by this association, or changed on the way.
    Forged,
    /// Older than [`LIFETIME`].
    Expired,
}

/// Makes and checks seals.
pub(super) struct CookieSealer {
    key: hmac::Key,
}

impl CookieSealer {
    pub(super) fn new(key: &[u8]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
        }
    }

    /// Appends the seal to the state cookie of an INIT ACK packet; `None` where there is no such cookie.
    /// `age` is the age of the association.
    pub(super) fn seal(&self, init_ack: &[u8], age: Duration) -> Option<Vec<u8>> {
        let range = find_cookie(init_ack)?;
        let (head, tail) = init_ack.split_at_checked(range.end)?;
        let cookie = init_ack.get(range.start..range.end)?;
        let stamp = u64::try_from(age.as_millis())
            .unwrap_or(u64::MAX)
            .to_be_bytes();
        let mut out = Vec::with_capacity(init_ack.len() + SEAL_LEN);
        out.extend_from_slice(head);
        out.extend_from_slice(&stamp);
        out.extend_from_slice(self.mac(cookie, &stamp).as_ref());
        out.extend_from_slice(tail);
        grow_length(&mut out, HEADER_LEN + 2)?;
        grow_length(&mut out, range.start - 2)?;
        packet::refresh_checksum(&mut out);
        Some(out)
    }

    /// Checks the cookie of a packet that starts with COOKIE ECHO, and returns the packet with the library's own
    /// cookie in it. Packets without checksum pass only where `zero_checksum` was offered.
    pub(super) fn unseal(
        &self,
        echo: &[u8],
        age: Duration,
        zero_checksum: bool,
    ) -> Result<Vec<u8>, CookieError> {
        let sum = packet::checksum(echo).ok_or(CookieError::Malformed)?;
        if !(zero_checksum && sum == 0) && sum != packet::expected_checksum(echo) {
            return Err(CookieError::BadChecksum);
        }
        let (header, body) = echo
            .split_at_checked(HEADER_LEN)
            .ok_or(CookieError::Malformed)?;
        let (chunk, rest) = packet::split_chunk(body).ok_or(CookieError::Malformed)?;
        let (sealed, mac) = chunk
            .value
            .split_last_chunk::<MAC_LEN>()
            .ok_or(CookieError::Malformed)?;
        let (cookie, stamp) = sealed
            .split_last_chunk::<STAMP_LEN>()
            .ok_or(CookieError::Malformed)?;
        hmac::verify(&self.key, sealed, mac).map_err(|_| CookieError::Forged)?;
        let made = Duration::from_millis(u64::from_be_bytes(*stamp));
        if age.saturating_sub(made) > LIFETIME {
            return Err(CookieError::Expired);
        }
        let len =
            u16::try_from(CHUNK_HEADER_LEN + cookie.len()).map_err(|_| CookieError::Malformed)?;
        let mut out = Vec::with_capacity(echo.len());
        out.extend_from_slice(header);
        out.extend_from_slice(&[chunk.kind, chunk.flags]);
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(cookie);
        out.resize(out.len().next_multiple_of(4), 0);
        out.extend_from_slice(rest);
        packet::refresh_checksum(&mut out);
        Ok(out)
    }

    fn mac(&self, cookie: &[u8], stamp: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(cookie);
        context.update(stamp);
        context.sign()
    }
}

/// Where the value of the state cookie lies in an INIT ACK packet.
fn find_cookie(init_ack: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut at = HEADER_LEN + CHUNK_HEADER_LEN + INIT_ACK_FIXED_LEN;
    loop {
        let kind = packet::read_u16(init_ack, at)?;
        let len = usize::from(packet::read_u16(init_ack, at + 2)?);
        if kind == STATE_COOKIE {
            // The seal goes right behind the value, so the value must need no padding.
            return (len >= 4 && len % 4 == 0).then(|| at + 4..at + len);
        }
        at += len.max(4).next_multiple_of(4);
    }
}

/// Adds the seal's length to the length field at `at`.
fn grow_length(packet: &mut [u8], at: usize) -> Option<()> {
    let grown = packet::read_u16(packet, at)?.checked_add(u16::try_from(SEAL_LEN).ok()?)?;
    packet
        .get_mut(at..at + 2)?
        .copy_from_slice(&grown.to_be_bytes());
    Some(())
}
