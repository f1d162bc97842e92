use super::*;
use crate::error::ErrorKind;

const NONE: BitrateLimits = BitrateLimits {
    max_incoming: Bitrate::ZERO,
    max_outgoing: Bitrate::ZERO,
    min_outgoing: Bitrate::ZERO,
};

fn reason(result: Result<BitrateLimits, CommandError>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TypeError);
    error.reason
}

#[test]
fn limits_that_contradict_each_other_are_refused_in_the_words_of_the_api() {
    let floor = NONE.with_min_outgoing(Bitrate::kbps(500)).unwrap();
    assert_eq!(
        reason(floor.with_max_outgoing(Bitrate::kbps(400))),
        "bitrate must be >= current min outgoing bitrate (500000) or 0 (unlimited)"
    );
    let ceiling = NONE.with_max_outgoing(Bitrate::kbps(400)).unwrap();
    assert_eq!(
        reason(ceiling.with_min_outgoing(Bitrate::kbps(500))),
        "bitrate must be <= current max outgoing bitrate (400000) or 0 (unlimited)"
    );
}

#[test]
fn limits_out_of_range_are_refused() {
    let low = "bitrate must be >= 30000 or 0 (unlimited)";
    assert_eq!(reason(NONE.with_max_outgoing(Bitrate(29_999))), low);
    assert_eq!(reason(NONE.with_min_outgoing(Bitrate(1))), low);
    let high = "bitrate must be <= 9223372036854775806 or 0 (unlimited)";
    for limits in [
        NONE.with_max_incoming(Bitrate(1 << 63)),
        NONE.with_max_outgoing(Bitrate(1 << 63)),
        NONE.with_min_outgoing(Bitrate((1 << 63) - 1)),
    ] {
        assert_eq!(reason(limits), high);
    }
}

#[test]
fn zero_removes_a_limit_and_equal_limits_fit() {
    let both = NONE
        .with_max_outgoing(Bitrate::kbps(400))
        .and_then(|limits| limits.with_min_outgoing(Bitrate::kbps(400)))
        .unwrap();
    assert_eq!(both.min_outgoing, both.max_outgoing);
    let freed = both.with_max_outgoing(Bitrate::ZERO).unwrap();
    assert!(freed.with_min_outgoing(Bitrate::kbps(900)).is_ok());
    assert!(NONE.with_max_incoming(Bitrate(1)).is_ok(), "no floor");
}
