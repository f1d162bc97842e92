//! The HTTP API against its own description: schemathesis asks the running server whatever the description allows,
//! and whatever it does not.

use crate::command::{command, root, run};
use crate::python;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Pinned: a newer one may find more, which must not break a build that was fine.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// Requests per operation and phase. More finds rarer faults and takes longer.
const EXAMPLES: &str = "20";

/// Runs schemathesis against a server of its own, which must live on and have nothing to complain of.
///
/// # Errors
/// When an answer is not as described, or the server fails.
pub(crate) fn test(server: &Path) -> Result<()> {
    let program = python::environment("api", SCHEMATHESIS)?.join("schemathesis");
    let folder = root().join("target/api-test");
    let mut server = Server::start(server, &folder)?;
    let description = format!("http://{}/api/openapi.json", server.address);
    let arguments = [
        "run",
        &description,
        "--checks=all",
        &format!("--max-examples={EXAMPLES}"),
        "--seed=1",
        "--request-timeout=10",
        "--no-color",
    ];
    let outcome = run(command(&program.to_string_lossy(), &arguments, &folder)
        .env("PYTHONDONTWRITEBYTECODE", "1"));
    server.stop()?;
    outcome
}

/// A server at work, on loopback ports that the system chose.
struct Server {
    child: Child,
    /// Its plain HTTP listener.
    address: String,
    log: PathBuf,
}

impl Server {
    fn start(program: &Path, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let log = folder.join("server.log");
        let any = "127.0.0.1:0";
        let mut child = Command::new(program)
            .args([
                "serve",
                "--ready-json",
                "--https-listen",
                any,
                "--http-listen",
                any,
            ])
            .args(["--media-ip", "127.0.0.1", "--media-port", "0", "--data-dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log)?)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let server = Self {
            address: http_address(&line).unwrap_or_default(),
            child,
            log,
        };
        ensure!(
            !server.address.is_empty(),
            "the server did not get ready\n{}",
            server.tail()
        );
        Ok(server)
    }

    /// Ends it; says what was wrong with it.
    fn stop(&mut self) -> Result<()> {
        let ended = self.child.try_wait()?;
        if let Some(status) = ended {
            bail!("the server ended by itself ({status})\n{}", self.tail());
        }
        self.child.kill()?;
        self.child.wait()?;
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let is_fault = |line: &&str| line.contains("panicked at") || line.contains(" ERROR ");
        if let Some(fault) = log.lines().find(is_fault) {
            bail!("the server's log has a fault: {fault}");
        }
        Ok(())
    }

    fn tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address of the plain listener, from the line that the server prints when it is ready.
fn http_address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once(r#""http":""#)?;
    rest.split_once('"').map(|(address, _)| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::http_address;

    #[test]
    fn the_plain_listener_is_read_from_the_line_of_a_ready_server() {
        let line = r#"{"http":"127.0.0.1:4711","https":"127.0.0.1:4712","media":["127.0.0.1:1"]}"#;
        assert_eq!(http_address(line).as_deref(), Some("127.0.0.1:4711"));
        assert_eq!(http_address("ready"), None);
    }
}
