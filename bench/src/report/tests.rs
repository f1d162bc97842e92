use std::time::Duration;

use super::Row;
use crate::{Cost, Load};

fn cost(microseconds: u64) -> Cost {
    Cost {
        packets: 1_000,
        cpu: Duration::from_micros(microseconds),
        instructions: None,
    }
}

fn row() -> Row {
    Row::new(&Load::new(100, 10, Duration::from_secs(1)))
}

#[test]
fn the_ratio_is_that_of_engine_to_limit() {
    let row = row()
        .with_limit(&cost(400))
        .with_engine(&cost(600), Some(0.0));
    assert!((row.ratio.unwrap() - 1.5).abs() < 1e-9);
    let row = Row::new(&Load::new(1, 1, Duration::ZERO)).with_limit(&cost(400));
    assert_eq!(row.ratio, None);
}

#[test]
fn the_worst_delivery_is_told() {
    let row = row().with_delivery(100, 90, 0).with_delivery(100, 100, 2);
    assert!((row.loss - 0.1).abs() < 1e-9);
    assert_eq!(row.late_frames, 2);
}

#[test]
fn json_names_what_was_measured_and_nothing_else() {
    let mut output = Vec::new();
    row()
        .with_limit(&cost(350))
        .print_json(&mut output)
        .unwrap();
    let text = String::from_utf8(output).unwrap();
    assert_eq!(text.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["n"], 100);
    assert_eq!(value["burst"], 10);
    assert_eq!(value["limit_us_per_packet"], 0.35);
    assert!(value.get("us_per_packet").is_none());
}

#[test]
fn a_line_of_the_table_has_as_many_columns_as_its_headings() {
    let mut output = Vec::new();
    Row::print_headings(&mut output).unwrap();
    row()
        .with_limit(&cost(350))
        .print_line(&mut output)
        .unwrap();
    let text = String::from_utf8(output).unwrap();
    let lengths: Vec<_> = text.lines().map(str::len).collect();
    assert_eq!(lengths.len(), 2);
    assert_eq!(lengths[0], lengths[1]);
}
