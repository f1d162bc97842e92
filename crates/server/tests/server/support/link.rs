//! A transport's other end: another WebRTC stack, over a real socket.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use str0m::channel::{ChannelConfig, ChannelId, Reliability};
use str0m::config::{DtlsCert, Fingerprint};
use str0m::format::{Codec, CodecConfig, FormatParams};
use str0m::media::{Frequency, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{Extension, ExtensionMap, ExtensionValues, RtpWrite};
use str0m::{Candidate, Event, IceCreds, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::client::transport_options;
use super::{Client, Server, soon};

/// Longest datagram.
const MAX_DATAGRAM: usize = 2_000;

/// What came over a DataChannel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) stream: u16,
    pub(crate) is_binary: bool,
    pub(crate) bytes: Vec<u8>,
}

/// What the other end is to do.
enum Order {
    Open(u16),
    Send(Message),
    Play(Media),
    Expect(Media),
    Close,
}

/// A stream of media.
#[derive(Clone, Debug)]
struct Media {
    ssrc: u32,
    mid: String,
    is_audio: bool,
}

/// Time between two packets that are played.
const PACKET_TIME: Duration = Duration::from_millis(20);

/// The other end of a transport, at work in a task. When it is dropped, it vanishes without a word.
pub(crate) struct Link {
    id: Value,
    orders: mpsc::UnboundedSender<Order>,
    messages: mpsc::UnboundedReceiver<Message>,
    packets: mpsc::UnboundedReceiver<(u32, Vec<u8>)>,
    connected: mpsc::UnboundedReceiver<()>,
    opened: mpsc::UnboundedReceiver<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Link {
    /// A connected transport of a client.
    pub(crate) async fn connect(client: &mut Client, role: &str) -> Self {
        let mut link = Self::begin(client, role, true).await;
        soon("a connection", link.connected.recv()).await.unwrap();
        link
    }

    /// A transport that begins to connect; with another certificate than it says, unless it is `honest`.
    pub(crate) async fn begin(client: &mut Client, role: &str, honest: bool) -> Self {
        let options = transport_options(role);
        let transport = client.ask("createWebRtcTransport", options).await;
        let (prepared, dtls) = Self::prepare(&transport, honest).await;
        let connect = json!({ "transportId": transport["id"], "dtlsParameters": dtls });
        client.ask("connectWebRtcTransport", connect).await;
        prepared.start()
    }

    /// A connected transport of a broadcaster, by the path of its transports.
    pub(crate) async fn broadcast(server: &Server, transports: &str) -> Self {
        let sctp = json!({ "numStreams": { "OS": 1024, "MIS": 1024 } });
        let options = json!({ "type": "webrtc", "rtcpMux": true, "sctpCapabilities": sctp });
        let transport = server.call("POST", transports, options).await.expect(200);
        let (prepared, dtls) = Self::prepare(&transport, true).await;
        let id = transport["id"].as_str().unwrap();
        let connect = json!({ "dtlsParameters": dtls });
        let path = format!("{transports}/{id}/connect");
        server.call("POST", &path, connect).await.expect(200);
        let mut link = prepared.start();
        soon("a connection", link.connected.recv()).await.unwrap();
        link
    }

    /// The other end of a transport that does nothing yet, and its DTLS parameters.
    async fn prepare(transport: &Value, honest: bool) -> (Prepared, Value) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (rtc, certificate) = rtc(socket.local_addr().unwrap(), transport);
        let mut fingerprint = fingerprint_of(&certificate);
        if !honest {
            fingerprint = vec!["00"; 32].join(":");
        }
        let dtls = json!({
            "role": "client", "fingerprints": [{ "algorithm": "sha-256", "value": fingerprint }],
        });
        let id = transport["id"].clone();
        (Prepared { id, rtc, socket }, dtls)
    }

    /// The transport's id.
    pub(crate) fn id(&self) -> &Value {
        &self.id
    }

    /// Opens a DataChannel of a stream that was negotiated by signalling.
    pub(crate) fn open(&self, stream: &Value) {
        let stream = u16::try_from(stream.as_u64().unwrap()).unwrap();
        assert!(self.orders.send(Order::Open(stream)).is_ok());
    }

    /// Waits until a DataChannel is open at this end.
    pub(crate) async fn opened(&mut self) {
        soon("an open DataChannel", self.opened.recv())
            .await
            .unwrap();
    }

    pub(crate) fn send(&self, stream: u16, is_binary: bool, bytes: &[u8]) {
        let message = Message {
            stream,
            is_binary,
            bytes: bytes.to_vec(),
        };
        assert!(self.orders.send(Order::Send(message)).is_ok());
    }

    /// The next message.
    pub(crate) async fn message(&mut self) -> Message {
        soon("a message", self.messages.recv()).await.unwrap()
    }

    /// Sends a stream of media from now on, as its parameters say; each packet carries its SSRC.
    pub(crate) fn play(&self, rtp: &Value) {
        assert!(self.orders.send(Order::Play(media(rtp))).is_ok());
    }

    /// Is ready for the stream of a consumer; its SSRC.
    pub(crate) fn expect(&self, rtp: &Value) -> u32 {
        let media = media(rtp);
        let ssrc = media.ssrc;
        assert!(self.orders.send(Order::Expect(media)).is_ok());
        ssrc
    }

    /// Waits for a packet of a stream; its payload.
    pub(crate) async fn packet(&mut self, of: u32) -> Vec<u8> {
        soon("a packet", async {
            loop {
                let (ssrc, payload) = self.packets.recv().await.unwrap();
                if ssrc == of {
                    return payload;
                }
            }
        })
        .await
    }

    /// Says goodbye.
    pub(crate) fn close(&self) {
        assert!(self.orders.send(Order::Close).is_ok());
    }
}

/// The other end of a transport that does nothing yet.
struct Prepared {
    id: Value,
    rtc: Rtc,
    socket: UdpSocket,
}

impl Prepared {
    fn start(self) -> Link {
        let (orders, todo) = mpsc::unbounded_channel();
        let (heard, messages) = mpsc::unbounded_channel();
        let (took, packets) = mpsc::unbounded_channel();
        let (tell_connected, connected) = mpsc::unbounded_channel();
        let (tell_opened, opened) = mpsc::unbounded_channel();
        let end = OtherEnd {
            rtc: self.rtc,
            socket: self.socket,
            streams: HashMap::new(),
            playing: Vec::new(),
            heard,
            took,
            tell_connected,
            tell_opened,
        };
        Link {
            id: self.id,
            orders,
            messages,
            packets,
            connected,
            opened,
            task: tokio::spawn(end.run(todo)),
        }
    }
}

fn media(rtp: &Value) -> Media {
    Media {
        ssrc: u32::try_from(rtp["encodings"][0]["ssrc"].as_u64().unwrap()).unwrap(),
        mid: rtp["mid"].as_str().unwrap().to_owned(),
        is_audio: rtp["codecs"][0]["mimeType"] == "audio/opus",
    }
}

fn rtc(local: SocketAddr, transport: &Value) -> (Rtc, DtlsCert) {
    let provider = str0m::crypto::from_feature_flags();
    let certificate = provider.dtls_provider.generate_certificate().unwrap();
    let mut config = RtcConfig::new()
        .set_crypto_provider(Arc::new(provider))
        .set_dtls_cert(certificate.clone())
        .set_extension_map(extensions())
        .set_rtp_mode(true);
    add_codecs(config.codec_config());
    let mut rtc = config.build(Instant::now());
    let host = |address| Candidate::builder().udp().host(address).build().unwrap();
    rtc.add_local_candidate(host(local));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let ice = &transport["iceParameters"];
    let mut api = rtc.direct_api();
    api.set_ice_controlling(true);
    api.set_remote_ice_credentials(IceCreds {
        ufrag: text(&ice["usernameFragment"]),
        pass: text(&ice["password"]),
    });
    let fingerprints = transport["dtlsParameters"]["fingerprints"]
        .as_array()
        .unwrap();
    let sha256 = fingerprints
        .iter()
        .find(|it| it["algorithm"] == "sha-256")
        .unwrap();
    let bytes = text(&sha256["value"]);
    api.set_remote_fingerprint(Fingerprint {
        hash_func: "sha-256".to_owned(),
        bytes: bytes
            .split(':')
            .map(|byte| u8::from_str_radix(byte, 16).unwrap())
            .collect(),
    });
    api.start_dtls(true).unwrap();
    api.start_sctp(true);
    let candidates = transport["iceCandidates"].as_array().unwrap();
    for candidate in candidates.iter().filter(|it| it["protocol"] == "udp") {
        let port = u16::try_from(candidate["port"].as_u64().unwrap()).unwrap();
        rtc.add_remote_candidate(host(SocketAddr::new(
            text(&candidate["ip"]).parse().unwrap(),
            port,
        )));
    }
    (rtc, certificate)
}

/// Under the numbers that the server gives them; what is sent uses the same.
fn extensions() -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(1, Extension::RtpMid);
    map.set(4, Extension::AbsoluteSendTime);
    map.set(6, Extension::AudioLevel);
    map
}

