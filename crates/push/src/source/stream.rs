//! What cannot be wound back: standard input, or what a program writes that is started, listened to, and ended with us.

use std::io::{self, Cursor, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use miso_media::{MediaError, Reader};

use super::merge::{Merge, Pick};
use super::pipe::{NOT_ENDED, Pipe};
use super::words::Words;
use super::{Feed, Picked, SourceError};
use crate::encoder::Invocation;

/// Bytes that are passed on to a program at once.
const BLOCK: usize = 64 << 10;

/// Bytes that come from somewhere.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// A stream as a source.
pub(crate) struct StreamFeed {
    media: Merge,
    picks: Vec<Pick>,
    /// When its first byte came.
    begun_at: Instant,
    /// How long the stream was, once it has ended.
    ended_at: Arc<AtomicU64>,
    /// Who writes it, if we started it.
    writer: Option<Writer>,
}

/// A program that writes media.
struct Writer {
    program: &'static str,
    process: Process,
    words: Words,
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

impl StreamFeed {
    /// Media from somewhere, whose name is for the user.
    pub(crate) fn from_bytes(name: &str, bytes: Bytes) -> Result<Self, SourceError> {
        let ended_at = Arc::new(AtomicU64::new(NOT_ENDED));
        Self::open(name, bytes, ended_at).map_err(|error| SourceError::Media {
            name: name.to_owned(),
            error,
        })
    }

    /// Starts a program and reads the beginning of what it writes. Should we die without a word, the program finds that
    /// nobody reads its output any more, and ends. `input` is passed on to it.
    pub(crate) fn from_program(
        invocation: &Invocation,
        input: Option<Bytes>,
    ) -> Result<Self, SourceError> {
        let program = invocation.program;
        let failed = |error: io::Error| SourceError::Start {
            program,
            reason: error.to_string(),
        };
        let mut command = Command::new(program);
        command
            .args(&invocation.arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        });
        own_group(&mut command);
        let mut process = Process(command.spawn().map_err(failed)?);
        let words = Words::listen(process.0.stderr.take()).map_err(failed)?;
        if let (Some(input), Some(stdin)) = (input, process.0.stdin.take()) {
            pass_on(input, stdin).map_err(failed)?;
        }
        let output = process.0.stdout.take();
        let mut writer = Writer {
            program,
            process,
            words,
        };
        let ended_at = Arc::new(AtomicU64::new(NOT_ENDED));
        match output.map(|output| Self::open(program, Box::new(output), Arc::clone(&ended_at))) {
            Some(Ok(feed)) => Ok(Self {
                writer: Some(writer),
                ..feed
            }),
            Some(Err(error)) => {
                Err(writer
                    .death(has_ended(&ended_at))
                    .unwrap_or(SourceError::Media {
                        name: program.to_owned(),
                        error,
                    }))
            }
            None => Err(SourceError::Nothing(program.to_owned())),
        }
    }

    fn open(name: &str, mut bytes: Bytes, ended_at: Arc<AtomicU64>) -> Result<Self, MediaError> {
        let mut first = Vec::new();
        bytes.by_ref().take(1).read_to_end(&mut first)?;
        let begun_at = Instant::now();
        let bytes = Cursor::new(first).chain(bytes);
        let reader = Reader::open(Pipe::new(bytes, Arc::clone(&ended_at)))?;
        Ok(Self {
            media: Merge::of(name.to_owned(), reader),
            picks: Vec::new(),
            begun_at,
            ended_at,
            writer: None,
        })
    }

    pub(crate) const fn media(&mut self) -> &mut Merge {
        &mut self.media
    }

    pub(crate) const fn begun_at(&self) -> Instant {
        self.begun_at
    }

    pub(crate) fn pick(&mut self, picks: Vec<Pick>) {
        self.picks = picks;
    }

    /// Whether an error is nothing but the end of the stream, which has no length that a reader could know.
    fn is_end(&self, error: &SourceError) -> bool {
        let ended_at = self.ended_at.load(Ordering::Relaxed);
        matches!(error, SourceError::Media { error: MediaError::Truncated { at, .. }, .. } if *at == ended_at)
    }
}

impl Feed for StreamFeed {
    fn next(&mut self) -> Result<Option<Picked>, SourceError> {
        let end = match self.media.next(&self.picks) {
            Ok(Some(picked)) => return Ok(Some(picked)),
            Ok(None) => Ok(None),
            Err(error) if self.is_end(&error) => Ok(None),
            Err(error) => Err(error),
        };
        // Its own words say more than what they did to its output.
        let has_ended = has_ended(&self.ended_at);
        match self
            .writer
            .as_mut()
            .and_then(|writer| writer.death(has_ended))
        {
            Some(death) => Err(death),
            None => end,
        }
    }
}

impl Writer {
    /// How the program died, if it did. One that goes on writing what we cannot read is killed, and did not die.
    fn death(&mut self, has_ended: bool) -> Option<SourceError> {
        let child = &mut self.process.0;
        if !has_ended {
            let _ = child.kill();
        }
        let status = child.wait().ok().filter(|_| has_ended)?;
        if status.success() {
            return None;
        }
        Some(SourceError::Died {
            program: self.program,
            words: self.words.last().unwrap_or_else(|| status.to_string()),
        })
    }
}

fn has_ended(ended_at: &AtomicU64) -> bool {
    ended_at.load(Ordering::Relaxed) != NOT_ENDED
}

/// Copies until one of both ends.
fn pass_on(mut input: Bytes, mut program: ChildStdin) -> io::Result<()> {
    let thread = thread::Builder::new().name("push-pass-on".to_owned());
    thread.spawn(move || {
        let mut block = vec![0; BLOCK];
        while let Ok(len @ 1..) = input.read(&mut block) {
            if program
                .write_all(block.get(..len).unwrap_or_default())
                .is_err()
            {
                return;
            }
        }
    })?;
    Ok(())
}

/// Ctrl-C in a terminal goes to all programs of a group: ours alone is to decide when the encoder ends.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

#[cfg(test)]
mod tests;
