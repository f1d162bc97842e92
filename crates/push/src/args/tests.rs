use clap::{Parser, error::ErrorKind};
use std::path::PathBuf;

use super::{ArgsError, PushArgs, Transport};
use crate::input::Input;

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    push: PushArgs,
}

fn parse(line: &str) -> Result<PushArgs, ErrorKind> {
    let words = std::iter::once("push").chain(line.split_whitespace());
    Cli::try_parse_from(words)
        .map(|cli| cli.push)
        .map_err(|error| error.kind())
}

fn input(line: &str) -> Result<Input, ArgsError> {
    parse(line).unwrap().input()
}

#[test]
fn the_arguments_are_sound() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

#[test]
fn a_file_and_a_room_suffice() {
    let args = parse("--room demo film.mp4").unwrap();
    assert_eq!(args.server.to_string(), "http://127.0.0.1:8888");
    assert_eq!((args.transport, args.peers), (Transport::Webrtc, 1));
    let input = args.input().unwrap();
    assert_eq!(input, Input::Files(vec![PathBuf::from("film.mp4")]));
    assert_eq!(args.display_name(&input, 0), "film.mp4");
}

#[test]
fn something_to_send_and_a_room_are_needed() {
    assert_eq!(
        parse("--room demo"),
        Err(ErrorKind::MissingRequiredArgument)
    );
    assert_eq!(parse("film.mp4"), Err(ErrorKind::MissingRequiredArgument));
    assert_eq!(
        parse("--room= film.mp4").unwrap().input(),
        Err(ArgsError::NoRoom)
    );
}

#[test]
fn inputs_that_exclude_one_another_are_refused() {
    for line in [
        "--room r --test-pattern film.mp4",
        "--room r --camera film.mp4",
        "--room r --camera --screen",
        "--room r --test-pattern --microphone",
        "--room r --loop --camera",
    ] {
        assert_eq!(parse(line), Err(ErrorKind::ArgumentConflict), "{line}");
    }
}

#[test]
fn a_device_is_named_with_an_equals_sign_so_that_no_file_is_taken_for_one() {
    let devices = |camera: Option<&str>, microphone: Option<&str>, screen: Option<&str>| {
        Ok(Input::Devices {
            camera: camera.map(str::to_owned),
            microphone: microphone.map(str::to_owned),
            screen: screen.map(str::to_owned),
        })
    };
    assert_eq!(input("--room r --camera"), devices(Some(""), None, None));
    let named = input("--room r --camera=/dev/video1 --microphone");
    assert_eq!(named, devices(Some("/dev/video1"), Some(""), None));
    assert_eq!(
        input("--room r --screen=:1"),
        devices(None, None, Some(":1"))
    );
}

#[test]
fn addresses_and_pipes_are_told_from_files_and_stand_alone() {
    let address = Input::Address("rtsp://u:p@cam.example:554/live?key=1".to_owned());
    assert_eq!(
        input("--room r rtsp://u:p@cam.example:554/live?key=1"),
        Ok(address.clone())
    );
    assert_eq!(address.name(), "cam.example:554");
    assert_eq!(input("--room r -"), Ok(Input::Pipe));
    assert!(matches!(
        input("--room r C:/films/a.mp4"),
        Ok(Input::Files(_))
    ));
    assert_eq!(
        input("--room r a.ivf https://x/y"),
        Err(ArgsError::NotAlone("https://x/y".to_owned()))
    );
    assert_eq!(
        input("--room r a.ivf -"),
        Err(ArgsError::NotAlone("-".to_owned()))
    );
}

#[test]
fn everything_keeps_time_but_devices_unless_told_otherwise() {
    let keeps = |line: &str| {
        let args = parse(line).unwrap();
        args.keeps_time(&args.input().unwrap())
    };
    assert!(keeps("--room r film.mp4"));
    assert!(keeps("--room r -"));
    assert!(keeps("--room r --test-pattern"));
    assert!(!keeps("--room r --camera"));
    assert!(!keeps("--room r --no-realtime -"));
    assert!(keeps("--room r --realtime --camera"));
}

#[test]
fn srtp_is_for_plain_transports() {
    assert_eq!(
        input("--room r --srtp a.ivf"),
        Err(ArgsError::SrtpWithWebRtc)
    );
    assert!(input("--room r --srtp --transport plain a.ivf").is_ok());
}

#[test]
fn several_broadcasters_are_told_apart_by_number() {
    let args = parse("--room r --peers 3 --name Band a.ivf").unwrap();
    let input = args.input().unwrap();
    assert_eq!(args.display_name(&input, 2), "Band 3");
    assert_eq!(
        parse("--room r --peers 0 a.ivf"),
        Err(ErrorKind::ValueValidation)
    );
}

#[test]
fn a_server_is_an_http_address() {
    for (text, shown) in [
        ("http://a.example", "http://a.example"),
        ("https://a.example:443/", "https://a.example"),
        ("https://[::1]:3000/miso/", "https://[::1]:3000/miso"),
    ] {
        let args = parse(&format!("--room r --server {text} a.ivf")).unwrap();
        assert_eq!(args.server.to_string(), shown);
    }
    for text in [
        "a.example",
        "ws://a.example",
        "http://",
        "http://:80",
        "http://a:x",
        "http://u@a",
        "http://a/?q",
    ] {
        let line = format!("--room r --server {text} a.ivf");
        assert_eq!(parse(&line), Err(ErrorKind::ValueValidation), "{text}");
    }
}
