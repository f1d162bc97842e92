//! The ClientHello, read before the DTLS library sees it, because what it offers decides which version to speak.
//!
//! The library's DTLS 1.3 server takes the first SRTP profile of the client's list, and Chromium lists
//! AES_CM_128_HMAC_SHA1_80 first, which costs several times AES-GCM for every packet of the call. Its DTLS 1.2 server
//! prefers AEAD. So 1.2 is spoken where 1.3 would end in SHA1 though the client can do better.

use super::DtlsVersion;
use super::record::{self, CLIENT_HELLO, Fragment, HANDSHAKE};

/// The longest ClientHello to put together, bytes. With a post-quantum key share it is some 1,700 long; more gives
/// strangers more memory to fill.
const MAX_HELLO_LEN: usize = 4_096;

/// The most fragments to hold of one; as many as a sender with the smallest MTU needs.
const MAX_FRAGMENTS: usize = 16;

const EXT_USE_SRTP: u16 = 14;
const EXT_EXTENDED_MASTER_SECRET: u16 = 23;
const EXT_SUPPORTED_VERSIONS: u16 = 43;

const VERSION_12: u16 = 0xfefd;
const VERSION_13: u16 = 0xfefc;

/// RFC 5764, section 4.1.2.
const PROFILE_SHA1_80: u16 = 0x0001;
/// RFC 7714, section 14.2.
const PROFILES_AEAD: [u16; 2] = [0x0007, 0x0008];

/// ECDHE_ECDSA with AES-128-GCM, AES-256-GCM (RFC 5289) and ChaCha20-Poly1305 (RFC 7905).
const SUITES_12: [u16; 3] = [0xc02b, 0xc02c, SUITE_12_CHACHA];
const SUITE_12_CHACHA: u16 = 0xcca9;

/// Puts a ClientHello together from its fragments.
#[derive(Debug, Default)]
pub(super) struct HelloAssembler {
    /// Bytes of the whole message that the fragments belong to.
    total: usize,
    /// Offset and body of each, by offset.
    fragments: Vec<(usize, Vec<u8>)>,
}

impl HelloAssembler {
    /// Takes a datagram. Returns the body of the ClientHello when it is complete.
    ///
    /// # Errors
    /// [`NotHello`] when the datagram has no part of a ClientHello.
    pub(super) fn push(&mut self, datagram: &[u8]) -> Result<Option<Vec<u8>>, NotHello> {
        let mut found = false;
        let mut rest = datagram;
        while let Some((record, behind)) = record::take_record(rest) {
            rest = behind;
            if record.content_type != HANDSHAKE || record.epoch != 0 {
                break;
            }
            let mut body = record.body;
            while let Some((fragment, behind)) = record::take_fragment(body) {
                body = behind;
                found |= self.insert(&fragment);
            }
        }
        if found {
            Ok(self.complete())
        } else {
            Err(NotHello)
        }
    }

    /// Whether the fragment is part of a ClientHello that may be held.
    fn insert(&mut self, fragment: &Fragment<'_>) -> bool {
        let first_hello = fragment.kind == CLIENT_HELLO && fragment.message_seq == 0;
        if !first_hello || fragment.total == 0 || fragment.total > MAX_HELLO_LEN {
            return false;
        }
        if fragment.total != self.total || self.contradicts(fragment) {
            // Another hello than before: the client has started anew.
            self.fragments.clear();
            self.total = fragment.total;
        }
        let at = self
            .fragments
            .partition_point(|(offset, _)| *offset < fragment.offset);
        let known = self.fragments.get(at).is_some_and(|(offset, body)| {
            *offset == fragment.offset && body.len() >= fragment.body.len()
        });
        if !known {
            if self.fragments.len() >= MAX_FRAGMENTS {
                return false;
            }
            self.fragments
                .insert(at, (fragment.offset, fragment.body.to_vec()));
        }
        true
    }

    /// Whether a fragment at the same place had other bytes.
    fn contradicts(&self, fragment: &Fragment<'_>) -> bool {
        self.fragments
            .iter()
            .filter(|(offset, _)| *offset == fragment.offset)
            .any(|(_, body)| body.iter().zip(fragment.body).any(|(old, new)| old != new))
    }

