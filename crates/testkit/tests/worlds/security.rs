//! What strangers and hostile peers can do: nothing. Each test is a class of fault that others had.
use std::net::SocketAddr;
use std::time::Duration;

use miso_ortc::MediaKind;
use miso_secure::{Dtls, DtlsOutput, DtlsRole, DtlsVersions};
use miso_sfu::DropReason;
use miso_testkit::{Consumed, PeerId, PeerSettings, Produced, VideoSettings, World, dtls_context};
use miso_wire::Ssrc;
use miso_wire::stun::{BindingRequest, IceRole, IntegrityKey, TransactionId};

/// Addresses that no host of the world has: what is sent to them is counted as unroutable.
fn stranger(n: u16) -> SocketAddr {
    let [high, low] = n.to_be_bytes();
    SocketAddr::from(([192, 168, high, low], 4_000))
}

struct Call {
    world: World,
    alice: PeerId,
    seen: Consumed,
    video: Produced,
}

/// Bob sees Alice.
fn call(seed: u64) -> Call {
    let mut world = World::new(seed);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(1));
    Call {
        world,
        alice,
        seen,
        video,
    }
}

impl Call {
    /// The address from which Alice sends.
    fn address(&mut self) -> SocketAddr {
        self.world.sender(self.alice).local()
    }

    /// The call goes on as if nothing had happened, and no stranger got an answer.
    fn expect_unharmed(&mut self, what: &str) {
        let world = &mut self.world;
        world.drain_server();
        world.run_for(Duration::from_secs(2));
        let report = world.sink(&self.seen).report();
        assert!(report.is_flawless(), "{}: {what}: {report:?}", world.at());
        let last = world
            .sink(&self.seen)
            .arrivals
            .last()
            .map(|arrival| arrival.at);
        assert!(
            last.is_some_and(|last| world.now() - last < Duration::from_millis(200)),
            "{}: {what}: media stopped",
            world.at()
        );
        assert_eq!(
            world.wire.net.unroutable(),
            0,
            "{}: {what}: a stranger got an answer",
            world.at()
        );
        let events = world.transport_events(world.peer(self.alice).send.transport);
        let bad = events.iter().any(|event| {
            event.contains("Failed") || event.contains("Closed") || event.contains("Disconnected")
        });
        assert!(!bad, "{}: {what}: {events:?}", world.at());
    }
}

fn client_hello(world: &World) -> Vec<u8> {
    let context = dtls_context(DtlsVersions::Any);
    let fingerprints = context.fingerprints().to_vec();
    let mut dtls = Dtls::new(context);
    dtls.set_remote(&fingerprints, DtlsRole::Server, world.now())
        .expect("a new endpoint");
    dtls.start(world.now());
    loop {
        match dtls.poll().expect("a hello") {
            DtlsOutput::Transmit(hello) => return hello.to_vec(),
            _ => continue,
        }
    }
}

#[test]
fn client_hellos_from_strangers_before_and_after_the_real_one_change_nothing() {
    let mut world = World::new(100);
    let hello = client_hello(&world);
    let alice = world.add_peer(&PeerSettings::default());
    for round in 0..200_u16 {
        world.inject(&hello, stranger(round));
        world.run_for(Duration::from_millis(1));
    }
    world.wait_for_peers(&[alice]);
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(1));
    let mut call = Call {
        world,
        alice,
        seen,
        video,
    };
    for n in 0..200 {
        call.world.inject(&hello, stranger(n));
    }
    assert!(
        call.world.server.drops(DropReason::UnknownTuple) >= 400,
        "{}",
        call.world.at()
    );
    call.expect_unharmed("from strangers");
    // The same with the forged address of the peer itself.
    let address = call.address();
    for _ in 0..200 {
        call.world.inject(&hello, address);
    }
    call.expect_unharmed("from a forged address");
}

