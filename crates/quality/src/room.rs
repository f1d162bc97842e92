//! Scenarios of the whole server: peers of another WebRTC stack send pictures in layers, and one of them watches over a
//! bad link. The server measures the link and chooses the layers.

mod catalogue;
mod kinds;
mod picture;

use std::time::Duration;

use miso_netsim::LinkConfig;
use miso_sfu::command::{Command, ContentHint, ProducerCommand};
use miso_sfu::event::{ConsumerEvent, Event};
use miso_testkit::{
    Behaviour, Consumed, Described, PeerId, PeerSettings, Produced, VideoSettings, World,
};
use miso_wire::Bitrate;

use crate::figures::{Band, Figures, Measure};
use crate::scenario::{Scenario, Subject};
use picture::Picture;

pub use catalogue::scenarios;

/// Time for senders to be there before anybody watches.
const WARM_UP: Duration = Duration::from_secs(2);
/// Time between the first frames of two senders.
const STAGGER: Duration = Duration::from_millis(17);
/// Steps in which the course of a run is looked at.
const STEP: Duration = Duration::from_millis(100);
const STEPS_A_SECOND: usize = 10;
/// Share of a link that media can have: the rest is for headers, reports and probes.
const USABLE: f64 = 0.85;
/// Layers count as right again from when a viewer gets so much of what fits, a key frame among it.
const RECOVERED_SHARE: std::ops::RangeInclusive<f64> = 0.85..=1.15;
/// For so many steps.
const RECOVERED_STEPS: usize = 10;

/// How senders show themselves.
#[derive(Clone, Debug)]
enum Show {
    /// In several sizes of VP8.
    Simulcast(Vec<VideoSettings>),
    /// In one stream of VP8.
    Single(VideoSettings),
    /// In layers of one stream of VP9.
    Svc(VideoSettings),
    /// The same of a screen, whose detail matters more than its motion.
    Screen(VideoSettings),
    /// In one or more streams of this, whose layers the dependency descriptor tells.
    Described(Described, Vec<VideoSettings>),
}

/// A scenario of the whole server.
#[derive(Clone, Debug)]
pub struct RoomScenario {
    name: String,
    band: Band,
    short: bool,
    show: Show,
    /// Bitrates of the layers that a viewer can be given, the lowest first.
    layers: Vec<Bitrate>,
    /// When the viewer begins to watch each sender, after the warm-up.
    watched: Vec<Duration>,
    /// To the viewer, at the start and from later on.
    down: LinkConfig,
    changes: Vec<(Duration, LinkConfig)>,
    /// From the viewer.
    up: LinkConfig,
    /// How much faster the viewer's clock goes, in millionths.
    drift_ppm: i32,
    /// Who else sends over the link to the viewer, and when.
    strangers: Vec<(Behaviour, Duration, Duration)>,
    /// The share of the link that the viewer has a right to while it is measured.
    entitled: f64,
    /// What is measured: from when to when.
    measured: (Duration, Duration),
    /// Whether the course is printed.
    course: bool,
}

/// A sender, as the viewer sees it.
struct Watched {
    produced: Produced,
    since: Duration,
    consumed: Option<Consumed>,
}

impl Scenario for RoomScenario {
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
        // The other is an estimator, not a server.
        (subject == Subject::Miso).then(|| self.run_world(seed))
    }
}

impl RoomScenario {
    fn run_world(&self, seed: u64) -> Figures {
        let mut world = World::new(seed);
        let (viewer, senders) = self.gather(&mut world);
        let mut watched: Vec<Watched> = (self.watched.iter().zip(senders))
            .map(|(since, sender)| Watched {
                produced: self.produce(&mut world, sender),
                since: *since,
                consumed: None,
            })
            .collect();
        world.run_for(WARM_UP);
        let begin = world.now();
        for (behaviour, from, until) in &self.strangers {
            world.add_neighbour(viewer, *behaviour, (begin + *from, begin + *until));
        }
        let mut changes = self.changes.iter().peekable();
        let mut queue_is_measured = false;
        let steps = index(self.measured.1);
        for step in 0..steps {
            let at = when(step);
            while let Some((_, link)) = changes.next_if(|(when, _)| *when <= at) {
                world.set_links(viewer, self.up, *link);
            }
            for sender in watched.iter_mut().filter(|it| it.consumed.is_none()) {
                if sender.since <= at {
                    let consumed = world.consume(viewer, sender.produced.id);
                    world.receiver(viewer).ask_after_losses(consumed.ssrc);
                    sender.consumed = Some(consumed);
                }
            }
            if !queue_is_measured && at >= self.measured.0 {
                queue_is_measured = true;
                forget_queue(&mut world, viewer);
            }
            world.run_for(STEP);
            if self.course && step % STEPS_A_SECOND == 0 {
                print_course(&mut world, viewer, &watched);
            }
        }
        let queue = queue_p95(&world, viewer);
        let pictures: Vec<Picture> = (watched.iter())
            .filter_map(|sender| {
                let consumed = sender.consumed?;
                let sink = world.sink(&consumed);
                Some(Picture::new(&sink.arrivals, begin, sender.since))
            })
            .collect();
        let switches = (watched.iter().filter_map(|sender| sender.consumed))
            .map(|consumed| self.switches(&world, &consumed, begin))
            .sum::<usize>();
        self.figures(&pictures, queue, switches)
    }

