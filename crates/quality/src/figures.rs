//! What is measured, and what is good enough.

use std::ops::RangeInclusive;

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Media that arrived, in percent of what the link had room for.
    Utilisation,
    /// The time for which packets waited in front of the link, in ms; 95 of 100 waited no longer.
    QueueDelayP95,
    /// Time after the link changed until media uses it well again, in ms.
    Recovery,
    /// Media packets that did not arrive, in percent.
    Loss,
    /// How evenly flows share a link: 100 for evenly, 50 for one of two that has all (Jain's index, in percent).
    Fairness,
    /// What the flow has of a link that it shares with a stranger, in percent.
    Share,
    /// Changes of layer each minute.
    Switches,
    /// The estimate at the end, in kbit/s.
    Estimate,
    /// Padding that was sent, in percent of media.
    Padding,
    /// Media that a viewer got, in percent of the best layers that fit the link.
    Affordable,
    /// Time from consuming to the first whole frame, in ms.
    FirstFrame,
    /// Pauses of the picture of over 200 ms, a minute.
    Freezes,
    /// The longest pause of the picture, in ms.
    LongestFreeze,
}

impl Measure {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utilisation => "utilisation",
            Self::QueueDelayP95 => "queue_delay_p95_ms",
            Self::Recovery => "recovery_ms",
            Self::Loss => "loss",
            Self::Fairness => "fairness",
            Self::Share => "share",
            Self::Switches => "layer_switches_per_minute",
            Self::Estimate => "estimate_kbps",
            Self::Padding => "padding",
            Self::Affordable => "of_affordable",
            Self::FirstFrame => "first_frame_ms",
            Self::Freezes => "freezes_per_minute",
            Self::LongestFreeze => "longest_freeze_ms",
        }
    }

    /// Its heading in a table.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Utilisation => "used %",
            Self::QueueDelayP95 => "queue p95 ms",
            Self::Recovery => "recovery ms",
            Self::Loss => "loss %",
            Self::Fairness => "fairness %",
            Self::Share => "share %",
            Self::Switches => "switches/min",
            Self::Estimate => "estimate kbit/s",
            Self::Padding => "padding %",
            Self::Affordable => "of affordable %",
            Self::FirstFrame => "first frame ms",
            Self::Freezes => "freezes / min",
            Self::LongestFreeze => "longest freeze ms",
        }
    }
}

/// Figures of one run, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    values: Vec<(Measure, f64)>,
}

impl Figures {
    /// With one more.
    #[must_use]
    pub fn with(mut self, measure: Measure, value: f64) -> Self {
        self.values.push((measure, value));
        self
    }

    /// The value of a figure.
    pub fn get(&self, measure: Measure) -> Option<f64> {
        self.values
            .iter()
            .find(|(of, _)| *of == measure)
            .map(|(_, value)| *value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Measure, f64)> + '_ {
        self.values.iter().copied()
    }
}

/// Bounds of figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Band {
    bounds: Vec<(Measure, RangeInclusive<f64>)>,
}

impl Band {
    /// With a figure that must be no lower.
    #[must_use]
    pub fn at_least(mut self, measure: Measure, value: f64) -> Self {
        self.bounds.push((measure, value..=f64::MAX));
        self
    }

    /// With a figure that must be no higher.
    #[must_use]
    pub fn at_most(mut self, measure: Measure, value: f64) -> Self {
        self.bounds.push((measure, f64::MIN..=value));
        self
    }

    /// The figures that are out of bounds, or missing.
    pub fn misses(&self, figures: &Figures) -> Vec<Measure> {
        let inside = |(measure, range): &(Measure, RangeInclusive<f64>)| {
            figures
                .get(*measure)
                .is_some_and(|value| range.contains(&value))
        };
        self.bounds
            .iter()
            .filter(|bound| !inside(bound))
            .map(|(measure, _)| *measure)
            .collect()
    }
}

#[cfg(test)]
mod tests;
