//! What every kind of scenario has in common.

use crate::figures::{Band, Figures};

/// What is put to the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Ours.
    Miso,
    /// The crate `goog_cc`, a translation of libwebrtc's controller: what others do, to be compared with.
    GoogCc,
}

impl Subject {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Miso => "miso",
            Self::GoogCc => "goog_cc",
        }
    }
}

/// Something that happens in real networks.
pub trait Scenario {
    /// Its name: lower case, with hyphens.
    fn name(&self) -> &str;

    /// Which figures are good enough of ours.
    fn band(&self) -> &Band;

    /// Whether it is among the few that ordinary tests run.
    fn is_short(&self) -> bool;

    /// Runs a subject through it; none if it has no part in it. Equal seeds give equal figures.
    fn run(&self, subject: Subject, seed: u64) -> Option<Figures>;
}
