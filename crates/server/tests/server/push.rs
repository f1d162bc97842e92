//! `miso push` against `miso serve`: what arrives, what is left behind, and what is said.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use miso_media::{Codec, Frame, IvfWriter, OggOpusWriter, TestPattern, WebmWriter};
use serde_json::Value;

use crate::support::{Client, Folder, Push, Server, run, soon};

/// Two seconds of pictures, or of sound.
fn frames(pattern: &mut TestPattern, track: usize) -> Vec<Frame> {
    if track == TestPattern::VIDEO {
        (0..60)
            .map(|index| pattern.next_video_frame(index % 30 == 0))
            .collect()
    } else {
        (0..100).map(|_| pattern.next_audio_frame()).collect()
    }
}

fn ivf(folder: &Folder) -> PathBuf {
    let path = folder.path().join("film.ivf");
    let mut writer = IvfWriter::new(File::create(&path).unwrap(), &Codec::Vp8, 640, 360).unwrap();
    for frame in frames(&mut TestPattern::new(1), TestPattern::VIDEO) {
        writer.write_frame(&frame.data, frame.pts).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn ogg(folder: &Folder) -> PathBuf {
    let path = folder.path().join("sound.ogg");
    let mut writer = OggOpusWriter::new(File::create(&path).unwrap(), 2, 7).unwrap();
    for frame in frames(&mut TestPattern::new(1), TestPattern::AUDIO) {
        writer.write_packet(&frame.data, frame.pts).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn webm(folder: &Folder) -> PathBuf {
    let path = folder.path().join("film.webm");
    let mut pattern = TestPattern::new(1);
    let mut all = frames(&mut pattern, TestPattern::VIDEO);
    all.extend(frames(&mut pattern, TestPattern::AUDIO));
    all.sort_by_key(|frame| frame.dts);
    let mut writer = WebmWriter::new(File::create(&path).unwrap(), &TestPattern::tracks()).unwrap();
    for frame in &all {
        writer.write_frame(frame).unwrap();
    }
    writer.finish().unwrap();
    path
}

/// A producer that a peer was offered.
struct Offered {
    kind: String,
    peer: String,
    producer: String,
}

/// What a peer in the room is offered next.
async fn offered(client: &mut Client) -> Offered {
    let (request, offer) = client.asked("newConsumer").await;
    client.accept(&request).await;
    let text = |name: &str| offer[name].as_str().unwrap().to_owned();
    Offered {
        kind: text("kind"),
        peer: text("peerId"),
        producer: text("producerId"),
    }
}

/// The statistics of a producer's stream once `packets` have come.
async fn arrived(server: &Server, offered: &Offered, packets: u64) -> Value {
    let path = format!(
        "/rooms/r/broadcasters/{}/producers/{}/stats",
        offered.peer, offered.producer
    );
    let reached = async {
        loop {
            let reply = server.bare("GET", &path).await;
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            let stats = &body["stats"][0];
            if stats["packetCount"]
                .as_u64()
                .is_some_and(|count| count >= packets)
            {
                return stats.clone();
            }
            tokio::task::yield_now().await;
        }
    };
    soon(&format!("{packets} packets of {}", offered.kind), reached).await
}

/// Everything that is offered arrives without loss.
async fn assert_arrives(args: &[&str], kinds: &[&str]) {
    let server = Server::start(&[]).await;
    let mut viewer = server.client("r", "viewer").await;
    viewer.join("Viewer").await;
    let push = Push::start(server.http(), args);
    let mut found = Vec::new();
    for _ in kinds {
        let offered = offered(&mut viewer).await;
        let stats = arrived(&server, &offered, 20).await;
        assert_eq!(stats["packetsLost"], 0, "{stats}");
        assert_eq!(stats["packetsDiscarded"], 0, "{stats}");
        found.push(offered.kind);
    }
    found.sort();
    assert_eq!(found, kinds, "{args:?}");
    push.signal("-INT");
    assert_eq!(push.ended().await, (Some(0), String::new()));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn the_test_pattern_arrives_by_webrtc_and_by_plain_rtp() {
    for args in [
        &["--test-pattern"][..],
        &["--test-pattern", "--transport=plain"],
        &["--test-pattern", "--transport=plain", "--srtp"],
    ] {
        assert_arrives(args, &["audio", "video"]).await;
    }
}

#[tokio::test]
async fn files_of_each_container_arrive() {
    let folder = Folder::new();
    let (ivf, ogg, webm) = (ivf(&folder), ogg(&folder), webm(&folder));
    assert_arrives(&["--loop", text(&webm)], &["audio", "video"]).await;
    assert_arrives(
        &["--loop", "--transport=plain", text(&webm)],
        &["audio", "video"],
    )
    .await;
    assert_arrives(&["--loop", text(&ivf), text(&ogg)], &["audio", "video"]).await;
    assert_arrives(&["--loop", text(&ivf)], &["video"]).await;
}

#[tokio::test]
async fn an_interrupted_push_leaves_nothing_behind() {
    for signal in ["-INT", "-TERM"] {
        let server = Server::start(&[]).await;
        let mut push = Push::start(server.http(), &["--test-pattern", "--peers=3"]);
        push.says("3 broadcasters in room").await;
        server.until_metric("rooms", 1).await;
        push.signal(signal);
        assert_eq!(push.ended().await, (Some(0), String::new()));
        server.until_metric("rooms", 0).await;
        server.until_metric("transports", 0).await;
    }
}

#[tokio::test]
async fn a_film_that_ends_leaves_by_itself() {
    let folder = Folder::new();
    let server = Server::start(&[]).await;
    let push = Push::start(server.http(), &[text(&ogg(&folder))]);
    assert_eq!(push.ended().await, (Some(0), String::new()));
    server.until_metric("rooms", 0).await;
}

#[tokio::test]
async fn push_goes_on_when_the_server_is_started_again() {
    for transport in ["--transport=webrtc", "--transport=plain"] {
        let server = Server::start(&[]).await;
        let address = server.http().to_owned();
        let mut push = Push::start(&address, &["--test-pattern", transport]);
        push.says("in room").await;
        server.signal("-KILL");
        push.says("interrupted").await;
        server.ended().await;
        let server = Server::start(&[&format!("--http-listen={address}")]).await;
        let mut viewer = server.client("r", "viewer").await;
        viewer.join("Viewer").await;
        push.says("back in the room").await;
        let offered = offered(&mut viewer).await;
        arrived(&server, &offered, 20).await;
        push.signal("-INT");
        assert_eq!(push.ended().await.0, Some(0));
    }
}

/// The one sentence with which push fails.
async fn complaint(server: &str, args: &[&str]) -> String {
    let (code, sentence) = Push::start(server, args).ended().await;
    assert_eq!(code, Some(1), "{args:?}: {sentence}");
    assert_eq!(sentence.trim_end().lines().count(), 1, "{sentence}");
    assert!(sentence.starts_with("miso: "), "{sentence}");
    sentence
}

#[tokio::test]
async fn what_cannot_be_sent_ends_in_one_sentence() {
    let folder = Folder::new();
    let server = Server::start(&[]).await;
    let whole = std::fs::read(webm(&folder)).unwrap();
    let cut = folder.path().join("cut.webm");
    std::fs::write(&cut, &whole[..whole.len() - 100]).unwrap();
    let empty = folder.file("empty.mp4", "");
    for (file, words) in [
        (text(&cut), "ends in the middle"),
        (text(&empty), "is empty"),
        ("/nowhere/film.mp4", "film.mp4"),
        (text(folder.path()), "is a folder"),
    ] {
        let sentence = complaint(server.http(), &[file]).await;
        assert!(sentence.contains(words), "{file}: {sentence}");
    }
    server.until_metric("rooms", 0).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_or_has_no_room_left_is_told() {
    let server = Server::start(&["--max-rooms=1"]).await;
    let _other = server.client("other", "p").await;
    let sentence = complaint(server.http(), &["--test-pattern"]).await;
    assert!(sentence.contains("the server refuses"), "{sentence}");
    let address = server.http().to_owned();
    server.signal("-KILL");
    server.ended().await;
    let sentence = complaint(&address, &["--test-pattern"]).await;
    assert!(sentence.contains("no server answers at"), "{sentence}");
}

#[tokio::test]
async fn help_shows_what_can_be_sent_and_how_it_ends() {
    let output = run(&["push", "--help"], &[]).await;
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "miso push --room demo film.mp4",
        "--test-pattern",
        "--server",
        "Ctrl-C",
        "[env: MISO_SERVER=]",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[tokio::test]
async fn the_time_of_a_file_is_kept() {
    let folder = Folder::new();
    let server = Server::start(&[]).await;
    let begin = std::time::Instant::now();
    let push = Push::start(server.http(), &[text(&ogg(&folder))]);
    assert_eq!(push.ended().await.0, Some(0));
    assert!(
        begin.elapsed() >= Duration::from_millis(1_900),
        "{:?}",
        begin.elapsed()
    );
}
