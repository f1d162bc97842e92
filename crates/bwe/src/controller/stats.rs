//! How the estimate comes about, for statistics and people.

use std::time::Duration;

use miso_wire::Bitrate;

use crate::delay::LinkUsage;
use crate::feedback::RefusedFeedback;

/// Figures of a controller at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ControllerStats {
    /// The estimate: the least of those below within the limits.
    pub available: Bitrate,
    /// What consumers desire.
    pub desired: Bitrate,
    /// Round trip without the time that the peer took to report.
    pub rtt: Option<Duration>,
    /// What waits on the path all the time.
    pub queue: Duration,
    /// Share of packets lost lately, 0 to 1.
    pub loss: f64,
    /// Bitrate that arrived lately; none while too little is known.
    pub acknowledged: Option<Bitrate>,
    /// The estimate from growing queues.
    pub delay_based: Bitrate,
    /// The estimate from losses; none while losses do not limit.
    pub loss_based: Option<Bitrate>,
    /// The peer's estimate by REMB.
    pub remb: Option<Bitrate>,
    /// What queues are doing.
    pub usage: LinkUsage,
    /// Whether there is too little to send for the estimate to be put to the test.
    pub application_limited: bool,
    /// Probes begun.
    pub probes_sent: u64,
    /// Probes that measured a rate.
    pub probes_measured: u64,
    /// Transport-wide feedback messages.
    pub feedback_messages: u64,
    /// What of them was not believed.
    pub refused: RefusedFeedback,
}
