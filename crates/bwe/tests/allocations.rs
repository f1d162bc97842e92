//! Neither a packet nor feedback costs an allocation once a controller is warm.
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
use std::time::{Duration, Instant};

use miso_bwe::{Controller, ControllerConfig};
use miso_wire::{
    Bitrate, FeedbackTime, RtcpPacket, RtcpPackets, RtcpWriter, Seq, Ssrc, TransportFeedbackHead,
};

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

const ROUND: Duration = Duration::from_millis(100);
const MEDIA: u32 = 40;
const MAX_PACKETS: usize = 256;

/// A controller, and how many packets it was told of.
struct Sender {
    controller: Controller,
    start: Instant,
    next: u16,
}

impl Sender {
    /// Sends media and padding for a tenth of a second and lets the peer tell of them; every hundredth is lost.
    fn round(&mut self, number: u32, out: &mut [u8]) {
        let (base, begin) = (Seq(self.next), ROUND * number);
        let (mut arrivals, mut count) = ([None; MAX_PACKETS], 0);
        for index in 0..MEDIA {
            let sent = begin + ROUND * index / MEDIA;
            let now = self.start + sent;
            self.controller.handle_timeout(now);
            let mut probe = self.controller.poll_probe(now);
            loop {
                let size = probe.map_or(1_200, |probe| probe.size);
                self.controller
                    .packet_sent(Seq(self.next), size, probe.map(|probe| probe.id), now);
                self.next = self.next.wrapping_add(1);
                if !self.next.is_multiple_of(100) {
                    let at = sent + Duration::from_millis(30);
                    arrivals[count] = Some(FeedbackTime::from_duration(at));
                }
                count += 1;
                if probe.is_none() {
                    break;
                }
                probe = self.controller.poll_probe(now);
            }
        }
        let mut writer = RtcpWriter::new(out);
        let head = TransportFeedbackHead {
            sender: Ssrc(1),
            media: Ssrc(2),
            base,
            feedback_count: 0,
        };
        writer
            .transport_feedback(&head, &arrivals[..count])
            .expect("there is room");
        for packet in RtcpPackets::new(writer.as_bytes()) {
            if let Ok(RtcpPacket::TransportFeedback(feedback)) = packet {
                let now = self.start + begin + ROUND;
                self.controller.handle_feedback(&feedback, now);
            }
        }
    }
}

#[test]
fn warm_controller_allocates_nothing() {
    let start = Instant::now();
    let mut controller = Controller::new(ControllerConfig::default(), start);
    controller.set_desired(Bitrate::kbps(20_000), start);
    let mut sender = Sender {
        controller,
        start,
        next: 0,
    };
    let mut out = vec![0; 1_500];
    for number in 0..200 {
        sender.round(number, &mut out);
    }
    let (before, probes) = (
        ALLOCATIONS.with(Cell::get),
        sender.controller.stats().probes_sent,
    );
    for number in 200..2_000 {
        sender.round(number, &mut out);
    }
    let stats = sender.controller.stats();
    assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0);
    assert!(
        stats.feedback_messages == 2_000 && stats.loss > 0.0,
        "{stats:?}"
    );
    assert!(stats.probes_sent > probes, "{stats:?}");
}