#[test]
fn a_hello_that_comes_before_ice_is_not_answered() {
    let mut world = World::new(101);
    let hello = client_hello(&world);
    let raw = world.add_raw();
    let address = world.raw(raw).0.local;
    world.raw(raw).0.kill();
    world.inject(&hello, address);
    world.drain_server();
    assert_eq!(world.server.sent, 0, "{}", world.at());
    assert_eq!(
        world.server.drops(DropReason::UnknownTuple),
        1,
        "{}",
        world.at()
    );
}

#[test]
fn media_from_strangers_is_dropped_even_when_it_is_a_copy_of_real_media() {
    let mut world = World::new(102);
    let (sender, viewer) = (world.add_raw(), world.add_raw());
    world.run_for(Duration::from_secs(2));
    let (raw, server, _, now) = world.raw(sender);
    let producer = raw.produce(server, MediaKind::Audio, Ssrc(9), now);
    let (raw, server, _, now) = world.raw(viewer);
    raw.consume(server, producer, now);
    for n in 0..100 {
        let raw = world.raw(sender).0;
        let rtp = raw.seal_rtp((Ssrc(9), 111), (1_000 + n, 960), &[1; 60], false);
        let rtcp = raw.seal_rtcp(|writer| writer.pli(Ssrc(1), Ssrc(2)).expect("room"));
        world.inject(&rtp, stranger(n as u16));
        world.inject(&rtcp, stranger(n as u16));
    }
    world.drain_server();
    world.run_for(Duration::from_secs(1));
    let got = world.raw(viewer).0.log.rtp;
    assert_eq!(got, 0, "{}", world.at());
    assert_eq!(
        world.server.drops(DropReason::UnknownTuple),
        200,
        "{}",
        world.at()
    );
    assert_eq!(world.wire.net.unroutable(), 0, "{}", world.at());
    assert!(
        world.producer_stats(producer).is_empty(),
        "{}: no stream came of it",
        world.at()
    );
}

#[test]
fn a_hundred_thousand_packets_with_bad_tags_do_not_end_the_call() {
    let mut call = call(103);
    let address = call.address();
    let ssrc = call.video.ssrc();
    let mut packet = vec![0x80, 96, 0, 0, 0, 0, 0, 0];
    packet.extend(ssrc.0.to_be_bytes());
    packet.resize(200, 0x3c);
    for n in 0..100_000_u32 {
        let [.., high, low] = n.to_be_bytes();
        packet[2..4].copy_from_slice(&[high, low]);
        call.world.inject(&packet, address);
    }
    let refused = call.world.server.drops(DropReason::SrtpAuth)
        + call.world.server.drops(DropReason::SrtpReplay);
    assert_eq!(refused, 100_000, "{}", call.world.at());
    call.expect_unharmed("bad RTP");
    let mut compound = vec![0x81, 206, 0, 2];
    compound.extend([0; 40]);
    for _ in 0..10_000 {
        call.world.inject(&compound, address);
    }
    assert_eq!(
        call.world.server.drops(DropReason::SrtcpAuth),
        10_000,
        "{}",
        call.world.at()
    );
    call.expect_unharmed("bad RTCP");
}

#[test]
fn one_flipped_bit_anywhere_in_a_packet_is_noticed() {
    let mut world = World::new(104);
    let sender = world.add_raw();
    world.run_for(Duration::from_secs(2));
    let (raw, server, _, now) = world.raw(sender);
    let producer = raw.produce(server, MediaKind::Audio, Ssrc(9), now);
    let address = world.raw(sender).0.local;
    let good = world
        .raw(sender)
        .0
        .seal_rtp((Ssrc(9), 111), (1_000, 960), &[1; 60], false);
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        world.inject(&bad, address);
    }
    assert!(world.producer_stats(producer).is_empty(), "{}", world.at());
    world.inject(&good, address);
    assert_eq!(
        world.producer_stats(producer)[0].packet_count,
        1,
        "{}",
        world.at()
    );
    world.inject(&good, address);
    assert_eq!(
        world.producer_stats(producer)[0].packet_count,
        1,
        "{}: a replay counts once",
        world.at()
    );
    assert_eq!(
        world.server.drops(DropReason::SrtpReplay),
        1,
        "{}",
        world.at()
    );
}

