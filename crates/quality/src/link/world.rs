//! Flows and strangers on one link, in virtual time.

use std::time::{Duration, Instant};

use miso_netsim::{Link, LinkConfig};
use miso_testkit::{STRANGER_PACKET, Stranger};
use miso_wire::Seq;

use super::flow::Flow;

/// What travels on the link.
#[derive(Clone, Copy)]
pub(super) enum Packet {
    /// A packet of a flow.
    Flow {
        flow: usize,
        seq: Seq,
        payload: usize,
        media: bool,
    },
    /// A packet of a stranger.
    Stranger { stranger: usize, number: u64 },
}

/// What travels back.
#[derive(Clone)]
pub(super) enum Answer {
    /// Feedback of a flow.
    Feedback { flow: usize, message: Vec<u8> },
    /// An acknowledgement to a stranger.
    Acknowledgement { stranger: usize, number: u64 },
}

/// How often the queue is looked at.
const SAMPLE: Duration = Duration::from_millis(10);

/// The world.
pub(super) struct World {
    pub(super) now: Instant,
    pub(super) start: Instant,
    pub(super) link: Link<Packet>,
    pub(super) back: Link<Answer>,
    pub(super) flows: Vec<Flow>,
    pub(super) strangers: Vec<Stranger>,
    /// Time in the queue in ms, sampled.
    pub(super) queue: Vec<f64>,
    next_sample: Instant,
    /// Whether the course is printed.
    course: bool,
}

impl World {
    pub(super) fn new(
        link: Link<Packet>,
        back: Link<Answer>,
        start: Instant,
        course: bool,
    ) -> Self {
        Self {
            now: start,
            start,
            link,
            back,
            flows: Vec::new(),
            strangers: Vec::new(),
            queue: Vec::new(),
            next_sample: start,
            course,
        }
    }

    /// Lets everything happen that is due by `until`.
    pub(super) fn run_until(&mut self, until: Instant) {
        loop {
            let next = self.next_event();
            if next > until {
                self.now = until;
                return;
            }
            self.now = self.now.max(next);
            self.step();
        }
    }

    /// Makes the link another.
    pub(super) fn configure(&mut self, config: LinkConfig) {
        self.link.configure(config, self.now);
    }

    fn next_event(&self) -> Instant {
        let links = [self.link.poll_timeout(), self.back.poll_timeout()];
        let flows = self.flows.iter().map(Flow::poll_timeout);
        let strangers = self.strangers.iter().filter_map(Stranger::poll_timeout);
        links
            .into_iter()
            .flatten()
            .chain(flows)
            .chain(strangers)
            .fold(self.next_sample, Instant::min)
    }

    fn step(&mut self) {
        let now = self.now;
        self.sample();
        while let Some((at, packet)) = self.link.recv(now) {
            self.arrived(packet, at);
        }
        while let Some((_, answer)) = self.back.recv(now) {
            match answer {
                Answer::Feedback { flow, message } => self.flows[flow].feedback(&message, now),
                Answer::Acknowledgement { stranger, number } => {
                    self.strangers[stranger].acknowledged(number, now);
                }
            }
        }
        for (index, flow) in self.flows.iter_mut().enumerate() {
            flow.estimator.handle_timeout(now);
            while let Some((seq, payload, media)) = flow.poll(now) {
                let packet = Packet::Flow {
                    flow: index,
                    seq,
                    payload,
                    media,
                };
                self.link.send(packet, payload, now);
            }
            while let Some(message) = flow.receiver.poll(now) {
                let len = message.len();
                let answer = Answer::Feedback {
                    flow: index,
                    message,
                };
                self.back.send(answer, len, now);
            }
        }
        for (index, stranger) in self.strangers.iter_mut().enumerate() {
            while let Some(number) = stranger.poll(now) {
                let packet = Packet::Stranger {
                    stranger: index,
                    number,
                };
                self.link.send(packet, STRANGER_PACKET, now);
            }
        }
    }

    fn arrived(&mut self, packet: Packet, at: Instant) {
        match packet {
            Packet::Flow {
                flow,
                seq,
                payload,
                media,
            } => self.flows[flow].arrived(seq, payload, media, at),
            Packet::Stranger { stranger, number } => {
                let answer = Answer::Acknowledgement { stranger, number };
                self.back.send(answer, 40, at);
            }
        }
    }

    fn sample(&mut self) {
        if self.now < self.next_sample {
            return;
        }
        self.next_sample = self.now + SAMPLE;
        let rate = self
            .link
            .config()
            .rate
            .map_or(f64::MAX, |rate| rate.0 as f64);
        let queued = self.link.queued_bytes() as f64 * 8_000.0 / rate;
        self.queue.push(queued);
        if self.course && self.queue.len().is_multiple_of(20) {
            self.print(queued);
        }
    }

    fn print(&self, queued: f64) {
        let seconds = self.now.duration_since(self.start).as_secs_f64();
        for flow in &self.flows {
            eprintln!(
                "{seconds:6.1} s: {:6} kbit/s, queue {queued:5.0} ms; {}",
                flow.estimator.available().0 / 1_000,
                flow.estimator.describe()
            );
        }
    }
}
