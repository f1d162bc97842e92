//! What is printed.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use serde::Serialize;

use crate::{Cost, Load};

/// The figures of one load. What was not measured is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// Destinations.
    pub n: usize,
    /// Packets in a frame.
    pub burst: usize,
    /// Processor time of the real engine per forwarded packet, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub us_per_packet: Option<f64>,
    /// That of sealing and sending alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_us_per_packet: Option<f64>,
    /// The first divided by the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Heap allocations of the real engine per forwarded packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocs_per_packet: Option<f64>,
    /// Instructions of the real engine per forwarded packet, where the machine can count them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions_per_packet: Option<f64>,
    /// Those of sealing and sending alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_instructions_per_packet: Option<f64>,
    /// Share of packets that did not reach the reader, in any of the measurements. Above a
    /// thousandth the figures mean little.
    pub loss: f64,
    /// Frames that came later than a whole period: the machine was too slow or too busy.
    pub late_frames: u32,
}

impl Row {
    /// Without figures yet.
    #[must_use]
    pub fn new(load: &Load) -> Self {
        Self {
            n: load.n,
            burst: load.burst,
            ..Self::default()
        }
    }

    /// With the figures of the limit.
    #[must_use]
    pub fn with_limit(mut self, cost: &Cost) -> Self {
        self.limit_us_per_packet = Some(cost.us_per_packet());
        self.limit_instructions_per_packet = cost.instructions_per_packet();
        self.with_ratio()
    }

    /// With the figures of the real engine.
    #[must_use]
    pub fn with_engine(mut self, cost: &Cost, allocs_per_packet: Option<f64>) -> Self {
        self.us_per_packet = Some(cost.us_per_packet());
        self.instructions_per_packet = cost.instructions_per_packet();
        self.allocs_per_packet = allocs_per_packet;
        self.with_ratio()
    }

    /// With a delivery to be put beside what is there: the worst one is told.
    #[must_use]
    pub fn with_delivery(mut self, sent: u64, received: u64, late_frames: u32) -> Self {
        let lost = sent.saturating_sub(received) as f64 / sent.max(1) as f64;
        self.loss = self.loss.max(lost);
        self.late_frames = self.late_frames.max(late_frames);
        self
    }

    fn with_ratio(mut self) -> Self {
        let both = self.us_per_packet.zip(self.limit_us_per_packet);
        self.ratio = both.map(|(engine, limit)| engine / limit);
        self
    }

    /// Prints it as one JSON object on a line.
    ///
    /// # Errors
    /// Those of the output.
    pub fn print_json(&self, output: &mut impl Write) -> io::Result<()> {
        let line = serde_json::to_string(self)?;
        writeln!(output, "{line}")
    }

    /// Prints the headings of the table.
    ///
    /// # Errors
    /// Those of the output.
    pub fn print_headings(output: &mut impl Write) -> io::Result<()> {
        writeln!(
            output,
            "{:>5} {:>6} {:>12} {:>11} {:>7} {:>11} {:>13} {:>13} {:>8} {:>6}",
            "n",
            "burst",
            "us/packet",
            "limit us",
            "ratio",
            "allocs",
            "instructions",
            "limit instr.",
            "loss %",
            "late"
        )
    }

    /// Prints it as a line of the table.
    ///
    /// # Errors
    /// Those of the output.
    pub fn print_line(&self, output: &mut impl Write) -> io::Result<()> {
        let figure = |value: Option<f64>, digits: usize| match value {
            Some(value) => format!("{value:.digits$}"),
            None => "-".to_owned(),
        };
        writeln!(
            output,
            "{:>5} {:>6} {:>12} {:>11} {:>7} {:>11} {:>13} {:>13} {:>8.3} {:>6}",
            self.n,
            self.burst,
            figure(self.us_per_packet, 3),
            figure(self.limit_us_per_packet, 3),
            figure(self.ratio, 2),
            figure(self.allocs_per_packet, 4),
            figure(self.instructions_per_packet, 0),
            figure(self.limit_instructions_per_packet, 0),
            self.loss * 100.0,
            self.late_frames
        )
    }
}
