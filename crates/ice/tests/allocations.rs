//! A connectivity check costs no allocation once the server exists.
#![expect(
    unsafe_code,
    reason = "a counting allocator is an unsafe trait by definition"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test needs some moment to start from"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use miso_ice::{ConsentTimeout, Credentials, IceServer, MAX_REPLY_LEN, Protocol, Tuple, Verdict};
use miso_wire::stun::{BindingRequest, IceRole, IntegrityKey, TransactionId};
use rand::SeedableRng;
use rand::rngs::StdRng;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: hands everything on to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations() -> u64 {
    ALLOCATIONS.with(Cell::get)
}

fn tuple(n: u8) -> Tuple {
    let local = SocketAddr::from(([10, 0, 0, 1], 44_444));
    Tuple::new(
        Protocol::Udp,
        local,
        SocketAddr::from(([192, 0, 2, n], 5000)),
    )
}

#[test]
fn checks_from_changing_addresses_allocate_nothing() {
    let credentials = Credentials::random(&mut StdRng::seed_from_u64(1));
    let key = IntegrityKey::new(credentials.password().as_bytes());
    let username = format!("{}:peer", credentials.ufrag());
    let mut now = Instant::now();
    let mut server = IceServer::new(credentials, ConsentTimeout::default(), now);
    let (mut packet, mut reply) = ([0; 256], [0; MAX_REPLY_LEN]);

    let before = allocations();
    assert!(before > 0, "the counter counts");
    for n in 0..1000_u32 {
        let [.., low] = n.to_be_bytes();
        let request = BindingRequest {
            transaction_id: TransactionId([low; 12]),
            username: username.as_bytes(),
            priority: 1,
            role: IceRole::Controlling(1),
            use_candidate: low.is_multiple_of(3),
            nomination: None,
        };
        let len = request
            .write(&mut packet, &key)
            .expect("room for a request");
        let outcome = server.handle_stun(&packet[..len], tuple(low % 20), &mut reply, now);
        assert_eq!(
            (outcome.verdict, outcome.reply_len),
            (Verdict::Accepted, 64)
        );
        while server.poll_event().is_some() {}
        now += Duration::from_millis(100);
        server.handle_timeout(now);
    }
    assert_eq!(allocations() - before, 0);
}
