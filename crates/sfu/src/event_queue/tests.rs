use super::*;
use crate::event::{ConsumerEvent, TransportEvent};
use crate::ids::{ConsumerId, TransportId};
use miso_ice::IceState;

#[test]
fn packets_find_no_place_where_nobody_takes_them_but_states_do() {
    let mut queue = EventQueue::default();
    let packet = || Event::Consumer(ConsumerId(1), ConsumerEvent::Rtp(Box::from([0_u8; 12])));
    for _ in 0..MAX_BULK {
        assert!(queue.push_bulk(packet()));
    }
    assert!(!queue.push_bulk(packet()));
    let state = TransportEvent::IceStateChange(IceState::Disconnected);
    queue.push_back(Event::Transport(TransportId(1), state));
    let mut told = std::iter::from_fn(|| queue.pop_front());
    assert!(matches!(told.nth(MAX_BULK), Some(Event::Transport(..))));
    assert!(told.next().is_none());
    assert!(queue.push_bulk(packet()));
}
