//! MESSAGE-INTEGRITY with short-term credentials (RFC 8489, sections 9.1 and 14.5).

use std::fmt;

use aws_lc_rs::{constant_time, hmac};

use super::INTEGRITY_LEN;

/// A password made ready for computing and checking MESSAGE-INTEGRITY: make it once per credentials, not per message.
#[derive(Clone)]
pub struct IntegrityKey(hmac::Key);

impl IntegrityKey {
    /// The key of a short-term password. A password of ICE is ASCII, so it needs no preparation (RFC 8445, 5.3).
    pub fn new(password: &[u8]) -> Self {
        Self(hmac::Key::new(
            hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            password,
        ))
    }

    /// The tag of a message given in parts.
    pub(super) fn tag(&self, parts: &[&[u8]]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        context.sign()
    }

    /// Whether `tag` belongs to the message; takes the same time wherever they differ.
    pub(super) fn verify(&self, parts: &[&[u8]], tag: &[u8; INTEGRITY_LEN]) -> bool {
        constant_time::verify_slices_are_equal(self.tag(parts).as_ref(), tag).is_ok()
    }
}

impl fmt::Debug for IntegrityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IntegrityKey(secret)")
    }
}
