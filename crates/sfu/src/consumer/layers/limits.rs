//! What was forwarded from which picture on, so that packets that come late are judged as those that came in time.

use super::Layers;
use miso_wire::RtpTime;

/// Changes that are remembered. More judges later packets as well, fewer saves memory.
const REMEMBERED: usize = 32;

/// A change.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// From the picture with this timestamp on.
    from: RtpTime,
    /// So much is forwarded.
    layers: Layers,
}

/// The last changes.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// By their numbers modulo how many are remembered.
    changes: [Option<Change>; REMEMBERED],
    /// How many there were.
    count: usize,
}

impl Limits {
    /// Forgets everything: nothing is forwarded.
    pub(super) fn clear(&mut self) {
        self.changes = [None; REMEMBERED];
        self.count = 0;
    }

    /// What is forwarded at present.
    pub(super) fn current(&self) -> Option<Layers> {
        self.newest_first().next().map(|change| change.layers)
    }

    /// So much is forwarded from the picture with this timestamp on.
    pub(super) fn set(&mut self, from: RtpTime, layers: Layers) {
        if self.current() == Some(layers) {
            return;
        }
        let is_same_picture = self
            .newest_first()
            .next()
            .is_some_and(|change| change.from == from);
        if !is_same_picture {
            self.count += 1;
        }
        let place = self.count.wrapping_sub(1) % REMEMBERED;
        if let Some(change) = self.changes.get_mut(place) {
            *change = Some(Change { from, layers });
        }
    }

    /// What was forwarded of the picture with this timestamp. None before the beginning.
    pub(super) fn at(&self, ts: RtpTime) -> Option<Layers> {
        let in_force = self
            .newest_first()
            .find(|change| !change.from.is_newer_than(ts));
        // What is older than all that is remembered was not the beginning.
        let oldest = || {
            self.newest_first()
                .last()
                .filter(|_| self.count > REMEMBERED)
        };
        in_force.or_else(oldest).map(|change| change.layers)
    }

    fn newest_first(&self) -> impl Iterator<Item = &Change> {
        let numbers = (self.count.saturating_sub(REMEMBERED)..self.count).rev();
        numbers.filter_map(|number| self.changes.get(number % REMEMBERED)?.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporal(temporal: u8) -> Layers {
        Layers {
            spatial: 0,
            temporal,
        }
    }

    #[test]
    fn late_pictures_are_judged_by_what_was_in_force() {
        let mut limits = Limits::default();
        assert_eq!(limits.at(RtpTime(5)), None);
        limits.set(RtpTime(100), temporal(0));
        limits.set(RtpTime(200), temporal(1));
        limits.set(RtpTime(200), temporal(2));
        limits.set(RtpTime(300), temporal(2));
        limits.set(RtpTime(400), temporal(1));
        assert_eq!(limits.current(), Some(temporal(1)));
        let at = [99, 100, 199, 200, 350, 399, 400, 500].map(|ts| limits.at(RtpTime(ts)));
        let expected = [
            None,
            Some(0),
            Some(0),
            Some(2),
            Some(2),
            Some(2),
            Some(1),
            Some(1),
        ];
        assert_eq!(at, expected.map(|it| it.map(temporal)));
    }

    #[test]
    fn timestamps_wrap() {
        let mut limits = Limits::default();
        limits.set(RtpTime(u32::MAX - 100), temporal(0));
        limits.set(RtpTime(100), temporal(1));
        assert_eq!(limits.at(RtpTime(50)), Some(temporal(0)));
        assert_eq!(limits.at(RtpTime(150)), Some(temporal(1)));
    }

    #[test]
    fn what_is_older_than_the_memory_is_judged_by_its_oldest() {
        let mut limits = Limits::default();
        for change in 0..100_u32 {
            limits.set(RtpTime(change * 10), temporal(change as u8));
        }
        assert_eq!(limits.at(RtpTime(5)), Some(temporal(68)));
        assert_eq!(limits.at(RtpTime(985)), Some(temporal(98)));
        limits.clear();
        assert_eq!(limits.current(), None);
        assert_eq!(limits.at(RtpTime(985)), None);
    }
}