    /// The viewer and the senders, connected. Handshakes differ from run to run, in length and in when they try again:
    /// so all are done before anything is sent, and over perfect links.
    fn gather(&self, world: &mut World) -> (PeerId, Vec<PeerId>) {
        let viewer = world.add_peer(&PeerSettings {
            drift_ppm: self.drift_ppm,
            ..PeerSettings::default()
        });
        let mut add = || world.add_peer(&PeerSettings::default());
        let senders: Vec<PeerId> = self.watched.iter().map(|_| add()).collect();
        world.wait_for_peers(&senders);
        world.wait_for_peers(&[viewer]);
        world.set_links(viewer, self.up, self.down);
        (viewer, senders)
    }

    fn produce(&self, world: &mut World, sender: PeerId) -> Produced {
        // Cameras are not in step.
        world.run_for(STAGGER);
        match &self.show {
            Show::Simulcast(layers) => world.produce_simulcast(sender, layers),
            Show::Single(settings) => world.produce_video(sender, *settings),
            Show::Svc(settings) => world.produce_svc(sender, *settings),
            Show::Screen(settings) => {
                let screen = world.produce_svc(sender, *settings);
                let hint = ProducerCommand::SetContentHint(ContentHint::Detail);
                world.must(Command::Producer(screen.id, hint));
                screen
            }
            Show::Described(format, streams) => world.produce_described(sender, *format, streams),
        }
    }

    /// Changes of layers while it is measured.
    fn switches(&self, world: &World, consumed: &Consumed, begin: std::time::Instant) -> usize {
        let (from, to) = (begin + self.measured.0, begin + self.measured.1);
        let is_switch = |event: &Event| matches!(event, Event::Consumer(id, ConsumerEvent::LayersChange(_)) if *id == consumed.id);
        let events = world.server.events.iter();
        events
            .filter(|(at, event)| (from..to).contains(at) && is_switch(event))
            .count()
    }

    fn figures(&self, pictures: &[Picture], queue: Duration, switches: usize) -> Figures {
        let (from, to) = self.measured;
        let minutes = (to - from).as_secs_f64() / 60.0 * pictures.len().max(1) as f64;
        let first = pictures.iter().map(Picture::first_frame).max();
        let freezes: Vec<Duration> = (pictures.iter())
            .flat_map(|picture| picture.freezes(from, to))
            .collect();
        let over = |value: &dyn Fn(usize) -> f64| (index(from)..index(to)).map(value).sum::<f64>();
        let got = over(&|step| received(pictures, step));
        let fits = over(&|step| self.affordable(step));
        let room = over(&|step| self.capacity(step) / 8.0);
        let of_use = over(&|step| self.capacity(step).min(self.supply(step)) / 8.0);
        let mut figures = Figures::default()
            .with(Measure::Utilisation, 100.0 * got / of_use.max(1.0))
            .with(Measure::Affordable, 100.0 * got / fits.max(1.0))
            .with(Measure::QueueDelayP95, millis(queue))
            .with(
                Measure::FirstFrame,
                first.flatten().map_or(f64::INFINITY, millis),
            )
            .with(Measure::Freezes, freezes.len() as f64 / minutes)
            .with(
                Measure::LongestFreeze,
                freezes.into_iter().max().map_or(0.0, millis),
            )
            .with(Measure::Switches, switches as f64 / minutes);
        if pictures.len() > 1 {
            let shares: Vec<f64> = pictures.iter().map(|it| it.bytes(from, to)).collect();
            figures = figures.with(Measure::Fairness, 100.0 * fairness(&shares));
        }
        if !self.strangers.is_empty() {
            figures = figures.with(Measure::Share, 100.0 * got / room.max(1.0) * self.entitled);
        }
        if let Some((change, _)) = self.changes.last() {
            figures = figures.with(Measure::Recovery, self.recovery(pictures, *change));
        }
        figures
    }

