//! The relay between real sockets.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

struct Relay {
    child: Child,
    lines: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Relay {
    fn start(target: SocketAddr, down: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_miso-relay"))
            .args(["--listen", "127.0.0.1:0", "--to", &target.to_string()])
            .args(["--down", down])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the relay starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        let address = line.trim().rsplit(' ').next().expect("an address");
        Self {
            address: address.parse().expect("an address"),
            child,
            lines,
        }
    }

    fn change(&mut self, change: &str) -> serde_json::Value {
        let stdin = self.child.stdin.as_mut().expect("a pipe");
        writeln!(stdin, "{change}").expect("the relay reads");
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("statistics")
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let limit = Some(Duration::from_secs(20));
    socket.set_read_timeout(limit).expect("a timeout");
    socket
}

#[test]
fn datagrams_go_both_ways_and_a_link_can_be_cut_while_it_runs() {
    let (server, client) = (socket(), socket());
    let mut relay = Relay::start(server.local_addr().expect("an address"), "{}");
    let mut buffer = [0; 64];
    client.send_to(b"hello", relay.address).expect("sent");
    let (len, from) = server.recv_from(&mut buffer).expect("relayed");
    assert_eq!(&buffer[..len], b"hello");
    server.send_to(b"answer", from).expect("sent");
    let (len, from) = client.recv_from(&mut buffer).expect("relayed back");
    assert_eq!((&buffer[..len], from), (&b"answer"[..], relay.address));

    let before = relay.change(r#"{"up":{"loss":1}}"#);
    assert_eq!(before["up"]["packetsOut"], 1);
    client.send_to(b"lost", relay.address).expect("sent");
    client.send_to(b"lost", relay.address).expect("sent");
    // The relay reads its inputs in any order: ask until it has counted both.
    let mut lost = 0;
    while lost < 2 {
        lost += relay.change("{}")["up"]["dropped"]
            .as_u64()
            .expect("a count");
    }
    relay.change(r#"{"up":{}}"#);
    client.send_to(b"again", relay.address).expect("sent");
    let (len, _) = server.recv_from(&mut buffer).expect("relayed");
    assert_eq!(&buffer[..len], b"again");
    drop(relay.child.stdin.take());
    assert!(relay.child.wait().expect("it ends").success());
}
