//! The last words of a program.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::process::ChildStderr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Lines that are kept to be shown when the program dies.
const LINES: usize = 4;
/// Longest part of a line that is kept.
const MAX_LINE: u64 = 400;

/// What a program complains of, collected by a thread that ends with it.
pub(super) struct Words {
    lines: Arc<Mutex<VecDeque<String>>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Words {
    pub(super) fn listen(stderr: Option<ChildStderr>) -> io::Result<Self> {
        let lines = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&lines);
        let listen = move |stderr| keep(BufReader::new(stderr), &kept);
        let thread = stderr.map(|stderr| {
            let thread = thread::Builder::new().name("push-words".to_owned());
            thread.spawn(move || listen(stderr))
        });
        Ok(Self {
            lines,
            thread: thread.transpose()?,
        })
    }

    /// The last lines, once the program has ended; none if it said nothing.
    pub(super) fn last(&mut self) -> Option<String> {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join(" / "))
    }
}

fn keep(mut input: impl BufRead, lines: &Mutex<VecDeque<String>>) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if text.is_empty() {
            continue;
        }
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::keep;

    #[test]
    fn the_last_lines_are_kept_and_none_is_endless() {
        let text = format!("1\n2\n\n3\r\n4\n{}", "x".repeat(900));
        let lines = Mutex::default();
        keep(text.as_bytes(), &lines);
        let lines = lines.into_inner().unwrap();
        let lengths: Vec<_> = lines.iter().map(String::len).collect();
        assert_eq!((lines[0].as_str(), lengths), ("4", vec![1, 400, 400, 100]));
    }
}
