//! When to probe, and at what rate.

use std::time::Duration;

use miso_wire::Bitrate;

use super::PlannedProbe;

/// Rates of the first two probes, in multiples of the initial estimate. Higher finds fast links sooner and disturbs
/// slow ones more.
const FIRST_FACTORS: [f64; 2] = [3.0, 6.0];

/// Rate of the next probe when one has confirmed its rate, in multiples of what it measured.
const NEXT_FACTOR: f64 = 2.0;

/// Share of a probe's rate that must be confirmed for the next. Lower probes further on uncertain ground.
const CONFIRMED_SHARE: f64 = 0.7;

/// How long a result is waited for. Longer holds other probes up, shorter loses results on long paths.
const RESULT_WAIT: Duration = Duration::from_secs(1);

/// Time between probes of a sender that fills the path, or does not while it waits for more. Shorter finds a faster link
/// sooner and costs more padding, and of the full path queues.
const INTERVAL: Duration = Duration::from_secs(5);
const LIMITED_INTERVAL: Duration = Duration::from_secs(3);

/// The same while losses limit.
const LOSSY_INTERVAL: Duration = Duration::from_secs(3);

/// Rate of these probes in multiples of the estimate: of one that media does not put to the test, and of one that it
/// does. Higher finds more and disturbs more.
const LIMITED_FACTOR: f64 = 2.0;
const GROWTH_FACTOR: f64 = 1.5;

/// How many times as long as others these probes are. Longer is fooled less by jitter, shorter fills the queue less where
/// there is no room.
const GROWTH_LENGTH: u32 = 3;

/// A probe found room when it measured more than the estimate by this share.
const ROOM_SHARE: f64 = 0.2;

/// When such a probe found room and media uses it without queues, the next one need not wait for longer than this.
const CONFIRMED_CALM: Duration = Duration::from_millis(700);

/// Probes go no further than what is desired times this.
const DESIRED_FACTOR: f64 = 2.0;

/// Probes go no further than this where the owner has set no limit.
const DEFAULT_CAP: Bitrate = Bitrate::kbps(10_000);

/// An estimate that falls below this share of what it was has dropped: its cause may pass as fast as it came.
const DROP_SHARE: f64 = 0.66;

/// Rate of the probe after a drop, as a share of the estimate before it.
const RECOVERY_SHARE: f64 = 0.85;

/// A drop is probed for this many times, each time after twice as long without growing queues. More finds out later
/// that its cause has passed, and disturbs a path longer that has really become slower.
const RECOVERY_TRIES: u32 = 3;
const RECOVERY_CALM: Duration = Duration::from_millis(1_000);

/// Rate of such a probe at most, in multiples of the estimate.
const RECOVERY_FACTOR: f64 = 2.0;

/// Time without growing queues before the estimate is probed again.
const CALM: Duration = Duration::from_secs(2);

/// Growth of what is desired by which a probe is worth it at once.
const DEMAND_GROWTH: f64 = 1.05;

/// What the schedule needs to know of the path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathState {
    /// The estimate.
    pub(crate) estimate: Bitrate,
    /// The owner's limit.
    pub(crate) max: Option<Bitrate>,
    /// Whether the sender has too little to send.
    pub(crate) application_limited: bool,
    /// Whether queues are steady and losses do not limit.
    pub(crate) calm: bool,
    /// Whether losses limit, and queues are steady.
    pub(crate) lossy: bool,
}

/// Where probing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Nothing was probed yet.
    #[default]
    New,
    /// Probes are on their way. A result above `further` is worth another.
    Waiting {
        /// When the last was asked for.
        since: Duration,
        /// What must be confirmed.
        further: Bitrate,
    },
    /// The estimate stands until there is a reason to doubt it.
    Settled,
}

/// A drop of the estimate.
#[derive(Clone, Copy, Debug)]
struct Drop {
    /// The estimate before.
    before: Bitrate,
    /// Probes made for it.
    tries: u32,
}

