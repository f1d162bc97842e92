//! One direction of a path: policer, queue, bottleneck, wire.

mod flight;

use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

use miso_wire::Bitrate;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use self::flight::Flight;
use crate::config::{Buffer, LinkConfig};
use crate::loss::happens;
use crate::policer::Bucket;
use crate::stats::LinkStats;

/// One direction of a path, for packets of any kind.
pub struct Link<P> {
    config: LinkConfig,
    rng: SmallRng,
    bucket: Option<Bucket>,
    /// Waits for the bottleneck.
    queue: VecDeque<Waiting<P>>,
    /// Size of what waits, in bytes.
    queued_bytes: usize,
    /// Is being transmitted.
    serving: Option<Serving<P>>,
    /// Is on the wire.
    flights: BinaryHeap<Flight<P>>,
    /// Packets ever put on the wire.
    departed: u64,
    /// When the last packet that keeps its place arrives.
    last_arrival: Option<Instant>,
    /// State of the burst loss.
    bad: bool,
    stats: LinkStats,
}

/// A packet in front of the bottleneck.
struct Waiting<P> {
    packet: P,
    /// Bytes with overhead.
    size: usize,
    since: Instant,
}

/// A packet at the bottleneck.
struct Serving<P> {
    packet: P,
    /// Bytes with overhead.
    size: usize,
    /// What is left to transmit at `since`, see [`work`].
    work: u128,
    since: Instant,
}

/// What transmitting so many bytes takes: nanoseconds times bits per second.
pub(crate) fn work(bytes: usize) -> u128 {
    const NANOS_PER_SECOND: u128 = 1_000_000_000;
    8 * NANOS_PER_SECOND * bytes as u128
}

impl<P: Clone> Link<P> {
    /// An idle link with its own randomness.
    pub fn new(config: LinkConfig, seed: u64, now: Instant) -> Self {
        Self {
            config,
            rng: SmallRng::seed_from_u64(seed),
            bucket: config.policer.map(|policer| Bucket::new(policer, now)),
            queue: VecDeque::new(),
            queued_bytes: 0,
            serving: None,
            flights: BinaryHeap::new(),
            departed: 0,
            last_arrival: None,
            bad: false,
            stats: LinkStats::default(),
        }
    }

    /// What the link is like.
    pub fn config(&self) -> &LinkConfig {
        &self.config
    }

    /// Makes it another from now on. What waits goes on at the new rate, what is on the wire arrives as it would have.
    pub fn configure(&mut self, config: LinkConfig, now: Instant) {
        self.advance(now);
        if let (Some(serving), Some(rate)) = (&mut self.serving, self.config.rate) {
            let elapsed = now.saturating_duration_since(serving.since).as_nanos();
            serving.work = serving.work.saturating_sub(elapsed * u128::from(rate.0));
            serving.since = now;
        }
        if config.policer != self.config.policer {
            self.bucket = config.policer.map(|policer| Bucket::new(policer, now));
        }
        self.config = config;
        self.advance(now);
    }

    /// Puts a packet with a payload of so many bytes into the link.
    pub fn send(&mut self, packet: P, payload_len: usize, now: Instant) {
        self.advance(now);
        let size = payload_len + self.config.overhead;
        self.stats.packets_in += 1;
        self.stats.bytes_in += size as u64;
        if self.config.mtu.is_some_and(|mtu| payload_len > mtu) {
            self.stats.drops.too_big += 1;
        } else if self
            .bucket
            .as_mut()
            .is_some_and(|bucket| !bucket.admits(size, now))
        {
            self.stats.drops.policed += 1;
        } else if self.serving.is_some() && !self.has_room(size, now) {
            self.stats.drops.queue_full += 1;
        } else {
            self.queued_bytes += size;
            self.queue.push_back(Waiting {
                packet,
                size,
                since: now,
            });
            self.advance(now);
        }
    }

