use std::time::Duration;

use serde_json::json;

use super::*;

#[test]
fn a_request_without_an_answer_fails_after_its_time() {
    let now = Instant::now();
    let mut pending = Pending::default();
    let (sender, mut answer) = oneshot::channel();
    pending.add("ask", sender, now);
    let until = pending.poll_timeout().unwrap();
    assert_eq!(until, now + Duration::from_millis(22_500));
    pending.expire(until - Duration::from_millis(1));
    assert!(answer.try_recv().is_err());
    pending.expire(until);
    let failed = answer.try_recv().unwrap();
    assert!(
        matches!(failed, Err(SignalingError::Timeout { method: "ask" })),
        "{failed:?}"
    );
    assert_eq!(pending.poll_timeout(), None);
}

#[test]
fn answers_to_nobody_are_passed_over() {
    let mut pending = Pending::default();
    let (sender, mut answer) = oneshot::channel();
    let id = pending.add("ask", sender, Instant::now());
    for stranger in [json!(99), json!(-1), json!(0.5)] {
        let Value::Number(stranger) = stranger else {
            unreachable!();
        };
        pending.answered(&stranger, Ok(Value::Null));
    }
    assert!(answer.try_recv().is_err());
    pending.answered(&id.into(), Ok(json!("fine")));
    assert_eq!(answer.try_recv().unwrap().unwrap(), json!("fine"));
}