/// A connectivity check with whatever name and password.
fn check(username: &[u8], password: &[u8]) -> Vec<u8> {
    let request = BindingRequest {
        transaction_id: TransactionId([7; 12]),
        username,
        priority: 1,
        role: IceRole::Controlling(1),
        use_candidate: true,
        nomination: None,
    };
    let mut out = [0; 512];
    let len = request
        .write(&mut out, &IntegrityKey::new(password))
        .expect("room");
    out[..len].to_vec()
}

#[test]
fn checks_without_the_password_change_nothing_and_are_answered_by_less_than_they_cost() {
    let mut call = call(105);
    let transport = call.world.peer(call.alice).send.transport;
    let dump = call
        .world
        .transport_dump(transport)
        .webrtc
        .expect("a WebRTC transport");
    let before = dump.ice_selected_tuple;
    let ours = dump.ice_credentials.ufrag();
    let password = dump.ice_credentials.password().as_bytes().to_vec();
    let good_name = format!("{}:them", ours.as_str());
    let mut requests = vec![
        check(good_name.as_bytes(), b"wrong password"),
        check(b"nobody:them", &password),
        check(b"", &password),
        check(ours.as_str().as_bytes(), &password),
        check(&[b'x'; 300], &password),
    ];
    let good = check(good_name.as_bytes(), &password);
    // Without MESSAGE-INTEGRITY and FINGERPRINT, and without FINGERPRINT alone.
    for cut in [32, 8] {
        let mut short = good[..good.len() - cut].to_vec();
        let length = u16::try_from(short.len() - 20)
            .expect("a short message")
            .to_be_bytes();
        short[2..4].copy_from_slice(&length);
        requests.push(short);
    }
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        requests.push(bad);
    }
    let mut in_bytes = 0;
    for (n, request) in requests.iter().enumerate() {
        in_bytes += request.len();
        call.world.inject(request, stranger(n as u16));
    }
    let mut out_bytes = 0;
    let now = call.world.now();
    call.world.server.drain(now, |_, (_, to), bytes| {
        if to.ip() == stranger(0).ip() || to.port() == 4_000 {
            out_bytes += bytes.len();
        }
    });
    assert!(
        out_bytes <= in_bytes,
        "{}: {out_bytes} bytes for {in_bytes}",
        call.world.at()
    );
    let after = call
        .world
        .transport_dump(transport)
        .webrtc
        .expect("a WebRTC transport")
        .ice_selected_tuple;
    assert_eq!(after, before, "{}", call.world.at());
    call.expect_unharmed("forged checks");
}

#[test]
fn garbage_of_every_length_and_kind_breaks_nothing() {
    let mut call = call(106);
    let address = call.address();
    let mut rng = fastrand::Rng::with_seed(106);
    for from in [address, stranger(1)] {
        for first in [0x00, 0x01, 20, 22, 23, 25, 63, 0x80, 0x90, 0xb0, 0xbf, 0xff] {
            for length in (0..300).chain((300..2_100).step_by(37)) {
                let mut bytes: Vec<u8> =
                    std::iter::repeat_with(|| rng.u8(..)).take(length).collect();
                if let Some(byte) = bytes.first_mut() {
                    *byte = first;
                }
                // Half of what could be RTP looks like RTCP.
                if let Some(byte) = bytes.get_mut(1).filter(|_| length % 2 == 0) {
                    *byte = 192 + length as u8 % 32;
                }
                call.world.inject(&bytes, from);
            }
        }
    }
    call.expect_unharmed("garbage");
}

#[test]
fn short_and_long_dtls_records_in_an_open_session_do_not_end_it() {
    let mut call = call(107);
    let address = call.address();
    for kind in 20..=63_u8 {
        for length in 0..64_usize {
            // DTLS 1.2 header of epoch 1, and 1.3's unified header.
            let mut record = vec![kind, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, length as u8];
            record.resize(13 + length, 0xaa);
            call.world.inject(&record, address);
            let mut unified = vec![0x2f, 0x11, 0x22, 0, length as u8];
            unified.resize(5 + length, kind);
            call.world.inject(&unified, address);
        }
    }
    call.expect_unharmed("records");
}

