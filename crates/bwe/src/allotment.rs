//! Shares the available bitrate of a transport among its consumers: by priority, layer by layer.
//!
//! Each consumer makes a claim: the points at which it can be served, from the cheapest on, each with its whole
//! bitrate. In the first round each claim is raised to its first point; in every further round each is raised by as many
//! points as its priority says, the highest priority first, until nothing more fits (fact sheet 3.12 and 3.13 describe
//! mediasoup's ways, of which this is the common part).
//!
//! A point above the one that a claim holds must fit with a reserve, so that an estimate that moves a little moves no
//! layer.

use miso_wire::Bitrate;
use std::ops::Range;

/// What a rise must leave free, in percent of the new point's bitrate. More makes layers change less often and come
/// later; less fills the link better and falls back sooner.
const RISE_RESERVE_PERCENT: u64 = 10;

/// A way to serve a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatingPoint {
    /// All that it costs, lower layers that it needs included.
    pub bitrate: Bitrate,
    /// The spatial layer that it shows.
    pub spatial: u8,
    /// The highest temporal layer that it shows.
    pub temporal: u8,
}

/// Names a claim within one [`Allotment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimIndex(usize);

/// What a claim is worth, and what it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// 1 to 255; higher is served first, and by more points a round.
    pub priority: u8,
    /// The layers that it was given last, spatial and temporal: what is above costs a reserve.
    pub held: Option<(u8, u8)>,
}

/// A claim with its state during the sharing.
#[derive(Clone, Debug)]
struct Claim {
    claimant: Claimant,
    /// Its points among all.
    points: Range<usize>,
    /// How many of them it was raised by.
    given: usize,
}

/// The sharing of one transport's bitrate. Kept between sharings for its memory.
#[derive(Clone, Debug, Default)]
pub struct Allotment {
    points: Vec<OperatingPoint>,
    claims: Vec<Claim>,
    /// Claims by priority, the highest first.
    order: Vec<usize>,
}

impl Allotment {
    /// Forgets all claims.
    pub fn clear(&mut self) {
        self.points.clear();
        self.claims.clear();
        self.order.clear();
    }

    /// Adds a claim. A point that costs as much as a later one or more is passed over: the later one shows more.
    pub fn claim(
        &mut self,
        claimant: Claimant,
        points: impl IntoIterator<Item = OperatingPoint>,
    ) -> ClaimIndex {
        let start = self.points.len();
        for point in points {
            while self.points.len() > start
                && self
                    .points
                    .last()
                    .is_some_and(|last| last.bitrate >= point.bitrate)
            {
                self.points.pop();
            }
            self.points.push(point);
        }
        self.claims.push(Claim {
            claimant,
            points: start..self.points.len(),
            given: 0,
        });
        ClaimIndex(self.claims.len() - 1)
    }

    /// Shares the bitrate among the claims. Rises but for first points go no further than `most` for all together, and
    /// keep away from it by a quarter of what they cost: one of which `most` is the measure would differ a little now. What
    /// nobody was given.
    pub fn share(&mut self, available: Bitrate, most: Bitrate) -> Bitrate {
        let claims = &self.claims;
        self.order.clear();
        self.order.extend(0..claims.len());
        let priority = |index: &usize| claims.get(*index).map_or(0, |it| it.claimant.priority);
        self.order
            .sort_by_key(|index| std::cmp::Reverse(priority(index)));
        let mut left = available.0;
        let mut is_first_round = true;
        loop {
            let mut raised = false;
            for index in &self.order {
                let Some(claim) = self.claims.get_mut(*index) else {
                    continue;
                };
                let steps = if is_first_round {
                    1
                } else {
                    claim.claimant.priority.max(1)
                };
                for _ in 0..steps {
                    let Some(cost) = claim.next_step(
                        &self.points,
                        left,
                        most.0.saturating_sub(available.0 - left),
                    ) else {
                        break;
                    };
                    left -= cost;
                    claim.given += 1;
                    raised = true;
                }
            }
            if !raised {
                return Bitrate(left);
            }
            is_first_round = false;
        }
    }

    /// What a claim was given; none when not even its first point fits.
    pub fn given(&self, claim: ClaimIndex) -> Option<OperatingPoint> {
        let claim = self.claims.get(claim.0)?;
        let place = claim.points.start + claim.given.checked_sub(1)?;
        self.points.get(place).copied()
    }
}

impl Claim {
    /// What the next point costs more than the present one, if it fits into what is left, a rise into what is left for
    /// those.
    fn next_step(&self, points: &[OperatingPoint], left: u64, left_for_rises: u64) -> Option<u64> {
        let own = points.get(self.points.clone())?;
        let next = own.get(self.given)?;
        let present = self.given.checked_sub(1).and_then(|index| own.get(index));
        let cost = next.bitrate.0 - present.map_or(0, |present| present.bitrate.0);
        let is_rise = self
            .claimant
            .held
            .is_none_or(|held| (next.spatial, next.temporal) > held);
        // The first point of who has nothing needs no reserve: some picture is better than none.
        let is_free = !is_rise || self.given == 0;
        let reserve = next.bitrate.0.saturating_mul(RISE_RESERVE_PERCENT) / 100;
        let fits = if is_free {
            cost <= left
        } else {
            cost.saturating_add(reserve) <= left && cost.saturating_add(cost / 4) <= left_for_rises
        };
        fits.then_some(cost)
    }
}

#[cfg(test)]
mod tests;
