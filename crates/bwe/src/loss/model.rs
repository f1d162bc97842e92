//! How likely the losses of the last seconds are on a channel.

use std::collections::VecDeque;

/// Observations remembered. More is calmer, fewer forgets sooner.
const WINDOW: usize = 20;

/// Weight of an observation relative to the one after it. Higher remembers longer.
const AGEING: f64 = 0.9;

/// Observations whose losses speak against more. More waits longer after losses.
const RECENT: usize = 4;

/// Rates up to this factor above another count as the same.
const SAME_RATE: f64 = 1.3;

/// Bounds of inherent loss. No channel is perfect; none that loses more than the upper bound, which falls with the
/// bandwidth, is taken for anything but overloaded until a probe shows otherwise.
const MIN_INHERENT_LOSS: f64 = 0.001;
const MAX_INHERENT_OFFSET: f64 = 0.02;
const MAX_INHERENT_BALANCE: f64 = 30_000.0;

/// Inherent loss that is assumed first.
const FIRST_INHERENT_LOSS: f64 = 0.01;

/// Steps towards the likeliest inherent loss, and the length of each. More finds it better: a bandwidth that nothing
/// exceeds is else held less likely than one that explains the same losses by too much sent.
const FIT_STEPS: u32 = 5;
const STEP: f64 = 0.75;

/// How many standard deviations losses must be above a share to be more. Higher takes more for chance.
const CHANCE: f64 = 3.0;

/// How much a higher bandwidth is preferred where both are as likely: per kbit/s, and per its logarithm. Higher keeps
/// the rate up under loss.
const BIAS: f64 = 0.0002;
const LOG_BIAS: f64 = 0.02;

/// Loss at which the preference turns into its opposite, and how sharply.
const BIAS_TURN: f64 = 0.2;
const BIAS_TURN_WIDTH: f64 = 0.002;

/// A path, as losses show it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Channel {
    /// Share of packets that it loses whatever is sent.
    pub(super) inherent_loss: f64,
    /// What is sent above it is lost, in bit/s.
    pub(super) bandwidth: f64,
}

impl Channel {
    pub(super) fn new(bandwidth: f64) -> Self {
        Self {
            inherent_loss: FIRST_INHERENT_LOSS,
            bandwidth,
        }
    }

    /// Probability that a packet is lost when so much is sent.
    fn loss_probability(&self, sending_rate: f64) -> f64 {
        let overload = if sending_rate > self.bandwidth {
            (sending_rate - self.bandwidth) / sending_rate
        } else {
            0.0
        };
        let probability = self.inherent_loss + (1.0 - self.inherent_loss) * overload;
        probability.clamp(1e-6, 1.0 - 1e-6)
    }

    /// With an inherent loss that a channel of this bandwidth may have.
    fn feasible(self) -> Self {
        let upper = (MAX_INHERENT_OFFSET + MAX_INHERENT_BALANCE / self.bandwidth.max(1.0)).min(1.0);
        Self {
            inherent_loss: self.inherent_loss.clamp(MIN_INHERENT_LOSS, upper),
            ..self
        }
    }
}

/// Packets sent in some time.
#[derive(Clone, Copy, Debug)]
struct Observation {
    lost: f64,
    arrived: f64,
    sending_rate: f64,
}

/// The last observations.
#[derive(Debug, Default)]
pub(super) struct Observations {
    /// The newest first.
    recent: VecDeque<Observation>,
}

impl Observations {
    pub(super) fn push(&mut self, packets: u32, lost: u32, sending_rate: f64) {
        self.recent.truncate(WINDOW - 1);
        self.recent.push_front(Observation {
            lost: f64::from(lost.min(packets)),
            arrived: f64::from(packets.saturating_sub(lost)),
            sending_rate,
        });
    }

    /// Share of packets lost, newer ones counting more.
    pub(super) fn average_loss(&self) -> f64 {
        self.average(|_| true).unwrap_or(0.0)
    }