#[test]
fn jumbo_packets_break_nothing() {
    let mut world = World::new(108);
    let (sender, viewer) = (world.add_raw(), world.add_raw());
    world.run_for(Duration::from_secs(2));
    let (raw, server, _, now) = world.raw(sender);
    let producer = raw.produce(server, MediaKind::Audio, Ssrc(9), now);
    let (raw, server, _, now) = world.raw(viewer);
    raw.consume(server, producer, now);
    let address = world.raw(sender).0.local;
    let mut small = 0;
    for (n, length) in [
        1_200, 1_450, 1_500, 1_600, 1_900, 2_000, 2_048, 2_100, 4_000, 9_000, 65_000, 100,
    ]
    .into_iter()
    .enumerate()
    {
        let seq = 1_000 + n as u64;
        let packet = world.raw(sender).0.seal_rtp(
            (Ssrc(9), 111),
            (seq, 960 * n as u32),
            &vec![1; length],
            false,
        );
        world.inject(&packet, address);
        world.drain_server();
        small += u64::from(length <= 1_450);
    }
    world.run_for(Duration::from_secs(1));
    let got = world.raw(viewer).0.log.rtp;
    assert!(got >= small, "{}: {got} of at least {small}", world.at());
    let unopened = world.raw(viewer).0.log.unopened;
    assert_eq!(unopened, 0, "{}", world.at());
}

#[test]
fn sctp_garbage_inside_dtls_breaks_nothing() {
    let mut call = call(109);
    let mut rng = fastrand::Rng::with_seed(109);
    let raw = call.world.add_raw();
    call.world.run_for(Duration::from_secs(2));
    for length in 0..1_100 {
        let mut bytes: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(length).collect();
        // Ports 5000 and every type of chunk, so that some of it is looked at.
        if length >= 16 {
            bytes[..4].copy_from_slice(&[0x13, 0x88, 0x13, 0x88]);
            bytes[12] = length as u8;
            bytes[14..16].copy_from_slice(&(length as u16 - 12).to_be_bytes());
            let sum = [0; 4];
            bytes[8..12].copy_from_slice(&sum);
        }
        let (peer, _, wire, now) = call.world.raw(raw);
        assert!(peer.send_data(wire, &bytes, now), "{}", call.world.at());
        call.world.run_for(Duration::from_millis(1));
    }
    call.expect_unharmed("SCTP garbage");
    assert!(
        call.world.raw(raw).0.is_connected() && !call.world.raw(raw).0.is_failed(),
        "{}",
        call.world.at()
    );
}

/// What a server without peers makes of a seed: credentials, answers to checks, errors.
fn trace(seed: u64) -> Vec<Vec<u8>> {
    let mut world = World::new(seed);
    let now = world.now();
    let mut trace = Vec::new();
    for _ in 0..5 {
        let (_, dump) = world
            .server
            .create_transport(Default::default(), now)
            .expect("transports can be made");
        let name = format!("{}:them", dump.ice_credentials.ufrag().as_str());
        trace.push(name.clone().into_bytes());
        trace.push(dump.ice_credentials.password().as_bytes().to_vec());
        world.inject(
            &check(name.as_bytes(), dump.ice_credentials.password().as_bytes()),
            stranger(1),
        );
        world.inject(&check(name.as_bytes(), b"wrong"), stranger(2));
        world.inject(&check(b"nobody:them", b"wrong"), stranger(3));
    }
    world.server.drain(now, |_, (_, to), bytes| {
        trace.push(to.to_string().into_bytes());
        trace.push(bytes.to_vec());
    });
    trace
}

#[test]
fn the_same_seed_gives_the_same_bytes_so_nothing_on_the_wire_comes_from_memory() {
    let (first, second, other) = (trace(5), trace(5), trace(6));
    assert!(first.len() > 15);
    assert_eq!(first, second);
    assert_ne!(first, other);
}
