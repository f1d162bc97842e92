//! A client whose signalling are lines of JSON on standard input and output: for tests of servers in other languages.
//!
//!     cargo run -p miso-client --example stdio
//!
//! Either side asks `{"id": 1, "method": "…", "data": {…}}` and is answered `{"id": 1, "data": {…}}` or
//! `{"id": 1, "error": "…"}`. This side asks for `connect`, `produce`, `produceData` and `update`, as [`Signaling`] has
//! them, and tells `message` without an id. What the other side can ask for is what [`peer::Peer::answer`] knows. Sound and picture are
//! those of the test pattern. It ends with its input.

mod line;
mod peer;

use std::sync::Arc;

use anyhow::Context;
use line::{Line, Lines};
use peer::Peer;
use tokio::sync::mpsc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (sender, mut received) = mpsc::unbounded_channel();
    // Tokio's standard input would block the end of the runtime.
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let lines = Lines::default();
    let peer = Arc::new(Peer::new(lines.clone()));
    while let Some(line) = received.recv().await {
        let line: Line = serde_json::from_str(&line).context("a line of the input")?;
        match line.method {
            Some(method) => {
                let (peer, lines) = (Arc::clone(&peer), lines.clone());
                tokio::spawn(async move {
                    let answer = peer.answer(&method, line.data).await;
                    lines.answer(line.id, answer);
                });
            }
            None => lines.answered(line),
        }
    }
    Ok(())
}
