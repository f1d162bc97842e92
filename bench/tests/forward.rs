//! The benchmark of the engine as it is run, for a moment.
#![expect(
    clippy::unwrap_used,
    reason = "a helper of tests; the exception for tests ends at their functions"
)]

use std::process::Command;

fn measure(arguments: &[&str]) -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_miso-bench"))
        .args(["forward", "--json", "--seconds", "0.5", "--warm-up", "0.5"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn assert_complete(row: &serde_json::Value) {
    for figure in ["us_per_packet", "limit_us_per_packet", "ratio"] {
        assert!(row[figure].as_f64().unwrap() > 0.0, "{figure} in {row}");
    }
    assert!(row["allocs_per_packet"].is_number(), "{row}");
    assert_eq!(row["loss"], 0.0, "every packet reaches the reader");
}

#[test]
fn video_and_audio_reach_every_consumer() {
    let rows = measure(&["--n", "3"]);
    let shapes: Vec<_> = rows.iter().map(|row| (&row["n"], &row["burst"])).collect();
    assert_eq!(shapes, [(&3.into(), &10.into()), (&3.into(), &1.into())]);
    rows.iter().for_each(assert_complete);
}

#[test]
fn frames_with_longer_packets_at_their_end_arrive_whole() {
    let rows = measure(&["--n", "2", "--burst", "5", "--longer", "2"]);
    assert_eq!(rows.len(), 1);
    assert_complete(&rows[0]);
}
