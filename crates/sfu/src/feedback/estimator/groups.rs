//! Packets that left together, and how the time between such groups changed on the way
//! (draft-ietf-rmcat-gcc-02, section 5.2).

use std::time::Duration;

use miso_wire::AbsSendTime;

/// Packets sent within this time form a group. Longer hides short queues, shorter makes more noise.
const GROUP_LENGTH: Micros = 5_000;

/// Packets that arrive together after waiting for the same thing extend a group up to this length.
const MAX_BURST: Micros = 100_000;

/// A silence or a jump of the sender's clock after which the past says nothing.
const RESTART: Micros = 3_000_000;

/// Microseconds on one of the two clocks, or between two moments.
type Micros = i64;

/// A packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// When it was sent, on the sender's clock.
    pub(super) sent: AbsSendTime,
    /// When it arrived, since the first.
    pub(super) at: Duration,
}

/// What changed from one group to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct GroupChange {
    /// Arrival distance minus send distance in milliseconds: positive when a queue grew.
    pub(super) delay_ms: f64,
    /// When the newer group was complete, in milliseconds since the first packet.
    pub(super) at_ms: f64,
}

/// A group.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// When its first packet was sent.
    first_sent: Micros,
    /// When its last packet was sent.
    last_sent: Micros,
    /// When its first packet arrived.
    first_at: Micros,
    /// When its last packet arrived.
    last_at: Micros,
}

/// Collects groups.
#[derive(Debug, Default)]
pub(super) struct PacketGroups {
    /// The newest send time, on the wire and unwrapped.
    newest: Option<(AbsSendTime, Micros)>,
    /// The group that packets are added to.
    current: Option<Group>,
    /// The group before it.
    previous: Option<Group>,
}

impl PacketGroups {
    /// Takes a packet in; what changed, when it completes a group that has one before it.
    pub(super) fn add(&mut self, arrival: Arrival) -> Option<GroupChange> {
        let sent = self.unwrapped(arrival.sent);
        let at = micros(arrival.at);
        let Some(current) = &mut self.current else {
            self.current = Some(Group::of(sent, at));
            return None;
        };
        if (at - current.last_at).max((sent - current.last_sent).abs()) > RESTART {
            self.newest = Some((arrival.sent, sent));
            self.previous = None;
            self.current = Some(Group::of(sent, at));
            return None;
        }
        if sent < current.first_sent {
            // Out of order: it belongs to a group that is complete.
            return None;
        }
        if current.takes(sent, at) {
            current.last_sent = current.last_sent.max(sent);
            current.last_at = current.last_at.max(at);
            return None;
        }
        let complete = *current;
        self.current = Some(Group::of(sent, at));
        let previous = self.previous.replace(complete)?;
        let between =
            (complete.last_at - previous.last_at) - (complete.last_sent - previous.last_sent);
        Some(GroupChange {
            delay_ms: between as f64 / 1_000.0,
            at_ms: complete.last_at as f64 / 1_000.0,
        })
    }

    /// The send time without its wraps every 64 s: closest to the newest.
    fn unwrapped(&mut self, sent: AbsSendTime) -> Micros {
        let Some((newest, unwrapped)) = self.newest else {
            self.newest = Some((sent, 0));
            return 0;
        };
        let (ahead, behind) = (micros(newest.until(sent)), micros(sent.until(newest)));
        if ahead > behind {
            return unwrapped - behind;
        }
        self.newest = Some((sent, unwrapped + ahead));
        unwrapped + ahead
    }
}

impl Group {
    fn of(sent: Micros, at: Micros) -> Self {
        Self {
            first_sent: sent,
            last_sent: sent,
            first_at: at,
            last_at: at,
        }
    }

    fn takes(&self, sent: Micros, at: Micros) -> bool {
        if sent - self.first_sent <= GROUP_LENGTH {
            return true;
        }
        let (since_arrival, since_sent) = (at - self.last_at, sent - self.last_sent);
        let burst = since_arrival <= GROUP_LENGTH && since_arrival < since_sent;
        burst && at - self.first_at < MAX_BURST
    }
}

fn micros(time: Duration) -> Micros {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
