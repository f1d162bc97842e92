//! The identifiers that RTP carries, each a type of its own.

use std::fmt;

/// Synchronisation source (RFC 3550, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ssrc(pub u32);

/// RTP payload type, 0 to 127 (RFC 3550, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pt(pub u8);

/// RTP sequence number as it travels: 16 bits that wrap (RFC 3550, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seq(pub u16);

impl Seq {
    /// Whether `self` comes after `other` in serial number arithmetic (RFC 1982).
    /// Of two numbers exactly half the range apart, the greater one is the newer.
    pub const fn is_newer_than(self, other: Self) -> bool {
        let distance = self.0.wrapping_sub(other.0);
        distance != 0 && (distance < 0x8000 || (distance == 0x8000 && self.0 > other.0))
    }

    /// The number `n` places later.
    #[must_use]
    pub const fn wrapping_add(self, n: u16) -> Self {
        Self(self.0.wrapping_add(n))
    }

    /// How far `self` lies behind `newer`, modulo 2^16.
    pub const fn distance_to(self, newer: Self) -> u16 {
        newer.0.wrapping_sub(self.0)
    }
}

/// Sequence number with the count of its wraps in the upper bits: `cycles << 16 | seq`. Never wraps in practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExtSeq(pub u64);

impl ExtSeq {
    /// The 16 bits that travel.
    pub const fn seq(self) -> Seq {
        Seq((self.0 & 0xffff) as u16)
    }

    /// The rollover counter of SRTP that goes with it (RFC 3711, section 3.3.1).
    pub const fn roc(self) -> u32 {
        ((self.0 >> 16) & 0xffff_ffff) as u32
    }

    /// The extended number closest to `self` whose lower 16 bits are `seq`.
    /// Near zero, where the closest would be negative, it is the one above.
    #[must_use]
    pub const fn closest(self, seq: Seq) -> Self {
        let same_cycle = (self.0 & !0xffff) | seq.0 as u64;
        if same_cycle > self.0 && same_cycle - self.0 > 0x8000 && same_cycle >= 0x1_0000 {
            Self(same_cycle - 0x1_0000)
        } else if same_cycle < self.0 && self.0 - same_cycle > 0x8000 {
            Self(same_cycle + 0x1_0000)
        } else {
            Self(same_cycle)
        }
    }
}

/// RTP timestamp: 32 bits in units of the codec's clock rate that wrap (RFC 3550, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RtpTime(pub u32);

impl RtpTime {
    /// Whether `self` comes after `other`, wraps considered.
    pub const fn is_newer_than(self, other: Self) -> bool {
        let distance = self.0.wrapping_sub(other.0);
        distance != 0 && (distance < 0x8000_0000 || (distance == 0x8000_0000 && self.0 > other.0))
    }

    /// The time `ticks` later.
    #[must_use]
    pub const fn wrapping_add(self, ticks: u32) -> Self {
        Self(self.0.wrapping_add(ticks))
    }

    /// The time `ticks` earlier.
    #[must_use]
    pub const fn wrapping_sub(self, ticks: u32) -> Self {
        Self(self.0.wrapping_sub(ticks))
    }
}

/// The text does not fit the identifier: it is empty or over its maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("identifier is empty or too long")
    }
}

impl std::error::Error for TooLong {}

/// Up to 32 bytes held in place, so that an identifier can be copied and hashed without a heap.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Short {
    len: u8,
    bytes: [u8; 32],
}

impl Short {
    const MAX: usize = 32;

    fn new(text: &[u8]) -> Result<Self, TooLong> {
        let mut bytes = [0; Self::MAX];
        let target = bytes.get_mut(..text.len()).ok_or(TooLong)?;
        target.copy_from_slice(text);
        let len = u8::try_from(text.len()).map_err(|_| TooLong)?;
        if len == 0 {
            Err(TooLong)
        } else {
            Ok(Self { len, bytes })
        }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(Short);

        impl $name {
            /// The identifier of these bytes; 1 to 32 of them.
            ///
            /// # Errors
            /// [`TooLong`] when there are none or more than 32.
            pub fn new(text: &[u8]) -> Result<Self, TooLong> {
                Short::new(text).map(Self)
            }

            /// The bytes as they travel.
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), String::from_utf8_lossy(self.as_bytes()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&String::from_utf8_lossy(self.as_bytes()))
            }
        }
    };
}

short_id!(
    /// Media identification (RFC 8843, section 15): which media section a packet belongs to.
    Mid
);
short_id!(
    /// RTP stream identifier (RFC 8852): which encoding of a simulcast a packet belongs to.
    Rid
);

#[cfg(test)]
mod tests;
