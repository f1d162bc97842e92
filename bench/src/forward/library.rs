//! mediasoup's npm library with a worker of one's choice, driven by `tests/node/bench.mjs`.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use miso_engine::DtlsFingerprint;
use miso_ortc::MediaKind;
use miso_secure::Fingerprint;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::media;
use super::peer::Remote;

/// The library's process, ended on drop.
pub(super) struct Library {
    child: Child,
    /// Where requests go; `None` once it was told to end.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// The worker's process.
    pid: u32,
}

#[derive(Deserialize)]
struct Started {
    pid: u32,
    version: String,
}

/// Where a transport is reached.
#[derive(Deserialize)]
struct Address {
    ip: IpAddr,
    port: u16,
}

/// What a WebRTC transport tells its peer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(flatten)]
    address: Address,
    username_fragment: String,
    password: String,
    fingerprints: Vec<DtlsFingerprint>,
}

impl From<Address> for SocketAddr {
    fn from(it: Address) -> Self {
        (it.ip, it.port).into()
    }
}

impl Library {
    /// Starts the library with this worker, and a router.
    pub(super) fn start(worker: &Path) -> anyhow::Result<Self> {
        let worker = worker
            .canonicalize()
            .with_context(|| format!("no worker at {}", worker.display()))?;
        let folder = folder();
        let node = folder.join("node_modules/node/bin/node");
        let mut child = Command::new(&node)
            .arg("bench.mjs")
            .current_dir(&folder)
            .env("MEDIASOUP_WORKER_BIN", worker)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} (see tests/node/README.md)", node.display()))?;
        let requests = child.stdin.take();
        let answers = child.stdout.take().context("the library has no output")?;
        let mut library = Self {
            child,
            requests,
            answers: BufReader::new(answers),
            pid: 0,
        };
        let codecs = json!({"mediaCodecs": media::router_codecs()?});
        let started: Started = library.ask("start", &codecs)?;
        eprintln!("npm mediasoup {}, worker {}", started.version, started.pid);
        library.pid = started.pid;
        Ok(library)
    }

    /// The worker's process.
    pub(super) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Makes a transport for a peer with this certificate, which will begin the handshake.
    pub(super) fn create_transport(
        &mut self,
        fingerprints: &[Fingerprint],
    ) -> anyhow::Result<Remote> {
        let fingerprints: Vec<_> = fingerprints.iter().map(DtlsFingerprint::from).collect();
        let asked = json!({"fingerprints": fingerprints});
        let told: Told = self.ask("createWebRtcTransport", &asked)?;
        Ok(Remote {
            address: told.address.into(),
            ufrag: told.username_fragment,
            password: told.password,
            fingerprints: super::engine::parse_fingerprints(&told.fingerprints)?,
        })
    }

    /// Makes a plain transport for a peer that seals with this key, at an address that is told or will be learnt.
    pub(super) fn create_plain_transport(
        &mut self,
        peer: Option<SocketAddr>,
        key: &[u8],
    ) -> anyhow::Result<SocketAddr> {
        let mut asked = json!({"key": key});
        if let (Some(peer), Some(asked)) = (peer, asked.as_object_mut()) {
            asked.insert("ip".into(), json!(peer.ip()));
            asked.insert("port".into(), json!(peer.port()));
        }
        let told: Address = self.ask("createPlainTransport", &asked)?;
        Ok(told.into())
    }

    /// Makes the producer, on the transport that was made last.
    pub(super) fn produce(&mut self, kind: MediaKind) -> anyhow::Result<()> {
        let asked = json!({"kind": kind, "rtpParameters": media::parameters(kind)?});
        let _: Value = self.ask("produce", &asked)?;
        Ok(())
    }

    /// Makes a consumer of the producer, on the transport that was made last.
    pub(super) fn consume(&mut self) -> anyhow::Result<()> {
        let _: Value = self.ask("consume", &Value::Null)?;
        Ok(())
    }

    fn ask<T: DeserializeOwned>(&mut self, method: &str, data: &Value) -> anyhow::Result<T> {
        let requests = self.requests.as_mut().context("the library has ended")?;
        writeln!(requests, "{}", json!({"method": method, "data": data}))?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let answer: Value =
            serde_json::from_str(&line).with_context(|| format!("{method}: {line:?}"))?;
        if let Some(error) = answer.get("error") {
            bail!("the library refused {error}");
        }
        serde_json::from_value(answer).with_context(|| format!("the answer to {method}"))
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // The end of its input ends it, and with it the worker.
        drop(self.requests.take());
        drop(self.child.wait());
    }
}

/// Where the library is installed.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/node")
}
