//! Ports for listeners.

#[cfg(test)]
mod tests;

/// Ports from `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortRange {
    pub(crate) min: u16,
    pub(crate) max: u16,
}

impl PortRange {
    /// Where the original takes ports from when nothing is said.
    pub(crate) const DEFAULT: Self = Self {
        min: 10_000,
        max: 59_999,
    };

    /// A range; none if it is empty.
    pub(crate) const fn new(min: u16, max: u16) -> Option<Self> {
        if min <= max {
            Some(Self { min, max })
        } else {
            None
        }
    }

    /// How many ports it has.
    pub(crate) const fn count(self) -> usize {
        self.max as usize - self.min as usize + 1
    }

    /// All ports, beginning somewhere inside, so that those last used are not tried first.
    pub(crate) fn starting_at(self, offset: usize) -> impl Iterator<Item = u16> {
        let (min, count) = (usize::from(self.min), self.count());
        (0..count).filter_map(move |step| u16::try_from(min + (offset % count + step) % count).ok())
    }
}
