use std::net::IpAddr;

use miso_signal::api::ApiError;

use super::Targets;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_client_elsewhere_can_have_packets_sent_to_itself_alone() {
    let targets = Targets::of(Some(ip("203.0.113.7")), false);
    assert_eq!(targets.check(None), Ok(()));
    assert_eq!(targets.check(Some(ip("203.0.113.7"))), Ok(()));
    assert_eq!(targets.check(Some(ip("::ffff:203.0.113.7"))), Ok(()));
    for other in ["203.0.113.8", "127.0.0.1", "0.0.0.0", "::1", "224.0.0.1"] {
        let refused = Err(ApiError::ForbiddenTarget(ip(other)));
        assert_eq!(targets.check(Some(ip(other))), refused, "{other}");
    }
}

#[test]
fn a_client_on_this_machine_may_name_any_address_and_so_may_all_when_the_owner_says_so() {
    for client in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
        let targets = Targets::of(Some(ip(client)), false);
        assert_eq!(targets.check(Some(ip("203.0.113.8"))), Ok(()), "{client}");
    }
    let targets = Targets::of(Some(ip("203.0.113.7")), true);
    assert_eq!(targets.check(Some(ip("203.0.113.8"))), Ok(()));
}
