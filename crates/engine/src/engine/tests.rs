//! The engine on real loopback sockets.

mod closing;
mod data;
mod lifecycle;
mod media;
mod network;
mod objects;
mod panics;
mod peer;
mod pipe;
mod plain;

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::{
    Certificate, ConsumerOptions, Engine, EngineOptions, MediaKind, ProducerOptions, Router,
    RouterEvent, RouterEvents, RouterRtpCodecCapability, RtpParameters,
};

/// Longest that a test waits for something that should come at once.
const PATIENCE: Duration = Duration::from_secs(10);

fn options(workers: usize) -> EngineOptions {
    EngineOptions {
        workers,
        listen_ips: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
        base_port: 0,
        ..EngineOptions::new(Certificate::generate(SystemTime::now()).unwrap())
    }
}

async fn engine() -> Engine {
    Engine::start(options(1)).await.unwrap()
}

fn codecs() -> Vec<RouterRtpCodecCapability> {
    vec![
        RouterRtpCodecCapability::new("audio/opus", 48_000, 2).unwrap(),
        RouterRtpCodecCapability::new("video/VP8", 90_000, 0).unwrap(),
    ]
}

/// An engine with a router, and the router's events.
async fn room() -> (Engine, Router, RouterEvents) {
    let engine = engine().await;
    let (router, events) = engine.create_router(codecs()).await.unwrap();
    (engine, router, events)
}

/// What a browser's microphone would be described by.
fn audio() -> ProducerOptions {
    let parameters = json!({
        "mid": "0",
        "codecs": [{ "mimeType": "audio/opus", "payloadType": 111, "clockRate": 48_000,
            "channels": 2, "parameters": { "useinbandfec": 1 } }],
        "encodings": [{ "ssrc": 11_111 }],
        "rtcp": { "cname": "browser" },
    });
    ProducerOptions::new(
        MediaKind::Audio,
        serde_json::from_value(parameters).unwrap(),
    )
}

/// What a browser's camera would be described by.
fn video() -> ProducerOptions {
    let parameters = json!({
        "mid": "1",
        "codecs": [
            { "mimeType": "video/VP8", "payloadType": 96, "clockRate": 90_000,
                "rtcpFeedback": [{ "type": "nack" }, { "type": "nack", "parameter": "pli" }] },
            { "mimeType": "video/rtx", "payloadType": 97, "clockRate": 90_000,
                "parameters": { "apt": 96 } },
        ],
        "encodings": [{ "ssrc": 22_222, "rtx": { "ssrc": 22_223 } }],
    });
    let parameters: RtpParameters = serde_json::from_value(parameters).unwrap();
    ProducerOptions::new(MediaKind::Video, parameters)
}

/// A peer that can take everything that the router has.
fn consuming(producer_id: &str, router: &Router) -> ConsumerOptions {
    ConsumerOptions::new(producer_id, router.rtp_capabilities().clone())
}

async fn next(events: &mut RouterEvents) -> Option<RouterEvent> {
    tokio::time::timeout(PATIENCE, events.recv())
        .await
        .expect("an event in time")
}

/// The next event for which `wanted` finds something.
async fn wait_for<T>(events: &mut RouterEvents, wanted: impl Fn(&RouterEvent) -> Option<T>) -> T {
    loop {
        let event = next(events)
            .await
            .expect("the event before the end of the stream");
        if let Some(found) = wanted(&event) {
            return found;
        }
    }
}

/// Everything up to the end of the stream, in short form.
async fn rest(events: &mut RouterEvents) -> Vec<String> {
    let mut told = Vec::new();
    while let Some(event) = next(events).await {
        told.push(short(&event));
    }
    told
}

/// Kind and name of an event, without ids.
fn short(event: &RouterEvent) -> String {
    match event {
        RouterEvent::Transport { event, .. } => format!("transport {event:?}"),
        RouterEvent::Producer { event, .. } => format!("producer {event:?}"),
        RouterEvent::Consumer { event, .. } => format!("consumer {event:?}"),
        RouterEvent::DataProducer { event, .. } => format!("data producer {event:?}"),
        RouterEvent::DataConsumer { event, .. } => format!("data consumer {event:?}"),
        other => format!("{other:?}"),
    }
}
