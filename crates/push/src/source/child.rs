//! A program that encodes: started, listened to, and ended with us.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use miso_media::{MediaError, Reader};

use super::merge::{Merge, Pick};
use super::pipe::{NOT_ENDED, Pipe};
use super::{Feed, Picked, SourceError};
use crate::encoder::Invocation;

/// Lines of a program's complaints that are kept to be shown when it dies.
const LAST_WORDS: usize = 4;
/// Longest part of a line that is kept.
const MAX_LINE: u64 = 400;

/// A program's complaints, collected by a thread that ends with them.
struct Words {
    lines: Arc<Mutex<VecDeque<String>>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What a running program writes, as a source.
pub(crate) struct ChildFeed {
    program: &'static str,
    process: Process,
    words: Words,
    ended_at: Arc<AtomicU64>,
    media: Merge,
    /// Empty means every first track.
    picks: Vec<Pick>,
}

/// Ends the program when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl ChildFeed {
    /// Starts the program and reads the beginning of what it writes. Should we die without a word, the program finds
    /// that nobody reads its output any more, and ends.
    pub(crate) fn start(invocation: &Invocation) -> Result<Self, SourceError> {
        let program = invocation.program;
        let mut command = Command::new(program);
        command
            .args(&invocation.arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.stdin(if invocation.reads_stdin {
            Stdio::inherit()
        } else {
            Stdio::null()
        });
        own_group(&mut command, invocation);
        let failed = |error: std::io::Error| SourceError::Start {
            program,
            reason: error.to_string(),
        };
        let mut process = Process(command.spawn().map_err(failed)?);
        let mut words = Words {
            lines: Arc::default(),
            thread: None,
        };
        if let Some(stderr) = process.0.stderr.take() {
            let lines = Arc::clone(&words.lines);
            let thread = thread::Builder::new().name("push-words".to_owned());
            let started = thread.spawn(move || listen(stderr, &lines));
            words.thread = Some(started.map_err(failed)?);
        }
        let stdout = process.0.stdout.take();
        let ended_at = Arc::new(AtomicU64::new(NOT_ENDED));
        let opened = stdout.map(|it| Reader::open(Pipe::new(it, Arc::clone(&ended_at))));
        match opened {
            Some(Ok(reader)) => Ok(Self {
                program,
                process,
                words,
                ended_at,
                media: Merge::of(program.to_owned(), reader),
                picks: Vec::new(),
            }),
            Some(Err(error)) => Err(death(program, &mut process, &mut words).unwrap_or(
                SourceError::Media {
                    name: program.to_owned(),
                    error,
                },
            )),
            None => Err(SourceError::Nothing(program.to_owned())),
        }
    }

    pub(crate) const fn media(&mut self) -> &mut Merge {
        &mut self.media
    }

    pub(crate) fn pick(&mut self, picks: Vec<Pick>) {
        self.picks = picks;
    }

    /// Whether an error is nothing but the end of what the program wrote.
    fn is_end(&self, error: &SourceError) -> bool {
        let ended_at = self.ended_at.load(Ordering::Relaxed);
        matches!(error, SourceError::Media { error: MediaError::Truncated { at, .. }, .. } if *at == ended_at)
    }
}

impl Feed for ChildFeed {
    fn next(&mut self) -> Result<Option<Picked>, SourceError> {
        match self.media.next(&self.picks) {
            Ok(Some(picked)) => Ok(Some(picked)),
            Ok(None) => {
                death(self.program, &mut self.process, &mut self.words).map_or(Ok(None), Err)
            }
            Err(error) => match death(self.program, &mut self.process, &mut self.words) {
                Some(death) => Err(death),
                None if self.is_end(&error) => Ok(None),
                None => Err(error),
            },
        }
    }
}

/// How the program died, if it did; it has closed its output.
fn death(program: &'static str, process: &mut Process, words: &mut Words) -> Option<SourceError> {
    let status = process.0.wait().ok().filter(|status| !status.success())?;
    if let Some(thread) = words.thread.take() {
        let _ = thread.join();
    }
    let words = words.lines.lock().unwrap_or_else(PoisonError::into_inner);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let words = if words.is_empty() {
        status.to_string()
    } else {
        words.join(" / ")
    };
    Some(SourceError::Died { program, words })
}

/// Keeps the last lines.
fn listen(stderr: ChildStderr, words: &Mutex<VecDeque<String>>) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        match reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if text.is_empty() {
            continue;
        }
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() == LAST_WORDS {
            words.pop_front();
        }
        words.push_back(text.to_owned());
    }
}

/// Ctrl-C in a terminal goes to all programs of a group: ours alone is to decide when the encoder ends. A program that
/// reads our standard input must stay where the terminal lets it read.
#[cfg(unix)]
fn own_group(command: &mut Command, invocation: &Invocation) {
    use std::os::unix::process::CommandExt;
    if !invocation.reads_stdin {
        command.process_group(0);
    }
}

#[cfg(not(unix))]
fn own_group(_: &mut Command, _: &Invocation) {}
