//! One scenario: what happens when, and what is measured of it.

use std::time::{Duration, Instant};

use miso_netsim::{Link, LinkConfig};
use miso_testkit::{Behaviour, Stranger};
use miso_wire::Bitrate;

use super::flow::{Flow, STEP, Step};
use super::receiver::Receiver;
use super::source::Source;
use super::world::World;
use crate::figures::{Band, Figures, Measure};
use crate::scenario::{Scenario, Subject};
use crate::subject::estimator;

/// Media well within the capacity: a step counts as recovered from when so much of it is used.
const RECOVERED_SHARE: f64 = 0.8;
/// And no more than so much waits.
const RECOVERED_QUEUE_MS: f64 = 60.0;
/// For so long.
const RECOVERED_TIME: Duration = Duration::from_secs(1);

/// A change of the link.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// When, since the start.
    pub(super) at: Duration,
    /// What it is from then on.
    pub(super) link: LinkConfig,
}

/// A scenario of the estimator on a link.
#[derive(Clone, Debug)]
pub struct LinkScenario {
    pub(super) name: String,
    pub(super) band: Band,
    pub(super) short: bool,
    /// The link at the start, and what becomes of it.
    pub(super) link: LinkConfig,
    pub(super) changes: Vec<Change>,
    /// The way back.
    pub(super) back: LinkConfig,
    /// When flows begin.
    pub(super) flows: Vec<Duration>,
    /// What each has to send at most.
    pub(super) supply: Bitrate,
    /// The rates that it can send at, lowest first; any when empty.
    pub(super) levels: &'static [Bitrate],
    /// Over which share of the time between frames packets are spread.
    pub(super) spread: f64,
    /// Time between feedback.
    pub(super) feedback: Duration,
    /// How much faster the receiver's clock goes, in millionths.
    pub(super) drift_ppm: i64,
    /// Who else sends, and when.
    pub(super) strangers: Vec<(Behaviour, Duration, Duration)>,
    /// What is measured: from when to when.
    pub(super) measured: (Duration, Duration),
    /// The share of the link that flows have a right to while it is measured.
    pub(super) entitled: f64,
    /// Whether the course is printed.
    pub(super) course: bool,
}

impl Scenario for LinkScenario {
    fn name(&self) -> &str {
        &self.name
    }

    fn band(&self) -> &Band {
        &self.band
    }

    fn is_short(&self) -> bool {
        self.short
    }

    fn run(&self, subject: Subject, seed: u64) -> Option<Figures> {
        let world = self.simulate(subject, seed);
        Some(self.figures(&world))
    }
}

impl LinkScenario {
    fn simulate(&self, subject: Subject, seed: u64) -> World {
        let start = base();
        if self.course {
            eprintln!("{} with {}", self.name, subject.name());
        }
        let link = Link::new(self.link, seed, start);
        let back = Link::new(self.back, seed.wrapping_add(1), start);
        let mut world = World::new(link, back, start, self.course);
        for (behaviour, from, until) in &self.strangers {
            let stranger = Stranger::new(*behaviour, start + *from, start + *until);
            world.strangers.push(stranger);
        }
        let begins = self.flows.iter().map(|at| (*at, None));
        let changes = self
            .changes
            .iter()
            .map(|change| (change.at, Some(change.link)));
        let mut agenda: Vec<(Duration, Option<LinkConfig>)> = begins.chain(changes).collect();
        agenda.sort_by_key(|(at, _)| *at);
        for (at, change) in agenda {
            world.run_until(start + at);
            match change {
                Some(link) => world.configure(link),
                None => {
                    let flow = self.flow(subject, seed, &world);
                    world.flows.push(flow);
                }
            }
        }
        world.run_until(start + self.measured.0);
        world.link.take_stats();
        world.run_until(start + self.measured.1);
        world
    }

    fn flow(&self, subject: Subject, seed: u64, world: &World) -> Flow {
        let now = world.now;
        let overhead = self.link.overhead;
        let seed = seed + 7 * (1 + world.flows.len() as u64);
        let mut estimator = estimator(subject, now);
        estimator.set_desired(self.supply, now);
        Flow::new(
            estimator,
            Source::new(self.supply, self.spread, overhead, seed, now).with_levels(self.levels),
            Receiver::new(self.feedback, self.drift_ppm, now),
            overhead,
            world.start,
        )
    }

