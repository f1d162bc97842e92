//! How good media gets through bad networks, in figures with pass bands (development only).
//!
//! A [`Scenario`] runs a [`Subject`] through something that happens in real networks, in virtual time and with a seed,
//! and gives [`Figures`]. Its [`Band`] says which are good enough. [`link::scenarios`] are those of the estimator alone:
//! a source that sends what the estimator allows, a link with a real queue, a receiver that tells what arrived.
//! [`room::scenarios`] are those of the whole server: peers send layers, and one watches over a bad link.
//!
//! `cargo xtask quality` runs them all and prints the table of `docs/quality.md`.

mod figures;
pub mod link;
mod report;
pub mod room;
mod scenario;
mod subject;

pub use figures::{Band, Figures, Measure};
pub use report::{Row, print_json, print_table, run};
pub use scenario::{Scenario, Subject};

/// The scenarios of all kinds. `course` prints how each run goes to standard error.
pub fn scenarios(course: bool) -> Vec<Box<dyn Scenario>> {
    let mut all: Vec<Box<dyn Scenario>> = Vec::new();
    for scenario in link::scenarios(course) {
        all.push(Box::new(scenario));
    }
    for scenario in room::scenarios(course) {
        all.push(Box::new(scenario));
    }
    all
}
