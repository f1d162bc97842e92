use super::*;

#[test]
fn what_is_set_goes_before_what_completes_it() {
    let set = Settings {
        log: Some("debug".to_owned()),
        ..Settings::default()
    };
    let mut others = Settings {
        log: Some("trace".to_owned()),
        ..Settings::default()
    };
    others.media.workers = Some(3);
    let both = set.or(others);
    assert_eq!(
        (both.log.as_deref(), both.media.workers),
        (Some("debug"), Some(3))
    );
}

#[test]
fn lengths_of_time_are_finite_and_not_negative() {
    for wrong in ["-1", "nan", "inf", "1e9", "ten"] {
        assert!(wrong.parse::<Seconds>().is_err(), "{wrong}");
    }
    assert_eq!(
        "0.25".parse::<Seconds>().map(Seconds::duration),
        Ok(std::time::Duration::from_millis(250))
    );
}

#[test]
fn lists_of_addresses_are_printed_as_they_are_read() {
    let list: IpList = "0.0.0.0, ::1".parse().unwrap();
    assert_eq!(list.to_string(), "0.0.0.0,::1");
}

#[test]
fn an_empty_variable_of_the_demo_is_not_there() {
    let settings = demo::settings(|_| Some(String::new())).unwrap();
    assert_eq!(settings, Settings::default());
}
