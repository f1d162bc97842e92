use super::*;

fn tally(lines: &[&str]) -> (usize, usize) {
    let mut tally = Tally::default();
    for line in lines {
        tally.read(line);
    }
    (tally.passed, tally.failed)
}

#[test]
fn counts_of_all_runners_add_up() {
    let lines = [
        "test result: ok. 12 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        "      Tests  3 failed | 20 passed (23)",
        "# pass 5",
        "ℹ fail 2",
    ];
    assert_eq!(tally(&lines), (37, 6));
}

#[test]
fn colours_do_not_hide_counts() {
    assert_eq!(
        tally(&[
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m\u{1b}[22m (7)"
        ]),
        (7, 0)
    );
}

#[test]
fn other_lines_count_nothing() {
    assert_eq!(
        tally(&[
            "test foo ... ok",
            " Test Files  3 passed (3)",
            "running 12 tests"
        ]),
        (0, 0)
    );
}

#[test]
fn runner_that_runs_nothing_has_failed() {
    let mut tally = Tally::default();
    run_counted(&mut Command::new("true"), &mut tally).unwrap();
    assert_eq!((tally.passed, tally.failed), (0, 1));
}

#[test]
fn runner_that_dies_after_its_counts_has_failed() {
    let mut tally = Tally::default();
    let script = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; exit 3";
    run_counted(Command::new("sh").args(["-c", script]), &mut tally).unwrap();
    assert_eq!((tally.passed, tally.failed), (2, 1));
}