    /// Bit/s that the link has for the viewer at that time.
    fn capacity(&self, step: usize) -> f64 {
        let at = when(step);
        let changed = self.changes.iter().rev().find(|(when, _)| *when <= at);
        let link = changed.map_or(&self.down, |(_, link)| link);
        let rate = link.rate.map_or(f64::INFINITY, |rate| rate.0 as f64);
        let policed = link.policer.map_or(rate, |policer| policer.rate.0 as f64);
        rate.min(policed) * self.entitled
    }

    /// Bit/s that there would be to send at that time.
    fn supply(&self, step: usize) -> f64 {
        let most = self.layers.last().map_or(0.0, |layer| layer.0 as f64);
        most * self.watching(step) as f64
    }

    /// How many senders are watched at that time.
    fn watching(&self, step: usize) -> usize {
        let at = when(step);
        self.watched.iter().filter(|since| **since <= at).count()
    }

    /// Bytes a second of the best layers that fit the link at that time, for all that are watched.
    fn affordable(&self, step: usize) -> f64 {
        let watching = self.watching(step);
        let usable = self.capacity(step) * USABLE;
        let mut given = vec![0_usize; watching];
        let cost = |given: &[usize]| -> f64 {
            let layers = given.iter().filter_map(|count| {
                let layer = count.checked_sub(1)?;
                self.layers.get(layer)
            });
            layers.map(|layer| layer.0 as f64).sum()
        };
        // As sharing does it: everybody one layer, then everybody another, as long as it fits.
        loop {
            let before = given.clone();
            for sender in 0..watching {
                let mut raised = given.clone();
                if let Some(count) = raised.get_mut(sender).filter(|it| **it < self.layers.len()) {
                    *count += 1;
                }
                if cost(&raised) <= usable {
                    given = raised;
                }
            }
            if given == before {
                return cost(&given) / 8.0;
            }
        }
    }

    fn recovery(&self, pictures: &[Picture], change: Duration) -> f64 {
        let (first, last) = (index(change), index(self.measured.1) - RECOVERED_STEPS);
        let recovered = (first..last).find(|start| {
            let window = *start..start + RECOVERED_STEPS;
            let got: f64 = window.clone().map(|step| received(pictures, step)).sum();
            let fits: f64 = window.map(|step| self.affordable(step)).sum();
            let within = got / fits.max(1.0);
            RECOVERED_SHARE.contains(&within)
        });
        (recovered.unwrap_or(last) - first) as f64 * millis(STEP)
    }
}

/// When a step begins.
fn when(step: usize) -> Duration {
    STEP * u32::try_from(step).unwrap_or(u32::MAX)
}

/// Bytes a second in a step, of all pictures.
fn received(pictures: &[Picture], step: usize) -> f64 {
    let at = when(step);
    let bytes = pictures.iter().map(|picture| picture.bytes(at, at + STEP));
    bytes.sum::<f64>() / STEP.as_secs_f64()
}

fn index(at: Duration) -> usize {
    usize::try_from(at.as_millis() / STEP.as_millis()).unwrap_or(usize::MAX)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Jain's index.
fn fairness(shares: &[f64]) -> f64 {
    let sum: f64 = shares.iter().sum();
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    sum * sum / (shares.len() as f64 * squares.max(1.0))
}

/// Prints what is available, and how many consumers have which layers.
fn print_course(world: &mut World, viewer: PeerId, watched: &[Watched]) {
    let transport = world.peer(viewer).recv.transport;
    let stats = world.transport_stats(transport);
    let consumers = watched.iter().filter_map(|sender| sender.consumed);
    let mut layers = std::collections::BTreeMap::<_, usize>::new();
    for consumed in consumers {
        let dump = world.consumer_dump(consumed.id);
        let layer = (dump.current_spatial_layer, dump.current_temporal_layer);
        *layers.entry(layer).or_default() += 1;
    }
    let available = stats.available_outgoing_bitrate.unwrap_or(Bitrate::ZERO);
    let sent = stats.rtp_sent.bitrate.0 + stats.rtx_sent.bitrate.0;
    eprintln!(
        "available {} sent {} probes {} layers {layers:?}",
        available.0 / 1_000,
        sent / 1_000,
        stats.probation_sent.bitrate.0 / 1_000,
    );
}

fn forget_queue(world: &mut World, viewer: PeerId) {
    let host = world.peer(viewer).host;
    if let Some(link) = world.wire.net.downlink(host) {
        world.wire.net.take_stats(link);
    }
}

fn queue_p95(world: &World, viewer: PeerId) -> Duration {
    let host = world.peer(viewer).host;
    let link = world.wire.net.downlink(host);
    let stats = link.and_then(|link| world.wire.net.stats(link));
    stats.map_or(Duration::ZERO, |stats| stats.queue_delay.percentile(0.95))
}