    fn figures(&self, world: &World) -> Figures {
        let (from, until) = self.measured;
        let totals: Vec<Step> = world
            .flows
            .iter()
            .map(|flow| sum(flow, from, until))
            .collect();
        let total = totals
            .iter()
            .fold(Step::default(), |all, one| plus(&all, one));
        let room: f64 = steps(from, until)
            .map(|step| self.capacity(step).min(self.supply_of_all()) * STEP.as_secs_f64() / 8.0)
            .sum();
        let stats = world.link.stats();
        let queue = stats.queue_delay.percentile(0.95).as_secs_f64() * 1_000.0;
        let percent = |share: f64| share * 100.0;
        let lost = total.packets.saturating_sub(total.packets_arrived);
        let mut figures = Figures::default()
            .with(
                Measure::Utilisation,
                percent(total.arrived as f64 / (room * self.entitled)),
            )
            .with(Measure::QueueDelayP95, queue)
            .with(
                Measure::Loss,
                percent(lost as f64 / total.packets.max(1) as f64),
            )
            .with(
                Measure::Padding,
                percent(total.padding as f64 / total.media.max(1) as f64),
            );
        if let Some(change) = self.changes.last() {
            figures = figures.with(Measure::Recovery, self.recovery(world, change.at));
        }
        if totals.len() > 1 {
            figures = figures.with(Measure::Fairness, percent(fairness(&totals)));
        }
        if !self.strangers.is_empty() {
            figures = figures.with(Measure::Share, percent(total.arrived as f64 / room));
        }
        if let Some(switches) = self.switches(world) {
            figures = figures.with(Measure::Switches, switches);
        }
        let estimate = world.flows.first().map(|flow| flow.estimator.available());
        figures.with(
            Measure::Estimate,
            estimate.unwrap_or_default().0 as f64 / 1_000.0,
        )
    }

    /// Changes of layer each minute while it is measured; none for sources without layers.
    fn switches(&self, world: &World) -> Option<f64> {
        let (from, until) = self.measured;
        let measured = |at: &&Instant| **at >= world.start + from && **at < world.start + until;
        let switches = world.flows.first()?.source.switches()?;
        let count = switches.iter().filter(measured).count();
        Some(count as f64 * 60.0 / (until - from).as_secs_f64())
    }

    fn supply_of_all(&self) -> f64 {
        self.supply.0 as f64 * self.flows.len() as f64
    }

    /// What the link passes in a step, in bit/s.
    fn capacity(&self, step: usize) -> f64 {
        let at = STEP * u32::try_from(step).unwrap_or(u32::MAX);
        let link = self
            .changes
            .iter()
            .rev()
            .find(|change| change.at <= at)
            .map_or(&self.link, |change| &change.link);
        let policer = link.policer.map(|policer| policer.rate);
        let rates = link.rate.into_iter().chain(policer);
        rates.min().map_or(f64::MAX, |rate| rate.0 as f64)
    }

    /// Milliseconds from a change until media uses the link well and nothing much waits, for some time.
    fn recovery(&self, world: &World, change: Duration) -> f64 {
        let first = index(change);
        let needed = index(RECOVERED_TIME);
        let last = index(self.measured.1).saturating_sub(needed);
        let good = |step: usize| {
            let arrived: u64 = world
                .flows
                .iter()
                .filter_map(|flow| flow.steps.get(step))
                .map(|step| step.arrived)
                .sum();
            let room = self.capacity(step).min(self.supply_of_all());
            let used = arrived as f64 * 8.0 / STEP.as_secs_f64() / room;
            let samples = world.queue.iter().skip(step * 10).take(10);
            let queue = samples.copied().fold(f64::MAX, f64::min);
            (used, queue)
        };
        let recovered = (first..last).find(|start| {
            let seen: Vec<(f64, f64)> = (*start..start + needed).map(good).collect();
            let used = seen.iter().map(|(used, _)| used).sum::<f64>() / seen.len() as f64;
            let calm = seen.iter().all(|(_, queue)| *queue <= RECOVERED_QUEUE_MS);
            used >= RECOVERED_SHARE * self.entitled && calm
        });
        let steps = recovered.unwrap_or(last).saturating_sub(first);
        steps as f64 * STEP.as_secs_f64() * 1_000.0
    }
}

fn index(at: Duration) -> usize {
    usize::try_from(at.as_millis() / STEP.as_millis()).unwrap_or(usize::MAX)
}

fn steps(from: Duration, until: Duration) -> std::ops::Range<usize> {
    index(from)..index(until)
}

fn sum(flow: &Flow, from: Duration, until: Duration) -> Step {
    steps(from, until)
        .filter_map(|step| flow.steps.get(step))
        .fold(Step::default(), |all, one| plus(&all, one))
}

fn plus(all: &Step, one: &Step) -> Step {
    Step {
        arrived: all.arrived + one.arrived,
        media: all.media + one.media,
        padding: all.padding + one.padding,
        packets: all.packets + one.packets,
        packets_arrived: all.packets_arrived + one.packets_arrived,
    }
}

/// Jain's index.
fn fairness(totals: &[Step]) -> f64 {
    let arrived = totals.iter().map(|total| total.arrived as f64);
    let sum: f64 = arrived.clone().sum();
    let squares: f64 = arrived.map(|one| one * one).sum();
    sum * sum / (totals.len() as f64 * squares).max(1.0)
}

/// Any moment: only distances count.
#[expect(
    clippy::disallowed_methods,
    reason = "an Instant cannot be made otherwise; nothing depends on which it is"
)]
fn base() -> Instant {
    Instant::now()
}
