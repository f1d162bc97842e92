use std::time::Duration;

use miso_ice::{ConsentTimeout, ListenInfo, Offer, Protocol};

use super::{consent_timeout, webrtc_options};
use crate::{RequestError, WebRtcTransportOptions};

fn listen() -> Vec<ListenInfo> {
    let info = |protocol| ListenInfo {
        protocol,
        ip: [127, 0, 0, 1].into(),
        port: 1,
        announced_address: None,
        expose_internal_ip: false,
    };
    vec![info(Protocol::Udp), info(Protocol::Tcp)]
}

#[test]
fn flags_say_which_protocols_are_offered_and_preferred() {
    let options = WebRtcTransportOptions {
        enable_udp: false,
        prefer_udp: true,
        prefer_tcp: true,
        ..Default::default()
    };
    let offers = webrtc_options(&options, &listen()).unwrap().offers;
    assert_eq!((offers.udp, offers.tcp), (Offer::Skipped, Offer::Preferred));
    let offers = webrtc_options(&WebRtcTransportOptions::default(), &listen())
        .unwrap()
        .offers;
    assert_eq!((offers.udp, offers.tcp), (Offer::Offered, Offer::Offered));
}

#[test]
fn without_a_candidate_nothing_is_made() {
    let options = WebRtcTransportOptions {
        enable_udp: false,
        enable_tcp: false,
        ..Default::default()
    };
    let refused = webrtc_options(&options, &listen()).unwrap_err();
    assert_eq!(
        refused,
        RequestError::Type("empty iceCandidates".to_owned())
    );
}

#[test]
fn a_consent_timeout_below_a_second_does_not_disable_it() {
    assert_eq!(consent_timeout(Duration::ZERO), ConsentTimeout::DISABLED);
    assert_eq!(
        consent_timeout(Duration::from_millis(1)),
        ConsentTimeout::from_secs(10)
    );
    assert_eq!(
        consent_timeout(Duration::from_secs(30)),
        ConsentTimeout::default()
    );
}
