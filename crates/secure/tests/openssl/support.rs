//! An endpoint on a socket, OpenSSL as a process, and certificates for both.

use miso_secure::{
    Certificate, Dtls, DtlsConnected, DtlsContext, DtlsEvent, DtlsFailure, DtlsOutput, DtlsRole,
    DtlsState, Fingerprint, FingerprintAlgorithm,
};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime};

/// How long a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(20);

#[expect(clippy::disallowed_methods, reason = "a real peer lives in real time")]
fn now() -> Instant {
    Instant::now()
}

/// A certificate and its key, as OpenSSL reads them.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    fingerprint: Fingerprint,
    certificate_file: PathBuf,
    key_file: PathBuf,
}

impl Identity {
    pub(crate) fn ecdsa(name: &str) -> Self {
        let made =
            Certificate::generate(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
                .unwrap();
        Self::of(name, made.pem(), made.der(), &made.private_key_pem())
    }

    pub(crate) fn rsa(name: &str) -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let made = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap();
        Self::of(name, made.pem(), made.der(), &key.serialize_pem())
    }

    fn of(name: &str, certificate: String, der: &[u8], key: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let identity = Self {
            fingerprint: Fingerprint::of(FingerprintAlgorithm::Sha256, der),
            certificate_file: folder.join(format!("{name}.crt")),
            key_file: folder.join(format!("{name}.key")),
            certificate,
        };
        std::fs::write(&identity.certificate_file, &identity.certificate).unwrap();
        std::fs::write(&identity.key_file, key).unwrap();
        identity
    }
}

/// Our endpoint on a socket.
pub(crate) struct Ours {
    socket: UdpSocket,
    peer: Option<SocketAddr>,
    dtls: Dtls,
    pub(crate) connected: Option<Box<DtlsConnected>>,
    pub(crate) failure: Option<DtlsFailure>,
    pub(crate) data: Vec<Vec<u8>>,
}

impl Ours {
    /// An endpoint that expects a peer with this certificate and in this role.
    pub(crate) fn new(remote: &Identity, role: DtlsRole) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(5)))
            .unwrap();
        let certificate = Certificate::generate(SystemTime::UNIX_EPOCH).unwrap();
        let mut dtls = Dtls::new(DtlsContext::new(certificate).unwrap());
        dtls.set_remote(std::slice::from_ref(&remote.fingerprint), role, now())
            .unwrap();
        if role == DtlsRole::Client {
            dtls.start(now());
        }
        Self {
            socket,
            peer: None,
            dtls,
            connected: None,
            failure: None,
            data: Vec::new(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    /// Starts the handshake with a server.
    pub(crate) fn connect(&mut self, port: u16) {
        self.peer = Some((Ipv4Addr::LOCALHOST, port).into());
        self.dtls.start(now());
        self.drain();
    }

    pub(crate) fn state(&self) -> DtlsState {
        self.dtls.state()
    }

    pub(crate) fn send(&mut self, data: &[u8]) {
        self.dtls.send_data(data, now()).unwrap();
        self.drain();
    }

    pub(crate) fn run_until(&mut self, done: impl Fn(&Self) -> bool) {
        let start = now();
        while !done(self) {
            assert!(
                start.elapsed() < PATIENCE,
                "nothing happens; {:?}",
                self.dtls
            );
            self.step();
        }
    }

    /// Takes a datagram or does what is due.
    fn step(&mut self) {
        let mut buffer = [0; 2_048];
        if let Ok((len, from)) = self.socket.recv_from(&mut buffer) {
            self.peer = Some(from);
            self.dtls.handle_datagram(&buffer[..len], now());
        }
        if self.dtls.poll_timeout().is_some_and(|due| due <= now()) {
            self.dtls.handle_timeout(now());
        }
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.dtls.poll() {
            match output {
                DtlsOutput::Transmit(datagram) => {
                    // A peer that has gone is what some of the tests are about.
                    let _ = self.socket.send_to(datagram, self.peer.expect("a peer"));
                }
                DtlsOutput::Event(DtlsEvent::Connected(connected)) => {
                    self.connected = Some(connected)
                }
                DtlsOutput::Event(DtlsEvent::Failed(reason)) => self.failure = Some(reason),
                DtlsOutput::Event(DtlsEvent::Connecting | DtlsEvent::Closed) => {}
                DtlsOutput::Data(data) => self.data.push(data.to_vec()),
            }
        }
    }
}

/// OpenSSL as the peer.
pub(crate) struct Openssl {
    pub(crate) port: u16,
    process: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    /// What it has printed so far.
    printed: String,
}

impl Openssl {
    pub(crate) fn client(port: u16, identity: &Identity, more: &[String]) -> Self {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-connect", &format!("127.0.0.1:{port}")]);
        Self::spawn(command, port, identity, more)
    }

    /// A server on a port that was free a moment ago: OpenSSL cannot say which one it took.
    pub(crate) fn server(identity: &Identity, more: &[String]) -> Self {
        let free = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut command = Command::new("openssl");
        command.args([
            "s_server",
            "-accept",
            &format!("127.0.0.1:{port}"),
            "-Verify",
            "1",
        ]);
        let mut server = Self::spawn(command, port, identity, more);
        server.wait_for("ACCEPT", || {});
        server
    }

    fn spawn(mut command: Command, port: u16, identity: &Identity, more: &[String]) -> Self {
        let mut process = command
            .args(["-dtls1_2", "-mtu", "1200", "-cert"])
            .arg(&identity.certificate_file)
            .arg("-key")
            .arg(&identity.key_file)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs the openssl program");
        let output = process.stdout.take().unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                if sender
                    .send(String::from_utf8_lossy(&line).into_owned())
                    .is_err()
                {
                    break;
                }
            }
        });
        Self {
            port,
            input: process.stdin.take().unwrap(),
            process,
            lines,
            printed: String::new(),
        }
    }

    /// Types something, which it sends as application data once connected.
    pub(crate) fn say(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).unwrap();
    }

    /// Waits until it has printed something, while our endpoint goes on.
    pub(crate) fn expect(&mut self, text: &str, ours: &mut Ours) {
        self.wait_for(text, || ours.step());
    }

    fn wait_for(&mut self, text: &str, mut meanwhile: impl FnMut()) {
        let start = now();
        while !self.printed.contains(text) {
            assert!(
                start.elapsed() < PATIENCE,
                "no {text:?} in:\n{}",
                self.printed
            );
            if let Ok(line) = self.lines.recv_timeout(Duration::from_millis(1)) {
                self.printed.push_str(&line);
                self.printed.push('\n');
            }
            meanwhile();
        }
    }
}

impl Drop for Openssl {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
