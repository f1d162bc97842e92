//! The rate that the path demonstrably carried: the lesser of what was sent and what arrived, over a window of packets.

use std::collections::VecDeque;
use std::time::Duration;

use miso_wire::Bitrate;

use crate::feedback::ArrivedPacket;

/// Packets in the window at most. More makes high rates steadier, fewer takes less memory.
const MAX_PACKETS: usize = 500;

/// Packets that a rate needs. More is steadier at low rates, fewer is known sooner.
const MIN_PACKETS: usize = 10;

/// Packets that the window keeps even if they are older than [`WINDOW`].
const WANTED_PACKETS: usize = 20;

/// Window that is aimed at. Longer is steadier, shorter follows changes sooner.
const WINDOW: Duration = Duration::from_millis(500);

/// Longest window, for senders of few packets.
const MAX_WINDOW: Duration = Duration::from_millis(1_000);

/// Window of the rate while the path is full, and packets in it at least. Longer is steadier, shorter sees a link that
/// has become slower sooner.
const RECENT_WINDOW: Duration = Duration::from_millis(150);
const RECENT_PACKETS: usize = 6;

/// Measures what is acknowledged.
#[derive(Debug)]
pub(crate) struct AcknowledgedBitrate {
    /// Packets in the order of arrival.
    window: VecDeque<ArrivedPacket>,
}

impl AcknowledgedBitrate {
    pub(crate) fn new() -> Self {
        Self {
            window: VecDeque::with_capacity(MAX_PACKETS + 1),
        }
    }

    /// Takes packets in, in the order of arrival.
    pub(crate) fn add(&mut self, arrived: &[ArrivedPacket]) {
        for packet in arrived {
            if self.window.back().is_some_and(|last| last.at > packet.at) {
                // Told of late: it would only blur the window.
                continue;
            }
            self.window.push_back(*packet);
            self.forget();
        }
    }

    /// The rate; none while too little is known.
    pub(crate) fn bitrate(&self) -> Option<Bitrate> {
        let (first, last) = (self.window.front()?, self.window.back()?);
        if self.window.len() < MIN_PACKETS {
            return None;
        }
        let bytes: u64 = self.window.iter().map(ArrivedPacket::bytes).sum();
        let arrival_time = self.arrival_time(last.at - first.at);
        let (first_sent, last_sent) =
            self.window
                .iter()
                .fold((first.sent, first.sent), |(low, high), packet| {
                    let sent = packet.sent;
                    (
                        if sent.at < low.at { sent } else { low },
                        if sent.at >= high.at { sent } else { high },
                    )
                });
        let arrived = rate(bytes - first.bytes(), arrival_time)?;
        let sent = rate(
            bytes - u64::from(last_sent.size),
            last_sent.at - first_sent.at,
        )?;
        Some(arrived.min(sent))
    }

    /// The rate at which the last packets arrived: what the path carries while it is full. None while too little is
    /// known.
    pub(crate) fn recent(&self) -> Option<Bitrate> {
        let last = self.window.back()?;
        let mut bytes = 0;
        for (count, packet) in self.window.iter().rev().enumerate() {
            let span = last.at - packet.at;
            if span >= RECENT_WINDOW && count >= RECENT_PACKETS {
                return rate(bytes, span);
            }
            bytes += packet.bytes();
        }
        None
    }

    /// The time that the arrivals took. The longest pause counts as the second longest: one outage is no rate.
    fn arrival_time(&self, whole: Duration) -> Duration {
        let pauses = self
            .window
            .iter()
            .zip(self.window.iter().skip(1))
            .map(|(before, after)| after.at - before.at);
        let (longest, second) = pauses.fold(
            (Duration::ZERO, Duration::ZERO),
            |(longest, second), pause| (longest.max(pause), second.max(pause.min(longest))),
        );
        whole - longest + second
    }

    fn forget(&mut self) {
        while let (Some(first), Some(last)) = (self.window.front(), self.window.back()) {
            let age = last.at - first.at;
            let stale = age > WINDOW && self.window.len() > WANTED_PACKETS;
            if !stale && age <= MAX_WINDOW && self.window.len() <= MAX_PACKETS {
                return;
            }
            self.window.pop_front();
        }
    }
}

/// The rate sent in the last whole window, in windows of fixed places.
#[derive(Debug, Default)]
pub(crate) struct SentBitrate {
    /// When the current window began.
    began: Duration,
    /// Bytes in it.
    bytes: u64,
    /// The rate of the last whole one.
    last: Bitrate,
}

impl SentBitrate {
    pub(crate) fn add(&mut self, bytes: u64, now: Duration) {
        self.turn(now);
        self.bytes += bytes;
    }

    /// The rate of the last whole window.
    pub(crate) fn bitrate(&mut self, now: Duration) -> Bitrate {
        self.turn(now);
        self.last
    }

    fn turn(&mut self, now: Duration) {
        let elapsed = now.saturating_sub(self.began);
        if elapsed >= MAX_WINDOW {
            self.last = Bitrate::of(std::mem::take(&mut self.bytes), elapsed);
            self.began = now;
        }
    }
}

/// None for no time at all, within which nothing can be measured.
fn rate(bytes: u64, time: Duration) -> Option<Bitrate> {
    (time >= Duration::from_millis(1)).then(|| Bitrate::of(bytes, time))
}

#[cfg(test)]
mod tests;
