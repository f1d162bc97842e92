//! Floods meet a ceiling of memory.
#![expect(
    unsafe_code,
    reason = "an allocator that measures is an unsafe trait by definition; it hands everything on to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use miso_ice::Protocol;
use miso_ortc::MediaKind;
use miso_sfu::DropReason;
use miso_testkit::{PeerSettings, SERVER_UDP, VideoSettings, World};
use miso_wire::{Seq, Ssrc};

thread_local! {
    /// Bytes that the thread, which is one test, has allocated and not freed.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, which keeps the sum.
struct Measuring;

fn note(bytes: usize, sign: isize) {
    let bytes = sign * isize::try_from(bytes).unwrap_or(isize::MAX);
    // A thread that is ending has no such variable any more.
    let _ = LIVE.try_with(|live| live.set(live.get() + bytes));
}

// SAFETY: every call is handed on unchanged to the system's allocator, which keeps the promises.
unsafe impl GlobalAlloc for Measuring {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(layout.size(), -1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Measuring = Measuring;

#[test]
fn floods_that_are_not_drained_meet_a_ceiling_of_memory() {
    let mut world = World::new(110);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(1));
    let raw = world.add_raw();
    world.run_for(Duration::from_secs(2));
    let (peer, server, _, now) = world.raw(raw);
    let producer = peer.produce(server, MediaKind::Video, Ssrc(9), now);
    let made = peer.consume(server, video.id, now);
    peer.consume(server, producer, now);
    let ssrc = made.parameters.encodings[0].ssrc.expect("an SSRC");
    let address = world.raw(raw).0.local;
    let before = LIVE.get();
    let lost: Vec<Seq> = (0..400).map(Seq).collect();
    let now = world.now();
    for n in 0..80_000_u64 {
        let peer = world.raw(raw).0;
        let mut packets = vec![
            peer.check(true),
            peer.seal_rtp((Ssrc(9), 96), (1_000 + n, n as u32), &[0x80; 1_000], true),
        ];
        if n % 10 == 0 {
            packets.push(peer.seal_rtcp(|writer| {
                writer.nack(Ssrc(1), ssrc, &lost).expect("room");
            }));
        }
        packets.push(peer.seal_rtp((Ssrc(10_000 + n as u32), 96), (1, 1), &[0x80; 20], true));
        for packet in &mut packets {
            let path = (SERVER_UDP, address);
            world
                .server
                .worker
                .handle_datagram(packet, Protocol::Udp, path, now);
        }
    }
    let grown = LIVE.get() - before;
    assert!(grown < 64 << 20, "{}: {} MiB", world.at(), grown >> 20);
    assert!(
        world.server.drops(DropReason::OutboxFull) > 0,
        "{}: the flood was no flood",
        world.at()
    );
    world.drain_server();
    world.run_for(Duration::from_secs(2));
    let report = world.sink(&seen).report();
    assert!(report.is_flawless(), "{}: {report:?}", world.at());
}

#[test]
fn messages_that_nobody_takes_meet_the_limit_of_the_send_buffer() {
    let mut world = World::new(111);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let chat = world.produce_data(alice, "chat", (None, None, None));
    let heard = world.consume_data(bob, chat.id);
    world.run_for(Duration::from_secs(1));
    assert!(
        world.send_message(&chat, true, &[1; 60_000]),
        "{}",
        world.at()
    );
    world.run_for(Duration::from_secs(1));
    // Bob's network is gone; Alice goes on writing.
    world.kill(bob);
    let before = LIVE.get();
    for _ in 0..400 {
        world.send_message(&chat, true, &[1; 60_000]);
        world.run_for(Duration::from_millis(50));
    }
    let grown = LIVE.get() - before;
    assert!(grown < 32 << 20, "{}: {} MiB", world.at(), grown >> 20);
    assert!(
        world.server.drops(DropReason::MessageNotSent) > 0,
        "{}",
        world.at()
    );
    let at = world.at();
    assert_eq!(
        world.receiver(bob).channel(heard.channel).messages.len(),
        1,
        "{at}"
    );
}
