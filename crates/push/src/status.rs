//! How broadcasters are doing, for the progress line.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use miso_ortc::MediaKind;

use crate::api::{Layers, Reception};
use crate::console::Console;
use crate::error::PushError;
use crate::link::LinkStats;

/// How one broadcaster is doing.
#[derive(Debug, Default)]
pub(crate) struct Status(Mutex<Figures>);

#[derive(Debug, Default)]
struct Figures {
    /// Of links that are gone.
    before: LinkStats,
    /// Of the present link.
    link: LinkStats,
    receptions: Vec<(MediaKind, Reception)>,
    is_broken: bool,
}

/// How all of them are doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// All that was sent.
    pub(crate) sent: LinkStats,
    /// Broadcasters that wait for the server.
    pub(crate) broken: usize,
    pub(crate) reception: Summed,
}

/// How all receivers are doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summed {
    /// Who receives.
    pub(crate) viewers: usize,
    /// The worst score, from 0 to 10.
    pub(crate) worst_score: Option<u8>,
    /// The greatest part of packets that somebody lost of late, in 256ths.
    pub(crate) most_lost: u64,
    /// The lowest layers that somebody gets.
    pub(crate) lowest_layers: Option<Layers>,
}

impl Status {
    /// Takes figures of the present link.
    pub(crate) fn sent(&self, stats: LinkStats) {
        let mut figures = self.lock();
        figures.link = stats;
        figures.is_broken = false;
    }

    pub(crate) fn received(&self, receptions: Vec<(MediaKind, Reception)>) {
        self.lock().receptions = receptions;
    }

    /// The present link is gone.
    pub(crate) fn broken(&self) {
        let mut figures = self.lock();
        let link = std::mem::take(&mut figures.link);
        add(&mut figures.before, &link);
        figures.receptions.clear();
        figures.is_broken = true;
    }

    fn lock(&self) -> MutexGuard<'_, Figures> {
        // Figures stay figures, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(sum: &mut LinkStats, stats: &LinkStats) {
    sum.bytes += stats.bytes;
    sum.packets += stats.packets;
    sum.lost += stats.lost;
    sum.key_frame_requests += stats.key_frame_requests;
    sum.round_trip = sum.round_trip.max(stats.round_trip);
}

/// Sums up.
pub(crate) fn summary(statuses: &[Arc<Status>]) -> Summary {
    let mut summary = Summary::default();
    let mut viewers = std::collections::BTreeSet::new();
    for status in statuses {
        let figures = status.lock();
        add(&mut summary.sent, &figures.before);
        add(&mut summary.sent, &figures.link);
        summary.broken += usize::from(figures.is_broken);
        for (_, reception) in &figures.receptions {
            viewers.insert(reception.peer_id.clone());
            if reception.paused {
                continue;
            }
            let sum = &mut summary.reception;
            let score = reception.score.score;
            sum.worst_score = Some(sum.worst_score.map_or(score, |worst| worst.min(score)));
            sum.most_lost = sum.most_lost.max(reception.fraction_lost);
            sum.lowest_layers = match (sum.lowest_layers, reception.current_layers) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
    }
    summary.reception.viewers = viewers.len();
    summary
}

/// Frames that were given to all broadcasters.
#[derive(Debug, Default)]
pub(crate) struct Played {
    pub(crate) pictures: AtomicU64,
    pub(crate) sounds: AtomicU64,
}

/// Tells the user when the server goes away and when it is back: once, however many broadcasters notice.
#[derive(Debug)]
pub(crate) struct Outages {
    console: Arc<Console>,
    broken: AtomicUsize,
}

impl Outages {
    pub(crate) const fn new(console: Arc<Console>) -> Self {
        Self {
            console,
            broken: AtomicUsize::new(0),
        }
    }

    pub(crate) fn begin(&self, error: &PushError) {
        if self.broken.fetch_add(1, Ordering::Relaxed) == 0 {
            let text = error.to_string();
            // Advice for a server that was never there is of no use now.
            let reason = text.split("; ").next().unwrap_or(&text);
            self.console.note(&format!(
                "interrupted: {reason}; trying again until it works"
            ));
        }
    }

    pub(crate) fn end(&self) {
        if self.broken.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.console.note("back in the room, sending again");
        }
    }
}