    fn complete(&self) -> Option<Vec<u8>> {
        let mut body = Vec::with_capacity(self.total);
        for (offset, fragment) in &self.fragments {
            let overlap = body.len().checked_sub(*offset)?;
            body.extend_from_slice(fragment.get(overlap..).unwrap_or(&[]));
        }
        (body.len() == self.total).then_some(body)
    }
}

/// A datagram without any part of a ClientHello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotHello;

/// What matters of a ClientHello.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientHello {
    /// DTLS 1.3 is in `supported_versions`.
    offers_13: bool,
    /// DTLS 1.2 is, or there is no such extension; and what a handshake with it needs is offered too.
    can_12: bool,
    /// Offers ChaCha20-Poly1305 for DTLS 1.2.
    chacha_12: bool,
    /// SRTP profiles that the library knows, in the client's order.
    profiles: Vec<u16>,
}

impl ClientHello {
    /// Reads the body of a ClientHello (RFC 8446, section 4.1.2; RFC 6347, section 4.2.1).
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut reader = Reader(body);
        reader.take(2 + 32)?;
        reader.take_short_vector()?;
        reader.take_short_vector()?;
        let suites = reader.take_vector()?;
        reader.take_short_vector()?;
        let mut hello = Self::default();
        let (mut versions, mut extended_master_secret) = (None, false);
        // A hello without extensions may end here.
        let mut extensions = Reader(reader.take_vector().unwrap_or(&[]));
        while let Some(kind) = extensions.take_u16() {
            let data = extensions.take_vector()?;
            match kind {
                EXT_USE_SRTP => {
                    hello.profiles = Reader(Reader(data).take_vector()?).u16s().collect()
                }
                EXT_EXTENDED_MASTER_SECRET => extended_master_secret = true,
                EXT_SUPPORTED_VERSIONS => versions = Some(Reader(data).take_short_vector()?),
                _ => {}
            }
        }
        let offers =
            |version| versions.is_some_and(|list| Reader(list).u16s().any(|v| v == version));
        hello.offers_13 = offers(VERSION_13);
        hello.can_12 = (versions.is_none() || offers(VERSION_12))
            && extended_master_secret
            && Reader(suites)
                .u16s()
                .any(|suite| SUITES_12.contains(&suite));
        hello.chacha_12 = Reader(suites).u16s().any(|suite| suite == SUITE_12_CHACHA);
        hello
            .profiles
            .retain(|profile| *profile == PROFILE_SHA1_80 || PROFILES_AEAD.contains(profile));
        Some(hello)
    }

    /// The version that gives the best calls.
    pub(super) fn best_version(&self) -> DtlsVersion {
        let aead_behind_sha1 = self.profiles.first() == Some(&PROFILE_SHA1_80)
            && self
                .profiles
                .iter()
                .any(|profile| PROFILES_AEAD.contains(profile));
        if !self.offers_13 || (aead_behind_sha1 && self.can_12) {
            DtlsVersion::V12
        } else {
            DtlsVersion::V13
        }
    }

    /// Whether DTLS 1.2 can be spoken with ChaCha20-Poly1305, whose nonces are counted. The library draws the nonces
    /// of AES-GCM at random, and 64 random bits may meet again within a long call.
    pub(super) const fn offers_chacha_12(&self) -> bool {
        self.chacha_12
    }
}

/// Reads big-endian values off a slice.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn take_u16(&mut self) -> Option<u16> {
        let (taken, rest) = self.0.split_first_chunk::<2>()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*taken))
    }

    /// A vector with a length of one byte.
    fn take_short_vector(&mut self) -> Option<&'a [u8]> {
        let (len, rest) = self.0.split_first()?;
        self.0 = rest;
        self.take(usize::from(*len))
    }

    /// A vector with a length of two bytes.
    fn take_vector(&mut self) -> Option<&'a [u8]> {
        let len = self.take_u16()?;
        self.take(usize::from(len))
    }

    fn u16s(mut self) -> impl Iterator<Item = u16> + use<'a> {
        std::iter::from_fn(move || self.take_u16())
    }
}

#[cfg(test)]
mod tests;
