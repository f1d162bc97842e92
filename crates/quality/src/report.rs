//! Runs scenarios and prints what came of them.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value, json};

use crate::figures::{Figures, Measure};
use crate::scenario::{Scenario, Subject};

/// What came of one run.
#[derive(Clone, Debug)]
pub struct Row {
    /// The scenario.
    pub scenario: String,
    /// Who ran.
    pub subject: Subject,
    /// The figures; none when the subject panicked.
    pub figures: Option<Figures>,
    /// Figures out of their bounds.
    pub misses: Vec<Measure>,
}

impl Row {
    /// Whether all figures are good enough.
    pub fn is_in_band(&self) -> bool {
        self.figures.is_some() && self.misses.is_empty()
    }
}

/// Runs a subject through a scenario; none if it has no part in it.
pub fn run(scenario: &dyn Scenario, subject: Subject, seed: u64) -> Option<Row> {
    // Another's code may panic where ours must not: that is a result, too.
    let outcome = catch_unwind(AssertUnwindSafe(|| scenario.run(subject, seed)));
    let figures = match outcome {
        Ok(figures) => Some(figures?),
        Err(_) => None,
    };
    let misses = figures
        .as_ref()
        .map_or_else(Vec::new, |figures| scenario.band().misses(figures));
    Some(Row {
        scenario: scenario.name().to_owned(),
        subject,
        figures,
        misses,
    })
}

/// One object a line.
///
/// # Errors
/// When `out` fails.
pub fn print_json(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        let mut object = Map::new();
        object.insert("scenario".into(), json!(row.scenario));
        object.insert("subject".into(), json!(row.subject.name()));
        object.insert("in_band".into(), json!(row.is_in_band()));
        for (measure, value) in row.figures.iter().flat_map(Figures::iter) {
            object.insert(measure.name().into(), json!(rounded(value)));
        }
        writeln!(out, "{}", Value::Object(object))?;
    }
    Ok(())
}

/// What is in the columns of a table: of an estimator on a link, and of the whole server.
const OF_LINKS: &[Measure] = &[
    Measure::Utilisation,
    Measure::QueueDelayP95,
    Measure::Recovery,
    Measure::Loss,
    Measure::Fairness,
    Measure::Share,
    Measure::Switches,
    Measure::Padding,
];
const OF_ROOMS: &[Measure] = &[
    Measure::Utilisation,
    Measure::Affordable,
    Measure::QueueDelayP95,
    Measure::FirstFrame,
    Measure::Recovery,
    Measure::Freezes,
    Measure::LongestFreeze,
    Measure::Switches,
    Measure::Fairness,
    Measure::Share,
];

/// A table in Markdown for each kind of scenario: ours, and beside each figure in brackets that of the other.
///
/// # Errors
/// When `out` fails.
pub fn print_table(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let is_of_room = |row: &&Row| row.scenario.starts_with("room-");
    let (rooms, links): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(is_of_room);
    for (rows, columns) in [(links, OF_LINKS), (rooms, OF_ROOMS)] {
        if !rows.is_empty() {
            print_rows(&rows, columns, out)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn print_rows(rows: &[&Row], columns: &[Measure], out: &mut dyn Write) -> io::Result<()> {
    let headings: Vec<&str> = columns.iter().map(|measure| measure.heading()).collect();
    writeln!(out, "| scenario | in band | {} |", headings.join(" | "))?;
    writeln!(out, "|---|---|{}", "---:|".repeat(columns.len()))?;
    for row in rows.iter().filter(|row| row.subject == Subject::Miso) {
        let other = rows
            .iter()
            .find(|other| other.scenario == row.scenario && other.subject != row.subject);
        let cells: Vec<String> = columns
            .iter()
            .map(|measure| cell(row, other.copied(), *measure))
            .collect();
        let verdict = if row.is_in_band() { "yes" } else { "**no**" };
        let cells = cells.join(" | ");
        writeln!(out, "| {} | {verdict} | {cells} |", row.scenario)?;
    }
    Ok(())
}

fn cell(row: &Row, other: Option<&Row>, measure: Measure) -> String {
    let value = |row: &Row| {
        let figures = row.figures.as_ref()?;
        figures.get(measure).map(rounded)
    };
    let ours = value(row).map_or(String::new(), |value| value.to_string());
    let missed = row.misses.contains(&measure);
    let ours = if missed { format!("**{ours}**") } else { ours };
    match other {
        Some(other) if other.figures.is_none() => format!("{ours} (panicked)"),
        Some(other) => match value(other) {
            Some(theirs) => format!("{ours} ({theirs})"),
            None => ours,
        },
        None => ours,
    }
}

fn rounded(value: f64) -> f64 {
    if value.abs() < 10.0 {
        (value * 10.0).round() / 10.0
    } else {
        value.round()
    }
}
