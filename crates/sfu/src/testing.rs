//! What the unit tests of this crate share.

use std::time::Instant;

/// The one reading of the clock in these tests: where virtual time starts.
#[expect(
    clippy::disallowed_methods,
    reason = "an Instant can only be had from the clock; tests add offsets to this one"
)]
pub(crate) fn base() -> Instant {
    Instant::now()
}
