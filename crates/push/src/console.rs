//! What the user sees: lines that stay, and one that is renewed.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

/// Standard output.
#[derive(Debug)]
pub(crate) struct Console {
    is_terminal: bool,
    /// Characters of the line that is to be written over.
    shown: Mutex<usize>,
}

impl Console {
    pub(crate) fn new() -> Self {
        Self {
            is_terminal: io::stdout().is_terminal(),
            shown: Mutex::new(0),
        }
    }

    /// Whether a line can be written over.
    pub(crate) const fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// A line that stays.
    pub(crate) fn note(&self, text: &str) {
        self.write(text, true);
    }

    /// The line that is renewed; on anything but a terminal it stays.
    pub(crate) fn progress(&self, text: &str) {
        self.write(text, !self.is_terminal);
    }

    fn write(&self, text: &str, stays: bool) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let length = text.chars().count();
        let mut line = String::new();
        if self.is_terminal {
            line.push('\r');
        }
        line.push_str(text);
        if self.is_terminal {
            line.extend(std::iter::repeat_n(' ', shown.saturating_sub(length)));
        }
        if stays {
            line.push('\n');
        }
        *shown = if stays { 0 } else { length };
        // Whoever reads may have gone; that is no failure of ours.
        let mut out = io::stdout().lock();
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // The shell's prompt gets a line of its own.
        let shown = self.shown.get_mut().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(shown) > 0 {
            let _ = writeln!(io::stdout());
        }
    }
}