/// Decides when to probe.
#[derive(Debug, Default)]
pub(crate) struct ProbeSchedule {
    phase: Phase,
    /// What consumers desire.
    desired: Bitrate,
    /// What they desired when that last was a reason to probe.
    demand_probed: Bitrate,
    /// When the last probe was asked for.
    asked: Option<Duration>,
    /// The estimate when it was last looked at.
    last_estimate: Bitrate,
    /// The last drop, while its cause may pass.
    drop: Option<Drop>,
    /// Whether the last probe of a full sender found room.
    found_room: bool,
    /// Since when the path has been calm.
    calm_since: Option<Duration>,
    /// Number of the next probe.
    next_id: u32,
}

impl ProbeSchedule {
    /// Sets what consumers desire.
    pub(crate) fn set_desired(&mut self, desired: Bitrate) {
        self.desired = desired;
        self.demand_probed = self.demand_probed.min(desired);
    }

    /// What consumers desire.
    pub(crate) fn desired(&self) -> Bitrate {
        self.desired
    }

    /// A probe has measured a rate: asks for the next if that confirms it.
    pub(crate) fn measured(&mut self, rate: Bitrate, path: &PathState, now: Duration) -> Plans {
        self.found_room |= rate > scaled(self.last_estimate, 1.0 + ROOM_SHARE);
        match self.phase {
            Phase::Waiting { further, .. } if rate >= further => {
                self.ask(&[scaled(rate, NEXT_FACTOR)], Asked::further(), path, now)
            }
            _ => Plans::default(),
        }
    }

    /// Looks for a reason to probe. To be called after each change, and now and then.
    pub(crate) fn poll(&mut self, path: &PathState, now: Duration) -> Plans {
        self.note(path, now);
        if self.desired == Bitrate::ZERO {
            return Plans::default();
        }
        match self.phase {
            Phase::New => {
                self.demand_probed = self.desired;
                let rates = FIRST_FACTORS.map(|factor| scaled(path.estimate, factor));
                self.ask(&rates, Asked::further(), path, now)
            }
            Phase::Waiting { since, .. } if now.saturating_sub(since) < RESULT_WAIT => {
                Plans::default()
            }
            Phase::Waiting { .. } => {
                self.phase = Phase::Settled;
                Plans::default()
            }
            Phase::Settled if path.calm => self.settled(path, now),
            Phase::Settled if path.lossy => self.doubted(path, now),
            Phase::Settled => Plans::default(),
        }
    }

