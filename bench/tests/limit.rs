//! The program as it is run, for a moment.

use std::process::Command;

#[test]
fn the_limit_is_printed_and_every_packet_reaches_the_reader() {
    let output = Command::new(env!("CARGO_BIN_EXE_miso-bench"))
        .args(["limit", "--n", "5", "--seconds", "0.2", "--json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let shapes: Vec<_> = rows.iter().map(|row| (&row["n"], &row["burst"])).collect();
    assert_eq!(shapes, [(&5.into(), &10.into()), (&5.into(), &1.into())]);
    for row in &rows {
        assert!(row["limit_us_per_packet"].as_f64().unwrap() > 0.0);
        assert_eq!(row["loss"], 0.0);
    }
}

#[test]
fn an_unknown_option_is_refused() {
    let status = Command::new(env!("CARGO_BIN_EXE_miso-bench"))
        .args(["limit", "--no-such-option"])
        .output()
        .unwrap()
        .status;
    assert!(!status.success());
}
