//! Whether a pacer in front of what the server sends would help viewers on slow links (docs/adr/0005-pacer.md):
//!
//!     cargo run --package miso-quality --example pacer
//!
//! Streams with key frames arrive at a server as senders spread them, or at once, and leave for a link as they come or
//! from a queue at two and a half times their rate, as libwebrtc paces. What the link loses is asked for and sent again.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use miso_netsim::{Buffer, Link, LinkConfig};
use miso_wire::Bitrate;

const STEP: Duration = Duration::from_micros(500);
const LENGTH: Duration = Duration::from_secs(60);
const FRAME: Duration = Duration::from_millis(33);
const PACKET: usize = 1_200;
/// From the server to the viewer and back.
const ONE_WAY: Duration = Duration::from_millis(25);
/// As libwebrtc paces.
const PACING: f64 = 2.5;
/// A longer pause between frames that are whole is a freeze.
const FREEZE: Duration = Duration::from_millis(200);

/// What goes over which link.
struct Case {
    name: &'static str,
    /// Of the link, kbit/s.
    link: u64,
    /// How long packets may wait in front of it.
    buffer: Duration,
    streams: usize,
    /// Of each stream, kbit/s.
    rate: u64,
    /// Bytes of a key frame, of which there is one in three seconds.
    key_frame: usize,
    /// Whether senders pace; else frames come at once.
    spread: bool,
    /// Whether frames of all streams come at the same time.
    in_step: bool,
}

#[derive(Clone, Copy)]
struct Packet {
    number: u64,
    stream: usize,
    frame: usize,
    len: usize,
}

/// What arrives at the server, in the order of time.
fn arrivals(case: &Case) -> VecDeque<(Duration, Packet)> {
    let mut all = Vec::new();
    for stream in 0..case.streams {
        let share = stream as f64 / case.streams as f64;
        let phase = if case.in_step {
            Duration::ZERO
        } else {
            FRAME.mul_f64(share)
        };
        // Key frames of different streams come at different times.
        let key_at = (share * 90.0) as usize;
        for frame in 0..LENGTH.div_duration_f64(FRAME) as usize {
            let is_key = frame % 90 == key_at;
            let ordinary = (case.rate as f64 * 125.0 * FRAME.as_secs_f64()) as usize;
            let mut left = if is_key { case.key_frame } else { ordinary };
            let mut at = phase + FRAME * u32::try_from(frame).unwrap_or(0);
            while left > 0 {
                let len = left.min(PACKET);
                left -= len;
                all.push((
                    at,
                    Packet {
                        number: 0,
                        stream,
                        frame,
                        len,
                    },
                ));
                if case.spread {
                    at += Duration::from_secs_f64(len as f64 / (case.rate as f64 * 125.0 * PACING));
                }
            }
        }
    }
    all.sort_by_key(|(at, _)| *at);
    all.into()
}

/// The server, the link and the viewer.
struct World {
    link: Link<Packet>,
    start: Instant,
    next: u64,
    /// Sent by number, until it arrived.
    sent: BTreeMap<u64, Packet>,
    /// To be sent again, and when that is asked for.
    again: VecDeque<(Duration, Packet)>,
    /// Packets that are missing of each frame, and when frames were whole.
    missing: BTreeMap<(usize, usize), usize>,
    whole: Vec<Vec<Duration>>,
    /// From the first packet at the server until a frame was whole, in ms.
    delays: Vec<f64>,
    began: BTreeMap<(usize, usize), Duration>,
    lost: u64,
}

impl World {
    fn send(&mut self, mut packet: Packet, now: Duration) {
        packet.number = self.next;
        self.next += 1;
        self.sent.insert(packet.number, packet);
        self.link.send(packet, packet.len, self.start + now);
    }

    fn arrived(&mut self, packet: Packet, now: Duration) {
        // The link keeps the order: what was sent before and is not here is lost.
        let missing: Vec<u64> = self
            .sent
            .range(..packet.number)
            .map(|(number, _)| *number)
            .collect();
        for number in missing {
            if let Some(lost) = self.sent.remove(&number) {
                self.lost += 1;
                self.again.push_back((now + ONE_WAY, lost));
            }
        }
        self.sent.remove(&packet.number);
        let key = (packet.stream, packet.frame);
        if let Some(left) = self.missing.get_mut(&key) {
            *left -= 1;
            if *left == 0 {
                self.whole[packet.stream].push(now);
                let began = self.began.get(&key).copied().unwrap_or(now);
                self.delays.push((now - began).as_secs_f64() * 1_000.0);
            }
        }
    }
}