/// Under the numbers of `rtp`, and those that the server gives them.
fn add_codecs(config: &mut CodecConfig) {
    config.clear();
    for pt in [111_u8, 100] {
        let (rate, channels) = (Frequency::FORTY_EIGHT_KHZ, Some(2));
        let format = FormatParams::default();
        config.add_config(pt.into(), None, Codec::Opus, rate, channels, format);
    }
    for pt in [96_u8, 101] {
        let (rate, format) = (Frequency::NINETY_KHZ, FormatParams::default());
        config.add_config(pt.into(), None, Codec::Vp8, rate, None, format);
    }
}

fn fingerprint_of(certificate: &DtlsCert) -> String {
    let provider = str0m::crypto::from_feature_flags();
    let digest = provider.sha256_provider.sha256(&certificate.certificate);
    let bytes: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(":")
}

struct OtherEnd {
    rtc: Rtc,
    socket: UdpSocket,
    streams: HashMap<u16, ChannelId>,
    /// What is sent, with the number of the next packet.
    playing: Vec<(Media, u16)>,
    took: mpsc::UnboundedSender<(u32, Vec<u8>)>,
    heard: mpsc::UnboundedSender<Message>,
    tell_connected: mpsc::UnboundedSender<()>,
    tell_opened: mpsc::UnboundedSender<()>,
}