    /// When something happens next: look with [`recv`](Self::recv) then.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let arrival = self.flights.peek().map(|flight| flight.at);
        self.service_end().into_iter().chain(arrival).min()
    }

    /// The next packet that has arrived by `now`, and when it did. To be called until there is none.
    pub fn recv(&mut self, now: Instant) -> Option<(Instant, P)> {
        self.advance(now);
        if self.flights.peek()?.at > now {
            return None;
        }
        let flight = self.flights.pop()?;
        self.stats.packets_out += 1;
        self.stats.bytes_out += flight.size as u64;
        Some((flight.at, flight.packet))
    }

    /// Bytes that wait in front of the bottleneck.
    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes
    }

    /// The counters.
    pub fn stats(&self) -> &LinkStats {
        &self.stats
    }

    /// The counters, which begin anew.
    pub fn take_stats(&mut self) -> LinkStats {
        std::mem::take(&mut self.stats)
    }

    fn has_room(&self, size: usize, now: Instant) -> bool {
        match self.config.buffer {
            Buffer::Unlimited => true,
            Buffer::Bytes(limit) => self.queued_bytes + size <= limit,
            Buffer::Time(limit) => self.wait(now).is_some_and(|wait| wait <= limit),
        }
    }

    /// How long a packet would wait that came now; `None` for ever.
    fn wait(&self, now: Instant) -> Option<Duration> {
        let Some(rate) = self.config.rate else {
            return Some(Duration::ZERO);
        };
        let current = match self.service_end() {
            Some(end) => end.saturating_duration_since(now),
            None if self.serving.is_some() => return None,
            None => Duration::ZERO,
        };
        Some(current + transmission_time(work(self.queued_bytes), rate)?)
    }

    /// When the packet at the bottleneck is through. `None` with an idle link, and with one that stands still.
    fn service_end(&self) -> Option<Instant> {
        let serving = self.serving.as_ref()?;
        match self.config.rate {
            None => Some(serving.since),
            Some(rate) => serving
                .since
                .checked_add(transmission_time(serving.work, rate)?),
        }
    }

    /// Transmits everything that is through by `now`.
    fn advance(&mut self, now: Instant) {
        loop {
            if self.serving.is_some() {
                let Some(end) = self.service_end().filter(|end| *end <= now) else {
                    return;
                };
                if let Some(served) = self.serving.take() {
                    self.depart(served.packet, served.size, end);
                    self.serve_next(end);
                }
            } else if self.queue.is_empty() {
                return;
            } else {
                self.serve_next(now);
            }
        }
    }

    /// Brings the next packet to the bottleneck, which is free since `at`.
    fn serve_next(&mut self, at: Instant) {
        let Some(Waiting {
            packet,
            size,
            since,
        }) = self.queue.pop_front()
        else {
            return;
        };
        self.queued_bytes -= size;
        let at = at.max(since);
        self.stats.queue_delay.record(at.duration_since(since));
        self.serving = Some(Serving {
            packet,
            size,
            work: work(size),
            since: at,
        });
    }

    /// Puts a packet on the wire.
    fn depart(&mut self, packet: P, size: usize, at: Instant) {
        if let Some(model) = self.config.burst_loss
            && model.loses(&mut self.bad, &mut self.rng)
        {
            self.stats.drops.burst += 1;
            return;
        }
        if happens(self.config.random_loss, &mut self.rng) {
            self.stats.drops.random += 1;
            return;
        }
        if happens(self.config.duplicate, &mut self.rng) {
            self.stats.duplicated += 1;
            self.fly(packet.clone(), size, at);
        }
        self.fly(packet, size, at);
    }

    fn fly(&mut self, packet: P, size: usize, departure: Instant) {
        let mut at = departure + self.config.delay;
        if !self.config.jitter.is_zero() {
            at += self.config.jitter.mul_f64(self.rng.random());
        }
        if happens(self.config.reorder, &mut self.rng) {
            self.stats.reordered += 1;
            at += self.config.reorder_by;
        } else if !self.config.jitter_reorders {
            at = self.last_arrival.map_or(at, |last| last.max(at));
            self.last_arrival = Some(at);
        }
        self.departed += 1;
        self.flights.push(Flight {
            at,
            number: self.departed,
            packet,
            size,
        });
    }
}

/// How long this work takes at this rate, rounded up to the nanosecond; `None` for ever.
fn transmission_time(work: u128, rate: Bitrate) -> Option<Duration> {
    if rate == Bitrate::ZERO {
        return (work == 0).then_some(Duration::ZERO);
    }
    let nanos = work.div_ceil(u128::from(rate.0));
    u64::try_from(nanos).ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests;