    fn settled(&mut self, path: &PathState, now: Duration) -> Plans {
        let calm_for = self
            .calm_since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since));
        if let Some(rate) = self.recovery(path, calm_for) {
            return self.ask(&[rate], Asked::further(), path, now);
        }
        let wanted = path.estimate < self.desired;
        if wanted && path.application_limited && self.has_new_demand() {
            self.demand_probed = self.desired;
            let within = |rate: Bitrate| rate.min(scaled(path.estimate, LIMITED_FACTOR));
            let rates = [within(self.desired), within(scaled(self.desired, 2.0))];
            return self.ask(&rates, Asked::further(), path, now);
        }
        let waited = self
            .asked
            .map_or(INTERVAL, |asked| now.saturating_sub(asked));
        let confirmed = self.found_room && calm_for >= CONFIRMED_CALM && waited >= CONFIRMED_CALM;
        let interval = if path.application_limited {
            LIMITED_INTERVAL
        } else {
            INTERVAL
        };
        if !wanted || (waited < interval && !confirmed) {
            return Plans::default();
        }
        if path.application_limited {
            let rate = scaled(path.estimate, LIMITED_FACTOR);
            self.ask(&[rate], Asked::for_room(), path, now)
        } else if confirmed || calm_for >= CALM {
            self.found_room = false;
            let rate = scaled(path.estimate, GROWTH_FACTOR);
            self.ask(&[rate], Asked::for_growth(), path, now)
        } else {
            Plans::default()
        }
    }

    /// Losses limit: whether they are for too much sent is seen when still more is, for a moment.
    fn doubted(&mut self, path: &PathState, now: Duration) -> Plans {
        let is_due = self
            .asked
            .is_none_or(|asked| now.saturating_sub(asked) >= LOSSY_INTERVAL);
        if path.estimate >= self.desired || !is_due {
            return Plans::default();
        }
        let rate = scaled(path.estimate, GROWTH_FACTOR);
        self.ask(&[rate], Asked::for_growth(), path, now)
    }

    /// The rate of a probe whether the cause of a drop has passed, if it is time for one.
    fn recovery(&mut self, path: &PathState, calm_for: Duration) -> Option<Bitrate> {
        let drop = self.drop.as_mut()?;
        let aim = scaled(drop.before, RECOVERY_SHARE);
        if aim <= path.estimate || drop.tries >= RECOVERY_TRIES {
            self.drop = None;
            return None;
        }
        if calm_for < RECOVERY_CALM * (1 << drop.tries) {
            return None;
        }
        drop.tries += 1;
        Some(aim.min(scaled(path.estimate, RECOVERY_FACTOR)))
    }

    fn has_new_demand(&self) -> bool {
        self.desired > scaled(self.demand_probed, DEMAND_GROWTH)
    }

    /// Remembers drops and calm.
    fn note(&mut self, path: &PathState, now: Duration) {
        if path.estimate < scaled(self.last_estimate, DROP_SHARE) {
            // What it was before several drops in a row is what it may be again.
            let before = self.drop.map_or(self.last_estimate, |drop| drop.before);
            self.drop = Some(Drop {
                before: before.max(self.last_estimate),
                tries: 0,
            });
        }
        self.last_estimate = path.estimate;
        if path.calm {
            self.calm_since.get_or_insert(now);
        } else {
            self.calm_since = None;
        }
    }

    /// Plans probes at these rates, as far as they are of use. `further` asks to go on if they are confirmed.
    fn ask(&mut self, rates: &[Bitrate], asked: Asked, path: &PathState, now: Duration) -> Plans {
        let cap = path.max.unwrap_or(DEFAULT_CAP.max(path.estimate));
        let cap = cap.min(scaled(self.desired, DESIRED_FACTOR));
        let mut plans = Plans::default();
        let mut last = Bitrate::ZERO;
        for rate in rates {
            let rate = (*rate).min(cap);
            if rate > last && rate > path.estimate {
                plans.push(PlannedProbe {
                    id: self.next_id,
                    rate,
                    length: asked.length,
                });
                self.next_id = self.next_id.wrapping_add(1);
                last = rate;
            }
        }
        self.asked = Some(now);
        let further = asked.further && last > Bitrate::ZERO && last < cap;
        self.phase = Phase::Waiting {
            since: now,
            further: if further {
                scaled(last, CONFIRMED_SHARE)
            } else {
                Bitrate(u64::MAX)
            },
        };
        plans
    }
}

/// How a probe is made, and what follows from it.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// How many times as long as an ordinary one it is.
    length: u32,
    /// Whether one that is confirmed is followed by the next at once.
    further: bool,
}

impl Asked {
    const fn further() -> Self {
        Self {
            length: 1,
            further: true,
        }
    }

    const fn for_room() -> Self {
        Self {
            length: GROWTH_LENGTH,
            further: true,
        }
    }

    const fn for_growth() -> Self {
        Self {
            length: GROWTH_LENGTH,
            further: false,
        }
    }
}

/// Up to two probes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Plans {
    probes: [Option<PlannedProbe>; 2],
}

impl Plans {
    fn push(&mut self, probe: PlannedProbe) {
        if let Some(place) = self.probes.iter_mut().find(|place| place.is_none()) {
            *place = Some(probe);
        }
    }

    /// The probes, in the order in which they are to be sent.
    pub(crate) fn iter(&self) -> impl Iterator<Item = PlannedProbe> + use<> {
        self.probes.into_iter().flatten()
    }
}

fn scaled(rate: Bitrate, factor: f64) -> Bitrate {
    Bitrate((rate.0 as f64 * factor) as u64)
}

#[cfg(test)]
mod tests;