impl OtherEnd {
    async fn run(mut self, mut todo: mpsc::UnboundedReceiver<Order>) {
        let mut buffer = [0_u8; MAX_DATAGRAM];
        let mut waiting = Vec::new();
        let mut clock = tokio::time::interval(PACKET_TIME);
        loop {
            let Some(wake) = self.drain().await else {
                return;
            };
            waiting.retain(|message| !self.write(message));
            // A message that went out may want to be sent at once.
            let Some(wake) = self.drain().await.map(|again| again.min(wake)) else {
                return;
            };
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    if let Ok((length, from)) = received {
                        self.receive(&buffer[..length], from);
                    }
                }
                order = todo.recv() => match order {
                    Some(Order::Open(stream)) => self.open(stream),
                    Some(Order::Send(message)) => waiting.push(message),
                    Some(Order::Play(media)) => self.declare(media, true),
                    Some(Order::Expect(media)) => self.declare(media, false),
                    Some(Order::Close) => drop(self.rtc.close()),
                    None => return,
                },
                _ = clock.tick(), if !self.playing.is_empty() => self.play(),
                () = tokio::time::sleep_until(wake.into()) => {
                    let _ = self.rtc.handle_input(Input::Timeout(Instant::now()));
                }
            }
        }
    }

    fn receive(&mut self, bytes: &[u8], from: SocketAddr) {
        let to = self.socket.local_addr().unwrap();
        if let Ok(receive) = Receive::new(Protocol::Udp, from, to, bytes) {
            let _ = self
                .rtc
                .handle_input(Input::Receive(Instant::now(), receive));
        }
    }

    fn open(&mut self, stream: u16) {
        let channel = self.rtc.direct_api().create_data_channel(ChannelConfig {
            label: String::new(),
            ordered: true,
            reliability: Reliability::Reliable,
            negotiated: Some(stream),
            protocol: String::new(),
        });
        self.streams.insert(stream, channel);
    }

    fn declare(&mut self, media: Media, is_sent: bool) {
        let mut api = self.rtc.direct_api();
        let mid = Mid::from(media.mid.as_str());
        let kind = if media.is_audio {
            MediaKind::Audio
        } else {
            MediaKind::Video
        };
        api.declare_media(mid, kind);
        if is_sent {
            api.declare_stream_tx(media.ssrc.into(), None, mid, None);
            self.playing.push((media, 0));
        } else {
            api.expect_stream_rx(media.ssrc.into(), None, mid, None);
        }
    }

    /// The next packet of each stream. Pictures are small VP8 key frames.
    fn play(&mut self) {
        let now = Instant::now();
        for (media, sequence) in &mut self.playing {
            let mut payload = media.ssrc.to_be_bytes().to_vec();
            if !media.is_audio {
                payload.splice(0..0, [0x10, 0x10, 2, 0, 0x9d, 1, 0x2a, 16, 0, 16, 0]);
            }
            let pt: u8 = if media.is_audio { 111 } else { 96 };
            let timestamp = u32::from(*sequence) * 960;
            let rtp = RtpWrite::new(
                pt.into(),
                u64::from(*sequence).into(),
                timestamp,
                now,
                payload,
            );
            *sequence += 1;
            let ssrc = media.ssrc.into();
            if let Some(stream) = self.rtc.direct_api().stream_tx(&ssrc) {
                let loud = ExtensionValues {
                    audio_level: media.is_audio.then_some(-20),
                    voice_activity: media.is_audio.then_some(true),
                    ..ExtensionValues::default()
                };
                stream.write_rtp(rtp.marker(true).ext_vals(loud));
            }
        }
        let _ = self.rtc.handle_input(Input::Timeout(now));
    }

    /// Whether it could be sent.
    fn write(&mut self, message: &Message) -> bool {
        let channel = self.streams.get(&message.stream).copied();
        let channel = channel.and_then(|channel| self.rtc.channel(channel));
        channel.is_some_and(|mut it| it.write(message.is_binary, &message.bytes).unwrap_or(false))
    }

    /// Takes everything out; when to come again, unless it is over.
    async fn drain(&mut self) -> Option<Instant> {
        loop {
            match self.rtc.poll_output().ok()? {
                Output::Timeout(at) => return Some(at),
                Output::Transmit(transmit) => {
                    let _ = self
                        .socket
                        .send_to(&transmit.contents, transmit.destination)
                        .await;
                }
                Output::Event(Event::ChannelOpen(..)) => drop(self.tell_opened.send(())),
                Output::Event(Event::Connected) => drop(self.tell_connected.send(())),
                Output::Event(Event::RtpPacket(packet)) => {
                    let _ = self
                        .took
                        .send((*packet.header.ssrc, packet.payload.to_vec()));
                }
                Output::Event(Event::ChannelData(data)) => {
                    let stream = self
                        .streams
                        .iter()
                        .find(|(_, channel)| **channel == data.id);
                    let _ = self.heard.send(Message {
                        stream: stream.map_or(u16::MAX, |(stream, _)| *stream),
                        is_binary: data.binary,
                        bytes: data.data,
                    });
                }
                Output::Event(_) => {}
            }
        }
    }
}
