use super::*;

#[test]
fn of_many_lines_in_a_minute_one_passes() {
    let gate = Gate::new();
    assert!(gate.opens());
    assert!((0..1000).all(|_| !gate.opens()));
}

#[test]
fn quiet_libraries_are_valid_filter_directives() {
    assert!(EnvFilter::try_new(format!("{QUIET},info")).is_ok());
}
