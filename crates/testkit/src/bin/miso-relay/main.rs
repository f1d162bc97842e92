//! A UDP relay with simulated links in both directions, so that real programs can be put behind a bad network.
//!
//!     miso-relay --listen 127.0.0.2:40000 --to 127.0.0.1:40000 --down '{"kbps":500,"delayMs":25}'
//!
//! Whoever sends to the listening address reaches the target, each from a port of its own, through the uplink; what
//! the target answers comes back through the downlink. Both links have one queue for all. A line of JSON on the
//! standard input changes them (`{"down":{"kbps":250},"up":{}}`: a link is replaced whole) and is answered by a line of
//! statistics; when the input ends, the relay does.

mod links;
mod settings;

use anyhow::{Context, Result, bail};
use links::{Direction, Links, Way};
use miso_netsim::LinkStats;
use serde_json::json;
use settings::Change;
use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Clients at most; what comes from others is dropped.
const MAX_CLIENTS: usize = 64;
/// Datagrams and lines that may wait to be handled. When it is full, the sockets' own buffers fill.
const MAX_WAITING: usize = 4_096;
/// Longest wait when nothing is on the links.
const IDLE: Duration = Duration::from_secs(1);

/// What the main loop is told.
enum Input {
    /// A datagram of a client.
    FromClient(SocketAddr, Vec<u8>),
    /// A datagram of the target, for a client.
    FromTarget(SocketAddr, Vec<u8>),
    /// A line of the standard input.
    Line(String),
    /// The standard input has ended.
    End,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (listen, target, change) = parse(&arguments)?;
    let front = Arc::new(UdpSocket::bind(listen).context("cannot listen")?);
    println!("listening on {}", front.local_addr()?);
    let (sender, inputs) = sync_channel(MAX_WAITING);
    read_socket(front.clone(), sender.clone(), Input::FromClient);
    read_lines(sender.clone());
    let mut relay = Relay {
        front,
        target,
        sender,
        backs: HashMap::new(),
        links: Links::new(&change, now()),
    };
    relay.run(&inputs)
}

/// The only clock.
#[allow(clippy::disallowed_methods, reason = "it stands between real programs")]
fn now() -> Instant {
    Instant::now()
}

fn parse(arguments: &[String]) -> Result<(SocketAddr, SocketAddr, Change)> {
    let (mut listen, mut target, mut change) = (None, None, Change::default());
    for pair in arguments.chunks(2) {
        let [flag, value] = pair else {
            bail!("{} needs a value", pair.concat());
        };
        match flag.as_str() {
            "--listen" => listen = Some(value.parse().context("--listen ADDRESS:PORT")?),
            "--to" => target = Some(value.parse().context("--to ADDRESS:PORT")?),
            "--down" => change.down = Some(serde_json::from_str(value).context("--down JSON")?),
            "--up" => change.up = Some(serde_json::from_str(value).context("--up JSON")?),
            other => bail!("unknown option {other}"),
        }
    }
    Ok((
        listen.context("--listen is missing")?,
        target.context("--to is missing")?,
        change,
    ))
}

/// Reads a socket for ever.
fn read_socket(
    socket: Arc<UdpSocket>,
    sender: SyncSender<Input>,
    input: impl Fn(SocketAddr, Vec<u8>) -> Input + Send + 'static,
) {
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        loop {
            // An error is that of an earlier datagram, which nobody took.
            let Ok((len, from)) = socket.recv_from(&mut buffer) else {
                continue;
            };
            let datagram = buffer.get(..len).unwrap_or_default().to_vec();
            if sender.send(input(from, datagram)).is_err() {
                return;
            }
        }
    });
}

fn read_lines(sender: SyncSender<Input>) {
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(Input::Line(line)).is_err() {
                return;
            }
        }
        let _ = sender.send(Input::End);
    });
}

struct Relay {
    front: Arc<UdpSocket>,
    target: SocketAddr,
    sender: SyncSender<Input>,
    /// Towards the target, one for each client.
    backs: HashMap<SocketAddr, Arc<UdpSocket>>,
    links: Links,
}

impl Relay {
    fn run(&mut self, inputs: &Receiver<Input>) -> Result<()> {
        loop {
            self.deliver();
            let wait = self
                .links
                .poll_timeout()
                .map_or(IDLE, |at| at.saturating_duration_since(now()));
            match inputs.recv_timeout(wait) {
                Ok(Input::FromClient(client, datagram)) => {
                    self.links.send(Direction::Up, client, datagram, now());
                }
                Ok(Input::FromTarget(client, datagram)) => {
                    self.links.send(Direction::Down, client, datagram, now());
                }
                Ok(Input::Line(line)) => self.change(&line)?,
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Input::End) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Sends what has come through the links. What cannot be sent is lost, as on a network.
    fn deliver(&mut self) {
        let now = now();
        while let Some(Way { client, datagram }) = self.links.recv(Direction::Up, now) {
            if let Some(back) = self.back_of(client) {
                let _ = back.send(&datagram);
            }
        }
        while let Some(Way { client, datagram }) = self.links.recv(Direction::Down, now) {
            let _ = self.front.send_to(&datagram, client);
        }
    }

    /// The socket of a client towards the target.
    fn back_of(&mut self, client: SocketAddr) -> Option<Arc<UdpSocket>> {
        if let Some(back) = self.backs.get(&client) {
            return Some(back.clone());
        }
        if self.backs.len() >= MAX_CLIENTS {
            return None;
        }
        let ip = self.front.local_addr().ok()?.ip();
        let back = Arc::new(UdpSocket::bind((ip, 0)).ok()?);
        back.connect(self.target).ok()?;
        read_socket(back.clone(), self.sender.clone(), move |_, datagram| {
            Input::FromTarget(client, datagram)
        });
        self.backs.insert(client, back.clone());
        Some(back)
    }

    fn change(&mut self, line: &str) -> Result<()> {
        let change: Change = serde_json::from_str(line).context("not a change of links")?;
        self.links.change(&change, now());
        let (down, up) = self.links.take_stats();
        let report = json!({ "down": stats(&down), "up": stats(&up) });
        let mut out = std::io::stdout().lock();
        writeln!(out, "{report}").context("nobody reads the statistics")
    }
}

/// Counters since the last change, as JSON.
fn stats(stats: &LinkStats) -> serde_json::Value {
    json!({
        "bytesIn": stats.bytes_in,
        "bytesOut": stats.bytes_out,
        "packetsIn": stats.packets_in,
        "packetsOut": stats.packets_out,
        "dropped": stats.drops.total(),
        "queueDelayP95Ms": stats.queue_delay.percentile(0.95).as_secs_f64() * 1_000.0,
    })
}
