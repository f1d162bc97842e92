//! Chores: run, test, bench, fuzz, lint.
fn main() {}