fn run(case: &Case, paced: bool, start: Instant) -> String {
    let config = LinkConfig::default()
        .rate(Bitrate::kbps(case.link))
        .delay(ONE_WAY)
        .buffer(Buffer::Time(case.buffer));
    let mut coming = arrivals(case);
    let mut world = World {
        link: Link::new(config, 1, start),
        start,
        next: 0,
        sent: BTreeMap::new(),
        again: VecDeque::new(),
        missing: BTreeMap::new(),
        whole: vec![Vec::new(); case.streams],
        delays: Vec::new(),
        began: BTreeMap::new(),
        lost: 0,
    };
    for (at, packet) in &coming {
        let key = (packet.stream, packet.frame);
        *world.missing.entry(key).or_default() += 1;
        world.began.entry(key).or_insert(*at);
    }
    let rate = case.rate as f64 * case.streams as f64 * 125.0 * PACING;
    let (mut queue, mut free) = (VecDeque::new(), Duration::ZERO);
    let mut now = Duration::ZERO;
    while now < LENGTH + Duration::from_secs(2) {
        while world.again.front().is_some_and(|(at, _)| *at <= now) {
            let packet = world.again.pop_front().map(|(_, packet)| packet);
            queue.extend(packet);
        }
        while coming.front().is_some_and(|(at, _)| *at <= now) {
            queue.extend(coming.pop_front().map(|(_, packet)| packet));
        }
        while (!paced || free <= now)
            && let Some(packet) = queue.pop_front()
        {
            free = free.max(now) + Duration::from_secs_f64(packet.len as f64 / rate);
            world.send(packet, now);
        }
        while let Some((_, packet)) = world.link.recv(start + now) {
            world.arrived(packet, now);
        }
        now += STEP;
    }
    figures(&mut world)
}

fn figures(world: &mut World) -> String {
    world.delays.sort_by(f64::total_cmp);
    let delay = |share: f64| world.delays[((world.delays.len() - 1) as f64 * share) as usize];
    let pauses = world.whole.iter_mut().flat_map(|times| {
        times.sort();
        times
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect::<Vec<_>>()
    });
    let freezes = pauses.filter(|pause| *pause > FREEZE).count();
    let queue = &world.link.stats().queue_delay;
    format!(
        "{:.0} | {:.0} | {:.1} | {:.0} | {:.0} | {freezes}",
        queue.percentile(0.95).as_secs_f64() * 1_000.0,
        queue.max().as_secs_f64() * 1_000.0,
        100.0 * world.lost as f64 / world.next as f64,
        delay(0.95),
        delay(1.0),
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "an Instant cannot be made otherwise; nothing depends on which it is"
)]
fn main() {
    let start = Instant::now();
    let ms = Duration::from_millis;
    let one = |name, key_frame, spread, buffer| Case {
        name,
        link: 2_000,
        buffer: ms(buffer),
        streams: 1,
        rate: 1_500,
        key_frame,
        spread,
        in_step: false,
    };
    let twenty = |name, spread, in_step, buffer| Case {
        link: 12_000,
        streams: 20,
        rate: 500,
        ..Case {
            in_step,
            ..one(name, 10_000, spread, buffer)
        }
    };
    let cases = [
        twenty("twenty streams", true, false, 300),
        twenty("twenty streams, short buffer", true, false, 60),
        twenty("twenty in step", true, true, 300),
        twenty("twenty in step, short buffer", true, true, 60),
        twenty("twenty in step at once, short buffer", false, true, 60),
        one("key frames of 40 kB", 40_000, true, 300),
        one("key frames of 100 kB", 100_000, true, 300),
        one("key frames of 100 kB, short buffer", 100_000, true, 60),
        one("key frames of 40 kB at once", 40_000, false, 300),
        one("key frames of 100 kB at once", 100_000, false, 300),
        one(
            "key frames of 40 kB at once, short buffer",
            40_000,
            false,
            60,
        ),
        one(
            "key frames of 100 kB at once, short buffer",
            100_000,
            false,
            60,
        ),
    ];
    println!("| | paced | queue p95 ms | longest | lost % | frame p95 ms | longest | freezes |");
    println!("|---|---|---:|---:|---:|---:|---:|---:|");
    for case in &cases {
        for paced in [false, true] {
            let word = if paced { "yes" } else { "no" };
            println!("| {} | {word} | {} |", case.name, run(case, paced, start));
        }
    }
}
