//! SSRCs that the server chooses.

use miso_wire::Ssrc;

/// Where random numbers come from; every value of 32 bits is as likely as any other.
pub type RandomU32<'a> = dyn FnMut() -> u32 + 'a;

/// A random SSRC from 100,000,000 to 999,999,998: nine digits are easy on the eye, and neighbours stay in range.
pub(crate) fn random_ssrc(random: &mut RandomU32<'_>) -> Ssrc {
    const LOWEST: u32 = 100_000_000;
    const COUNT: u32 = 899_999_999;
    Ssrc(LOWEST + random() % COUNT)
}

/// The SSRCs from `first` on.
pub(crate) fn counting_from(first: Ssrc) -> impl Iterator<Item = Ssrc> {
    (0..).map(move |offset| Ssrc(first.0.wrapping_add(offset)))
}