    /// The same when no more than about `bandwidth` was sent: losses from before a reduction say nothing against what
    /// is left.
    pub(super) fn loss_at(&self, bandwidth: f64) -> f64 {
        self.average(|one| one.sending_rate <= bandwidth * SAME_RATE)
            .unwrap_or_else(|| self.average_loss())
    }

    /// Share of packets lost in the last few observations.
    pub(super) fn recent_loss(&self) -> f64 {
        let (lost, all) = self.recently();
        if all > 0.0 { lost / all } else { 0.0 }
    }

    /// Whether in the last few observations more was lost than such a share and chance explain.
    pub(super) fn exceeds(&self, share: f64) -> bool {
        let (lost, all) = self.recently();
        let expected = share * all;
        lost > 1.0 + expected + CHANCE * expected.sqrt()
    }

    /// Packets lost in the last few observations, and all packets.
    fn recently(&self) -> (f64, f64) {
        let recent = self.recent.iter().take(RECENT);
        recent.fold((0.0, 0.0), |(lost, all), one| {
            (lost + one.lost, all + one.lost + one.arrived)
        })
    }

    /// Forgets what was before the last few observations if those are without any loss: the path is another.
    pub(super) fn forget_losses_before_recent(&mut self) {
        let clean = self.recent.iter().take(RECENT).all(|one| one.lost == 0.0);
        if clean && self.recent.len() >= RECENT {
            self.recent.truncate(RECENT);
        }
    }

    fn average(&self, counts: impl Fn(&Observation) -> bool) -> Option<f64> {
        let (lost, all) = self.weighted().filter(|(_, one)| counts(one)).fold(
            (0.0, 0.0),
            |(lost, all), (weight, one)| {
                (
                    lost + weight * one.lost,
                    all + weight * (one.lost + one.arrived),
                )
            },
        );
        (all > 0.0).then(|| lost / all)
    }

    /// The channel with the inherent loss under which the observations are likeliest.
    pub(super) fn fitted(&self, channel: &Channel) -> Channel {
        (0..FIT_STEPS).fold(*channel, |channel, _| self.step_of(&channel))
    }

    /// One step of Newton's method towards it.
    fn step_of(&self, channel: &Channel) -> Channel {
        let start = channel.feasible();
        let (first, second) = self
            .weighted()
            .fold((0.0, 0.0), |(first, second), (weight, one)| {
                let lost = start.loss_probability(one.sending_rate);
                let arrived = 1.0 - lost;
                (
                    first + weight * (one.lost / lost - one.arrived / arrived),
                    second
                        - weight * (one.lost / (lost * lost) + one.arrived / (arrived * arrived)),
                )
            });
        if second == 0.0 {
            return start;
        }
        Channel {
            inherent_loss: start.inherent_loss - STEP * first / second,
            ..start
        }
        .feasible()
    }

    /// Logarithm of how likely the observations are on a channel, with a preference for more bandwidth.
    pub(super) fn likelihood(&self, channel: &Channel) -> f64 {
        let kbps = channel.bandwidth / 1_000.0;
        let distance = BIAS_TURN - self.average_loss();
        let turn = distance / (BIAS_TURN_WIDTH + distance.abs());
        let bias = turn * (BIAS * kbps + LOG_BIAS * (1.0 + kbps).ln());
        self.weighted()
            .map(|(weight, one)| {
                let lost = channel.loss_probability(one.sending_rate);
                let packets = one.lost + one.arrived;
                weight * (one.lost * lost.ln() + one.arrived * (1.0 - lost).ln() + bias * packets)
            })
            .sum()
    }

    fn weighted(&self) -> impl Iterator<Item = (f64, &Observation)> {
        let weights = std::iter::successors(Some(1.0), |weight| Some(weight * AGEING));
        weights.zip(&self.recent)
    }
}
