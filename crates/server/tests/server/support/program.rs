//! The program as a process.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::{Client, Reply, get, send_json, soon};

/// A folder of its own, gone when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("miso-server-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program with nothing of this process' environment that could change its settings.
fn program(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_miso"));
    command
        .env_clear()
        .env("HOME", folder.path())
        .kill_on_drop(true);
    command
}

/// Runs the program to its end.
pub(crate) async fn run(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let folder = Folder::new();
    let mut command = program(&folder);
    let output = command
        .args(args)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output();
    soon("the program ends", output).await.unwrap()
}

/// A server on loopback ports that the system chose.
pub(crate) struct Server {
    child: Child,
    ready: Value,
    folder: Folder,
}

impl Server {
    pub(crate) async fn start(args: &[&str]) -> Self {
        Self::start_in(Folder::new(), args).await
    }

    pub(crate) async fn start_in(folder: Folder, args: &[&str]) -> Self {
        let fixed = [
            "serve",
            "--ready-json",
            "--workers=1",
            "--https-listen=127.0.0.1:0",
            "--http-listen=127.0.0.1:0",
            "--media-ip=127.0.0.1",
            "--media-port=0",
        ];
        let mut command = program(&folder);
        let args = fixed
            .iter()
            .filter(|fixed| {
                // A flag of the test replaces the one here.
                let name = fixed.split('=').next().unwrap();
                name == "serve" || !args.iter().any(|arg| arg.starts_with(name))
            })
            .chain(args);
        let mut child = command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = match soon("the server is ready", lines.next_line())
            .await
            .unwrap()
        {
            Some(line) => serde_json::from_str(&line).unwrap(),
            None => panic!("no server: {}", stderr_of(&mut child).await),
        };
        Self {
            child,
            ready,
            folder,
        }
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Address of a listener.
    pub(crate) fn address(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    pub(crate) fn http(&self) -> &str {
        self.address("http")
    }

    /// The first messages of every session have been taken.
    pub(crate) async fn client(&self, room: &str, peer: &str) -> Client {
        let query = format!("roomId={room}&peerId={peer}");
        let mut client = Client::connect(self.http(), &query).await.unwrap();
        client.notification("mediasoup-version").await;
        client.notification("mediasoupVersion").await;
        client
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        get(self.http(), path).await
    }

    /// Sends a request of the HTTP API.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        send_json(self.http(), method, path, Some(&body)).await
    }

    /// The same without a body.
    pub(crate) async fn bare(&self, method: &str, path: &str) -> Reply {
        send_json(self.http(), method, path, None).await
    }

    /// The value of a metric without labels.
    pub(crate) async fn metric(&self, name: &str) -> i64 {
        let text = self.get("/metrics").await.text();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("miso_{name} ")));
        line.unwrap_or_else(|| panic!("no metric {name}"))
            .parse()
            .unwrap()
    }

    /// Waits until a metric has a value. Asking is the event that is waited for.
    pub(crate) async fn until_metric(&self, name: &str, value: i64) {
        let reached = async {
            while self.metric(name).await != value {
                tokio::task::yield_now().await;
            }
        };
        soon(&format!("{name} = {value}"), reached).await;
    }

    pub(crate) fn signal(&self, signal: &str) {
        kill(&self.child, signal);
    }

    /// Exit code and standard error of a server that ends.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let status = soon("the server ends", self.child.wait()).await.unwrap();
        (status.code(), stderr_of(&mut self.child).await)
    }
}

/// A running `miso push` into the room `r`.
pub(crate) struct Push {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    _folder: Folder,
}

impl Push {
    pub(crate) fn start(server: &str, args: &[&str]) -> Self {
        let folder = Folder::new();
        let mut command = program(&folder);
        // Encoders are found, if they are there.
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let mut child = command
            .args(["push", "--room=r", &format!("--server=http://{server}")])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines,
            _folder: folder,
        }
    }

    /// Waits for a line with this in it.
    pub(crate) async fn says(&mut self, text: &str) -> String {
        let mut before = String::new();
        let found = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                if line.contains(text) {
                    return Some(line);
                }
                before.push_str(&line);
                before.push('\n');
            }
            None
        };
        match soon(text, found).await {
            Some(line) => line,
            None => panic!(
                "{text}: not in\n{before}{}",
                stderr_of(&mut self.child).await
            ),
        }
    }

    pub(crate) fn signal(&self, signal: &str) {
        kill(&self.child, signal);
    }

    /// Exit code and standard error once it ends.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let status = soon("push ends", self.child.wait()).await.unwrap();
        (status.code(), stderr_of(&mut self.child).await)
    }
}

fn kill(child: &Child, signal: &str) {
    let pid = child.id().unwrap().to_string();
    let killed = std::process::Command::new("kill")
        .args([signal, &pid])
        .status();
    assert!(killed.unwrap().success());
}

async fn stderr_of(child: &mut Child) -> String {
    let mut text = String::new();
    let mut stderr = child.stderr.take().unwrap();
    soon("standard error ends", stderr.read_to_string(&mut text))
        .await
        .unwrap();
    text
}
