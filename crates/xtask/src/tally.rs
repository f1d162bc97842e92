//! Counting tests over several runners.

use crate::command::show;
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// Counts a check that is one test.
    pub(crate) fn check(&mut self, name: &str, result: Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => {
                self.failed += 1;
                eprintln!("FAILED {name}: {error:#}");
            }
        }
    }

    /// Reads one line of a runner's output. True when it was a line with counts.
    fn read(&mut self, line: &str) -> bool {
        let line = without_colours(line);
        let words: Vec<&str> = line
            .split([' ', ';', ',', '|', '(', ')'])
            .filter(|word| !word.is_empty())
            .collect();
        let count = |index: usize| words.get(index).and_then(|word| word.parse::<usize>().ok());
        match words.as_slice() {
            // cargo test: `test result: ok. 12 passed; 0 failed; …`
            ["test", "result:", _, passed, "passed", failed, "failed", ..] => {
                self.passed += passed.parse().unwrap_or(0);
                self.failed += failed.parse().unwrap_or(0);
                true
            }
            // vitest: `Tests  3 failed | 12 passed (15)`
            ["Tests", rest @ ..] => {
                for pair in rest.windows(2) {
                    if let [number, kind] = pair {
                        let number = number.parse().unwrap_or(0);
                        match *kind {
                            "passed" => self.passed += number,
                            "failed" => self.failed += number,
                            _ => {}
                        }
                    }
                }
                true
            }
            // node:test: `# pass 12` or `ℹ pass 12`
            ["#" | "ℹ", "pass", _] => {
                self.passed += count(2).unwrap_or(0);
                true
            }
            ["#" | "ℹ", "fail", _] => {
                self.failed += count(2).unwrap_or(0);
                true
            }
            _ => false,
        }
    }
}

/// Runs a test runner, shows what it says, and adds its counts. A runner that fails without saying that a test did
/// counts as one failure.
pub(crate) fn run_counted(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let shown = show(command);
    println!("+ {shown}");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let mut counted = Tally::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            counted.read(&line);
        }
    }
    let status = child.wait()?;
    if counted == Tally::default() {
        eprintln!("FAILED {shown}: it ran no test");
        counted.failed += 1;
    } else if !status.success() && counted.failed == 0 {
        eprintln!("FAILED {shown}: {status}");
        counted.failed += 1;
    }
    tally.passed += counted.passed;
    tally.failed += counted.failed;
    Ok(())
}

/// The line without terminal colours.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests;
