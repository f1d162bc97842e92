//! How unevenly packets arrive (RFC 3550, appendix A.8).

use std::time::Instant;

use miso_wire::RtpTime;

/// Interarrival jitter of one source, in units of its RTP clock.
#[derive(Clone, Debug)]
pub(super) struct Jitter {
    /// Hz.
    clock_rate: u32,
    /// Arrival of the first packet, from which arrivals are counted.
    epoch: Option<Instant>,
    /// Arrival minus timestamp of the last packet.
    transit: Option<u32>,
    /// Sixteen times the jitter.
    scaled: u32,
}

impl Jitter {
    pub(super) fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            epoch: None,
            transit: None,
            scaled: 0,
        }
    }

    /// Takes in a packet that came in order.
    pub(super) fn receive(&mut self, ts: RtpTime, now: Instant) {
        let epoch = *self.epoch.get_or_insert(now);
        let elapsed = now.saturating_duration_since(epoch);
        let clock_rate = u64::from(self.clock_rate);
        let fraction = u64::from(elapsed.subsec_micros()) * clock_rate / 1_000_000;
        let ticks = elapsed
            .as_secs()
            .wrapping_mul(clock_rate)
            .wrapping_add(fraction);
        let transit = ((ticks & 0xffff_ffff) as u32).wrapping_sub(ts.0);
        if let Some(last) = self.transit.replace(transit) {
            let difference = transit.wrapping_sub(last).cast_signed().unsigned_abs();
            let decay = (self.scaled + 8) >> 4;
            self.scaled = self.scaled.saturating_add(difference).saturating_sub(decay);
        }
    }

    /// Forgets the last packet: the source restarted its timestamps.
    pub(super) fn restart(&mut self) {
        self.transit = None;
    }

    /// The jitter.
    pub(super) fn get(&self) -> u32 {
        self.scaled >> 4
    }
}

#[cfg(test)]
mod tests;
