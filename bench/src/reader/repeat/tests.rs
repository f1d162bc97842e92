use super::Repeated;

#[test]
fn a_datagram_survives_the_pipe() {
    let source = "127.1.0.7".parse().unwrap();
    let remote = "127.0.0.1:44444".parse().unwrap();
    let repeated = Repeated::new(source, remote, vec![0, 1, 0xfe]);
    let line = repeated.to_string();
    assert_eq!(line, "repeat 127.1.0.7 127.0.0.1:44444 0001fe");
    assert_eq!(line.parse::<Repeated>().unwrap(), repeated);
}

#[test]
fn a_line_that_is_cut_or_changed_is_refused() {
    let line = "repeat 127.1.0.7 127.0.0.1:44444 0001";
    for line in [
        &line[..20],
        "repeat 1.2.3.4 5.6.7.8:9 0x",
        "repeat - 5.6.7.8:9 00",
    ] {
        assert!(line.parse::<Repeated>().is_err(), "{line}");
    }
}
