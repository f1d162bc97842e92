//! When an encoding of a simulcast counts as dead.

use std::time::Duration;

/// Silence after which a layer of a simulcast counts as dead. Longer keeps consumers on a frozen layer, shorter takes
/// a pause of the encoder for its end.
const INACTIVITY: Duration = Duration::from_millis(1_500);

/// The same while others of the simulcast come: it is not the way here that is interrupted.
const INACTIVITY_ALONE: Duration = Duration::from_millis(700);

/// How lately others must have come for that. Longer takes an interruption of all for the end of one, shorter waits
/// longer where pictures are seldom.
pub(super) const OTHERS_COME: Duration = Duration::from_millis(300);

/// Silence as above, where discontinuous transmission makes it normal.
const INACTIVITY_DTX: Duration = Duration::from_millis(5_000);

/// How long a stream may be silent. `suspected` once it is known that others are silent, too.
pub(super) fn limit(use_dtx: bool, suspected: bool) -> Duration {
    match (use_dtx, suspected) {
        (true, _) => INACTIVITY_DTX,
        (false, false) => INACTIVITY_ALONE,
        (false, true) => INACTIVITY,
    }
}
