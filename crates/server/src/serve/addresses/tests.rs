use super::*;
use crate::config::Settings;

fn media(change: impl FnOnce(&mut Settings)) -> MediaConfig {
    let mut settings = Settings::default();
    settings.web.data_dir = Some("unused".into());
    change(&mut settings);
    settings.complete().unwrap().media
}

#[test]
fn plain_transports_announce_an_address_that_can_be_used() {
    let told = |media: &MediaConfig| plain(media).announced_address.unwrap();
    let everywhere = told(&media(|_| {})).parse::<IpAddr>().unwrap();
    assert!(!everywhere.is_unspecified());
    let here = media(|it| it.media.media_ip = "127.0.0.1".parse().ok());
    assert_eq!(told(&here), "127.0.0.1");
    let announced = media(|it| it.media.announced_address = Some("sfu.example".to_owned()));
    assert_eq!(told(&announced), "sfu.example");
}

#[test]
fn the_demos_port_range_is_that_of_plain_transports() {
    let demo = |name: &str| match name {
        "MEDIASOUP_MIN_PORT" => Some("2000".to_owned()),
        "MEDIASOUP_MAX_PORT" => Some("2020".to_owned()),
        _ => None,
    };
    let set = crate::config::demo::settings(demo).unwrap();
    let media = media(|it| {
        *it = Settings {
            web: it.web.clone(),
            ..set
        }
    });
    assert_eq!(plain(&media).port_range, Some((2000, 2020)));
}
