//! The program as whoever starts it by hand meets it. What the npm library does with it is tested in `tests/node`.

use std::process::{Command, Output, Stdio};

fn start(arguments: &[&str], version: Option<&str>) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_miso-worker"));
    program.args(arguments).stdin(Stdio::null());
    program.env_remove("MEDIASOUP_VERSION");
    program.envs(version.map(|version| ("MEDIASOUP_VERSION", version)));
    program.output().expect("the program starts")
}

#[test]
fn without_the_librarys_version_it_ends_with_41_and_says_who_starts_it() {
    let output = start(&[], None);
    assert_eq!(output.status.code(), Some(41));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("MEDIASOUP_VERSION"), "{said}");
}

#[test]
fn settings_that_are_wrong_end_it_with_42() {
    for arguments in [
        ["--logLevel=loud", "--rtcMinPort=40000"],
        ["--rtcMinPort=50000", "--rtcMaxPort=40000"],
        ["--logLevel=warn", "--noSuchOption=1"],
    ] {
        let output = start(&arguments, Some("3.27.1"));
        assert_eq!(output.status.code(), Some(42), "{arguments:?}");
    }
}
