//! Packets that left together, and how the time between such groups changed on the way
//! (draft-ietf-rmcat-gcc-02, section 5.2).

use std::time::Duration;

/// Packets sent within this time form a group. Longer hides short queues, shorter makes more noise.
const GROUP_LENGTH: Micros = 5_000;

/// Packets that arrive together after waiting for the same thing extend a group up to this length.
const MAX_BURST: Micros = 100_000;

/// A silence or a jump of the sender's clock after which the past says nothing.
const RESTART: Micros = 3_000_000;

/// Microseconds on one of the two clocks, or between two moments.
type Micros = i64;

/// A packet that arrived. The two clocks need not agree on anything but the length of a second.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// When it was sent, on the sender's clock.
    pub sent: Duration,
    /// When it arrived, on the receiver's.
    pub at: Duration,
}

/// What changed from one group to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupChange {
    /// Arrival distance minus send distance in milliseconds: positive when a queue grew.
    pub delay_ms: f64,
    /// When the newer group was complete, in milliseconds of the receiver's clock.
    pub at_ms: f64,
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
pub struct PacketGroups {
    /// The group that packets are added to.
    current: Option<Group>,
    /// The group before it.
    previous: Option<Group>,
}

impl PacketGroups {
    /// Takes a packet in; what changed, when it completes a group that has one before it.
    pub fn add(&mut self, arrival: Arrival) -> Option<GroupChange> {
        let (sent, at) = (micros(arrival.sent), micros(arrival.at));
        let Some(current) = &mut self.current else {
            self.current = Some(Group::of(sent, at));
            return None;
        };
        let jump = (at - current.last_at)
            .abs()
            .max((sent - current.last_sent).abs());
        if jump > RESTART {
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
